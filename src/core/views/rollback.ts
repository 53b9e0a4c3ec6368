// Rollback as people read it, before (the proposal) and after (the result), and the history of an environment.
import type { Text } from "../../lib/text.ts";
import type { RunKind } from "../records.ts";
import type { ReleaseRef, ViewBase } from "./base.ts";
import type { PlanName } from "./plan.ts";

/** Shown before anything runs. */
export interface RollbackProposal {
  environment: string;
  timezone: string;
  at: Date;
  planId: string;
  from: ReleaseRef;
  to: ReleaseRef;
  publish: PlanName[];
  unpublish: PlanName[];
  /** Time of the data consumers will see, and of those they see now. */
  dataAsOf: Date | null;
  dataAsOfNow: Date | null;
  /** Nodes that must be built first (class `rebuild`); 0: nothing is built. */
  toBuild: number;
  /** What cannot be taken back; [] = nothing is lost. */
  lost: Text[];
  /** How long the release left behind stays available. */
  keptForDays: number | null;
  /** Automatic deployments wait until `resume`. */
  pauses: boolean;
}

export interface RollbackView extends ViewBase {
  environment: string;
  runId: number | null;
  from: ReleaseRef;
  /** What consumers see now. */
  serves: ReleaseRef;
  published: number;
  unpublished: number;
  readBack: number;
  switchMs: number;
  switchedAt: Date;
  totalMs: number;
  paused: boolean;
}

export interface HistoryView extends ViewBase {
  environment: string;
  /** Newest first. */
  revisions: RevisionView[];
}

interface RevisionView {
  revision: number;
  release: ReleaseRef;
  from: number | null;
  kind: RunKind;
  runId: number;
  actor: string;
  reason: string | null;
  at: Date;
  switchMs: number;
  /** This is what consumers see now. */
  current: boolean;
  /** False once a version it needs was collected. */
  canGoBack: boolean;
}
