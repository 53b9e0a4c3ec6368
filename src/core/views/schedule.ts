// Declared jobs: what starts them, when next, and what became of the times before. `job list|show|next|pause|resume`.
import type { Text } from "../../lib/text.ts";
import type { OccurrenceState } from "../jobs/jobs.ts";
import type { RunState } from "../records.ts";
import type { ViewBase } from "./base.ts";

export interface JobsView extends ViewBase {
  project: string;
  /** In the order of slipway.yml. */
  jobs: JobSummary[];
}

export interface JobSummary {
  job: string;
  environment: string;
  /** IANA zone of its triggers and excluded periods. */
  jobTimezone: string;
  /** [] when it starts by hand only. */
  triggers: JobTrigger[];
  /** When a schedule starts it next; null: none does, or its calendar cannot be read. */
  nextAt: Date | null;
  paused: JobPause | null;
  lastRun: { runId: number; state: RunState; startedAt: Date; finishedAt: Date | null } | null;
}

export type JobTrigger =
  | { kind: "cron"; cron: string }
  | { kind: "after"; job: string; result: string[] }
  | { kind: "branch"; branch: string };

export interface JobPause {
  by: string | null;
  reason: string | null;
}

export interface JobView extends ViewBase, JobSummary {
  steps: string[];
  /** Periods in which no trigger starts it. */
  exclude: { text: Text }[];
  missed: "run_once" | "skip";
  overlap: "queue" | "merge" | "refuse";
  timeoutMs: number | null;
  threads: number | null;
  fullRefresh: "never" | "allowed" | "always";
  sourceFreshness: boolean;
  /** Null: the environment's. */
  onTestFailure: string | null;
  requireTests: boolean;
  vars: { name: string; value: unknown }[];
  /** Names only; values of secrets are nowhere. */
  env: { name: string; from: "literal" | "environment" | "secret" }[];
  /** What became of the last times, newest first. */
  occurrences: PastOccurrence[];
}

export interface PastOccurrence {
  /** The cron expression, `after:load:412`, `branch:main:c0ffee..`. */
  trigger: string;
  dueAt: Date;
  state: OccurrenceState;
  /** Why it did not start a run of its own. */
  note: Text | null;
  runId: number | null;
}

export interface JobNextView extends ViewBase {
  /** Null: all jobs. */
  job: string | null;
  /** Those that are shown. */
  jobs: (Omit<JobSummary, "lastRun"> & { next: NextOccurrence[] })[];
}

export interface NextOccurrence {
  cron: string;
  dueAt: Date;
  /** Why nothing runs then; null: it does. */
  excluded: Text | null;
}

export interface JobPauseView extends ViewBase {
  job: string;
  environment: string;
  /** As it is now. */
  paused: JobPause | null;
  jobTimezone: string;
  nextAt: Date | null;
}
