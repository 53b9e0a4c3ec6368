// Who is in the way: backends with older snapshots, and holders of locks on a relation. For waiting, and for naming them to people.
import type { Relation } from "../../core/project/relation.ts";
import type { Database, Row } from "./connection.ts";
import { META_SCHEMA } from "./meta.ts";
import { literal, qualified } from "./quote.ts";

export interface Snapshot {
  /** `pid/virtual transaction`, or the name of a standby: stays the same as long as it is the same snapshot holder. */
  key: string;
  /** For people: `pid 4242 (user bi, psql) since 2026-11-20T05:58:00Z`. */
  who: string;
}

/**
 * Holders of snapshots that may be older than the last flip of this environment. A snapshot whose xmin lies above the flip's own
 * transaction is newer for certain; below it proves nothing (a long writer holds everybody's xmin down), so the caller takes this list
 * once and waits until each entry is gone. Standbys with feedback count: their snapshots show as xmin of the walsender or slot.
 */
export async function olderSnapshots(db: Database, liveId: number): Promise<Snapshot[]> {
  const rows = await db.rows(`
with flip as (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint - flip_transaction as age
              from ${META_SCHEMA}.live where id = ${liveId} and flip_transaction is not null)
select a.pid::text || '/' || coalesce(l.virtualtransaction, '') as key, ${describe("a")}
from flip, pg_stat_activity a left join pg_locks l on l.pid = a.pid and l.locktype = 'virtualxid' and l.granted
where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_xmin is not null
  and a.backend_type not in ('walsender', 'autovacuum worker') and age(a.backend_xmin)::bigint >= flip.age
union all
select 'standby ' || a.pid, ${describe("a")} from flip, pg_stat_activity a
where a.backend_type = 'walsender' and a.datname is null and a.backend_xmin is not null and age(a.backend_xmin)::bigint >= flip.age
union all
select 'slot ' || s.slot_name, null, null, s.slot_name, null, null from flip, pg_replication_slots s
where s.slot_type = 'physical' and s.xmin is not null and age(s.xmin)::bigint >= flip.age`);
  return rows.map((row) => ({ key: String(row.key), who: who(row) }));
}

const describe = (a: string): string =>
  `${a}.pid, ${a}.usename, ${a}.application_name, ${a}.state, to_char(${a}.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since`;

function who(row: Row): string {
  const about = [row.usename ? `user ${String(row.usename)}` : "", row.application_name, row.state].filter(Boolean);
  const head = row.pid === null || row.pid === undefined ? "" : `pid ${String(row.pid)}`;
  const inner = about.length > 0 ? `(${about.map(String).join(", ")})` : "";
  return [head, inner, row.since ? `since ${String(row.since)}` : ""].filter(Boolean).join(" ");
}

interface LockHolder {
  who: string;
  /** It gives way by itself once it has blocked someone for `deadlock_timeout`. */
  autovacuum: boolean;
}

/** Everybody who holds a lock on the relation, prepared transactions by their gid. */
export async function lockHolders(db: Database, relation: Relation): Promise<LockHolder[]> {
  const rows = await db.rows(`
select a.backend_type, p.gid, ${describe("a")}
from pg_locks l left join pg_stat_activity a on a.pid = l.pid
left join pg_prepared_xacts p on l.pid is null and l.virtualtransaction = '-1/' || p.transaction::text
where l.relation = to_regclass(${literal(qualified(relation))}) and l.granted and l.pid is distinct from pg_backend_pid()
  and l.database = (select oid from pg_database where datname = current_database())
order by a.xact_start nulls last`);
  return rows.map((row) => ({
    who: row.gid ? `prepared transaction ${String(row.gid)}` : who(row),
    autovacuum: row.backend_type === "autovacuum worker",
  }));
}
