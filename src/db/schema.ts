// The tables as Kysely sees them: camelCase names, Dates, JSON columns read as values and written as text (see json.ts).
import type { ColumnType, Generated, GeneratedAlways } from "kysely";
import type { JobRequest, JobStepState, OccurrenceState, Trigger } from "../core/jobs/jobs.ts";
import type { Token } from "../core/keys/token.ts";
import type { Promotion } from "../core/plan/publish.ts";
import type { Column, NodeId } from "../core/project/relation.ts";
import type {
  Evidence,
  ReleaseNode,
  ReleaseStanding,
  ReleaseState,
  RunKind,
  RunPhase,
  RunState,
  VerdictKind,
  VersionState,
} from "../core/records.ts";
import type { UpkeepPeriod, UpkeepState, UpkeepTask } from "../core/upkeep.ts";
import type { Text } from "../lib/text.ts";
import type { Json } from "./json.ts";
import type { NoticeTables } from "./schema-notices.ts";

/** jsonb: read as `T`, written only through `json()`, which makes the value storable. */
type JsonColumn<T> = ColumnType<T, Json, Json>;
type NullableJsonColumn<T> = ColumnType<T | null, Json | null, Json | null>;

export interface Tables extends NoticeTables {
  installation: { one: Generated<boolean>; id: string; createdAt: Date };
  projects: { id: GeneratedAlways<number>; name: string; createdAt: Date };
  manifests: {
    id: GeneratedAlways<number>;
    projectId: number;
    commit: string;
    target: string;
    fingerprint: string;
    path: string;
    dbtVersion: string;
    adapterType: string;
    adapterVersion: string;
    libraryVersion: string | null;
    createdAt: Date;
  };
  releases: {
    id: GeneratedAlways<number>;
    projectId: number;
    number: number;
    commit: string;
    commitSubject: string;
    commitAuthor: string;
    commitAt: Date;
    kind: RunKind;
    target: string;
    nodes: JsonColumn<ReleaseNode[]>;
    tokens: JsonColumn<Record<NodeId, Token>>;
    builtCount: number;
    reusedCount: number;
    manifestId: number;
    whole: boolean;
    createdAt: Date;
  };
  environments: {
    id: GeneratedAlways<number>;
    projectId: number;
    name: string;
    target: string;
    warehouse: string | null;
    storeSchema: string | null;
    liveId: number | null;
    liveReleaseId: number | null;
    revision: Generated<number>;
    paused: Generated<boolean>;
    createdAt: Date;
  };
  standings: {
    releaseId: number;
    environmentId: number;
    state: ReleaseState;
    verdict: VerdictKind | null;
    evidence: NullableJsonColumn<Evidence>;
    override: string | null;
    liveSince: Date | null;
    liveUntil: Date | null;
    rollback: NullableJsonColumn<{ kind: "reversible" | "rebuild" | "irreversible"; why: Text[] }>;
    collected: boolean;
    own: NullableJsonColumn<NonNullable<ReleaseStanding["own"]>>;
  };
  plans: { id: string; projectId: number; environmentId: number; body: JsonColumn<unknown>; createdAt: Date };
  runs: {
    id: GeneratedAlways<number>;
    projectId: number;
    environmentId: number;
    kind: RunKind;
    state: RunState;
    phase: RunPhase;
    planId: string | null;
    releaseId: number | null;
    promotion: NullableJsonColumn<Promotion>;
    startedAt: Date;
    finishedAt: Date | null;
    actor: string;
    reason: string | null;
    pid: number;
    host: string;
    job: string | null;
    trigger: NullableJsonColumn<Trigger>;
    request: NullableJsonColumn<JobRequest>;
    queuedAt: Date | null;
    retryOf: number | null;
    outcome: NullableJsonColumn<Text>;
  };
  jobSteps: {
    runId: number;
    position: number;
    name: string;
    state: JobStepState;
    startedAt: Date | null;
    finishedAt: Date | null;
    summary: NullableJsonColumn<Text>;
  };
  jobs: {
    projectId: number;
    name: string;
    paused: Generated<boolean>;
    pausedBy: string | null;
    pausedReason: string | null;
    consideredUntil: Date | null;
  };
  occurrences: {
    projectId: number;
    job: string;
    trigger: string;
    dueAt: Date;
    state: OccurrenceState;
    note: NullableJsonColumn<Text>;
    runId: number | null;
    decidedAt: Date;
  };
  branches: { projectId: number; branch: string; commit: string; seenAt: Date };
  servers: {
    id: string;
    projectId: number;
    pid: number;
    host: string;
    version: string;
    address: string | null;
    startedAt: Date;
    heartbeatAt: Date;
  };
  secrets: {
    projectId: number;
    name: string;
    sealed: string;
    keyId: string;
    createdAt: Date;
    createdBy: string;
    updatedAt: Date;
    updatedBy: string;
  };
  upkeep: {
    projectId: number;
    period: UpkeepPeriod;
    dueAt: Date;
    state: UpkeepState;
    actor: string;
    attempts: number;
    startedAt: Date;
    finishedAt: Date | null;
    tasks: JsonColumn<UpkeepTask[]>;
  };
  runSteps: { id: GeneratedAlways<number>; runId: number; name: string; detail: JsonColumn<unknown>; at: Date };
  nodeTimings: { runId: number; node: NodeId; projectId: number; warehouse: string; buildMs: number; at: Date };
  revisions: {
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
  };
  versions: {
    id: GeneratedAlways<number>;
    warehouse: string;
    projectId: number;
    node: NodeId;
    resourceType: string;
    materialized: string;
    key: string;
    plainKey: string;
    logicKey: string;
    chain: JsonColumn<string[]>;
    relationSchema: string;
    relationName: string;
    state: VersionState;
    columns: JsonColumn<Column[]>;
    rowCount: number | null;
    sizeBytes: number | null;
    buildMs: number | null;
    message: string | null;
    runId: number | null;
    createdAt: Date;
    readyAt: Date | null;
    retiredAt: Date | null;
  };
  testResults: {
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
  };
  keyRecords: { projectId: number; node: NodeId; key: string; components: JsonColumn<Record<string, unknown>> };
  leases: {
    name: string;
    fence: number;
    held: boolean;
    holder: string;
    pid: number;
    host: string;
    what: string;
    acquiredAt: Date;
    expiresAt: Date;
    cancelRequested: boolean;
  };
  audit: {
    id: GeneratedAlways<number>;
    at: Date;
    who: string;
    what: string;
    subject: string;
    why: string | null;
    details: JsonColumn<Record<string, unknown>>;
  };
}
