// Carries out one claimed run in a session of its own, and always says how it ended.
import type { AuditRow, Run, RunState } from "../../core/records.ts";
import { loadEnvironmentById } from "../../db/projects.ts";
import { requeueRun } from "../../db/run-queue.ts";
import { finishRun, loadRun } from "../../db/runs.ts";
import { handedOver, isHandedOver } from "../../flow/session/lease.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";

/** What aborts a run whose server stops: it waits again afterwards. What would have an effect outside twice stays cancelled. */
export const handOver = (run: Run): AppError =>
  mayRepeat(run) ? handedOver() : new AppError("cancelled", say("serve.stopped_with_server"));

export interface CarriedOutRun {
  /** As it stands then: ended, waiting again, or left open where the state or the warehouse could not be asked (see rescue.ts). */
  run: Run;
  /** What stopped it; null: it came to its end, whatever that was. */
  error: unknown;
}

/**
 * Carries out a run that this process has claimed, in a session of its own. Never throws for what the run came to. It waits again when
 * its server stops or somebody is at its environment.
 */
export async function carryOutRun(session: Session, run: Run): Promise<CarriedOutRun> {
  const db = await session.db();
  const error = await carryOut(session, run).then(
    () => null,
    (thrown: unknown) => thrown ?? new Error("unknown"),
  );
  const now = await loadRun(db, run.id);
  if (stopsForServer(session.ctx.signal)) await giveBack(session, now);
  else if (isLease(error) && isNotBegun(now))
    await requeueRun(db, run.id, await auditOf(session, run, "run.put_back", error.code));
  else if (isNotBegun(now)) await closeRun(session, run, error);
  return { run: await loadRun(db, run.id), error };
}

/** Somebody is at the environment, and will be through. A file that another program holds is no such thing: people must hear of it. */
const isLease = (error: unknown): error is AppError => error instanceof AppError && error.text.id === "flow.locked";

/** Nothing of it stands anywhere yet. */
export const isNotBegun = (run: Run): boolean => run.state === "running" && run.phase === "plan";

const stopsForServer = (signal: AbortSignal): boolean =>
  isHandedOver(signal) || (signal.reason instanceof AppError && signal.reason.text.id === "serve.stopped_with_server");

async function carryOut(session: Session, run: Run): Promise<void> {
  if (run.kind === "job") await (await import("../../flow/job/job.ts")).runJob(session, run);
  else await deployBranch(session, run);
}

/** A new commit of the environment's branch, on its whole way. */
async function deployBranch(session: Session, run: Run): Promise<void> {
  const { name } = await loadEnvironmentById(await session.db(), run.environmentId);
  const commit = run.trigger?.kind === "branch" ? run.trigger.commit : null;
  const { deploy } = await import("../../flow/release/release.ts");
  const request = { environment: name, commit, select: null, fullRefresh: null, planId: null, reason: run.reason };
  await deploy(session, request, run);
}

/** The end of a run that never got so far as to end itself: nothing was new, or something stopped it while it was planned. */
async function closeRun(session: Session, run: Run, error: unknown): Promise<void> {
  const db = await session.db();
  const { state, outcome } = await endOf(session, run, error);
  await finishRun(db, run.id, state, outcome, await auditOf(session, run, `run.${state}`, null));
}

async function endOf(
  session: Session,
  run: Run,
  error: unknown,
): Promise<{ state: Exclude<RunState, "queued" | "running">; outcome: Text }> {
  if (error === null) {
    const { name } = await loadEnvironmentById(await session.db(), run.environmentId);
    return { state: "succeeded", outcome: say("serve.nothing_new", { environment: name }) };
  }
  if (error instanceof AppError)
    return { state: error.code === "cancelled" ? "cancelled" : "failed", outcome: error.text };
  return { state: "failed", outcome: say("flow.internal", { message: String(error) }) };
}

/** The server stops: what had not begun, or was handed over in the middle, waits for the next one. */
async function giveBack(session: Session, now: Run): Promise<void> {
  if (!isNotBegun(now)) return;
  if (mayRepeat(now)) await putBack(session, now);
  else {
    const audit = await auditOf(session, now, "run.cancelled", null);
    await finishRun(await session.db(), now.id, "cancelled", say("serve.stopped_with_server"), audit);
  }
}

/** A run that this process has claimed waits again under its number. false: it has ended. */
export async function putBack(session: Session, run: Run): Promise<boolean> {
  return requeueRun(await session.db(), run.id, await auditOf(session, run, "run.handed_over", null));
}

/** False with a `run-operation`: what it does outside is done twice. All else is decided anew by what stands. */
export const mayRepeat = (run: Run): boolean =>
  !(run.request?.steps ?? []).some((step) => /^\s*(dbt\s+)?run-operation\b/.test(step));

export async function auditOf(session: Session, run: Run, what: string, why: string | null): Promise<AuditRow> {
  return { who: await session.actor(), what, subject: `run ${run.id}`, why, details: { kind: run.kind, job: run.job } };
}
