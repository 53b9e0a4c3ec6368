// Kysely's PostgreSQL dialect with our lock for migrations (no advisory locks: they exclude nobody on PGlite), and with an end for
// transactions whose process stands still.
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  sql,
} from "kysely";

export type PoolLike = Exclude<PostgresDialectConfig["pool"], (...args: never[]) => unknown>;

interface StateDialectConfig extends PostgresDialectConfig {
  /** The server ends a transaction that waits this long for its client; null: somebody else does (the embedded state's process). */
  transactionIdleMs: number | null;
}

export class StateDialect extends PostgresDialect {
  readonly #config: StateDialectConfig;

  constructor(config: StateDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    const { transactionIdleMs } = this.#config;
    return transactionIdleMs === null ? super.createDriver() : new StateDriver(this.#config, transactionIdleMs);
  }
  override createAdapter(): PostgresAdapter {
    return new StateAdapter();
  }
}

/**
 * A process that is stopped (a laptop asleep, a paused machine) in the middle of a transaction would hold its rows for as long as it
 * stands still. Said within each transaction and in the same message: nothing is left in a session that a pooler gives to others.
 */
class StateDriver extends PostgresDriver {
  readonly #begin: CompiledQuery;

  constructor(config: PostgresDialectConfig, idleMs: number) {
    super(config);
    this.#begin = CompiledQuery.raw(`begin; set local idle_in_transaction_session_timeout = ${idleMs}`);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(this.#begin);
  }
}

/** The migrator is always given a transaction: a table lock ends with it. */
class StateAdapter extends PostgresAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    await sql.raw("lock table slipway_state.migration_lock in exclusive mode").execute(db);
  }
  override async releaseMigrationLock(): Promise<void> {}
}
