// Everything that is known of a run when it has ended: read before it is judged, outside of the judgement's transaction.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobStep } from "../../core/jobs/jobs.ts";
import { staleSources } from "../../core/keys/freshness.ts";
import { sourceName } from "../../core/keys/reasons.ts";
import type { Serves } from "../../core/notices/alert.ts";
import { askedInArtifact, staleInArtifact } from "../../core/notices/freshness-artifact.ts";
import type { RunFacts } from "../../core/notices/judge.ts";
import { evidenceOfRows } from "../../core/notices/ran.ts";
import { dataAsOf } from "../../core/plan/revisions.ts";
import type { Evidence, Run } from "../../core/records.ts";
import { openAlerts } from "../../db/alerts.ts";
import { listRunResults, listTestResults } from "../../db/evidence.ts";
import { listJobSteps } from "../../db/job-steps.ts";
import { loadEnvironmentById } from "../../db/projects.ts";
import { loadRelease, loadStanding } from "../../db/releases.ts";
import { listRuns } from "../../db/runs.ts";
import { stepFolder } from "../../flow/evidence/artifacts.ts";
import { type LiveRelease, liveRelease } from "../../flow/session/live.ts";
import type { Session } from "../../flow/session/session.ts";
import { manifestFacts } from "./manifest-facts.ts";

/** `people`: owners and tags are wanted, by a route or a silence. */
export async function runFacts(session: Session, run: Run, { people }: { people: boolean }): Promise<RunFacts> {
  const db = await session.db();
  const record = await loadEnvironmentById(db, run.environmentId);
  const live = await liveRelease(session, record);
  const steps = await listJobSteps(db, run.id);
  const failed = steps.find((step) => step.state === "failed");
  return {
    run,
    environment: record.name,
    evidence: await evidenceOf(session, run, live),
    step: failed ? { position: failed.position, name: failed.name, summary: failed.summary } : null,
    serves: servesOf(live),
    lastGood: await lastGood(session, run),
    ...(await freshnessOf(session, { run, steps, live, environment: record.name })),
    people: people ? await peopleOf(session, run, live) : new Map(),
  };
}

/** Of the release that the run made; of one that made none, what it ran, over what is known of the live release. */
async function evidenceOf(session: Session, run: Run, live: LiveRelease | null): Promise<Evidence | null> {
  const db = await session.db();
  const standing = run.releaseId === null ? null : await loadStanding(db, run.releaseId, run.environmentId);
  if (standing?.evidence) return standing.evidence;
  const [nodes, tests] = [await listRunResults(db, run.id), await listTestResults(db, run.id)];
  const known = run.state === "succeeded" || run.state === "held" ? (live?.standing?.evidence ?? null) : null;
  return nodes.length + tests.length === 0 ? known : evidenceOfRows(nodes, tests, known?.tests ?? []);
}

/** What consumers see now; null: nothing. */
const servesOf = (live: LiveRelease | null): Serves | null =>
  live && { release: live.release.number, dataAsOf: dataAsOf(live.tokens)?.toISOString() ?? null };

async function lastGood(session: Session, run: Run): Promise<RunFacts["lastGood"]> {
  const { projectId, environmentId, job } = run;
  const listing = {
    projectId,
    environmentId,
    states: ["succeeded" as const],
    limit: 20,
    ...(job === null ? {} : { job }),
  };
  const runs = await listRuns(await session.db(), listing);
  const found = runs.find((one) => one.id < run.id && one.kind === run.kind);
  return found?.finishedAt ? { run: found.id, at: found.finishedAt.toISOString() } : null;
}

interface Looked {
  environment: string;
  run: Run;
  steps: JobStep[];
  live: LiveRelease | null;
}

type Freshness = Pick<RunFacts, "stale" | "looked">;

async function freshnessOf(session: Session, work: Looked): Promise<Freshness> {
  const { stale, looked } = await freshnessSeen(session, work);
  return { stale, looked: [...(looked ?? []), ...(await goneSources(session, work, looked ?? []))] };
}

/** Sources of open alerts that are none any more, or have no rule: nobody will ever look at them again. */
async function goneSources(
  session: Session,
  { live, environment }: Looked,
  looked: readonly string[],
): Promise<string[]> {
  const open = await openAlerts(await session.db(), (await session.project()).id);
  const stale = open.filter((alert) => alert.kind === "stale" && alert.environment === environment);
  const names = stale.flatMap(({ body }) => body.names).filter((name) => !looked.includes(name));
  if (names.length === 0 || live === null) return [];
  const sources = Object.entries((await manifestFacts(session, live.manifestId)).sources);
  const ruled = new Set(sources.flatMap(([id, { freshness }]) => (freshness ? [sourceName(id)] : [])));
  // Without a manifest nothing is known.
  return sources.length === 0 ? [] : names.filter((name) => !ruled.has(name));
}

/** As `dbt source freshness` said in this run; without that step, by the times that were read with the live data. */
async function freshnessSeen(session: Session, { run, steps, live }: Looked): Promise<Freshness> {
  const asked = steps.find(({ name, state }) => /^dbt source freshness\b/.test(name) && state !== "skipped");
  if (!asked) return live === null ? { stale: [], looked: [] } : freshnessNow(session, live);
  const file = join(stepFolder(session, run.id, asked.position), "sources.json");
  const text = await readFile(file, "utf8").catch(() => "");
  return { stale: staleInArtifact(text), looked: askedInArtifact(text) ?? [] };
}

/** The manifest is looked at only where there is a time to judge. */
async function freshnessNow(session: Session, live: LiveRelease): Promise<Freshness> {
  const timed = Object.entries(live.tokens).filter(([, token]) => token.kind === "loaded_at");
  if (timed.length === 0) return { stale: [], looked: [] };
  const { sources } = await manifestFacts(session, live.manifestId);
  const looked = timed.map(([source]) => sourceName(source));
  return { stale: staleSources(sources, live.tokens, session.ctx.clock.now()), looked };
}

async function peopleOf(session: Session, run: Run, live: LiveRelease | null): Promise<RunFacts["people"]> {
  const release = run.releaseId === null ? null : await loadRelease(await session.db(), run.releaseId);
  const manifestId = release?.manifestId ?? live?.manifestId;
  return manifestId === undefined ? new Map() : (await manifestFacts(session, manifestId)).people;
}
