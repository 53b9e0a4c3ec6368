// What Slipway remembers: the records of its own state, as the rooms above db/ see them (camelCase, Dates, plain JSON).
import type { Text } from "../lib/text.ts";
import type { JobRequest, Trigger } from "./jobs/jobs.ts";
import type { Token } from "./keys/token.ts";
import type { Promotion } from "./plan/publish.ts";
import type { Column, NodeId, Relation } from "./project/relation.ts";

export type ReleaseState = "candidate" | "verified" | "live" | "retired" | "rejected";
export type VersionState = "building" | "ready" | "failed" | "retired";
export type VerdictKind = "pass" | "fail" | "unsure" | "error";
export type RunKind = "deploy" | "refresh" | "promote" | "rollback" | "gc" | "eject" | "job";
/** `queued` waits for a worker; `skipped` was asked for and never started. */
export type RunState = "queued" | "skipped" | "running" | "succeeded" | "held" | "failed" | "cancelled" | "interrupted";
/** Where a run stands; recovery starts from here. */
export type RunPhase = "plan" | "build" | "verify" | "prepare" | "flip" | "settle" | "record" | "done";

export interface Project {
  id: number;
  name: string;
}

export interface Environment {
  id: number;
  projectId: number;
  name: string;
  target: string;
  /** Warehouse identity (see Warehouse.identity) of the last deployment; null before the first. */
  warehouse: string | null;
  storeSchema: string | null;
  liveId: number | null;
  /** Release id (not number) that is live; null before the first. */
  liveReleaseId: number | null;
  revision: number;
  /** Set by rollback: automatic deployments wait until `resume`. */
  paused: boolean;
}

/** What a release says about one node. */
export interface ReleaseNode {
  node: NodeId;
  /** `model`, `seed`, `snapshot`. */
  resourceType: string;
  materialized: string;
  /** Version id in `versions`; null for snapshots (one stable relation). */
  versionId: number | null;
  relation: Relation;
  published: Relation;
  columns: Column[];
  key: string;
  plainKey: string;
  logicKey: string;
  /** Version ids this one was incremented from, newest first (incremental chains). */
  chain: string[];
  how: "built" | "reused";
  dressing: { comment: string | null; columnComments: Record<string, string>; selectGrantees: string[] | null };
}

export interface Release {
  id: number;
  projectId: number;
  /** `r42`: counted per project. */
  number: number;
  commit: string;
  commitSubject: string;
  commitAuthor: string;
  commitAt: Date;
  /** `deploy` (code) or `refresh` (data only) or `promote`. */
  kind: RunKind;
  /** Target it was planned for. */
  target: string;
  nodes: ReleaseNode[];
  tokens: Record<NodeId, Token>;
  manifestId: number;
  /** False: made with `--select`, so some nodes are not of this commit. */
  whole: boolean;
  createdAt: Date;
}

export interface ReleaseStanding {
  releaseId: number;
  environmentId: number;
  state: ReleaseState;
  verdict: VerdictKind | null;
  /** Counts and names: {passed, warned, failed, errored, reused, tests: TestOutcome[]}. */
  evidence: Evidence | null;
  override: string | null;
  liveSince: Date | null;
  liveUntil: Date | null;
  rollback: { kind: "reversible" | "rebuild" | "irreversible"; why: Text[] } | null;
  /** True once gc dropped a version it needs. */
  collected: boolean;
  /**
   * What this environment serves of the release where it differs from the release's own map: published names, target-dependent
   * nodes and snapshots are an environment's own. Null: exactly the release's. (One nullable jsonb column `own` of standings.)
   */
  own: { target: string; nodes: ReleaseNode[]; tokens: Record<NodeId, Token>; manifestId: number } | null;
}

export interface TestOutcome {
  test: NodeId;
  name: string;
  status: "pass" | "warn" | "fail" | "error" | "skipped";
  failures: number | null;
  message: string | null;
  reused: boolean;
  file: string | null;
  line: number | null;
  holdsBack: NodeId[];
  executionMs: number;
}

export interface Evidence {
  built: number;
  reused: number;
  tests: TestOutcome[];
  buildMs: number;
  verifyMs: number;
  promoteMs: number;
  switchMs: number;
  /** Nodes that stayed as they were while others were published (`on_test_failure: publish_unaffected`). */
  held?: NodeId[];
  /** Node errors: what did not build. */
  errors: { node: NodeId; message: string; file: string | null; line: number | null }[];
}

export interface Version {
  id: number;
  warehouse: string;
  projectId: number;
  node: NodeId;
  resourceType: string;
  materialized: string;
  /** Physical identity; unique per (warehouse, project). */
  key: string;
  /** Identity of the inputs; several versions may share one (forced rebuilds, incremental chains). */
  plainKey: string;
  logicKey: string;
  /** Keys this one was incremented from, newest first. */
  chain: string[];
  relation: Relation;
  state: VersionState;
  columns: Column[];
  rows: number | null;
  sizeBytes: number | null;
  buildMs: number | null;
  runId: number | null;
  createdAt: Date;
  readyAt: Date | null;
}

export interface TestResult {
  warehouse: string;
  projectId: number;
  testKey: string;
  test: NodeId;
  status: "pass" | "warn" | "fail" | "error";
  failures: number | null;
  message: string | null;
  executionMs: number;
  runId: number | null;
  at: Date;
}

export interface Run {
  id: number;
  projectId: number;
  environmentId: number;
  kind: RunKind;
  state: RunState;
  phase: RunPhase;
  /** Id of the stored plan. */
  planId: string | null;
  releaseId: number | null;
  /** Stored as soon as it is known, before prepare. */
  promotion: Promotion | null;
  /** Of a queued run: when it was asked for. */
  startedAt: Date;
  finishedAt: Date | null;
  actor: string;
  reason: string | null;
  pid: number;
  host: string;
  /** Name in slipway.yml; null: not a job's run. */
  job: string | null;
  trigger: Trigger | null;
  /** What a job's run was asked to do. */
  request: JobRequest | null;
  queuedAt: Date | null;
  /** The run that this one repeats. */
  retryOf: number | null;
  /** Last error or verdict sentence. */
  outcome: Text | null;
}

export interface Revision {
  environmentId: number;
  revision: number;
  releaseId: number;
  fromReleaseId: number | null;
  kind: RunKind;
  runId: number;
  actor: string;
  reason: string | null;
  at: Date;
  switchMs: number;
}

/** One stored component set of a key: every value that went in, by component name, each explainable as text. */
export interface KeyRecord {
  node: NodeId;
  key: string;
  components: Record<string, unknown>;
}

export interface StoredManifest {
  id: number;
  projectId: number;
  commit: string;
  target: string;
  /** Hash of everything else that parsing depended on: vars, env values, profile, dbt version, packages. */
  fingerprint: string;
  /** Folder under the state folder: manifest.json and what Slipway derived from it. */
  path: string;
  dbtVersion: string;
  adapterType: string;
  adapterVersion: string;
  libraryVersion: string | null;
}

export interface Lease {
  name: string;
  holder: string;
  /** Fencing number: grows with every grant of this lease, never reused. */
  fence: number;
  pid: number;
  host: string;
  what: string;
  acquiredAt: Date;
  expiresAt: Date;
}

export interface AuditRow {
  who: string;
  what: string;
  /** What it concerns, e.g. `environment prod`, `release r42`. */
  subject: string;
  why: string | null;
  details: Record<string, unknown>;
}
