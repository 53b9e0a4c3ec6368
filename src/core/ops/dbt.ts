// dbt commands by hand: what the command line asks, and what it gets back.
import type { JobRunView } from "../views/job.ts";

export interface DbtOps {
  /** Runs commands as one transaction, as a job does. AppError `invalid` with the mistake in a command line. */
  dbt(request: DbtRequest): Promise<JobRunView>;
}

export interface DbtRequest {
  environment: string;
  /** Command lines, `run --select orders`. */
  commands: string[];
  /** Anything `git rev-parse` takes; null: what is live. */
  commit: string | null;
  reason: string | null;
}
