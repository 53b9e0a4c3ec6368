// Cron expressions in a time zone. Each occurrence comes exactly once, also where clocks change; the rule stands at `instantsOfDay`.
import { CronPattern, Cron as DayPattern } from "croner";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { DAY_MS, DAYS_KEPT_MAX, MINUTE_MS, PATTERNS_KEPT_MAX, SCHEDULE_YEARS_MAX } from "./limits.ts";
import { dayOf, instantsOf, steadyOffset, wallOf } from "./zone.ts";

export interface Cron {
  /** As written, blanks folded: the name of the trigger in the records. */
  text: string;
  timezone: string;
  /** The first occurrence after an instant; null when there is none any more. */
  next(after: Date): Date | null;
}

const NICKNAMES: Record<string, string> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};
const FIELDS = ["minute", "hour", "day", "month", "weekday"] as const;
type Field = (typeof FIELDS)[number];

/** Why an expression means nothing, with the field that is wrong; null when it is fine. */
export function cronMistake(text: string): Text | null {
  const fields = fieldsOf(text);
  if (fields === null) return say("schedule.unknown_nickname", { text, known: Object.keys(NICKNAMES) });
  if (fields.length !== FIELDS.length) return say("schedule.cron_fields", { text, count: fields.length });
  const wrong = fields.findIndex((field, at) => !readable(fieldAlone(field, at)));
  if (wrong >= 0) return fieldMistake(FIELDS[wrong]!, fields[wrong]!);
  return comesEver(fields) ? null : say("schedule.cron_never", { text });
}

/** Give it only what `cronMistake` accepts. */
export function parseCron(text: string, timezone: string): Cron {
  const [minute = "*", hour = "*", day = "*", month = "*", weekday = "*"] = fieldsOf(text) ?? [];
  const { minute: minutes, hour: hours } = new CronPattern(`${minute} ${hour} * * *`);
  const times = minutesOfDay(minutes, hours);
  const everyHour = hours.every(Boolean);
  const spec: Spec = { times, everyHour, timezone, changing: new Map() };
  const dayFrom = daysOf(`${day} ${month} ${needsBoth(day, weekday) ? `+${weekday}` : weekday}`);
  return { text: text.trim().replace(/\s+/g, " "), timezone, next: (after) => nextOf(spec, dayFrom, after) };
}

/** Cron takes either of day and weekday, unless one begins with a star: then both. croner says that by a plus. */
const needsBoth = (day: string, weekday: string): boolean =>
  day !== "*" && weekday !== "*" && (day.startsWith("*") || weekday.startsWith("*"));

/** The first matching day at or after a day; undefined when there is none. */
type DayFrom = (dayMs: number) => number | undefined;

const patterns = new Map<string, DayFrom>();

/** Asking croner takes 0.1 ms. A thousand schedules of one minute have few patterns of days among them, and ask for the same days. */
function daysOf(fields: string): DayFrom {
  const made = patterns.get(fields);
  if (made) return made;
  const pattern = new DayPattern(`0 0 ${fields}`, { timezone: "UTC", mode: "5-part", paused: true });
  const found = new Map<number, number | undefined>();
  const dayFrom = (dayMs: number): number | undefined => {
    if (found.has(dayMs)) return found.get(dayMs);
    if (found.size >= DAYS_KEPT_MAX) found.clear();
    const day = pattern.nextRun(new Date(dayMs - 1))?.getTime();
    found.set(dayMs, day);
    return day;
  };
  if (patterns.size >= PATTERNS_KEPT_MAX) patterns.clear();
  patterns.set(fields, dayFrom);
  return dayFrom;
}

interface Spec {
  /** Minutes after midnight, growing. */
  times: number[];
  everyHour: boolean;
  timezone: string;
  /** Days on which clocks change, worked out: a schedule of every minute asks for one of them 1,440 times. */
  changing: Map<number, number[]>;
}

/**
 * The first matching day that still has something after the instant, and its neighbour: where clocks change at midnight, times of one
 * wall day may lie behind those of the next.
 */
function nextOf(spec: Spec, dayFrom: DayFrom, after: Date): Date | null {
  const afterMs = after.getTime();
  const last = afterMs + SCHEDULE_YEARS_MAX * 366 * DAY_MS;
  let day = dayOf(wallOf(afterMs, spec.timezone)) - DAY_MS;
  let best: number | null = null;
  while (day <= last) {
    const found = dayFrom(day);
    if (found === undefined || (best !== null && found > day)) break;
    const first = firstOfDay(spec, found, afterMs);
    if (best !== null) return new Date(Math.min(best, first ?? best));
    if (first !== undefined) best = first;
    day = found + DAY_MS;
  }
  return best === null ? null : new Date(best);
}

function firstOfDay(spec: Spec, dayMs: number, afterMs: number): number | undefined {
  const { times, timezone, changing } = spec;
  const steady = steadyOffset(dayMs, timezone);
  if (steady !== null) {
    const after = (afterMs + steady - dayMs) / MINUTE_MS;
    const minute = times.find((time) => time > after);
    return minute === undefined ? undefined : dayMs + minute * MINUTE_MS - steady;
  }
  const known = changing.get(dayMs) ?? instantsOfDay(spec, dayMs);
  changing.set(dayMs, known);
  return known.find((at) => at > afterMs);
}

/**
 * All instants of a wall day on which clocks change, growing, each once. A time that clocks skip comes as much later as they skip (02:30
 * at 03:30), and is one with whatever is due then. A time that clocks show twice comes the first time only, except for schedules of every
 * hour, which go on through both.
 */
function instantsOfDay({ times, everyHour, timezone }: Spec, dayMs: number): number[] {
  const all = times.flatMap((minute) => {
    const instants = instantsOf(dayMs + minute * MINUTE_MS, timezone);
    return everyHour ? instants : instants.slice(0, 1);
  });
  return [...new Set(all)].sort((a, b) => a - b);
}

const minutesOfDay = (minutes: number[], hours: number[]): number[] =>
  hours.flatMap((on, hour) => (on ? minutes.flatMap((also, minute) => (also ? [hour * 60 + minute] : [])) : []));

/** Null: a nickname that nobody knows. */
function fieldsOf(text: string): string[] | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith("@")) return trimmed.split(/\s+/);
  return NICKNAMES[trimmed.toLowerCase()]?.split(" ") ?? null;
}

const fieldAlone = (field: string, at: number): string => FIELDS.map((_, i) => (i === at ? field : "*")).join(" ");

function readable(expression: string): boolean {
  try {
    new CronPattern(expression, undefined, { mode: "5-part" });
    return true;
  } catch {
    return false;
  }
}

function comesEver(fields: string[]): boolean {
  // Any day will do: a pattern of days repeats, and croner looks far enough.
  return parseCron(fields.join(" "), "UTC").next(new Date(0)) !== null;
}

function fieldMistake(field: Field, value: string): Text {
  const ranges: Record<Field, string> = {
    minute: "0-59",
    hour: "0-23",
    day: "1-31",
    month: "1-12",
    weekday: "0-7, sun-sat",
  };
  return say("schedule.cron_field", { field, value, range: ranges[field] });
}
