// What could go wrong in this PostgreSQL, said before it does: for `slipway doctor` and for errors about locks. Also ends orphans.
import type { Problem } from "../../lib/error.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { META_SCHEMA, metaExists } from "./meta.ts";
import { ident, literal } from "./quote.ts";
import type { Room } from "./room.ts";

const VERSION_MIN = 13;
const VERSION_MAX = 18;
/** A transaction open this long will hold up any settle. */
const LONG_TRANSACTION = "10 minutes";
const ORPHAN_WAIT_MS = 10_000;

const warning = (code: string, message: Problem["message"], hint?: Problem["hint"]): Problem => ({
  code,
  severity: "warning",
  message,
  ...(hint === undefined ? {} : { hint }),
});

/** See `Warehouse.diagnose`. Throws AppError `upstream` when the server cannot be reached. */
export async function diagnose(room: Room): Promise<Problem[]> {
  const [server] = await room.db.rows(`
select current_setting('server_version_num')::int / 10000 as version, pg_is_in_recovery() as standby,
  current_user as role, current_setting('max_prepared_transactions') as prepared,
  has_database_privilege(current_database(), 'create') as may_create`);
  const exists = await metaExists(room.db);
  const problems: Problem[] = [];
  const version = Number(server?.version);
  if (version < VERSION_MIN || version > VERSION_MAX) {
    problems.push(
      warning("server_version", say("postgres.server_version", { version, min: VERSION_MIN, max: VERSION_MAX })),
    );
  }
  if (server?.standby === true)
    problems.push({ code: "standby", severity: "error", message: say("postgres.is_standby", {}) });
  if (!exists && server?.may_create !== true) {
    const sql = `GRANT CREATE ON DATABASE ${ident(room.db.place.dbname)} TO ${ident(String(server?.role))};`;
    const message = say("postgres.cannot_create_schema", { user: String(server?.role), dbname: room.db.place.dbname });
    problems.push({ code: "missing_right", severity: "error", message, hint: say("postgres.run_sql", { sql }) });
  }
  return [...problems, ...(exists ? await metaProblems(room) : []), ...(await activityProblems(room))];
}

async function metaProblems(room: Room): Promise<Problem[]> {
  const [row] = await room.db.rows(`select (select pg_get_userbyid(relowner) = current_user from pg_class
      where oid = '${META_SCHEMA}.live'::regclass) as owns, (select count(*) from ${META_SCHEMA}.pending)::int as pending`);
  const problems: Problem[] = [];
  if (row?.owns === true) {
    problems.push(
      warning("owns_live", say("postgres.owns_live", { user: room.db.place.user }), say("postgres.owns_live_hint", {})),
    );
  }
  if (Number(row?.pending) > 0)
    problems.push(warning("unsettled", say("postgres.unsettled", { count: Number(row?.pending) })));
  return problems;
}

async function activityProblems(room: Room): Promise<Problem[]> {
  const [standbys, old, prepared] = await room.db.script(
    [
      `select a.application_name as name from pg_stat_activity a join pg_stat_replication r on r.pid = a.pid
         where a.backend_xmin is null and not exists (select from pg_replication_slots s where s.active_pid = a.pid and s.xmin is not null)`,
      `select a.pid, a.usename as user_name, to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since from pg_stat_activity a
         where a.datname = current_database() and a.xact_start < now() - interval '${LONG_TRANSACTION}' and a.backend_type = 'client backend'`,
      "select gid from pg_prepared_xacts where database = current_database()",
    ],
    { readOnly: true },
  );
  return [
    ...(standbys ?? []).map((row) =>
      warning(
        "standby_feedback",
        say("postgres.standby_feedback", { name: String(row.name) }),
        say("postgres.standby_feedback_hint", {}),
      ),
    ),
    ...(old ?? []).map((row) =>
      warning(
        "long_transaction",
        say("postgres.long_transaction", {
          pid: Number(row.pid),
          user: String(row.user_name),
          since: String(row.since),
        }),
      ),
    ),
    ...(prepared ?? []).map((row) =>
      warning("prepared_transaction", say("postgres.prepared_transaction", { gid: String(row.gid) })),
    ),
  ];
}

/** See `Warehouse.endOrphans`. Our own connections are never among them. Throws AppError `timeout` when one does not go. */
export async function endOrphans(room: Room, applicationName: string): Promise<number> {
  const own = room.db.backends();
  const which = `application_name = ${literal(applicationName)} and datname = current_database() and pid <> pg_backend_pid()
    and pid not in (${[0, ...own].join(", ")})`;
  const rows = await room.db.rows(`select pid, pg_terminate_backend(pid) from pg_stat_activity where ${which}`);
  if (rows.length === 0) return 0;
  const pids = rows.map((row) => Number(row.pid)).join(", ");
  const deadline = room.clock.ticksMs() + ORPHAN_WAIT_MS;
  for (;;) {
    const left = await room.db.rows(`select pid from pg_stat_activity where pid in (${pids}) and ${which}`);
    if (left.length === 0) return rows.length;
    if (room.clock.ticksMs() > deadline)
      throw new AppError(
        "timeout",
        say("postgres.orphans_stay", { pids: left.map((row) => String(row.pid)).join(", ") }),
      );
    await room.clock.sleep(20);
  }
}
