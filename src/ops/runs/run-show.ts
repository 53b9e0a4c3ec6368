// `slipway run show`: one run with its steps, what failed in it, what was slow, and what consumers saw before and after.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobStep } from "../../core/jobs/jobs.ts";
import { countTests } from "../../core/plan/verdict.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { Release, Revision, Run, TestOutcome } from "../../core/records.ts";
import type { Outcome, ReleaseRef } from "../../core/views/base.ts";
import type { NodeErrorView, VerifySummary } from "../../core/views/deploy.ts";
import type { JobRunView, JobStepView } from "../../core/views/job.ts";
import { listRunResults, listTestResults, type RanRow } from "../../db/evidence.ts";
import { listJobSteps } from "../../db/job-steps.ts";
import { loadEnvironmentById } from "../../db/projects.ts";
import { loadRelease, loadStanding, revisionsAround } from "../../db/releases.ts";
import { loadRun } from "../../db/runs.ts";
import { stepFolder } from "../../flow/evidence/artifacts.ts";
import { OUTPUT_FILE } from "../../flow/job/job-script.ts";
import { testName } from "../../flow/release/verify.ts";
import { commitOfRelease, commitRef, releaseRef } from "../../flow/session/commit.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";

const SLOWEST_SHOWN = 3;

/** For whoever waited for the run: the exit code says what it came to. */
export async function runShow(session: Session, request: { run: number }): Promise<JobRunView> {
  return runView(session, await findRun(session, request.run));
}

/** For whoever only looks: that a run failed is no failure of looking. */
export async function lookAtRun(session: Session, request: { run: number }): Promise<JobRunView> {
  return { ...(await runShow(session, request)), outcome: "done" };
}

const OUTCOMES: Partial<Record<Run["state"], Outcome>> = {
  held: "held",
  failed: "problems_found",
  cancelled: "problems_found",
  interrupted: "problems_found",
};

/** A run of this project; AppError `not_found`. */
export async function findRun(session: Session, id: number): Promise<Run> {
  const run = await loadRun(await session.db(), id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  });
  if (run && run.projectId === (await session.project()).id) return run;
  throw new AppError("not_found", say("runs.unknown", { run: id }), { hint: say("runs.unknown_hint") });
}

/** A run as it is on record, whether it has ended or not. */
export async function runView(session: Session, run: Run): Promise<JobRunView> {
  const db = await session.db();
  const now = session.ctx.clock.now();
  const environment = await loadEnvironmentById(db, run.environmentId);
  const [nodes, tests] = [await listRunResults(db, run.id), await listTestResults(db, run.id)];
  const release = run.releaseId === null ? null : await loadRelease(db, run.releaseId);
  const served = await servedAround(session, run);
  const standing = release && (await loadStanding(db, release.id, environment.id));
  const override = standing?.override
    ? (run.outcome ?? say("flow.overridden", { environment: environment.name }))
    : null;
  return {
    outcome: OUTCOMES[run.state] ?? "done",
    timezone: session.place.config.timezone,
    at: now,
    problems: [],
    runId: run.id,
    kind: run.kind,
    state: run.state,
    environment: environment.name,
    job: run.job,
    trigger: run.trigger,
    actor: run.actor,
    reason: run.reason,
    retryOf: run.retryOf,
    commit: release ? commitRef(commitOfRelease(release)) : null,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    totalMs: run.state === "queued" ? 0 : (run.finishedAt ?? now).getTime() - run.startedAt.getTime(),
    steps: await Promise.all((await listJobSteps(db, run.id)).map((step) => stepView(session, step))),
    release: release && releaseRef(release, standing),
    previous: served.before,
    serves: served.after,
    errors: errorsOf(nodes),
    verify: verifyOf(tests, standing?.evidence?.tests ?? []),
    promote: served.promote,
    override,
    held: standing?.evidence?.held ?? [],
    slowest: slowest([...nodes, ...tests]),
    result: override ? null : run.outcome,
  };
}

