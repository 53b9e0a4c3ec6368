// Runs on a server and by hand: what the command line asks, and what it gets back.
import type { ActRequest } from "../flow.ts";
import type { JobRunView } from "../views/job.ts";
import type { RunCancelView, ServeView } from "../views/serve.ts";

export interface ServeOps {
  /** Serves the project until it is told to stop. AppError `locked` when another process serves the embedded state. */
  serve(request: ServeRequest): Promise<ServeView>;
  /** Runs a declared job: by a living server, else here. AppErrors `not_found` (no such job), `conflict` (refused: one is in the way). */
  jobRun(request: JobRunRequest): Promise<JobRunView>;
  /** A waiting run is taken back, a running one stopped cleanly. AppError `not_found`. */
  runCancel(request: { run: number } & ActRequest): Promise<RunCancelView>;
}

export interface ServeRequest {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Runs at once. */
  workers: number;
  /** How long runs may go on after SIGTERM before they are handed over. */
  graceMs: number;
}

export interface JobRunRequest {
  job: string;
  /** Anything `git rev-parse` takes; null: what is live. */
  commit: string | null;
  /** Added to the job's own, which they overrule. */
  vars: Record<string, unknown>;
  threads: number | null;
  fullRefresh: boolean;
  /** False: come back as soon as the run waits. */
  wait: boolean;
  reason: string | null;
}
