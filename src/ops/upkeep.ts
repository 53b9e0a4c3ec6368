// Upkeep: daily, weekly and monthly by the server, or by hand. Once per occurrence, however many servers there are; what was missed is done once.
import type { ActRequest } from "../core/flow.ts";
import { parseCron } from "../core/schedule/cron.ts";
import { UPKEEP_PERIODS, type UpkeepPeriod, type UpkeepTask, type UpkeepTaskName } from "../core/upkeep.ts";
import type { UpkeepRunView, UpkeepView } from "../core/views/upkeep-tasks.ts";
import { beginUpkeep, finishUpkeep, listUpkeep, noteUpkeep, type UpkeepKey, type UpkeepRecord } from "../db/upkeep.ts";
import { withLease } from "../flow/session/lease.ts";
import type { Session } from "../flow/session/session.ts";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import { UPKEEP_ATTEMPTS_MAX, UPKEEP_OCCURRENCES_MAX } from "./limits.ts";
import { keepCopies } from "./upkeep/copies.ts";
import { readDisks, watchDisks } from "./upkeep/disk.ts";
import { tellFailure } from "./upkeep/failure.ts";
import { keepHere, markDone } from "./upkeep/here.ts";
import { keepReplicas } from "./upkeep/replicas.ts";
import { carryOutTask } from "./upkeep/tasks.ts";

/** Does what is due, one after the other; returns when it is done. A tick that finds another server at it does nothing. */
export async function upkeepTick(session: Session): Promise<{ period: UpkeepPeriod; tasks: UpkeepTask[] }[]> {
  const done: { period: UpkeepPeriod; tasks: UpkeepTask[] }[] = [];
  for (const period of UPKEEP_PERIODS) {
    const dueAt = await dueNow(session, period);
    const tasks = dueAt && (await once(session, period, dueAt));
    if (tasks) done.push({ period, tasks });
  }
  // Between the days a disk fills up too, and replicas and copies fall behind.
  if (done.length === 0) await watchDisks(session);
  done.push(...(await keepHere(session)));
  await keepReplicas(session);
  await keepCopies(session);
  return done;
}

/** What is due now: the latest time that has passed, or what a process that died had begun. Null: nothing. */
async function dueNow(session: Session, period: UpkeepPeriod): Promise<Date | null> {
  const plan = session.place.config.upkeep.periods[period];
  if (plan === null) return null;
  const [db, { id: projectId }] = [await session.db(), await session.project()];
  const now = session.ctx.clock.now();
  const [last] = await listUpkeep(db, projectId, { period, limit: 1 });
  if (!last) {
    // An installation that is new has nothing to make up for.
    await noteUpkeep(db, { projectId, period, dueAt: now }, await session.actor());
    return null;
  }
  if (last.state === "running") return last.dueAt;
  const cron = parseCron(plan.cron, session.place.config.timezone);
  let due: Date | null = null;
  for (let at = cron.next(last.dueAt), seen = 0; at !== null && at <= now && seen < UPKEEP_OCCURRENCES_MAX; seen++) {
    due = at;
    at = cron.next(at);
  }
  return due;
}

/** Null: somebody else does it, or has done it. */
async function once(session: Session, period: UpkeepPeriod, dueAt: Date): Promise<UpkeepTask[] | null> {
  try {
    return await underLease(session, period, async () => {
      // Another server may have done it while this one asked.
      if ((await dueNow(session, period))?.getTime() !== dueAt.getTime()) return null;
      return carryOut(session, period, dueAt, session.place.config.upkeep.periods[period]?.tasks ?? []);
    });
  } catch (error) {
    if (error instanceof AppError && error.code === "locked") return null;
    throw error;
  }
}

const underLease = <T>(session: Session, period: UpkeepPeriod, work: () => Promise<T>): Promise<T> =>
  withLease(session, { name: `upkeep:${session.place.name}`, what: `upkeep ${period}`, waitMs: 0 }, work);

async function carryOut(
  server: Session,
  period: UpkeepPeriod,
  dueAt: Date,
  names: UpkeepTaskName[],
): Promise<UpkeepTask[]> {
  // slipway.yml says what goes: nobody is asked.
  const session = { ...server, ctx: { ...server.ctx, approve: async () => ({ reason: "upkeep" }) } };
  const [db, { id: projectId }, who] = [await session.db(), await session.project(), await session.actor()];
  const key: UpkeepKey = { projectId, period, dueAt };
  const attempts = await beginUpkeep(db, key, who);
  const tasks: UpkeepTask[] = [];
  // What killed the process twice may kill it a third time: then the next occurrence tries.
  if (attempts <= UPKEEP_ATTEMPTS_MAX) for (const name of names) tasks.push(await carryOutTask(session, name));
  await markDone(session, period, dueAt);
  const state = tasks.length === names.length && tasks.every((task) => task.ok) ? "done" : "failed";
  const summary = tasks.map(({ task, ok, freedBytes }) => ({ task, ok, freed_bytes: freedBytes }));
  const before = (await listUpkeep(db, projectId, { period, limit: 2 })).find((one) => one.finishedAt !== null);
  await finishUpkeep(
    db,
    key,
    { state, tasks },
    {
      who,
      what: `upkeep.${period}`,
      subject: `project ${session.place.name}`,
      why: null,
      details: { state, tasks: summary, freed_bytes: freed(tasks) },
    },
  );
  await tellFailure(session, period, { state, tasks, again: before?.state === "failed" });
  return tasks;
}

export const freed = (tasks: readonly UpkeepTask[]): number => tasks.reduce((sum, task) => sum + task.freedBytes, 0);

/** By hand, whatever the schedule says; a period that is off has no tasks of its own, so those it would have are done. */
export async function upkeepRun(
  session: Session,
  request: { period: UpkeepPeriod } & ActRequest,
): Promise<UpkeepRunView> {
  const { period } = request;
  const { clock } = session.ctx;
  const from = clock.ticksMs();
  const names = session.place.config.upkeep.periods[period]?.tasks ?? [];
  if (names.length === 0) throw new AppError("invalid", say("upkeep.is_off", { period }));
  const tasks = await underLease(session, period, () => carryOut(session, period, clock.now(), names));
  const failed = tasks.filter((task) => !task.ok);
  return {
    outcome: failed.length === 0 ? "done" : "problems_found",
    timezone: session.place.config.timezone,
    at: clock.now(),
    problems: [],
    period,
    tasks,
    freedBytes: freed(tasks),
    totalMs: clock.ticksMs() - from,
  };
}

export async function upkeepShow(session: Session): Promise<UpkeepView> {
  const { config } = session.place;
  const now = session.ctx.clock.now();
  const [db, { id: projectId }] = [await session.db(), await session.project()];
  const periods: UpkeepView["periods"] = [];
  for (const period of UPKEEP_PERIODS) {
    const plan = config.upkeep.periods[period];
    const records = await listUpkeep(db, projectId, { period, limit: 2 });
    const last = records.find((record) => record.state !== "noted") ?? null;
    periods.push({
      period,
      cron: plan?.cron ?? null,
      tasks: plan?.tasks ?? [],
      nextAt: plan && parseCron(plan.cron, config.timezone).next(now),
      last: last && shown(last),
    });
  }
  return {
    outcome: "done",
    timezone: config.timezone,
    at: now,
    problems: [],
    periods,
    disks: await readDisks(session),
  };
}

function shown({ period: _period, attempts: _attempts, ...record }: UpkeepRecord) {
  return {
    ...record,
    state: record.state === "noted" ? ("done" as const) : record.state,
    freedBytes: freed(record.tasks),
  };
}
