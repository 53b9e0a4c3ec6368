// `status`: is each environment fine, what does it serve, what is under way? From the state alone, without dbt; the warehouse is asked only after a crash.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { staleSources } from "../../core/keys/freshness.ts";
import { flipHappened } from "../../core/plan/publish.ts";
import { dataAsOf, releaseBefore } from "../../core/plan/revisions.ts";
import { countTests } from "../../core/plan/verdict.ts";
import type { Environment, Revision, Run } from "../../core/records.ts";
import type { Condition, EnvironmentStatus, RunningView, StatusView } from "../../core/views/status.ts";
import { loadLease } from "../../db/leases.ts";
import { loadManifest } from "../../db/manifests.ts";
import { findEnvironment } from "../../db/projects.ts";
import { listReleases, listRevisions, type ReleaseSummary } from "../../db/releases.ts";
import { loadRun, openRun } from "../../db/runs.ts";
import { releaseRef } from "../session/commit.ts";
import { environmentLease, isGone } from "../session/lease.ts";
import { type LiveRelease, liveRelease, releaseIn } from "../session/live.ts";
import type { Session } from "../session/session.ts";

/** Revisions looked at for the way back: far more than any retention keeps. */
const REVISIONS_MAX = 200;
const RELEASES_MAX = 20;

export async function status(session: Session, request: { environment: string | null }): Promise<StatusView> {
  const { config, name } = session.place;
  const asked = request.environment === null ? config.environments : [session.environment(request.environment)];
  const environments: EnvironmentStatus[] = [];
  for (const environment of asked) environments.push(await environmentStatus(session, environment));
  return {
    outcome: "done",
    timezone: config.timezone,
    at: session.ctx.clock.now(),
    problems: [],
    project: name,
    environments,
  };
}

async function environmentStatus(session: Session, environment: EnvironmentConfig): Promise<EnvironmentStatus> {
  const db = await session.db();
  const record = await findEnvironment(db, (await session.project()).id, environment.name);
  const { running, interrupted } = record
    ? await openWork(session, environment, record)
    : { running: null, interrupted: null };
  const live = record && (await servedNow(session, environment, record, interrupted));
  const nothing = { environment: environment.name, target: environment.target, running, interrupted, next: null };
  if (!record || !live)
    return {
      ...nothing,
      condition: running && isSwitching(running) ? { kind: "switching" } : { kind: "never_deployed" },
      live: null,
      actor: null,
      reason: null,
      revision: record?.revision ?? 0,
      tests: null,
      dataAsOf: null,
      stale: [],
      paused: record?.paused ?? false,
      rollbackTo: null,
    };
  const revisions = await listRevisions(db, record.id, REVISIONS_MAX);
  const stale = await staleNow(session, live);
  return {
    ...nothing,
    condition: await conditionOf(session, record, live, { running, stale: stale.length > 0 }),
    live: releaseRef(live.release, live.standing),
    actor: revisions[0]?.actor ?? null,
    reason: revisions[0]?.reason ?? null,
    revision: record.revision,
    tests: live.standing?.evidence ? countTests(live.standing.evidence.tests) : null,
    dataAsOf: dataAsOf(live.tokens),
    stale,
    paused: record.paused,
    rollbackTo: await rollbackTo(session, record, revisions),
  };
}

/**
 * What consumers see. A run that stopped around its switch may have happened without being recorded: then, and only then, the
 * warehouse's own row is asked. When it cannot be asked, the record stands.
 */
async function servedNow(
  session: Session,
  environment: EnvironmentConfig,
  record: Environment,
  interrupted: RunningView | null,
): Promise<LiveRelease | null> {
  const recorded = () => liveRelease(session, record);
  if (!interrupted || !["flip", "settle", "record"].includes(interrupted.phase)) return recorded();
  const { promotion, releaseId } = await loadRun(await session.db(), interrupted.runId);
  if (!promotion || releaseId === null) return recorded();
  const names = {
    installation: promotion.installation,
    project: promotion.project,
    environment: promotion.environment,
  };
  const row = await (await session.warehouse(environment)).readLive(names).catch(() => null);
  return row && flipHappened(promotion, row) ? releaseIn(session, releaseId, record.id) : recorded();
}

