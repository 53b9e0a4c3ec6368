// Runs whose process is no more: finished or closed by what stands, or put back where nothing had begun; and run again, once.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { Server } from "../../core/jobs/jobs.ts";
import { environmentLeaseName } from "../../core/jobs/queue.ts";
import type { Run } from "../../core/records.ts";
import { loadLease } from "../../db/leases.ts";
import { loadEnvironmentById } from "../../db/projects.ts";
import { enqueueRun, listRunning, listToRunAgain, requeueRun, takeTurns } from "../../db/run-queue.ts";
import { finishRun, listSteps, loadRun, recordStep } from "../../db/runs.ts";
import { listServers } from "../../db/servers.ts";
import { recover } from "../../flow/act/recover.ts";
import { environmentLease, holderName, processAgeMs, withLease } from "../../flow/session/lease.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { CLAIM_BEFORE_BIRTH_MS, RESCUE_POLL_MS, RETRY_WITHIN_MS, SERVER_DEAD_MS, TAKEN_UP_MAX } from "../limits.ts";
import { auditOf, isNotBegun, mayRepeat } from "./worker.ts";

export interface RescueWork {
  session: Session;
  /** True for runs that this process carries out now. */
  isActive(runId: number): boolean;
  onTakenUp(run: Run): void | Promise<void>;
  /** How long this process has been in touch with the state without a gap; absent: it has just asked, and nobody waits for it. */
  inTouchMs?: number;
}

const TAKEN_UP = "taken up";
const RUN_AGAIN = "run again";

/**
 * Takes up every run whose process has ended, of the queue or typed by hand: the queue waits for both. One that cannot be taken up now
 * keeps no other waiting; its error comes last.
 */
export async function takeUpAbandoned({ session, isActive, onTakenUp, inTouchMs }: RescueWork): Promise<void> {
  const db = await session.db();
  const { id: projectId } = await session.project();
  let failure: unknown = null;
  for (const run of await listRunning(db, projectId)) {
    if (isActive(run.id) || !(await isAbandoned(session, run, inTouchMs))) continue;
    try {
      if (await takeUp(session, run)) await onTakenUp(await loadRun(db, run.id));
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== null) throw failure;
}

/**
 * True when nobody can be carrying it out any more. Signs of life count when `inTouchMs` is long enough for others to have given one: where
 * the database was away for all, whoever is back first does not take the others for dead.
 */
export async function isAbandoned(session: Session, run: Run, inTouchMs = Number.POSITIVE_INFINITY): Promise<boolean> {
  const { ctx } = session;
  const db = await session.db();
  const now = ctx.clock.now().getTime();
  // A claim of this very moment is not yet known to the one who looks.
  if (now - run.startedAt.getTime() < RESCUE_POLL_MS) return false;
  const here = run.host === ctx.host;
  if (here && (run.pid === ctx.pid || (await isGone(run, now)))) return true;
  const server = (await listServers(db, run.projectId)).find(({ pid, host }) => pid === run.pid && host === run.host);
  if (server && run.startedAt < server.startedAt) return true;
  if (inTouchMs < SERVER_DEAD_MS) return false;
  if (server) return !isAlive(server, now);
  if (here) return false;
  const { name } = await loadEnvironmentById(db, run.environmentId);
  const lease = await loadLease(db, environmentLeaseName(session.place.name, name));
  return now - run.startedAt.getTime() > SERVER_DEAD_MS && (lease === null || lease.expiresAt.getTime() <= now);
}

/** On this machine. A process that is much younger than the claim was only given the number of the dead one. */
async function isGone({ pid, startedAt }: Run, nowMs: number): Promise<boolean> {
  if ((await holderName(pid)).endsWith(":gone")) return true;
  const ageMs = await processAgeMs(pid);
  return ageMs !== null && nowMs - ageMs > startedAt.getTime() + CLAIM_BEFORE_BIRTH_MS;
}

export const isAlive = (server: Server, nowMs: number): boolean =>
  nowMs - server.heartbeatAt.getTime() <= SERVER_DEAD_MS;

async function environmentOf(session: Session, run: Run): Promise<EnvironmentConfig | null> {
  const { name } = await loadEnvironmentById(await session.db(), run.environmentId);
  return session.place.config.environments.find((one) => one.name === name) ?? null;
}

/** Under the environment's lease. false: somebody else is at it. */
async function takeUp(session: Session, run: Run): Promise<boolean> {
  const environment = await environmentOf(session, run);
  if (!environment) {
    const { name } = await loadEnvironmentById(await session.db(), run.environmentId);
    await close(session, run, say("serve.environment_gone", { environment: name }));
    return true;
  }
  const wish = { name: environmentLease(session, environment), what: `recover ${environment.name}`, waitMs: 0 };
  try {
    return await withLease(session, wish, async (held) => {
      const db = await session.db();
      const now = await loadRun(db, run.id);
      if (now.state !== "running" || now.pid !== run.pid || now.host !== run.host) return false;
      await recordStep(db, run.id, TAKEN_UP, { pid: run.pid, host: run.host, phase: now.phase });
      if (isNotBegun(now) && now.queuedAt !== null) await putBack(session, now);
      else {
        const warehouse = await session.warehouse(environment);
        await recover({ session, environment, record: await session.record(environment), warehouse, held });
      }
      return true;
    });
  } catch (error) {
    if (error instanceof AppError && error.code === "locked") return false;
    throw error;
  }
}

/** Nothing was built: it waits again. What ends its process each time is closed. */
async function putBack(session: Session, run: Run): Promise<void> {
  const db = await session.db();
  const times = (await listSteps(db, run.id)).filter(({ name }) => name === TAKEN_UP).length;
  if (times > TAKEN_UP_MAX) return close(session, run, say("serve.interrupted_twice", { run: run.id }));
  await requeueRun(db, run.id, await auditOf(session, run, "run.put_back", null));
}

async function close(session: Session, run: Run, outcome: Text): Promise<void> {
  await finishRun(
    await session.db(),
    run.id,
    "interrupted",
    outcome,
    await auditOf(session, run, "run.interrupted", null),
  );
}

/**
 * Runs again what a dead process left interrupted, once and as a run of its own: the first one's end stays on record, and what it built
 * is reused. Returns pairs of run numbers.
 */
export async function runAgain(session: Session): Promise<{ run: number; again: number }[]> {
  const db = await session.db();
  const { id: projectId } = await session.project();
  const since = new Date(session.ctx.clock.now().getTime() - RETRY_WITHIN_MS);
  const wish = { projectId, since, marks: { wanted: TAKEN_UP, done: RUN_AGAIN } };
  if ((await listToRunAgain(db, wish)).length === 0) return [];
  const actor = await session.actor();
  return db.transaction(async (trx) => {
    await takeTurns(trx, projectId);
    const done: { run: number; again: number }[] = [];
    for (const run of await listToRunAgain(trx, wish)) {
      await recordStep(trx, run.id, RUN_AGAIN);
      if (!mayRepeat(run)) continue;
      const { environmentId, job, request } = run;
      const kind = run.kind === "job" ? "job" : "deploy";
      const trigger = kind === "job" ? ({ kind: "retry", runId: run.id } as const) : run.trigger!;
      const again = await enqueueRun(trx, {
        ...{ projectId, environmentId, kind, job, request, trigger, actor },
        reason: run.reason,
        retryOf: run.id,
        overlap: "merge",
      });
      done.push({ run: run.id, again: again.run.id });
    }
    return done;
  });
}
