// Occurrences of upkeep: who did what when, and what it came to. Also what the state itself needs now and then.
import { sql } from "kysely";
import type { AuditRow } from "../core/records.ts";
import type { UpkeepPeriod, UpkeepState, UpkeepTask } from "../core/upkeep.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { json } from "./json.ts";

export interface UpkeepRecord {
  period: UpkeepPeriod;
  dueAt: Date;
  state: UpkeepState;
  actor: string;
  /** How often it was begun: a process may die in the middle. */
  attempts: number;
  startedAt: Date;
  finishedAt: Date | null;
  tasks: UpkeepTask[];
}

const columns = ["period", "dueAt", "state", "actor", "attempts", "startedAt", "finishedAt", "tasks"] as const;

/** Newest first; of one period, or all. */
export async function listUpkeep(
  db: Db,
  projectId: number,
  { period, limit }: { period?: UpkeepPeriod; limit: number },
): Promise<UpkeepRecord[]> {
  return db.kysely
    .selectFrom("upkeep")
    .select(columns)
    .where("projectId", "=", projectId)
    .$if(period !== undefined, (query) => query.where("period", "=", period ?? "daily"))
    .orderBy("dueAt", "desc")
    .limit(limit)
    .execute();
}

export interface UpkeepKey {
  projectId: number;
  period: UpkeepPeriod;
  dueAt: Date;
}

/** Begins it, or begins again what a process that died had begun. How often it was begun now; call it under the lease of upkeep. */
export async function beginUpkeep(db: Db, key: UpkeepKey, actor: string): Promise<number> {
  const at = db.clock.now();
  const row = await db.kysely
    .insertInto("upkeep")
    .values({ ...key, state: "running", actor, attempts: 1, startedAt: at, finishedAt: null, tasks: json([]) })
    .onConflict((conflict) =>
      conflict
        .columns(["projectId", "period", "dueAt"])
        .doUpdateSet({ actor, startedAt: at, attempts: sql`slipway_state.upkeep.attempts + 1` }),
    )
    .returning("attempts")
    .executeTakeFirstOrThrow();
  return row.attempts;
}

/** From here on it counts; nothing was done. */
export async function noteUpkeep(db: Db, key: UpkeepKey, actor: string): Promise<void> {
  const at = db.clock.now();
  await db.kysely
    .insertInto("upkeep")
    .values({ ...key, state: "noted", actor, attempts: 0, startedAt: at, finishedAt: at, tasks: json([]) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Ends it, with one audit row. */
export async function finishUpkeep(
  db: Db,
  { projectId, period, dueAt }: UpkeepKey,
  end: { state: "done" | "failed"; tasks: UpkeepTask[] },
  audit: AuditRow,
): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.kysely
      .updateTable("upkeep")
      .set({ state: end.state, tasks: json(end.tasks), finishedAt: trx.clock.now() })
      .where("projectId", "=", projectId)
      .where("period", "=", period)
      .where("dueAt", "=", dueAt)
      .execute();
    await recordAudit(trx, audit);
  });
}

/** When runs of the whole state ended, and which of them people look at first: an environment's last one, and what is live. */
export async function runEnds(db: Db, ids: number[]): Promise<Map<number, { endedAt: Date | null; needed: boolean }>> {
  const rows = await sql<{ id: number; endedAt: Date | null; needed: boolean }>`
    select r.id, r.finished_at as ended_at,
      r.id = (select max(id) from slipway_state.runs x where x.environment_id = r.environment_id and x.kind <> 'gc')
      or exists (select from slipway_state.revisions v join slipway_state.environments e
        on e.id = v.environment_id and e.revision = v.revision where v.run_id = r.id) as needed
    from slipway_state.runs r where r.id = any(${ids}::bigint[])`.execute(db.kysely);
  return new Map(rows.rows.map(({ id, ...rest }) => [Number(id), rest]));
}

/** Folders of parsed commits that no release points at any more and that were made before `before`. */
export async function unneededManifests(db: Db, projectId: number, before: Date): Promise<string[]> {
  const rows = await sql<{ path: string }>`
    select m.path from slipway_state.manifests m where m.project_id = ${projectId} and m.created_at < ${before}
      and not exists (select from slipway_state.releases r join slipway_state.standings s on s.release_id = r.id
        where r.manifest_id = m.id and not s.collected and s.state <> 'rejected')
      and not exists (select from slipway_state.standings s where (s.own ->> 'manifestId')::bigint = m.id and not s.collected)
      order by m.path`.execute(db.kysely);
  return rows.rows.map((row) => row.path);
}

/** VACUUM and ANALYZE of the state's own tables, one by one. Returns how many. */
export async function vacuumState(db: Db): Promise<number> {
  const plain = db.kysely.withoutPlugins();
  const { rows } = await sql<{
    name: string;
  }>`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'slipway_state' and c.relkind = 'r' and pg_has_role(c.relowner, 'member') order by 1`.execute(
    plain,
  );
  for (const { name } of rows)
    await sql`vacuum (analyze, skip_locked) ${sql.table(`slipway_state.${name}`)}`.execute(plain);
  return rows.length;
}
