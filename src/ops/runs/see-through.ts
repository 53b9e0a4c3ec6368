// Sees a run of the queue through to its end: a living server carries it out, without one this process does.

import type { LogLine } from "../../core/evidence/run-log.ts";
import type { Run, RunState } from "../../core/records.ts";
import type { Outcome } from "../../core/views/base.ts";
import type { JobRunView } from "../../core/views/job.ts";
import { loadEnvironmentById } from "../../db/projects.ts";
import { cancelQueued, claimRun } from "../../db/run-queue.ts";
import { loadRun } from "../../db/runs.ts";
import { runLogFile } from "../../flow/secrets/run-log.ts";
import { cancelled } from "../../flow/session/lease.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { FOLLOW_POLL_MS } from "../limits.ts";
import { aliveServers } from "../server/enlist.ts";
import { takeUpAbandoned } from "../server/rescue.ts";
import { wakeServers } from "../server/wake.ts";
import { auditOf, carryOutRun } from "../server/worker.ts";
import { followLog } from "./read-log.ts";

/**
 * Resolves with the run when it has ended. Throws what stopped it here before it had anything to show (a commit that does not parse).
 * Ctrl-C: a run that is carried out here stops, one that waits for this process is taken back, a server's goes on; AppError `cancelled`.
 */
export async function seeThrough(session: Session, runId: number): Promise<Run> {
  const db = await session.db();
  const { ctx } = session;
  let told = "";
  let following: Promise<unknown> = Promise.resolve();
  await wakeServers(session);
  for (;;) {
    const run = await loadRun(db, runId);
    if (run.finishedAt !== null) {
      await following;
      return run;
    }
    const servers = await aliveServers(db, session, run.projectId);
    if (ctx.signal.aborted) throw await left(session, run, servers.length > 0);
    if (servers.length === 0) {
      await takeUpAbandoned({ session, isActive: () => false, onTakenUp: () => {} });
      const claimed = run.state === "queued" ? await claim(session, run) : null;
      if (claimed) return carryOutHere(session, claimed);
    }
    if (told !== run.state) {
      await tell(session, run);
      if (run.state === "running") following = follow(session, run.id);
    }
    told = run.state;
    await ctx.clock.sleep(FOLLOW_POLL_MS);
  }
}

async function claim(session: Session, { id, projectId }: Run): Promise<Run | null> {
  const { pid, host } = session.ctx;
  return claimRun(await session.db(), { projectId, runId: id, actor: await session.actor(), pid, host });
}

async function carryOutHere(session: Session, claimed: Run): Promise<Run> {
  const { run, error } = await carryOutRun(session, claimed);
  if (run.state === "queued") return seeThrough(session, run.id);
  if (error instanceof AppError) throw error;
  return run;
}

/** Who has it now; the time is only known by its end. */
async function tell({ ctx, ...session }: Session, run: Run): Promise<void> {
  const { name } = await loadEnvironmentById(await session.db(), run.environmentId);
  if (run.state === "queued")
    ctx.progress({ kind: "note", text: say("serve.waits", { run: run.id, environment: name }) });
  else ctx.progress({ kind: "note", text: say("serve.runs_there", { run: run.id, pid: run.pid, host: run.host }) });
}

/** What the run tells meanwhile, where its log is on this machine. */
function follow({ ctx, place, ...session }: Session, runId: number): Promise<unknown> {
  const hasEnded = async () => (await loadRun(await session.db(), runId)).state !== "running";
  const show = (line: LogLine) => {
    const text = line.text ?? say("db.reason", { why: line.message });
    if (line.event !== "dbt" && line.level !== "debug") ctx.progress({ kind: "note", text });
  };
  const wish = { file: runLogFile(place.home, runId), clock: ctx.clock, hasEnded, signal: ctx.signal };
  return followLog(wish, show).catch(() => false);
}

/** A view of a run that somebody waited for: a failure is one of the command, too. */
export const awaited = (view: JobRunView): JobRunView => ({ ...view, outcome: outcomes[view.state] });

const outcomes: Record<RunState, Outcome> = {
  queued: "done",
  running: "done",
  succeeded: "done",
  skipped: "nothing_to_do",
  held: "held",
  failed: "problems_found",
  cancelled: "problems_found",
  interrupted: "problems_found",
};

async function left(session: Session, run: Run, served: boolean): Promise<AppError> {
  if (served || run.state !== "queued") {
    session.ctx.progress({ kind: "note", text: say("serve.follow_left", { run: run.id }) });
    return cancelled();
  }
  const outcome = say("serve.cancelled_queued", { who: await session.actor() });
  await cancelQueued(await session.db(), run.id, outcome, await auditOf(session, run, "run.cancelled", null));
  return cancelled();
}
