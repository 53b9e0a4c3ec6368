// Everything that is known of a run when it has ended: read before it is judged, outside of the judgement's transaction.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { staleSources } from "../core/freshness.ts";
import type { JobStep } from "../core/jobs.ts";
import type { Serves } from "../core/notices/alert.ts";
import { staleInArtifact } from "../core/notices/freshness-artifact.ts";
import type { RunFacts } from "../core/notices/judge.ts";
import { evidenceOfRows } from "../core/notices/ran.ts";
import type { Evidence, Run } from "../core/records.ts";
import { dataAsOf } from "../core/revisions.ts";
import { listRunResults, listTestResults } from "../db/evidence.ts";
import { listJobSteps } from "../db/job-steps.ts";
import { loadEnvironmentById } from "../db/projects.ts";
import { loadRelease, loadStanding } from "../db/releases.ts";
import { listRuns } from "../db/runs.ts";
import { stepFolder } from "../flow/artifacts.ts";
import { type LiveRelease, liveRelease } from "../flow/live.ts";
import type { Session } from "../flow/session.ts";
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
    stale: await staleSourcesOf(session, { run, steps, live }),
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
  run: Run;
  steps: JobStep[];
  live: LiveRelease | null;
}

/** As `dbt source freshness` said in this run; without that step, by the times that were read with the live data. */
async function staleSourcesOf(session: Session, { run, steps, live }: Looked): Promise<RunFacts["stale"]> {
  const asked = steps.find(({ name, state }) => /^dbt source freshness\b/.test(name) && state !== "skipped");
  if (!asked) return live === null ? [] : staleNow(session, live);
  const file = join(stepFolder(session, run.id, asked.position), "sources.json");
  return staleInArtifact(await readFile(file, "utf8").catch(() => ""));
}

/** The manifest is looked at only where there is a time to judge. */
async function staleNow(session: Session, live: LiveRelease): Promise<RunFacts["stale"]> {
  if (!Object.values(live.tokens).some((token) => token.kind === "loaded_at")) return [];
  const { sources } = await manifestFacts(session, live.manifestId);
  return staleSources(sources, live.tokens, session.ctx.clock.now());
}

async function peopleOf(session: Session, run: Run, live: LiveRelease | null): Promise<RunFacts["people"]> {
  const release = run.releaseId === null ? null : await loadRelease(await session.db(), run.releaseId);
  const manifestId = release?.manifestId ?? live?.manifestId;
  return manifestId === undefined ? new Map() : (await manifestFacts(session, manifestId)).people;
}