async function stepView(session: Session, step: JobStep): Promise<JobStepView> {
  const { runId, position, name, state, startedAt, finishedAt, summary } = step;
  const ms = startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null;
  const file = join(stepFolder(session, runId, position), OUTPUT_FILE);
  const text = name.startsWith("dbt ") ? await readFile(file, "utf8").catch(() => "") : "";
  const output = text === "" ? [] : text.trimEnd().split("\n");
  return { position, name, state, startedAt, finishedAt, ms, summary, output };
}

interface Served {
  before: ReleaseRef | null;
  after: ReleaseRef | null;
  promote: JobRunView["promote"];
}

/** What the environment served before this run, and what when it had ended. */
async function servedAround(session: Session, run: Run): Promise<Served> {
  const db = await session.db();
  const until = run.finishedAt ?? session.ctx.clock.now();
  const { own, last } = await revisionsAround(db, { environmentId: run.environmentId, runId: run.id, until });
  const ref = async (id: number | null): Promise<ReleaseRef | null> => {
    if (id === null) return null;
    const release: Release = await loadRelease(db, id);
    return releaseRef(release, await loadStanding(db, id, run.environmentId));
  };
  const after = await ref(last?.releaseId ?? null);
  const before = own ? await ref(own.fromReleaseId) : after;
  return { before, after, promote: own && promoteOf(own, run) };
}

function promoteOf({ switchMs, at }: Revision, { promotion }: Run): JobRunView["promote"] {
  const [published, unpublished] = [promotion?.publish.length ?? 0, promotion?.unpublish.length ?? 0];
  return { published, unpublished, adopted: 0, switchMs, readBack: 0, ms: switchMs, switchedAt: at };
}

function errorsOf(nodes: RanRow[]): NodeErrorView[] {
  const skipped = nodes.filter((row) => row.status === "skipped").map((row) => row.node);
  return nodes
    .filter((row) => row.status === "error" || row.status === "partial success")
    .map((row, index) => ({
      node: row.node,
      name: shortName(row.node),
      message: row.message ?? row.status,
      file: row.path,
      line: null,
      // Which of several failures kept a node back is not on record; they are named once.
      skipped: index === 0 ? skipped : [],
    }));
}

/** `known`: what the release's own evidence says besides, of tests that came to the same, and of those that had no need to run again. */
function verifyOf(rows: RanRow[], known: readonly TestOutcome[]): VerifySummary | null {
  const rank: Record<string, number> = { fail: 0, error: 1, warn: 2, skipped: 3 };
  const more = new Map(known.map((test) => [test.test, test]));
  const ran = rows.map(testOutcome).map((test) => {
    const same = more.get(test.test);
    return same?.status === test.status ? { ...test, holdsBack: same.holdsBack, line: same.line } : test;
  });
  const here = new Set(rows.map((row) => row.node));
  const tests = [...ran, ...known.filter((test) => test.reused && !here.has(test.test))];
  if (tests.length === 0) return null;
  const findings = tests
    .filter((test) => test.status !== "pass")
    .sort((a, b) => (rank[a.status] ?? 4) - (rank[b.status] ?? 4));
  return { counts: countTests(tests), findings, ms: ran.reduce((sum, test) => sum + test.executionMs, 0) };
}

const testOutcome = (row: RanRow): TestOutcome => ({
  test: row.node,
  name: testName(row.node),
  status: row.status as TestOutcome["status"],
  failures: row.failures,
  message: row.message,
  reused: false,
  file: row.path,
  line: null,
  holdsBack: [],
  executionMs: (row.seconds ?? 0) * 1000,
});

const nameOf = (node: string): string => (/^(unit_)?test\./.test(node) ? testName(node) : shortName(node));

const slowest = (rows: RanRow[]): JobRunView["slowest"] =>
  rows
    .filter((row) => row.seconds !== null)
    .sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0))
    .slice(0, SLOWEST_SHOWN)
    .map((row) => ({ node: row.node, name: nameOf(row.node), ms: (row.seconds ?? 0) * 1000 }));
