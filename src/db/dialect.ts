// Kysely's PostgreSQL dialect with our lock for migrations (no advisory locks: they exclude nobody on PGlite).
import { type Kysely, PostgresAdapter, PostgresDialect, type PostgresDialectConfig, sql } from "kysely";

export type PoolLike = Exclude<PostgresDialectConfig["pool"], (...args: never[]) => unknown>;

export class StateDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new StateAdapter();
  }
}

/** The migrator is always given a transaction: a table lock ends with it. */
class StateAdapter extends PostgresAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    await sql.raw("lock table slipway_state.migration_lock in exclusive mode").execute(db);
  }
  override async releaseMigrationLock(): Promise<void> {}
}
