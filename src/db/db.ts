// Slipway's own state as every query function takes it: one Kysely over one pool, embedded or not, inside or outside a transaction.
import { CamelCasePlugin, Kysely, WithSchemaPlugin } from "kysely";
import type { Clock } from "../lib/clock.ts";
import { type PoolLike, StateDialect } from "./dialect.ts";
import type { Tables } from "./schema.ts";

export type Backend = "embedded" | "postgres";

export interface Db {
  readonly kysely: Kysely<Tables>;
  readonly clock: Clock;
  readonly backend: Backend;
  /** For people: the data folder, or host, port and database. No secrets. */
  readonly place: string;
  /** Process that owns the embedded folder; null on a server. */
  readonly statePid: number | null;
  /** For what Kysely cannot say: people's own queries (reader.ts). Never inside a transaction. */
  readonly pool: PoolLike;
  /**
   * Runs `work` in one transaction; inside a transaction it joins it. Everything in `work` must use the Db it is given:
   * a query beside it waits for ever on the embedded state.
   */
  transaction<T>(work: (trx: Db) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The one schema that holds everything, on both back ends. */
export const stateSchema = "slipway_state";

type Facts = Pick<Db, "clock" | "backend" | "place" | "statePid" | "pool">;
type Given = Omit<Facts, "pool"> & { transactionIdleMs: number | null };

/** A Db over a pool; `close` ends the pool and then calls `onClose`. */
export function makeDb(pool: PoolLike, { transactionIdleMs, ...given }: Given, onClose: () => void): Db {
  const facts = { ...given, pool };
  const kysely = new Kysely<Tables>({
    dialect: new StateDialect({ pool, transactionIdleMs }),
    plugins: [new WithSchemaPlugin(stateSchema), new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  return {
    ...facts,
    kysely,
    transaction: (work) => kysely.transaction().execute((trx) => work(inside(trx, facts))),
    close: async () => {
      await kysely.destroy();
      onClose();
    },
  };
}

function inside(trx: Kysely<Tables>, facts: Facts): Db {
  const db: Db = { ...facts, kysely: trx, transaction: (work) => work(db), close: async () => {} };
  return db;
}
