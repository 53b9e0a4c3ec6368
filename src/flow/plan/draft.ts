// manifest -> keys -> plan: what an environment would need to serve a commit, with everything a reader of the plan wants to know.

import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { JobWork } from "../../core/jobs/job-plan.ts";
import type { NodeKey } from "../../core/keys/key.ts";
import type { Token } from "../../core/keys/token.ts";
import type { KnownVersion } from "../../core/plan/choose.ts";
import { actionsOf, type Plan, type PlanInput, planRelease } from "../../core/plan/plan.ts";
import type { LiveRow } from "../../core/plan/publish.ts";
import { ancestors, isBuildable, physicalParents } from "../../core/project/graph.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import { type NodeId, type Relation, relationText } from "../../core/project/relation.ts";
import { selectNodes } from "../../core/project/select.ts";
import {
  otherDatabases,
  publishedNames,
  replicaProblems,
  unsupportedGrants,
  unsupportedNodes,
  unsupportedSettings,
  untestedPlan,
} from "../../core/project/support.ts";
import type { Environment, Release, ReleaseNode, Run, RunKind, TestResult, Version } from "../../core/records.ts";
import { listRuns } from "../../db/runs.ts";
import { findTestResults } from "../../db/tests.ts";
import { listVersions } from "../../db/versions.ts";
import type { Problem } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import { replicaFile } from "../session/project.ts";
import { type Served, seeServed } from "../session/served.ts";
import type { Session } from "../session/session.ts";
import type { Ingested } from "./ingest.ts";
import { type Keyed, keyNodes } from "./inputs.ts";
import { plannedTests, planSubjects } from "./subjects.ts";

/** Runs looked at for the last one that did not succeed. */
const ATTEMPTS_MAX = 100;

export interface DraftWish {
  /** The environment's row where it has been read under the lease: opening a DuckDB file of 1,000 relations takes 50 ms. */
  row?: LiveRow | null;
  /** The same with all that is live, where the act has looked already. */
  served?: Served | null;
  kind: RunKind;
  ingested: Ingested;
  select: string | null;
  fullRefresh: string | null;
  /** Hand-over: tokens of the release that is promoted. */
  pinned: Record<NodeId, Token> | null;
  /** A job's commands instead of `select` and `fullRefresh`: what they name, and what of it is built from nothing. */
  only?: Pick<JobWork, "nodes" | "tests" | "forced">;
  /** The salt of the attempt that this one repeats. */
  salt?: string;
  /** Hand-over: its versions, by node: they come before others with equal inputs. */
  preferred?: Map<NodeId, string>;
}

export interface Draft {
  plan: Plan;
  /** What the plan was made of. */
  input: PlanInput;
  problems: Problem[];
  record: Environment;
  warehouse: Warehouse;
  row: LiveRow | null;
  live: { release: Release; nodes: ReleaseNode[]; tokens: Record<NodeId, Token> } | null;
  ingested: Ingested;
  keyed: Keyed;
  known: Map<string, TestResult>;
  versions: Version[];
  storeSchema: string;
  /** False: `--select` left nodes as they were, so the release is no whole commit. */
  whole: boolean;
}

