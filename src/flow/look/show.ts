// `show RELEASE`: one release with its nodes, tests, timings and what differs from the one before it; with `--test` the failing rows.

import { countTests } from "../../core/plan/verdict.ts";
import { relationText } from "../../core/project/relation.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { Environment, Evidence, Release, ReleaseNode, Revision, Run } from "../../core/records.ts";
import type { ReleaseView } from "../../core/views/status.ts";
import { listEnvironments } from "../../db/projects.ts";
import { listRevisions, loadStanding } from "../../db/releases.ts";
import { listRuns } from "../../db/runs.ts";
import { loadVersions } from "../../db/versions.ts";
import type { Text } from "../../lib/text.ts";
import { failingRows } from "../evidence/failing-rows.ts";
import { releaseReasons } from "../plan/compare.ts";
import { releaseRef } from "../session/commit.ts";
import { type LiveRelease, releaseIn } from "../session/live.ts";
import type { Session } from "../session/session.ts";
import { nodeErrors } from "./deploy-view.ts";
import { findRelease } from "./releases-find.ts";

const REVISIONS_MAX = 1_000;
const RUNS_MAX = 500;

interface ShowRequest {
  release: string;
  environment: string | null;
  test: string | null;
  limit: number;
}

export async function show(session: Session, request: ShowRequest): Promise<ReleaseView> {
  const release = await findRelease(session, request.release);
  const seen = await standingsOf(session, release);
  const shown = shownEnvironment(session, seen, request.environment);
  const here = shown && (await releaseIn(session, release.id, shown.id));
  const revisions = shown ? await listRevisions(await session.db(), shown.id, REVISIONS_MAX) : [];
  const before = shown && (await releaseBeforeIt(session, release, shown, revisions));
  const run = await runOf(session, release, shown);
  const evidence = here?.standing?.evidence ?? null;
  const nodes = here?.nodes ?? release.nodes;
  const rows =
    request.test === null
      ? null
      : await failingRows(session, {
          release,
          shown,
          evidence,
          runId: run?.id ?? null,
          test: request.test,
          limit: request.limit,
        });
  return {
    outcome: "done",
    timezone: session.place.config.timezone,
    at: session.ctx.clock.now(),
    problems: [],
    release: releaseRef(release, here?.standing ?? null),
    standings: seen.map((one) => one.view),
    runId: run?.id ?? null,
    actor: run?.actor ?? null,
    reason: run?.reason ?? null,
    comparedWith: before?.release.number ?? null,
    nodes: await nodeViews(session, nodes, before),
    removed: removedNodes(nodes, before),
    errors: evidence === null ? [] : nodeErrors(evidence),
    tests: evidence?.tests ?? [],
    counts: countTests(evidence?.tests ?? []),
    timings: timingsOf(evidence, revisions.find((step) => step.releaseId === release.id) ?? null),
    rows,
  };
}

interface Seen {
  environment: Environment;
  view: ReleaseView["standings"][number];
}

/** One per environment that has heard of the release. */
async function standingsOf(session: Session, release: Release): Promise<Seen[]> {
  const db = await session.db();
  const seen: Seen[] = [];
  for (const environment of await listEnvironments(db, release.projectId)) {
    const standing = await loadStanding(db, release.id, environment.id);
    if (!standing) continue;
    const { state, verdict, override, liveSince, liveUntil, collected } = standing;
    const rollback = standing.rollback && { to: null, ...standing.rollback };
    seen.push({
      environment,
      view: { environment: environment.name, state, verdict, override, liveSince, liveUntil, rollback, collected },
    });
  }
  return seen;
}

/** The environment asked for, else where it is live, else the first that has seen it. */
function shownEnvironment(session: Session, seen: Seen[], name: string | null): Environment | null {
  const asked = name === null ? null : session.environment(name).name;
  const found =
    asked === null
      ? (seen.find((one) => one.view.state === "live") ?? seen[0])
      : seen.find((one) => one.environment.name === asked);
  return found?.environment ?? null;
}

/** What was served there when this release came, or was to come. */
async function releaseBeforeIt(
  session: Session,
  release: Release,
  environment: Environment,
  revisions: Revision[],
): Promise<LiveRelease | null> {
  const arrived = revisions.findLast((step) => step.releaseId === release.id);
  const id = arrived
    ? arrived.fromReleaseId
    : (revisions.find((step) => step.at <= release.createdAt)?.releaseId ?? null);
  return id === null || id === release.id ? null : releaseIn(session, id, environment.id);
}

/** The run that made it (or handed it over) there. */
async function runOf(session: Session, release: Release, environment: Environment | null): Promise<Run | null> {
  const listing = {
    projectId: release.projectId,
    ...(environment ? { environmentId: environment.id } : {}),
    limit: RUNS_MAX,
  };
  const runs = await listRuns(await session.db(), listing);
  return runs.findLast((run) => run.releaseId === release.id && run.kind !== "rollback") ?? null;
}

async function nodeViews(
  session: Session,
  nodes: ReleaseNode[],
  before: LiveRelease | null,
): Promise<ReleaseView["nodes"]> {
  const ids = nodes.flatMap((node) => (node.versionId === null ? [] : [node.versionId]));
  const versions = new Map((await loadVersions(await session.db(), ids)).map((version) => [version.id, version]));
  const was = new Map((before?.nodes ?? []).map((node) => [node.node, node]));
  const changeOf = (node: ReleaseNode) => {
    const earlier = was.get(node.node);
    return earlier === undefined ? "new" : earlier.key === node.key ? "same" : "changed";
  };
  const changed = nodes.filter((node) => changeOf(node) === "changed");
  const reasons: Map<string, Text[]> = await releaseReasons(session, changed, was);
  return nodes.map((node) => {
    const version = node.versionId === null ? undefined : versions.get(node.versionId);
    return {
      node: node.node,
      name: shortName(node.node),
      resourceType: node.resourceType,
      materialized: node.materialized,
      key: node.key,
      published: relationText(node.published),
      relation: relationText(node.relation),
      how: node.how,
      change: changeOf(node),
      reasons: reasons.get(node.node) ?? [],
      columns: node.columns,
      rows: version?.rows ?? null,
      sizeBytes: version?.sizeBytes ?? null,
      buildMs: version?.buildMs ?? null,
    };
  });
}

function removedNodes(nodes: ReleaseNode[], before: LiveRelease | null): ReleaseView["removed"] {
  const here = new Set(nodes.map((node) => node.node));
  return (before?.nodes ?? [])
    .filter(({ node }) => !here.has(node))
    .map(({ node }) => ({ node, name: shortName(node) }));
}

/** The last switch to it counts. */
const timingsOf = (evidence: Evidence | null, switched: Revision | null): ReleaseView["timings"] => ({
  buildMs: evidence?.buildMs ?? 0,
  verifyMs: evidence?.verifyMs ?? 0,
  promoteMs: evidence?.promoteMs ?? 0,
  switchMs: switched?.switchMs ?? evidence?.switchMs ?? 0,
});
