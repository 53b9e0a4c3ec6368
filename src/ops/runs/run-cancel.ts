// `slipway run cancel`: a waiting run is taken back at once, a running one stopped cleanly, one of a dead process closed.
import { CANCEL_WAIT_MS } from "../../core/limits.ts";
import type { Environment, Run } from "../../core/records.ts";
import type { RunCancelView } from "../../core/views/serve.ts";
import { loadLease } from "../../db/leases.ts";
import { loadEnvironmentById } from "../../db/projects.ts";
import { cancelQueued } from "../../db/run-queue.ts";
import { finishRun, loadRun } from "../../db/runs.ts";
import { cancel } from "../../flow/act/stop.ts";
import { releaseRef } from "../../flow/session/commit.ts";
import { checkSignal, environmentLease, isGone } from "../../flow/session/lease.ts";
import { liveRelease } from "../../flow/session/live.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { FOLLOW_POLL_MS } from "../limits.ts";
import { isAbandoned } from "../server/rescue.ts";
import { auditOf, isNotBegun } from "../server/worker.ts";
import { findRun } from "./run-show.ts";

interface CancelRequest {
  run: number;
  reason: string | null;
}

export async function runCancel(session: Session, request: CancelRequest): Promise<RunCancelView> {
  const db = await session.db();
  const run = await findRun(session, request.run);
  const environment = await loadEnvironmentById(db, run.environmentId);
  const statementsEnded = run.finishedAt === null ? await stop(session, run, environment, request.reason) : 0;
  const now = await loadRun(db, run.id);
  const live = await liveRelease(session, environment);
  return {
    outcome: run.finishedAt === null ? "done" : "nothing_to_do",
    ...{ timezone: session.place.config.timezone, at: session.ctx.clock.now(), problems: [] },
    ...{ runId: run.id, kind: run.kind, job: run.job, environment: environment.name },
    ...{ before: run.state, state: now.state, statementsEnded },
    serves: live ? releaseRef(live.release, live.standing) : null,
  };
}

/** Asks until it has ended: a run that was just claimed has no lease yet, one that is recovered now is another's for the moment. */
async function stop(session: Session, run: Run, { name }: Environment, reason: string | null): Promise<number> {
  const { ctx } = session;
  const db = await session.db();
  const from = ctx.clock.ticksMs();
  let statementsEnded = 0;
  for (let now = run; now.finishedAt === null; now = await loadRun(db, run.id)) {
    checkSignal(ctx.signal);
    if (now.state === "queued") await takeBack(session, now, reason);
    else if (await isWithin(session, now, name))
      statementsEnded += (await cancel(session, { environment: name, planId: null, reason })).statementsEnded;
    else if (isNotBegun(now) && (await isAbandoned(session, now)))
      await finishRun(db, run.id, "cancelled", say("flow.cancelled"), await cancelAudit(session, run, reason));
    if ((await loadRun(db, run.id)).finishedAt !== null) break;
    if (ctx.clock.ticksMs() - from >= CANCEL_WAIT_MS)
      throw new AppError("timeout", say("serve.not_stopped", { run: run.id }), {
        hint: say("views.not_stopped_hint", { environment: name }),
      });
    await ctx.clock.sleep(FOLLOW_POLL_MS);
  }
  return statementsEnded;
}

/** True when stopping what goes on in the environment stops this run: its process holds the lease, or nobody does any more. */
async function isWithin(session: Session, run: Run, name: string): Promise<boolean> {
  const lease = await loadLease(await session.db(), environmentLease(session, session.environment(name)));
  const gone = lease === null || lease.expiresAt <= session.ctx.clock.now() || (await isGone(lease, session.ctx.host));
  return gone ? !isNotBegun(run) : lease.pid === run.pid && lease.host === run.host;
}

async function takeBack(session: Session, run: Run, reason: string | null): Promise<void> {
  const outcome = say("serve.cancelled_queued", { who: await session.actor() });
  await cancelQueued(await session.db(), run.id, outcome, await cancelAudit(session, run, reason));
}

const cancelAudit = (session: Session, run: Run, reason: string | null) =>
  auditOf(session, run, "run.cancelled", reason);
