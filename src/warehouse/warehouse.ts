// What Slipway needs of a warehouse, whatever its kind. Two implementations: duckdb/ and postgres/. No dbt here.

import type { EvidenceBatch } from "../core/evidence/evidence-tables.ts";
import type { Token, TokenRequest } from "../core/keys/token.ts";
import type { Dressing, LiveRow, Promotion } from "../core/plan/publish.ts";
import type { Column, Relation } from "../core/project/relation.ts";
import type { Problem } from "../lib/error.ts";
import type { Text } from "../lib/text.ts";

export interface RelationFacts {
  relation: Relation;
  kind: "table" | "view" | "other";
  columns: Column[];
  /** Bytes on disk where the warehouse knows them, else null. */
  sizeBytes: number | null;
  /** Rows where cheaply known (an estimate is fine), else null. */
  rowsEstimate: number | null;
  comment: string | null;
}

/** Where the test points of the fault matrix are called; a test may never return from it (kill -9). Production passes a no-op. */
export type FaultPoint = (name: string) => Promise<void>;

export interface PromotionHooks {
  /** Called at `prepare:middle`, `flip:before`, `flip:after`, `settle:middle`. */
  fault: FaultPoint;
  /** Progress for people: done of total names in a phase. */
  progress: (phase: "prepare" | "flip" | "settle", done: number, total: number) => void;
  /** A signal that ends waiting (not a switch under way). */
  signal: AbortSignal;
}

export interface ReplicaRequest {
  /** Absolute. */
  file: string;
  names: { published: Relation; target: Relation }[];
  /** Called at `replica:middle`: written, not yet in its place. */
  fault: FaultPoint;
}

export interface Warehouse {
  readonly kind: "duckdb" | "postgres";
  /**
   * Names the place where versions live: equal identities can share versions. No secrets (e.g. `duckdb:/abs/file.duckdb`,
   * `postgres:host:5432/db`).
   */
  readonly identity: string;
  readonly publishAtomicity: "transaction" | "switchRow";

  /**
   * Makes sure `slipway.live` and the store schema exist and this environment has its row; returns the row. Idempotent.
   * `storeSchema` is claimed for (installation, project): when another installation holds that name, throws AppError `conflict`.
   */
  ensureEnvironment(request: {
    installation: string;
    project: string;
    environment: string;
    storeSchema: string;
  }): Promise<LiveRow>;
  /** The row of an environment, or null when the warehouse has none. Reads only; creates nothing. */
  readLive(request: { installation: string; project: string; environment: string }): Promise<LiveRow | null>;

  /** Facts of those relations that exist. `sizes`: also where they cost something (DuckDB, 0.8 ms per table). */
  inspect(relations: Relation[], options?: { sizes: boolean }): Promise<RelationFacts[]>;
  /** Every relation of a schema; [] when the schema is missing. */
  listSchema(schema: string): Promise<Relation[]>;
  /** Drops tables or views of the store, whatever kind they are; what is missing is skipped. Returns the names dropped. Never cascades. */
  dropRelations(relations: Relation[]): Promise<Relation[]>;
  /** A full copy of a table (or of what a view shows) under another name (schema is made when missing), with indexes and constraints where the kind has them. */
  cloneTable(from: Relation, to: Relation): Promise<void>;
  /** One token per request, in order. `salt` is the value used where nothing stands for the data (confidence none). */
  readTokens(requests: TokenRequest[], salt: string): Promise<Token[]>;

  /** Everything that would stop this promotion (adoption that loses something, foreign dependants, rights, name limits). Changes nothing. */
  checkPromotion(promotion: Promotion): Promise<Problem[]>;
  /** Nothing visible changes. Idempotent; resumes by looking at what stands. Settles leftovers of an earlier promotion first. */
  prepare(promotion: Promotion, hooks: PromotionHooks): Promise<void>;
  /**
   * The instant. Idempotent: when the row already holds `toPosition` it does nothing. AppError `conflict` when the fencing number is
   * overtaken. `switchMs` is the time in which a reader could notice (the transaction of the flip).
   */
  flip(promotion: Promotion, hooks: PromotionHooks): Promise<{ switchMs: number }>;
  /** Waits for old snapshots, makes views plain again, removes unpublished names. Idempotent. `pending` says who is waited for when time is up. */
  settle(promotion: Promotion, hooks: PromotionHooks): Promise<{ done: boolean; pending: string | null }>;
  /** Reads every published name back: those that do not point at the relation given, or fail to answer a query. */
  readBack(names: { published: Relation; target: Relation }[]): Promise<{ published: Relation; found: string }[]>;
  /** Applies comments and grants of names whose target did not change but whose dressing did. */
  dress(names: { published: Relation; dressing: Dressing }[]): Promise<void>;
  /** Turns published views into real tables (or plain views over real tables for view models) and removes Slipway's row. See eject. */
  eject(request: {
    liveId: number;
    names: {
      published: Relation;
      target: Relation;
      materialized: "table" | "view";
      viewSql: string | null;
      /** True: the target is needed by others, so it is copied where it would otherwise be moved. */
      keep?: boolean;
    }[];
  }): Promise<void>;

  /**
   * Writes a file that holds the published names as tables and nothing else, and puts it in the place of `file` at one instant. Readers
   * of the file before keep what they have open. Absent where the warehouse is no file.
   */
  replicate?(request: ReplicaRequest): Promise<{ sizeBytes: number }>;
  /**
   * Calls inside `work` share one opening where opening costs (DuckDB: 0.1 s per 1,000 tables), held until `work` ends: for writing, so
   * that nobody else comes in between, or for reading as long as no call writes. Never around a dbt run: that needs the file itself.
   * Absent where there is nothing to share.
   */
  withOpen?<T>(work: () => Promise<T>, mode?: "read" | "write"): Promise<T>;

  /**
   * Copies rows of evidence into a schema of the team's own, in one transaction: schema and tables are made when missing, columns added,
   * a row that is there already is replaced. AppError `locked` after a moment where somebody holds the file.
   */
  saveEvidence(schema: string, batches: readonly EvidenceBatch[]): Promise<void>;

  /**
   * Regular care of the tables of these schemas. DuckDB: the log is written into the file. PostgreSQL: VACUUM and ANALYZE of tables that
   * this role owns and nobody holds; `refused` counts the others.
   */
  optimize(schemas: string[], signal: AbortSignal): Promise<{ tables: number; refused: number; freedBytes: number }>;
  /**
   * Writes the file anew without its gaps and puts it in its place at one instant. `why` says why it was left as it is. Absent where
   * there is no file.
   */
  compact?(): Promise<{ freedBytes: number; why: Text | null }>;

  /** Ends statements that a killed dbt run of this environment left behind (PostgreSQL: by application_name). Returns how many. */
  endOrphans(applicationName: string): Promise<number>;
  /** Who holds or blocks: for `doctor` and for locked errors. */
  diagnose(): Promise<Problem[]>;
  /** Runs one read-only query; for the demo, tests and `show --test`. Rows as objects; 64-bit integers and decimals as strings. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}
