// Rules of a job's triggers and excluded periods: schedules that mean something, jobs that exist, no circle of `after`.
import type { Problem } from "../../lib/error.ts";
import { AppError } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { listedDays } from "../schedule/calendar.ts";
import { cronMistake } from "../schedule/cron.ts";
import { periodBounds } from "../schedule/exclusions.ts";
import { parseDate, parseDateTime } from "../schedule/zone.ts";
import { type Circle, firstCircle } from "./circle.ts";
import type { ConfigFile } from "./schema.ts";
import { type Path, problem, type Source } from "./source.ts";

type JobFile = ConfigFile["jobs"][string];
type ExclusionRule = JobFile["exclude"][number];

/** Everything about triggers and excluded periods that the schema alone cannot see; [] when all is well. */
export function jobRules(file: ConfigFile, source: Source): Problem[] {
  const each = Object.entries(file.jobs).flatMap(([name, job]) => [
    ...job.triggers.flatMap((trigger, index) => triggerRules(file, trigger, ["jobs", name, "triggers", index], source)),
    ...job.exclude.flatMap((rule, index) => exclusionRules(rule, ["jobs", name, "exclude", index], source)),
  ]);
  const circle = firstCircle(Object.keys(file.jobs), (name) => afterJobs(file.jobs[name]!));
  return [...each, ...(circle ? [circleProblem(file, circle, source)] : [])];
}

function triggerRules(file: ConfigFile, trigger: JobFile["triggers"][number], path: Path, source: Source): Problem[] {
  if ("cron" in trigger) return mistake(cronMistake(trigger.cron), "bad_cron", source.where([...path, "cron"]));
  if (!("after" in trigger) || Object.hasOwn(file.jobs, trigger.after.job)) return [];
  const names = Object.keys(file.jobs);
  const near = nearest(trigger.after.job, names);
  const hint = near ? say("config.did_you_mean", { name: near }) : say("schedule.jobs_are", { names });
  const where = source.where([...path, "after", "job"]);
  return [problem("unknown_job", say("schedule.unknown_job", { name: trigger.after.job }), where, hint)];
}

function exclusionRules(rule: ExclusionRule, path: Path, source: Source): Problem[] {
  const at = (key: string, index?: number) => source.where([...path, key, ...(index === undefined ? [] : [index])]);
  if ("cron" in rule) return mistake(cronMistake(rule.cron), "bad_cron", at("cron"));
  if ("calendar" in rule && Array.isArray(rule.calendar))
    return rule.calendar.flatMap((entry, index) => mistake(dayMistake(entry), "bad_date", at("calendar", index)));
  if (!("from" in rule)) return [];
  const dates = (["from", "to"] as const).flatMap((key) => mistake(dateMistake(rule[key]), "bad_date", at(key)));
  const bounds = periodBounds(rule);
  if (bounds === null || bounds.fromMs < bounds.toMs) return dates;
  const { from, to } = rule;
  return [problem("from_after_to", say("schedule.from_after_to", { from, to }), at("to"))];
}

const mistake = (text: Text | null, code: string, where: Problem["where"] & object): Problem[] =>
  text === null ? [] : [problem(code, text, where)];

const dateMistake = (text: string): Text | null =>
  parseDate(text) === null && parseDateTime(text) === null ? say("schedule.bad_date", { text }) : null;

/** An entry of a list of dates: a date and, if wanted, a name. */
function dayMistake(entry: string): Text | null {
  try {
    return listedDays(entry, "slipway.yml").length === 1 ? null : say("schedule.bad_date", { text: entry });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return say("schedule.bad_date", { text: entry });
  }
}

const afterJobs = (job: JobFile): string[] =>
  job.triggers.flatMap((trigger) => ("after" in trigger ? [trigger.after.job] : []));

function circleProblem(file: ConfigFile, names: Circle, source: Source): Problem {
  const [first, second] = names;
  const index = file.jobs[first]!.triggers.findIndex((one) => "after" in one && one.after.job === second);
  const where = source.where(["jobs", first, "triggers", index, "after", "job"]);
  return problem("after_circle", say("schedule.after_circle", { names }), where);
}
