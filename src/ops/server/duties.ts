// What a server does again and again: schedules, branches, runs, lost runs, notices, slipway.yml. Each by itself.
import type { Run } from "../../core/records.ts";
import { loadReleaseNumber } from "../../db/releases.ts";
import { goByServer } from "../../db/server-time.ts";
import type { Session } from "../../flow/session/session.ts";
import { render, say } from "../../text/catalogue.ts";
import {
  CLOCK_POLL_MS,
  CONFIG_POLL_MS,
  LOCAL_BRANCH_POLL_MS,
  NOTICE_POLL_MS,
  OUT_OF_TOUCH_MS,
  QUEUE_POLL_MS,
  RESCUE_POLL_MS,
  SCHEDULE_LEAST_MS,
  SCHEDULE_POLL_MS,
  UPKEEP_POLL_MS,
} from "../limits.ts";
import { nextDue, tick } from "../schedule/scheduler.ts";
import type { ConfigWatch } from "./config-watch.ts";
import type { Desk } from "./desk.ts";
import type { Duty } from "./duty.ts";
import { runAgain, takeUpAbandoned } from "./rescue.ts";
import { openRunSession } from "./run-session.ts";
import type { ServerLog } from "./server-log.ts";

export interface Serving {
  /** The server's own; slipway.yml in it follows the file. */
  session: Session;
  log: ServerLog;
  desk: Desk;
  config: ConfigWatch;
  /** Problems of schedules that the log has told. */
  told: Set<string>;
  /** Something waits that did not wait before: all workers look at once. */
  ringWorkers(): void;
  /** There is something to tell. */
  ringMessages(): void;
}

/** Named as logs and /health show them. */
export function dutiesOf(serving: Serving, workers: number): Duty[] {
  const { session, desk, config } = serving;
  return [
    { name: "config", everyMs: CONFIG_POLL_MS, work: () => config.look() },
    { name: "clock", everyMs: CLOCK_POLL_MS, work: keepTime(serving) },
    { name: "schedule", everyMs: () => untilDueMs(session), work: () => schedule(serving) },
    { name: "branches", everyMs: LOCAL_BRANCH_POLL_MS, work: () => branches(serving) },
    { name: "rescue", everyMs: RESCUE_POLL_MS, work: rescuer(serving) },
    { name: "upkeep", everyMs: UPKEEP_POLL_MS, work: () => upkeep(serving) },
    { name: "notices", everyMs: NOTICE_POLL_MS, work: () => notices(serving) },
    // Apart from what is to be told: a server that answers slowly keeps nobody from hearing what is new.
    ...(["mail", "web"] as const).map((way) => ({
      name: `messages ${way}`,
      everyMs: NOTICE_POLL_MS,
      work: async () => (await import("../notices/send-notices.ts")).sendDue(session, way),
    })),
    ...Array.from({ length: workers }, (_, at) => ({
      name: `worker ${at + 1}`,
      everyMs: QUEUE_POLL_MS,
      work: () => desk.work(),
    })),
  ];
}

/** Machines that share a state go by one time, also when one of their clocks is set; people hear of a difference when it is another. */
function keepTime({ session, log }: Serving): Duty["work"] {
  let toldMs = 0;
  return async () => {
    const laterMs = await goByServer(await session.db());
    if (laterMs !== toldMs) log.warn(say("serve.clock_differs", { seconds: Math.round(laterMs / 1000) }));
    toldMs = laterMs;
  };
}

/** Others may ask for runs and runs end at any time; a schedule comes at its own. */
function untilDueMs(session: Session): number {
  const next = nextDue(session);
  if (next === null) return SCHEDULE_POLL_MS;
  return Math.max(SCHEDULE_LEAST_MS, Math.min(SCHEDULE_POLL_MS, next.getTime() - session.ctx.clock.now().getTime()));
}

/** What stops a job from being scheduled is told when it is found, and when it has changed. */
async function schedule({ session, log, told, ringWorkers }: Serving): Promise<void> {
  const { queued, problems } = await tick(session);
  if (queued > 0) ringWorkers();
  const now = problems.map(({ message }) => render(message, "en"));
  for (const [at, { message, hint }] of problems.entries())
    if (!told.has(now[at]!)) log.warn(message, hint ? { hint: render(hint, session.ctx.lang) } : {});
  told.clear();
  for (const text of now) told.add(text);
}

async function notices({ session, ringMessages }: Serving): Promise<void> {
  const { noticeTick } = await import("../notices/notices.ts");
  if (await noticeTick(session)) ringMessages();
}

/** Git that does not answer is no failure of the duty: it waits by itself, longer each time. */
async function branches({ session, log, ringWorkers }: Serving): Promise<void> {
  const { pollBranches } = await import("../schedule/branches.ts");
  const { queued, seen, failed } = await pollBranches(session);
  for (const { branch, commit } of seen)
    log.info(say("schedule.commit_seen", { branch, commit: commit.slice(0, 7) }), { branch, commit });
  if (queued > 0) ringWorkers();
  if (failed) log.error(say("schedule.branches_unread"), failed);
}

/** A server that stops leaves the rest to the next one, which begins it again. */
async function upkeep({ session, log }: Serving): Promise<void> {
  const { freed, upkeepTick } = await import("../upkeep.ts");
  const done = await withOwnSession(session, upkeepTick).catch((error: unknown) => {
    if (!session.ctx.signal.aborted) throw error;
    return [];
  });
  for (const { period, tasks } of done) {
    const failed = tasks.filter((task) => !task.ok).map((task) => task.task);
    const facts = { period, freed_bytes: freed(tasks), ...(failed.length > 0 ? { failed } : {}) };
    if (failed.length > 0) log.warn(say("upkeep.failed", { period, count: failed.length }), facts);
    else log.info(say("upkeep.done_by_server", { period }), facts);
  }
}

/** Knows how long it has been in touch with the state: a round that fails, or that comes much too late, begins anew. */
function rescuer(serving: Serving): Duty["work"] {
  const { clock } = serving.session.ctx;
  let sinceMs = clock.ticksMs();
  let lastMs = sinceMs;
  return async () => {
    const nowMs = clock.ticksMs();
    if (nowMs - lastMs > OUT_OF_TOUCH_MS) sinceMs = nowMs;
    await rescue(serving, nowMs - sinceMs);
    lastMs = clock.ticksMs();
  };
}

async function rescue({ session, log, desk, ringWorkers }: Serving, inTouchMs: number): Promise<void> {
  const onTakenUp = async ({ id: run, state, releaseId }: Run) => {
    const release = releaseId === null ? null : await loadReleaseNumber(await session.db(), releaseId);
    log.warn(say("serve.run_taken_up", { run, state }), { run, state, release });
    ringWorkers();
  };
  const { isActive } = desk;
  await withOwnSession(session, (inner) => takeUpAbandoned({ session: inner, isActive, onTakenUp, inTouchMs }));
  for (const { run, again } of await runAgain(session)) {
    log.info(say("serve.run_again", { run, again }), { run, again });
    ringWorkers();
  }
}

/** Connections to warehouses live as long as one round: settings change, and an idle server holds none. */
async function withOwnSession<T>(server: Session, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openRunSession(server, null, { signal: server.ctx.signal, progress: () => {} });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
