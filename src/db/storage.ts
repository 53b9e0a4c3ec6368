// How much Slipway's own state holds, for `doctor`.
import { sql } from "kysely";
import type { Db } from "./db.ts";
import { currentRevision } from "./migrate.ts";

export interface StorageFacts {
  backend: Db["backend"];
  place: string;
  /** Version text of the PostgreSQL inside. */
  server: string;
  revision: string | null;
  /** Bytes of all tables and indexes of the state. */
  sizeBytes: number;
  /** Rows per table, counted. */
  counts: { table: string; rows: number }[];
}

const tables = [
  "projects",
  "environments",
  "manifests",
  "releases",
  "standings",
  "revisions",
  "versions",
  "plans",
  "runs",
  "run_steps",
  "node_timings",
  "test_results",
  "key_records",
  "leases",
  "audit",
];

export async function storageFacts(db: Db): Promise<StorageFacts> {
  const each = tables.map(
    (table) => sql`select ${sql.lit(table)} as "table", count(*) as rows from ${sql.table(`slipway_state.${table}`)}`,
  );
  const counts = await sql<{ table: string; rows: number }>`${sql.join(each, sql` union all `)}`.execute(db.kysely);
  const facts = await sql<{ server: string; sizeBytes: number }>`
    select current_setting('server_version') as server,
      (select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'slipway_state' and c.relkind = 'r') as size_bytes`.execute(db.kysely);
  const { server, sizeBytes } = facts.rows[0]!;
  return {
    backend: db.backend,
    place: db.place,
    revision: await currentRevision(db),
    server,
    sizeBytes,
    counts: counts.rows,
  };
}