const isSwitching = (running: RunningView): boolean => ["prepare", "flip", "settle", "record"].includes(running.phase);

async function conditionOf(
  session: Session,
  record: Environment,
  live: LiveRelease,
  now: { running: RunningView | null; stale: boolean },
): Promise<Condition> {
  if (now.running && isSwitching(now.running)) return { kind: "switching" };
  const failing = (live.standing?.evidence?.tests ?? []).filter(
    (test) => test.status === "fail" || test.status === "error",
  );
  const kept = live.standing?.evidence?.held;
  if (kept)
    return { kind: "partly_held", nodes: kept.length, since: live.standing?.liveSince ?? live.release.createdAt };
  const nodes = new Set(failing.flatMap((test) => test.holdsBack)).size;
  if (failing.length > 0) return { kind: "serves_failed", nodes: Math.max(1, nodes) };
  if (now.stale) return { kind: "stale" };
  const held = await newerHeld(session, record, live);
  return held ? { kind: "newer_held", release: held.number, since: held.createdAt } : { kind: "fine" };
}

/** The newest release that was made for this environment after the live one came there, and was rejected. */
async function newerHeld(session: Session, record: Environment, live: LiveRelease): Promise<ReleaseSummary | null> {
  const listing = { projectId: record.projectId, environmentId: record.id, limit: RELEASES_MAX };
  const since = live.standing?.liveSince ?? live.release.createdAt;
  const [newest] = (await listReleases(await session.db(), listing)).filter((release) => release.createdAt > since);
  return newest?.standings.some((one) => one.environmentId === record.id && one.state === "rejected") ? newest : null;
}

/** An unfinished run is under way while somebody alive holds the environment's lease; otherwise it stopped without an end. */
export async function openWork(
  session: Session,
  environment: EnvironmentConfig,
  record: Environment,
): Promise<{ running: RunningView | null; interrupted: RunningView | null }> {
  const db = await session.db();
  const run = await openRun(db, record.id);
  if (!run) return { running: null, interrupted: null };
  const lease = await loadLease(db, environmentLease(session, environment));
  const { clock, host } = session.ctx;
  const held = lease !== null && lease.expiresAt > clock.now() && !(await isGone(lease, host));
  const view = runningView(run);
  return held ? { running: view, interrupted: null } : { running: null, interrupted: view };
}

const runningView = ({ id, kind, phase, actor, startedAt, host, pid }: Run): RunningView => ({
  runId: id,
  kind,
  phase,
  actor,
  startedAt,
  host,
  pid,
});

/** What `rollback` would go to; null when there is none or a version it needs was collected. */
async function rollbackTo(session: Session, record: Environment, revisions: Revision[]): Promise<number | null> {
  if (record.liveReleaseId === null) return null;
  const listing = { projectId: record.projectId, environmentId: record.id, limit: REVISIONS_MAX };
  const releases = new Map((await listReleases(await session.db(), listing)).map((release) => [release.id, release]));
  const numbers = new Map([...releases].map(([id, release]) => [id, release.number]));
  const before = releases.get(releaseBefore(record.liveReleaseId, revisions, numbers) ?? 0);
  const collected = before?.standings.some((one) => one.environmentId === record.id && one.collected);
  return before && !collected ? before.number : null;
}

/** By dbt's freshness rules against the times read with the data; looks at the manifest only when there is such a time. */
async function staleNow(session: Session, live: LiveRelease): Promise<EnvironmentStatus["stale"]> {
  if (!Object.values(live.tokens).some((token) => token.kind === "loaded_at")) return [];
  try {
    const { path } = await loadManifest(await session.db(), live.manifestId);
    const manifest = JSON.parse(await readFile(join(session.place.home, path, "manifest.json"), "utf8"));
    return staleSources(manifest.sources, live.tokens, session.ctx.clock.now());
  } catch {
    return []; // Without the manifest nothing is known; a later act makes it anew.
  }
}
