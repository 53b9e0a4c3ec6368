// The engine: what Slipway needs of dbt. One driver today (dbt-core 1.x through the sidecar); dbt 2.x will be a second one.

/** Everything a dbt process may see. Nothing is inherited from Slipway's own environment. */
export interface EngineSetting {
  /** Absolute folder of dbt_project.yml in the checkout. */
  projectDir: string;
  /** Absolute folder of the generated profiles.yml. */
  profilesDir: string;
  target: string;
  /** Absolute; artifacts of this run. */
  targetPath: string;
  logPath: string;
  vars: Record<string, unknown>;
  /** Environment values declared for the project, and what the profile needs. */
  env: Record<string, string>;
  /** Of `env`, whose values never reach logs, events and messages, besides those that sound like a secret [none]. */
  secretNames?: string[];
  /** DuckDB: how long another program may hold the file before dbt gives up [fails at once]. */
  duckdbWaitMs?: number;
}

export interface ParseRequest {
  setting: EngineSetting;
  /** Kept across commits of one (project, target). */
  partialParseFile: string;
  /** Set when a changed file is equal after white-space folding (dbt 1.12 would not see it). */
  fullParse: boolean;
  /** Run `dbt deps` first (packages declared and not installed as declared). */
  deps: boolean;
}

export interface ParseResult {
  /** Absolute path of dbt's manifest.json. */
  manifestPath: string;
  dbtVersion: string;
  adapterType: string;
  adapterVersion: string;
  /** Version of the database library, e.g. duckdb 1.5.6; null where there is none. */
  libraryVersion: string | null;
}

export interface BuildRequest {
  setting: EngineSetting;
  /** A pruned manifest whose nodes carry store names; only nodes, tests and unit tests with `tag` are run. */
  manifestPath: string;
  tag: string;
  threads: number | null;
  /** Keep going after a failure (descendants of a failure are skipped anyway). */
  failFast: boolean;
  /** True: nothing is built, and unit tests of models that stand already run too (`dbt build` runs one only with its model) [false]. */
  testsOnly?: boolean;
}

/** A node's one row in dbt's results: the only proof of success. */
export interface ResultRow {
  uniqueId: string;
  status: "success" | "pass" | "warn" | "fail" | "error" | "skipped" | "partial success" | "no-op";
  message: string | null;
  failures: number | null;
  executionMs: number;
  thread: string | null;
  compileStartedAt: string | null;
  compileCompletedAt: string | null;
  executeStartedAt: string | null;
  executeCompletedAt: string | null;
  rowsAffected: number | null;
  compiledCode: string | null;
  /** What the adapter said of the statement: `rows_affected`, `code`, a query's id. */
  adapterResponse: Record<string, unknown> | null;
}

export type EngineEvent =
  | { kind: "started"; uniqueId: string; at: string }
  /** Progress only. */
  | { kind: "finished"; uniqueId: string; status: string; at: string; executionMs: number }
  /** dbt recorded the node's row: proof, sent as soon as dbt has it. */
  | { kind: "result"; row: ResultRow }
  | {
      kind: "log";
      level: "debug" | "info" | "warn" | "error";
      name: string;
      text: string;
      uniqueId: string | null;
      at: string;
    };

/** A dbt command that builds nothing: `source freshness`, `docs generate`, `run-operation`, `compile`, `ls`, `show`. */
export interface CommandRequest {
  setting: EngineSetting;
  /** Its nodes carry the names that the command shall see. */
  manifestPath: string;
  /** The command's words and options, without what `setting` says. */
  args: string[];
  exclude: string[];
  resourceTypes: string[];
  excludeResourceTypes: string[];
}

export interface CommandResult {
  /** False: dbt says so (a source is stale, a macro raised an error). */
  ok: boolean;
  /** What dbt said of it, when not ok. */
  message: string | null;
  rows: CommandRow[];
  /** Lines that dbt would have printed. */
  output: string[];
}

export interface CommandRow {
  uniqueId: string;
  /** dbt's own word. */
  status: string;
  message: string | null;
  /** Of a source: how old its newest row is. */
  ageMs: number | null;
}

export interface BuildResult {
  rows: ResultRow[];
  elapsedMs: number;
  cancelled: boolean;
}

/** One process (group) for one run; parse and build share it, because importing dbt costs seconds. */
export interface EngineRun {
  /** Throws AppError `invalid` with the user's file and line when the project does not parse. */
  parse(request: ParseRequest): Promise<ParseResult>;
  build(request: BuildRequest): Promise<BuildResult>;
  /** Compiled SQL per node of that manifest, nothing is run. */
  compile(request: BuildRequest): Promise<Record<string, string>>;
  /** AppError when the command could not be run at all. Its artifacts are in the setting's target path, folder `command`. */
  command(request: CommandRequest): Promise<CommandResult>;
  /** Stops cleanly (open statements are cancelled), then kills the group after a grace. */
  cancel(): Promise<void>;
  close(): Promise<void>;
  readonly pid: number | null;
}

export interface Engine {
  /** Starts nothing yet; the process starts with the first call. */
  open(onEvent: (event: EngineEvent) => void): EngineRun;
}
