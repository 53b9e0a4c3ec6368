// A run as people follow it: its steps, what they came to, what consumers see now. Shown by `dbt`, `job run` and `run show`.
import type { Text } from "../../lib/text.ts";
import type { JobStepState, Trigger } from "../jobs/jobs.ts";
import type { NodeId } from "../project/relation.ts";
import type { RunKind, RunState } from "../records.ts";
import type { CommitRef, ReleaseRef, ViewBase } from "./base.ts";
import type { NodeErrorView, PromoteSummary, VerifySummary } from "./deploy.ts";

export interface JobRunView extends ViewBase {
  runId: number;
  kind: RunKind;
  state: RunState;
  environment: string;
  /** Name in slipway.yml; null: typed by hand. */
  job: string | null;
  trigger: Trigger | null;
  actor: string;
  reason: string | null;
  retryOf: number | null;
  /** Null until it is known. */
  commit: CommitRef | null;
  startedAt: Date;
  finishedAt: Date | null;
  totalMs: number;
  steps: JobStepView[];
  /** The release that this run made; null when nothing was new. */
  release: ReleaseRef | null;
  /** What consumers saw before, and see now; null: nothing. */
  previous: ReleaseRef | null;
  serves: ReleaseRef | null;
  /** Nodes that failed, each with what was not tried because of it. */
  errors: NodeErrorView[];
  verify: VerifySummary | null;
  /** Null when nothing was switched. */
  promote: PromoteSummary | null;
  /** What was published in spite of what, because the rule says so. */
  override: Text | null;
  /** `publish_unaffected`: nodes that stayed as they were. */
  held: NodeId[];
  /** The nodes that took longest, longest first. */
  slowest: { node: NodeId; name: string; ms: number }[];
  /** Last error or verdict in a sentence. */
  result: Text | null;
}

export interface JobStepView {
  /** From 1. */
  position: number;
  /** `clone, profile, deps`, a command, `publish`. */
  name: string;
  state: JobStepState;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Null until it has ended. */
  ms: number | null;
  /** `9 built, 14 reused`. */
  summary: Text | null;
  /** What `ls`, `show` and `compile` printed; [] for everything else. */
  output: string[];
}