export async function draftPlan(session: Session, environment: EnvironmentConfig, wish: DraftWish): Promise<Draft> {
  const { manifest } = wish.ingested;
  const warehouse = await session.warehouse(environment);
  const record = await session.record(environment);
  const sight = { session, environment, record, warehouse, row: wish.row ?? null, kind: wish.kind };
  const { row, home, live, astray } = wish.served ?? (await seeServed(sight));
  const { names, problems } = publishedNames(manifest, warehouse.kind);
  problems.unshift(
    ...unsupportedSettings(environment),
    ...replicaProblems(environment, warehouse.identity, replicaFile(session.place, environment.replica ?? "")),
    ...unsupportedNodes(manifest),
    ...otherDatabases(manifest),
    ...unsupportedGrants(manifest),
  );
  const versions = await readyVersions(session, home);
  const keyed = await keyWish({ session, environment, warehouse, wish, record, live, versions });
  const excluded = excludedNodes(wish, live?.nodes ?? []);
  const known = await knownTests(session, home, keyed);
  const storeSchema = record.storeSchema ?? storeSchemaOf(session.place.name);
  const served = (live?.nodes ?? []).filter((node) => !astray.has(relationText(node.published)));
  const foreign = await foreignRelations(warehouse, names, served);
  const whole = isWhole(wish, excluded, live?.release);
  const subjects = planSubjects({ manifest, keyed, names, versions, live: live?.nodes ?? [], excluded, whole });
  const included = new Set(subjects.map((subject) => subject.id));
  const input: PlanInput = {
    kind: wish.kind,
    project: session.place.name,
    environment: environment.name,
    target: environment.target,
    commit: wish.ingested.commit.sha,
    storeSchema,
    revision: record.revision + 1,
    subjects,
    live: live && { release: live.release.number, nodes: live.nodes },
    tests: plannedTests(manifest, keyed, known, included).filter(({ id }) => !wish.only || wish.only.tests.has(id)),
    tokens: keyed.tokens,
    foreign,
    astray,
    removedReason: (node) => removedReason(names.get(node)),
  };
  const plan = planRelease(input);
  problems.push(...untestedPlan(environment, plan));
  const { ingested } = wish;
  return { plan, input, problems, record, warehouse, row, live, ingested, keyed, known, versions, storeSchema, whole };
}

const removedReason = (now: Relation | undefined): Text =>
  now ? say("plan.unpublish_renamed", { to: relationText(now) }) : say("plan.unpublish_removed");

/** Commands that leave nodes as they are make a whole release all the same where those are of this commit already. */
const isWhole = (wish: DraftWish, excluded: Set<NodeId>, live: Release | undefined): boolean =>
  wish.only
    ? excluded.size === 0 || (live?.whole === true && live.commit === wish.ingested.commit.sha)
    : wish.select === null;

export const storeSchemaOf = (project: string): string =>
  `slipway_${project.toLowerCase().replace(/[^\p{L}\p{N}_]/gu, "_")}`;

/** Newest first: of several with equal inputs the newest serves. */
async function readyVersions(session: Session, warehouse: string): Promise<Version[]> {
  const { id: projectId } = await session.project();
  const search = { warehouse, projectId, states: ["ready" as const] };
  return (await listVersions(await session.db(), search)).reverse();
}

interface KeyWork {
  session: Session;
  environment: EnvironmentConfig;
  warehouse: Warehouse;
  wish: DraftWish;
  record: Environment;
  live: Draft["live"];
  versions: Version[];
}

/**
 * Keys of everything. A hand-over keeps the release's tokens; where something must be built here all the same, the sources it reads
 * directly are read anew, so that no version carries a token of data it was not built from.
 */
async function keyWish(work: KeyWork): Promise<Keyed> {
  const { session, environment, warehouse, wish, record, live, versions } = work;
  const input = {
    session,
    environment,
    warehouse,
    ingested: wish.ingested,
    kind: wish.kind,
    salt: wish.salt ?? (await saltOf(session, environment, { record, kind: wish.kind })),
    live: live?.nodes ?? [],
    pinned: wish.pinned ?? live?.tokens ?? {},
    keepSources: wish.pinned !== null,
    fresh: new Set<NodeId>(),
    ready: versions satisfies KnownVersion[],
    preferred: wish.preferred ?? new Map<NodeId, string>(),
    excluded: excludedNodes(wish, live?.nodes ?? []),
  };
  const forced = forcedSalts(wish, input.salt);
  let keyed = await keyNodes({ ...input, forced });
  if (wish.pinned === null) return keyed;
  // A source that is read anew may call for more builds, which read more sources.
  for (let fresh = input.fresh; ; ) {
    const wanted = sourcesOfBuilds(wish.ingested.manifest, keyed.keys);
    if (wanted.isSubsetOf(fresh)) return keyed;
    fresh = fresh.union(wanted);
    keyed = await keyNodes({ ...input, forced, fresh });
  }
}

