// The runs that a server carries out now: claimed, told about, ended or handed over.
import type { Run } from "../../core/records.ts";
import { loadEnvironmentById } from "../../db/projects.ts";
import { loadRelease } from "../../db/releases.ts";
import { claimRun } from "../../db/run-queue.ts";
import { storedSecrets } from "../../flow/secrets/scrub.ts";
import type { Session } from "../../flow/session/session.ts";
import { say } from "../../text/catalogue.ts";
import { openRunSession } from "./run-session.ts";
import type { LogFields, ServerLog } from "./server-log.ts";
import { type CarriedOutRun, carryOutRun, handOver, putBack } from "./worker.ts";

export interface Desk {
  isActive(runId: number): boolean;
  /** Runs under way. */
  count(): number;
  /** Runs that came to their end here. */
  ended(): number;
  handedOver(): number[];
  /** Claims and carries out runs until none may start. */
  work(): Promise<void>;
  /** Stops the runs under way, so that the next server begins them again. A switch under way ends first. */
  handOverAll(): void;
}

export interface DeskSetting {
  session: Session;
  log: ServerLog;
  stop: AbortSignal;
  /** A run has ended: its environment is free, others may wait for its result. */
  onEnd(run: Run): void;
}

export function openDesk({ session, log, stop, onEnd }: DeskSetting): Desk {
  const { ctx } = session;
  const active = new Map<number, { run: Run; own: AbortController }>();
  const handed: number[] = [];
  let ended = 0;
  const carry = async (run: Run) => {
    const own = new AbortController();
    active.set(run.id, { run, own });
    try {
      const about = await describe(session, run);
      log.hide(await storedSecrets(session));
      log.info(say("serve.run_started", { run: run.id }), about);
      const startedMs = ctx.clock.ticksMs();
      const { run: now, error } = await carryOut(session, run, own.signal);
      const ms = Math.round(ctx.clock.ticksMs() - startedMs);
      if (now.state === "queued" && own.signal.aborted) handed.push(run.id);
      if (now.state === "queued") log.info(say("serve.run_waits", { run: run.id }), about);
      else tellEnd(log, now, error, { ...about, release: await releaseOf(session, now), state: now.state, ms });
      ended += now.finishedAt === null ? 0 : 1;
      onEnd(now);
    } finally {
      // Whatever failed: a run that is not active here and not ended is taken up by `rescue`.
      active.delete(run.id);
    }
  };
  return {
    isActive: (runId) => active.has(runId),
    count: () => active.size,
    ended: () => ended,
    handedOver: () => [...handed],
    work: async () => {
      while (!stop.aborted) {
        const run = await claim(session);
        if (run === null) return;
        // The claim was under way when the server was told to stop.
        if (stop.aborted && (await putBack(session, run))) handed.push(run.id);
        else await carry(run);
      }
    },
    handOverAll: () => {
      for (const { run, own } of active.values()) own.abort(handOver(run));
    },
  };
}

async function carryOut(server: Session, run: Run, signal: AbortSignal): Promise<CarriedOutRun> {
  const inner = await openRunSession(server, run, { signal, progress: () => {} });
  try {
    return await carryOutRun(inner, run);
  } finally {
    await inner.close();
  }
}

/** Number of the release that it made or served. */
async function releaseOf(session: Session, { releaseId }: Run): Promise<number | null> {
  return releaseId === null ? null : (await loadRelease(await session.db(), releaseId)).number;
}

function tellEnd(log: ServerLog, { id, state }: Run, error: unknown, about: LogFields): void {
  const text = say("serve.run_ended", { run: id, state });
  if (error !== null && state !== "cancelled") log.error(text, error, about);
  else if (state === "succeeded") log.info(text, about);
  else log.warn(text, about);
}

async function claim(session: Session): Promise<Run | null> {
  const { pid, host } = session.ctx;
  const { id: projectId } = await session.project();
  return claimRun(await session.db(), { projectId, actor: await session.actor(), pid, host });
}

/** Fields of each line of the log about a run. */
async function describe(session: Session, { id, kind, job, trigger, environmentId, retryOf }: Run): Promise<LogFields> {
  const { name } = await loadEnvironmentById(await session.db(), environmentId);
  return { run: id, kind, job, environment: name, trigger: trigger?.kind, retry_of: retryOf };
}
