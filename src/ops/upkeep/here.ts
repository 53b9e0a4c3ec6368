// Upkeep of what every machine has for itself: its logs and its folders of runs. An occurrence is carried out on one machine only.
import { join } from "node:path";
import { UPKEEP_PERIODS, type UpkeepPeriod, type UpkeepTask, type UpkeepTaskName } from "../../core/upkeep.ts";
import { listUpkeep } from "../../db/upkeep.ts";
import { withLease } from "../../flow/session/lease.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import { readText, replaceFile } from "../../lib/whole-file.ts";
import { carryOutTask } from "./tasks.ts";

const OF_EVERY_MACHINE: readonly UpkeepTaskName[] = ["logs", "clean"];

/** Does here what another machine has done for itself at the last time of each period. */
export async function keepHere(session: Session): Promise<{ period: UpkeepPeriod; tasks: UpkeepTask[] }[]> {
  const { host } = session.ctx;
  const { home, name, config } = session.place;
  const done: { period: UpkeepPeriod; tasks: UpkeepTask[] }[] = [];
  for (const period of UPKEEP_PERIODS) {
    const names = (config.upkeep.periods[period]?.tasks ?? []).filter((task) => OF_EVERY_MACHINE.includes(task));
    if (names.length === 0 || !(await owed(session, period))) continue;
    const lease = { name: `upkeep:${name}:${host}:${home}`, what: `upkeep ${period}`, waitMs: 0 };
    const work = async () => {
      const dueAt = await owed(session, period);
      if (dueAt === null) return;
      const tasks: UpkeepTask[] = [];
      for (const task of names) tasks.push(await carryOutTask(session, task));
      await markDone(session, period, dueAt);
      done.push({ period, tasks });
    };
    await withLease(session, lease, work).catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === "locked")) throw error;
    });
  }
  return done;
}

/** This machine has done its part of an occurrence. */
export const markDone = ({ place }: Session, period: UpkeepPeriod, dueAt: Date): Promise<void> =>
  replaceFile(markOf(place.home, period), dueAt.toISOString(), 0o600);

/** The last occurrence that somebody has ended, unless this machine has done its part. */
async function owed(session: Session, period: UpkeepPeriod): Promise<Date | null> {
  const [last] = await listUpkeep(await session.db(), (await session.project()).id, { period, limit: 1 });
  if (!last || last.state === "noted" || last.finishedAt === null) return null;
  return (await readText(markOf(session.place.home, period))) === last.dueAt.toISOString() ? null : last.dueAt;
}

const markOf = (home: string, period: UpkeepPeriod): string => join(home, "upkeep", period);
