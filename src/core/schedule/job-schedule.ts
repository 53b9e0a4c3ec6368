// A job of slipway.yml as the scheduler sees it: its schedules in its zone, the jobs it follows, the branches it watches.
import type { ConfigFile } from "../config/schema.ts";
import type { Calendar } from "./calendar.ts";
import { parseCron } from "./cron.ts";
import { type Exclusion, makeExclusion } from "./exclusions.ts";
import { nextRun, type Schedule } from "./occurrences.ts";

export type JobFile = ConfigFile["jobs"][string];
/** What a run may have come to for a job after it to start. */
export type AfterResult = "succeeded" | "failed" | "held" | "cancelled";

export interface JobSchedule {
  name: string;
  job: JobFile;
  timezone: string;
  schedules: Schedule[];
  after: { job: string; result: AfterResult[] }[];
  branches: string[];
  exclusion: Exclusion;
}

/** `calendars`: by file name as slipway.yml writes it. An expression that stands there twice counts once. */
export function jobSchedule(
  name: string,
  { job, timezone }: { job: JobFile; timezone: string },
  calendars: ReadonlyMap<string, Calendar>,
): JobSchedule {
  const zone = job.timezone ?? timezone;
  const exclusion = makeExclusion(job.exclude, zone, calendars);
  const found: JobSchedule = { name, job, timezone: zone, schedules: [], after: [], branches: [], exclusion };
  const crons = new Map<string, Schedule>();
  for (const trigger of job.triggers)
    if ("cron" in trigger) {
      const cron = parseCron(trigger.cron, zone);
      crons.set(cron.text, { cron, exclusion });
    } else if ("after" in trigger) found.after.push(trigger.after);
    else found.branches.push(trigger.branch);
  return { ...found, schedules: [...crons.values()] };
}

/** Calendar files that a job names. */
export const calendarFiles = (job: JobFile): string[] =>
  job.exclude.flatMap((rule) => ("calendar" in rule && typeof rule.calendar === "string" ? [rule.calendar] : []));

/** When a schedule of the job starts it next; null: never. */
export function nextStart({ schedules }: Pick<JobSchedule, "schedules">, from: Date): Date | null {
  const times = schedules.map((schedule) => nextRun(schedule, from)).filter((at) => at !== null);
  return times.length === 0 ? null : new Date(Math.min(...times.map((at) => at.getTime())));
}
