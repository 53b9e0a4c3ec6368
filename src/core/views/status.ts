// What is live where, since when, by whom: `status`, `releases`, `show`.
import type { Text } from "../../lib/text.ts";
import type { Column, NodeId } from "../project/relation.ts";
import type { RunKind, RunPhase, TestOutcome, VerdictKind } from "../records.ts";
import type { ReleaseRef, TestCounts, ViewBase } from "./base.ts";
import type { NodeErrorView } from "./deploy.ts";
import type { RollbackClass } from "./plan.ts";

export interface StatusView extends ViewBase {
  project: string;
  environments: EnvironmentStatus[];
}

/** The one sentence about an environment. */
export type Condition =
  | { kind: "fine" }
  | { kind: "newer_held"; release: number; since: Date }
  /** `publish_unaffected`: some nodes stayed as they were when the live release came. */
  | { kind: "partly_held"; nodes: number; since: Date }
  | { kind: "serves_failed"; nodes: number }
  | { kind: "stale" }
  | { kind: "switching" }
  | { kind: "not_seen"; since: Date }
  | { kind: "never_deployed" };

export interface EnvironmentStatus {
  environment: string;
  target: string;
  condition: Condition;
  live: ReleaseRef | null;
  /** Who brought it there and why. */
  actor: string | null;
  reason: string | null;
  revision: number;
  tests: TestCounts | null;
  /** Time of the newest source data the live release was built from. */
  dataAsOf: Date | null;
  /** Sources older than their dbt freshness allows. */
  stale: { source: NodeId; name: string; ageMs: number; maxMs: number }[];
  running: RunningView | null;
  /** A run that stopped without an end; the next command finishes or tidies it. */
  interrupted: RunningView | null;
  /** Automatic deployments wait for `resume`. */
  paused: boolean;
  /** Release a rollback would go to; null when there is none. */
  rollbackTo: number | null;
  next: { job: string; at: Date } | null;
}

export interface RunningView {
  runId: number;
  kind: RunKind;
  phase: RunPhase;
  actor: string;
  startedAt: Date;
  host: string;
  pid: number;
}

export interface ReleasesView extends ViewBase {
  environment: string;
  /** Newest first. */
  releases: ReleaseRow[];
}

export interface ReleaseRow extends ReleaseRef {
  /** A version it needs was collected: no rollback. */
  collectedAt: Date | null;
  built: number;
  reused: number;
  tests: TestCounts | null;
  verdict: VerdictKind | null;
  /** How long it was live in all; null when it never was. */
  liveMs: number | null;
}

export interface ReleaseView extends ViewBase {
  release: ReleaseRef;
  /** One per environment that has seen it. */
  standings: {
    environment: string;
    state: ReleaseRef["state"];
    verdict: VerdictKind | null;
    override: string | null;
    liveSince: Date | null;
    liveUntil: Date | null;
    rollback: RollbackClass | null;
    collected: boolean;
  }[];
  runId: number | null;
  actor: string | null;
  reason: string | null;
  /** The release before it in the environment shown, which `nodes[].change` compares with. */
  comparedWith: number | null;
  nodes: ReleaseNodeView[];
  removed: { node: NodeId; name: string }[];
  /** Nodes that could not be built. */
  errors: NodeErrorView[];
  tests: TestOutcome[];
  counts: TestCounts;
  timings: { buildMs: number; verifyMs: number; promoteMs: number; switchMs: number };
  /** Asked for with `--test`: rows that do not pass. */
  rows: { test: string; sql: string | null; columns: string[]; rows: string[][]; truncated: boolean } | null;
}

export interface ReleaseNodeView {
  node: NodeId;
  name: string;
  resourceType: string;
  materialized: string;
  key: string;
  published: string;
  /** Physical relation in the store. */
  relation: string;
  how: "built" | "reused";
  change: "new" | "changed" | "same";
  reasons: Text[];
  columns: Column[];
  rows: number | null;
  sizeBytes: number | null;
  buildMs: number | null;
}
