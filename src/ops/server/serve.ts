// `slipway serve`: the duties of a server side by side, /health, and its clean end.
import type { Server as ServerRow } from "../../core/jobs/jobs.ts";
import type { ServeRequest } from "../../core/ops/serve.ts";
import type { ServeView } from "../../core/views/serve.ts";
import { countRuns } from "../../db/run-queue.ts";
import { heartbeat } from "../../db/servers.ts";
import type { Session } from "../../flow/session/session.ts";
import { keepWarm } from "../../flow/session/warm.ts";
import { say } from "../../text/catalogue.ts";
import { HEALTH_WAIT_MS, HEARTBEAT_MS, SCHEDULE_LATE_MS } from "../limits.ts";
import { watchConfig } from "./config-watch.ts";
import { openDesk } from "./desk.ts";
import { dutiesOf, type Serving } from "./duties.ts";
import { type Duty, type DutyWatch, type RunningDuty, startDuty } from "./duty.ts";
import { delist, enlist, newServerId, serverActor } from "./enlist.ts";
import { type Answered, type Health, type Listening, listen } from "./health.ts";
import { openServerLog, type ServerLog } from "./server-log.ts";

interface Server extends Serving {
  id: string;
  startedAt: Date;
  /** Aborted: no new work. */
  stop: AbortController;
  duties: RunningDuty[];
}

/** Serves until the first signal, then lets its runs end or hands them over. Resolves when everything is tidy. */
export async function serve(session: Session, request: ServeRequest): Promise<ServeView> {
  const server = await prepare(session);
  try {
    return await serveAs(server, await enlist(session, server.id), request);
  } finally {
    await session.warm?.close();
  }
}

async function serveAs(server: Server, row: ServerRow, request: ServeRequest): Promise<ServeView> {
  const { session, id, log, duties, stop } = server;
  const ask = () => health(server);
  let listening: Listening | null = null;
  try {
    const { host, port } = request;
    const onWake = () => server.ringWorkers();
    const onAnswer = (answered: Answered) => tellRequest(log, answered);
    listening = await listen({ host, port, ask, onWake, onAnswer, clock: session.ctx.clock });
    const { address } = listening;
    log.info(say("serve.started", { project: session.place.name, address, workers: request.workers }), { address });
    const life = new AbortController();
    const work = async () => heartbeat(await session.db(), { ...row, address });
    const alive = startDuty({ name: "heartbeat", everyMs: HEARTBEAT_MS, work }, watch(server, life.signal));
    for (const duty of dutiesOf(server, request.workers)) duties.push(startDuty(duty, watch(server, stop.signal)));
    await aborted(session.ctx.signal);
    await stopWork(server, request.graceMs);
    life.abort();
    await alive.ended;
    log.info(say("serve.stopped"));
    return view(server, address);
  } finally {
    await delist(session, id).catch((error: unknown) => log.error(say("serve.not_delisted"), error));
    await listening?.close();
  }
}

async function prepare(session: Session): Promise<Server> {
  const { ctx, place } = session;
  const id = newServerId();
  // Nobody typed what a server does by itself.
  session.actor = async () => serverActor(id, ctx.host);
  session.warm = keepWarm(ctx);
  importDbt(session).catch(() => {}); // the first run says what is wrong with Python
  const log = openServerLog(ctx, { server: id, project: place.name }, place.config.timezone);
  const stop = new AbortController();
  const duties: RunningDuty[] = [];
  const ring = (...names: string[]) => {
    for (const duty of duties) if (names.includes(duty.name.split(" ", 1)[0]!)) duty.ring();
  };
  const bells = { ringWorkers: () => ring("worker"), ringMessages: () => ring("messages") };
  // Its environment is free, jobs may come after it, and people want to know.
  const onEnd = () => ring("worker", "schedule", "notices");
  const desk = openDesk({ session, log, stop: stop.signal, onEnd });
  const config = watchConfig(session, log);
  return { session, id, startedAt: ctx.clock.now(), log, desk, config, stop, duties, told: new Set(), ...bells };
}

/** Before the first run needs it. */
async function importDbt(session: Session): Promise<void> {
  const { python, key } = await session.python();
  session.warm?.pool.prepare({ python, installed: key });
}

function watch({ session, log }: Server, stop: AbortSignal): DutyWatch {
  return {
    clock: session.ctx.clock,
    stop,
    onFailure: (duty: Duty, error) =>
      log.error(say("serve.duty_failed", { duty: duty.name }), error, { duty: duty.name }),
    onRecovery: (duty: Duty, failures) =>
      log.info(say("serve.duty_recovered", { duty: duty.name, failures }), { duty: duty.name, failures }),
  };
}

/** Load balancers ask every few seconds: what is well is for those who look for it. */
function tellRequest(log: ServerLog, { requestId, method, path, status, ms }: Answered): void {
  const text = say("serve.request", { method, path, status });
  const fields = { request_id: requestId, method, path, status, ms };
  if (status < 300) log.debug(text, fields);
  else if (status < 500) log.info(text, fields);
  else log.warn(text, fields);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** Takes no more work; runs under way have `graceMs`, then the next server has them. */
async function stopWork({ session, log, desk, stop, duties }: Server, graceMs: number): Promise<void> {
  log.info(say("serve.stopping", { running: desk.count(), grace: graceMs / 1000 }));
  stop.abort();
  const ended = Promise.all(duties.map((duty) => duty.ended));
  if (desk.count() > 0) await Promise.race([ended, session.ctx.clock.sleep(graceMs)]);
  desk.handOverAll();
  await ended;
}

async function health({ session, id, startedAt, config, desk, duties, stop }: Server): Promise<Health> {
  const { ctx, place } = session;
  const counts = await Promise.race([askState(session), ctx.clock.sleep(HEALTH_WAIT_MS).then(() => null)]);
  const looked = duties.find(({ name }) => name === "schedule")?.lastMs() ?? null;
  const lagMs = looked === null ? null : Math.round(ctx.clock.ticksMs() - looked);
  // Before its first look it is as late as it is old.
  const lateMs = lagMs ?? ctx.clock.now().getTime() - startedAt.getTime();
  const stopping = stop.signal.aborted;
  return {
    ok: counts !== null && !stopping && lateMs < SCHEDULE_LATE_MS,
    version: ctx.version,
    project: place.name,
    server: id,
    state: stopping ? "stopping" : "serving",
    database: counts === null ? "unreachable" : "ok",
    config: config.broken() ? "broken" : "ok",
    started_at: startedAt.toISOString(),
    scheduler_lag_ms: lagMs,
    running: counts?.running ?? null,
    running_here: desk.count(),
    queued: counts?.queued ?? null,
  };
}

const askState = async (session: Session) => {
  try {
    return await countRuns(await session.db(), (await session.project()).id);
  } catch {
    return null;
  }
};

function view({ session, id, startedAt, desk }: Server, address: string): ServeView {
  const { ctx, place } = session;
  const at = ctx.clock.now();
  return {
    ...{ outcome: "done", timezone: place.config.timezone, at, problems: [], server: id, project: place.name },
    address,
    startedAt,
    runs: desk.ended(),
    handedOver: desk.handedOver(),
    totalMs: at.getTime() - startedAt.getTime(),
  };
}