function sourcesOfBuilds(manifest: Manifest, keys: Map<NodeId, NodeKey>): Set<NodeId> {
  const fresh = new Set<NodeId>();
  for (const key of keys.values()) {
    const node = manifest.nodes[key.node];
    if (!node || !isBuildable(node) || key.existing) continue;
    for (const parent of physicalParents(manifest, key.node)) if (manifest.sources[parent]) fresh.add(parent);
  }
  return fresh;
}

/**
 * Stands for what nothing else stands for: the same within one attempt, another one for the next, or a refresh after a held one would
 * find yesterday's rows of a volatile model. A crash ends no attempt of a deployment, which goes on with what it has built.
 */
export async function saltOf(
  session: Session,
  environment: EnvironmentConfig,
  { record, kind, before }: { record: Environment; kind: RunKind; before?: number },
): Promise<string> {
  const ends = ["held", "failed", "cancelled", ...(kind === "refresh" ? ["interrupted"] : [])];
  const listing = { projectId: record.projectId, environmentId: record.id, limit: ATTEMPTS_MAX };
  const earlier = (run: Run) => before === undefined || run.id < before;
  const last = (await listRuns(await session.db(), listing)).find((run) => earlier(run) && ends.includes(run.state));
  return [environment.name, record.revision + 1, ...(last ? [last.id] : [])].join(":");
}

function forcedSalts(wish: DraftWish, salt: string): Record<NodeId, string> {
  const named = wish.fullRefresh === null ? [] : selectNodes(wish.ingested.manifest, wish.fullRefresh);
  return Object.fromEntries([...(wish.only?.forced ?? named)].map((id) => [id, salt]));
}

/** Nodes that `--select` leaves as they are. Parents of a selected node that are not live anywhere are selected with it. */
function excludedNodes(wish: DraftWish, live: ReleaseNode[]): Set<NodeId> {
  if (wish.select === null && !wish.only) return new Set();
  const { manifest } = wish.ingested;
  const selected = wish.only?.nodes ?? selectNodes(manifest, wish.select ?? "");
  const there = new Set(live.map((node) => node.node));
  const all = Object.values(manifest.nodes)
    .filter(isBuildable)
    .map((node) => node.unique_id);
  if (all.every((id) => selected.has(id))) return new Set();
  const needed = ancestors(manifest, selected);
  return new Set(all.filter((id) => !selected.has(id) && (there.has(id) || !needed.has(id))));
}

async function knownTests(session: Session, warehouse: string, keyed: Keyed): Promise<Map<string, TestResult>> {
  const testKeys = [...keyed.tests.values()].filter((test) => test.reusable).map((test) => test.key);
  const results = await findTestResults(await session.db(), {
    warehouse,
    projectId: (await session.project()).id,
    testKeys,
  });
  return new Map(
    results
      .filter((result) => result.status === "pass" || result.status === "warn")
      .map((result) => [result.testKey, result]),
  );
}

/** What stands under names this release will publish and is not a view of ours. */
async function foreignRelations(
  warehouse: Warehouse,
  names: Map<NodeId, Relation>,
  live: ReleaseNode[],
): Promise<Map<string, string>> {
  const ours = new Set(live.map((node) => relationText(node.published)));
  const unknown = [...names.values()].filter((name) => !ours.has(relationText(name)));
  const facts = unknown.length === 0 ? [] : await warehouse.inspect(unknown);
  return new Map(facts.map((fact) => [relationText(fact.relation), fact.kind]));
}

export const buildCount = (plan: Plan): number => actionsOf(plan, "build").length + actionsOf(plan, "snapshot").length;
