// Commands that look at runs, and the one that repeats what failed.
import type { ActRequest } from "../flow.ts";
import type { RunState } from "../records.ts";
import type { JobRunView } from "../views/job.ts";
import type { LogLineView, LogsView, RunsView, SqlFormat, SqlView } from "../views/runs.ts";

export interface RunOps {
  runs(request: RunsRequest): Promise<RunsView>;
  /** AppError `not_found`. */
  runShow(request: { run: number }): Promise<JobRunView>;
  /** Lines in their order as they are found; with `follow` until the run has ended. */
  logs(request: LogsRequest, print: (line: LogLineView) => void): Promise<LogsView>;
  /** What failed in a run, and what it held back. AppErrors `not_found`, `invalid` (nothing failed, still running). */
  runRetry(request: { run: number } & ActRequest): Promise<JobRunView>;
  /** Read-only, in one transaction. `print`: lines of `csv` and `json`. AppError `invalid` at the place of a mistake. */
  sql(request: SqlRequest, print: (line: string) => void): Promise<SqlView>;
}

export interface RunsRequest {
  /** Null: all of them. */
  environment: string | null;
  job: string | null;
  /** `2d`, `90m`, or a time; null: whenever. */
  since: string | null;
  states: RunState[];
  limit: number;
}

export interface LogsRequest {
  /** Null: all runs that `environment` and `since` leave. */
  run: number | null;
  environment: string | null;
  since: string | null;
  errors: boolean;
  /** `10`: the ten slowest; `60s`: whatever took longer. */
  slow: string | null;
  /** A regular expression, or a text where it is none. */
  grep: string | null;
  follow: boolean;
}

export interface SqlRequest {
  sql: string | null;
  /** A path from the folder of the command; `-`: standard input. */
  file: string | null;
  format: SqlFormat;
}
