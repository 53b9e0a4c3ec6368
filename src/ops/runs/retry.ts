// `slipway run retry`: what failed in a run and what it held back, once more; all else of the run is reused.
import type { ActRequest } from "../../core/flow.ts";
import type { JobRequest } from "../../core/jobs/jobs.ts";
import { commitAsked } from "../../core/jobs/queue.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { Run } from "../../core/records.ts";
import type { JobRunView } from "../../core/views/job.ts";
import { listRunResults, listTestResults } from "../../db/evidence.ts";
import { loadPlan } from "../../db/plans.ts";
import { loadEnvironmentById } from "../../db/projects.ts";
import { loadRelease } from "../../db/releases.ts";
import { enqueueRun } from "../../db/run-queue.ts";
import { listRuns, setRetryOf } from "../../db/runs.ts";
import { liveRelease } from "../../flow/session/live.ts";
import type { Session } from "../../flow/session/session.ts";
import { isAncestor } from "../../git/history.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { findRun, runView } from "./run-show.ts";
import { awaited, seeThrough } from "./see-through.ts";

/** States in which something is left to repeat. */
const REPEATABLE: readonly Run["state"][] = ["failed", "held", "cancelled", "interrupted"];
/** dbt's words for what did not work, and for what was not tried because of it. */
const UNDONE: readonly string[] = ["error", "fail", "skipped", "partial success"];

export async function runRetry(session: Session, request: { run: number } & ActRequest): Promise<JobRunView> {
  const run = await findRun(session, request.run);
  if (!REPEATABLE.includes(run.state))
    throw new AppError("invalid", say("runs.nothing_failed", { run: run.id, state: run.state }), {
      hint: run.finishedAt === null ? say("runs.follow_hint", { run: run.id }) : say("runs.again_hint"),
    });
  return run.kind === "job" ? retryJob(session, run, request.reason) : retryDeploy(session, run, request.reason);
}

async function retryJob(session: Session, run: Run, reason: string | null): Promise<JobRunView> {
  if (run.request === null) throw new AppError("invalid", say("runs.no_request", { run: run.id }));
  // A run of no commit in particular is of the one that is live, then as now.
  if (run.request.commit !== null) await refuseOlder(session, run, run.request.commit);
  const again: JobRequest = { ...run.request, only: await undone(session, run) };
  const { run: queued } = await enqueueRun(await session.db(), {
    ...{
      projectId: run.projectId,
      environmentId: run.environmentId,
      kind: "job",
      job: run.job,
      request: again,
      reason,
    },
    trigger: { kind: "retry", runId: run.id },
    actor: await session.actor(),
    retryOf: run.id,
    overlap: "queue",
  });
  return awaited(await runView(session, await seeThrough(session, queued.id)));
}

/** Nodes and tests that did not work or were not tried; null: nothing had run yet, so all of it. */
async function undone(session: Session, run: Run): Promise<string[] | null> {
  const db = await session.db();
  const rows = [...(await listRunResults(db, run.id)), ...(await listTestResults(db, run.id))];
  const failed = rows.filter((row) => UNDONE.includes(row.status)).map((row) => row.node);
  const only = [...new Set([...(failed.length === 0 ? (run.request?.only ?? []) : failed)])].sort();
  return only.length === 0 ? null : only;
}

/** What a later commit has published is not taken back by repeating an earlier one. */
async function refuseOlder(session: Session, run: Run, commit: string): Promise<void> {
  const environment = await loadEnvironmentById(await session.db(), run.environmentId);
  const live = (await liveRelease(session, environment))?.release;
  if (!live || live.commit === commit || !(await isAncestor(await session.repository(), commit, live.commit))) return;
  const [older, newer] = [commit.slice(0, 7), live.commit.slice(0, 7)];
  throw new AppError(
    "conflict",
    say("runs.retry_older", { run: run.id, environment: environment.name, older, newer }),
    {
      hint: say("runs.again_hint"),
    },
  );
}

/** The commit that the run was about, also when another one is live by now. */
async function commitOf(session: Session, run: Run): Promise<string | null> {
  const db = await session.db();
  if (run.releaseId !== null) return (await loadRelease(db, run.releaseId)).commit;
  const plan = run.planId === null ? null : ((await loadPlan(db, run.planId))?.body as Plan | undefined);
  return plan?.commit ?? commitAsked(run);
}

/** A deployment, refresh or hand-over begins again by its own rules: what it built and tested is reused by key. */
async function retryDeploy(session: Session, run: Run, reason: string | null): Promise<JobRunView> {
  const { name } = await loadEnvironmentById(await session.db(), run.environmentId);
  const why = reason ?? run.reason;
  const act = { environment: name, select: null, fullRefresh: null, planId: null, reason: why };
  const { deploy, promoteRelease, refresh } = await import("../../flow/release/release.ts");
  if (run.kind === "refresh") await refresh(session, act);
  else if (run.kind === "promote" && run.releaseId !== null) {
    const { number } = await loadRelease(await session.db(), run.releaseId);
    await promoteRelease(session, { release: `r${number}`, to: name, planId: null, reason: why });
  } else if (run.kind === "deploy") await deploy(session, { ...act, commit: await commitOf(session, run) });
  else throw new AppError("invalid", say("runs.no_retry", { run: run.id, kind: run.kind }));
  const listing = { projectId: run.projectId, environmentId: run.environmentId, limit: 1 };
  const [newest = run] = await listRuns(await session.db(), listing);
  // Nothing was left to do: the environment serves that very commit by now.
  if (newest.id === run.id) return { ...(await runView(session, run)), outcome: "nothing_to_do" };
  await setRetryOf(await session.db(), newest.id, run.id);
  return runView(session, { ...newest, retryOf: run.id });
}
