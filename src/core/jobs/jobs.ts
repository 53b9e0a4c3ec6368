// Jobs as data: what a run of dbt commands was asked to do, why it started, its steps, and what became of each occurrence.
import type { Text } from "../../lib/text.ts";

/** Why a run started. Times are ISO, UTC. */
export type Trigger =
  | { kind: "schedule"; cron: string; dueAt: string; late: boolean }
  | { kind: "after"; job: string; runId: number; result: string }
  | { kind: "branch"; branch: string; commit: string }
  | { kind: "manual" }
  | { kind: "retry"; runId: number };

/** What a test failure keeps from consumers. */
export type FailureRule = "hold" | "publish_unaffected" | "publish";

/** A value of the environment as it is asked for: never the value of a secret. */
export type EnvWish =
  | { kind: "literal"; value: string }
  | { kind: "from"; name: string }
  | { kind: "secret"; name: string };

/** What a run carries out, frozen when it was asked for: later changes of slipway.yml do not reach it. */
export interface JobRequest {
  environment: string;
  /** Name in slipway.yml; null: `slipway dbt`. */
  job: string | null;
  /** dbt command lines, `dbt run --select orders`. */
  steps: string[];
  /** Full commit id; null: the commit that is live (the branch's tip where nothing is). */
  commit: string | null;
  threads: number | null;
  timeoutMs: number | null;
  vars: Record<string, unknown>;
  env: Record<string, EnvWish>;
  sourceFreshness: boolean;
  fullRefresh: "never" | "allowed" | "always";
  /** Null: the environment's. */
  onTestFailure: FailureRule | null;
  /** A run without tests is refused. */
  requireTests: boolean;
  /** `slipway run retry`: only these nodes and tests, and what depends on them. Null: all that the steps name. */
  only: string[] | null;
}

export type JobStepState = "queued" | "running" | "succeeded" | "failed" | "skipped" | "cancelled";

/** One line of `slipway run show`: `clone, profile, deps`, each command, `publish`. */
export interface JobStep {
  runId: number;
  /** From 1. */
  position: number;
  name: string;
  state: JobStepState;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** `9 built, 14 reused`. */
  summary: Text | null;
}

/** What became of one time at which a schedule fires. Exactly one row per (job, trigger, time), whoever decided it. */
export type OccurrenceState = "queued" | "merged" | "refused" | "excluded" | "missed" | "paused";

export interface Occurrence {
  projectId: number;
  job: string;
  /** The cron expression. */
  trigger: string;
  dueAt: Date;
  state: OccurrenceState;
  /** Why it did not start a run of its own. */
  note: Text | null;
  runId: number | null;
  decidedAt: Date;
}

/** A declared job as the state knows it. */
export interface JobRecord {
  projectId: number;
  name: string;
  paused: boolean;
  pausedBy: string | null;
  pausedReason: string | null;
  /** Occurrences up to this time have been decided; null: never looked at. */
  consideredUntil: Date | null;
}

/** A process that serves this project. */
export interface Server {
  id: string;
  projectId: number;
  pid: number;
  host: string;
  version: string;
  /** `127.0.0.1:8600`; null while it does not listen. */
  address: string | null;
  startedAt: Date;
  heartbeatAt: Date;
}
