// The schedules of a project's jobs, with the calendar files that they name. A file that cannot be read is found at its line of slipway.yml.
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CONFIG_FILE } from "../../core/config/config.ts";
import { readSource } from "../../core/config/source.ts";
import type { Calendar } from "../../core/schedule/calendar.ts";
import { parseCalendar } from "../../core/schedule/calendar-file.ts";
import { calendarFiles, type JobFile, type JobSchedule, jobSchedule } from "../../core/schedule/job-schedule.ts";
import { CALENDAR_BYTES_MAX } from "../../core/schedule/limits.ts";
import { AppError, type Problem, type Where } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Session } from "../session/session.ts";

export interface JobSchedules {
  /** In the order of slipway.yml. A job whose calendar cannot be read is not among them. */
  schedules: JobSchedule[];
  /** Calendars that are read, by name as slipway.yml writes it. */
  calendars: Map<string, Calendar>;
  /** One for each job that cannot be scheduled. */
  problems: (Problem & { job: string })[];
}

export async function loadJobSchedules({ place }: Session): Promise<JobSchedules> {
  const { jobs, timezone } = place.config;
  const files = [...new Set(Object.values(jobs).flatMap(calendarFiles))];
  const read = new Map<string, Calendar | AppError>();
  for (const file of files) read.set(file, await readCalendar(place.root, file));
  const calendars = new Map([...read].filter((one): one is [string, Calendar] => !(one[1] instanceof AppError)));
  const found: JobSchedules = { schedules: [], calendars, problems: [] };
  for (const [name, job] of Object.entries(jobs)) {
    const broken = calendarFiles(job).find((file) => !calendars.has(file));
    if (broken === undefined) found.schedules.push(jobSchedule(name, { job, timezone }, calendars));
    else found.problems.push(await problemOf(place.root, { name, job }, broken, read.get(broken) as AppError));
  }
  return found;
}

/** A declared job. AppError `invalid` when its calendar cannot be read. */
export function scheduleOf({ schedules, problems }: JobSchedules, name: string): JobSchedule {
  const found = schedules.find((one) => one.name === name);
  if (found) return found;
  const { message, where, hint } = problems.find(({ job }) => job === name)!;
  throw new AppError("invalid", message, { ...(where ? { where } : {}), ...(hint ? { hint } : {}) });
}

/** Changes with every calendar file: what was read is as good as long as this is the same. */
export async function calendarMark({ place }: Session): Promise<string> {
  const files = [...new Set(Object.values(place.config.jobs).flatMap(calendarFiles))];
  const marks = files.map(async (file) => {
    const found = await stat(resolve(place.root, file)).catch(() => null);
    return found ? `${file} ${found.mtimeMs} ${found.size}` : `${file} -`;
  });
  return (await Promise.all(marks)).join("\n");
}

async function readCalendar(root: string, file: string): Promise<Calendar | AppError> {
  const path = resolve(root, file);
  try {
    const { size } = await stat(path);
    if (size > CALENDAR_BYTES_MAX)
      return new AppError("invalid", say("schedule.calendar_too_large", { file, megabytes: CALENDAR_BYTES_MAX / 1e6 }));
    return parseCalendar(await readFile(path, "utf8"), file);
  } catch (error) {
    if (error instanceof AppError) return error;
    const { code = "", message } = error as NodeJS.ErrnoException;
    const hint = say("schedule.calendar_hint");
    if (code === "ENOENT") return new AppError("invalid", say("schedule.calendar_missing", { file }), { hint });
    return new AppError("invalid", say("schedule.calendar_unreadable", { file, message: code || message }), { hint });
  }
}

async function problemOf(
  root: string,
  { name, job }: { name: string; job: JobFile },
  file: string,
  error: AppError,
): Promise<Problem & { job: string }> {
  const index = job.exclude.findIndex((rule) => "calendar" in rule && rule.calendar === file);
  const where = await placeOf(root, ["jobs", name, "exclude", index, "calendar"]);
  const { hint } = error.details;
  return { code: "calendar", severity: "error", message: error.text, where, ...(hint ? { hint } : {}), job: name };
}

/** slipway.yml is read again for the place: a parsed one has no lines. */
async function placeOf(root: string, path: (string | number)[]): Promise<Where> {
  const text = await readFile(join(root, CONFIG_FILE), "utf8").catch(() => "");
  return readSource(text, CONFIG_FILE).where(path);
}
