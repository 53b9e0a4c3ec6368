// How Slipway's own state is: for `slipway doctor` and `slipway db`. Reads only.
import { sql } from "kysely";
import type { Db } from "./db.ts";

export interface StateHealth {
  /** Version of the PostgreSQL, e.g. `17.6`. */
  version: string;
  sizeBytes: number;
  /** False: a power failure may lose what was acknowledged. Always true embedded: Slipway's own file layer syncs. */
  durable: boolean;
}

export async function stateHealth(db: Db): Promise<StateHealth> {
  const plain = db.kysely.withoutPlugins();
  const { rows } = await sql<{ version: string; size: number; fsync: string; wal: string }>`
    select current_setting('server_version') as version, pg_database_size(current_database())::float8 as size,
      current_setting('fsync') as fsync, current_setting('synchronous_commit') as wal`.execute(plain);
  const row = rows[0]!;
  const durable = db.backend === "embedded" || (row.fsync === "on" && row.wal !== "off");
  return { version: row.version.split(" ")[0]!, sizeBytes: row.size, durable };
}

/** Revisions that were applied, oldest first, with the time of each; [] for an empty state. */
export async function appliedMigrations(db: Db): Promise<{ name: string; at: Date }[]> {
  const plain = db.kysely.withoutPlugins();
  const { rows } = await sql<{ made: boolean }>`
    select to_regclass('slipway_state.migrations') is not null as made`.execute(plain);
  if (!rows[0]?.made) return [];
  const found = await sql<{ name: string; timestamp: string }>`
    select name, timestamp from slipway_state.migrations order by name`.execute(plain);
  return found.rows.map((row) => ({ name: row.name, at: new Date(row.timestamp) }));
}
