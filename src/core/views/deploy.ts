// What a deployment, refresh or promotion came to.
import type { Text } from "../../lib/text.ts";
import type { NodeId } from "../project/relation.ts";
import type { RunKind, TestOutcome } from "../records.ts";
import type { ReleaseRef, TestCounts, ViewBase } from "./base.ts";
import type { RollbackClass } from "./plan.ts";

export interface DeployView extends ViewBase {
  kind: RunKind;
  environment: string;
  /** Null when nothing was to do and no run was recorded. */
  runId: number | null;
  planId: string | null;
  /** The release made (or handed over) by this run; null when nothing was to do. */
  release: ReleaseRef | null;
  /** What consumers see now, whatever happened; null: the environment serves nothing yet. */
  serves: ReleaseRef | null;
  previous: ReleaseRef | null;
  build: BuildSummary;
  verify: VerifySummary | null;
  /** Null when nothing was switched. */
  promote: PromoteSummary | null;
  rollback: RollbackClass | null;
  /** Set when consumers see data whose tests failed, because the environment's rule says so. */
  override: Text | null;
  /** Counts for "Nothing new: 6 sources and 27 nodes as in r41". */
  unchanged: { sources: number; nodes: number; dataAsOf: Date | null } | null;
  /** How many nodes the next attempt would build of how many; null when it worked. */
  buildAgain: { nodes: number; of: number } | null;
  /** Paths of the working tree that are not committed, so not deployed. */
  leftOut: string[];
  totalMs: number;
  /** True when this run finished one that was interrupted. */
  resumed: boolean;
}

export interface BuildSummary {
  built: number;
  reused: number;
  failed: number;
  skipped: number;
  errors: NodeErrorView[];
  ms: number;
}

export interface NodeErrorView {
  node: NodeId;
  name: string;
  /** dbt's or the warehouse's own words. */
  message: string;
  file: string | null;
  line: number | null;
  /** Nodes below it that were not tried. */
  skipped: NodeId[];
}

export interface VerifySummary {
  counts: TestCounts;
  /** Everything but passes, failures first. */
  findings: TestOutcome[];
  ms: number;
}

export interface PromoteSummary {
  published: number;
  unpublished: number;
  adopted: number;
  /** The instant: what a reader could notice. */
  switchMs: number;
  readBack: number;
  ms: number;
  switchedAt: Date;
}
