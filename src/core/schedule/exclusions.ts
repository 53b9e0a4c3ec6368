// Excluded periods of a job: weekdays, calendars, date ranges, maintenance windows, and which of them an instant falls into.
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { ConfigFile } from "../config/schema.ts";
import { durationMs } from "../duration.ts";
import type { Calendar } from "./calendar.ts";
import { parseDays } from "./calendar.ts";
import { parseCron } from "./cron.ts";
import { DAY_MS } from "./limits.ts";
import { dayOf, instantsOf, parseDate, parseDateTime, wallOf } from "./zone.ts";

type JobFile = ConfigFile["jobs"][string];
export type ExclusionRule = JobFile["exclude"][number];

export interface Excluded {
  why: Text;
  /** Everything up to here is excluded as well; another period may follow. */
  untilMs: number;
}

/** Whether nothing runs at an instant; null: it does. */
export type Exclusion = (at: Date) => Excluded | null;

/** The first rule that an instant falls into counts. `calendars`: by file name, as slipway.yml writes it. */
export function makeExclusion(
  rules: readonly ExclusionRule[],
  timezone: string,
  calendars: ReadonlyMap<string, Calendar>,
): Exclusion {
  const each = rules.map((rule) => exclusionOf(rule, timezone, calendars));
  return (at) => {
    for (const excluded of each) {
      const found = excluded(at);
      if (found !== null) return found;
    }
    return null;
  };
}

/** The words of a rule for people. */
export function exclusionText(rule: ExclusionRule): Text {
  const reason = rule.reason ?? null;
  if ("weekdays" in rule) return say("schedule.weekdays", { days: rule.weekdays, reason });
  if ("calendar" in rule) return say("schedule.calendar_day", { file: fileName(rule.calendar), name: null, reason });
  if ("from" in rule) return say("schedule.period", { from: rule.from, to: rule.to, reason });
  return say("schedule.window", { cron: rule.cron, lasts: rule.for, reason });
}

function exclusionOf(rule: ExclusionRule, timezone: string, calendars: ReadonlyMap<string, Calendar>): Exclusion {
  if ("calendar" in rule) return calendarExclusion(rule, timezone, calendars);
  const endOf = periodAround(rule, timezone);
  const why = exclusionText(rule);
  return (at) => {
    const untilMs = endOf(at.getTime());
    return untilMs === null ? null : { why, untilMs };
  };
}

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/** The end of the period that an instant lies in; null: it lies in none. */
function periodAround(
  rule: Exclude<ExclusionRule, { calendar: unknown }>,
  timezone: string,
): (atMs: number) => number | null {
  const instantOf = (wallMs: number): number => instantsOf(wallMs, timezone)[0]!;
  if ("weekdays" in rule) {
    const days = new Set<string>(rule.weekdays);
    return (atMs) => {
      const day = dayOf(wallOf(atMs, timezone));
      return days.has(DAYS[new Date(day).getUTCDay()]!) ? instantOf(day + DAY_MS) : null;
    };
  }
  if ("from" in rule) {
    const { fromMs, toMs } = periodBounds(rule)!;
    return (atMs) => {
      const wallMs = wallOf(atMs, timezone);
      return fromMs <= wallMs && wallMs < toMs ? instantOf(toMs) : null;
    };
  }
  const cron = parseCron(rule.cron, timezone);
  const lastsMs = durationMs(rule.for)!;
  return (atMs) => {
    const opened = cron.next(new Date(atMs - lastsMs))?.getTime();
    return opened !== undefined && opened <= atMs ? opened + lastsMs : null;
  };
}

function calendarExclusion(
  rule: Extract<ExclusionRule, { calendar: unknown }>,
  timezone: string,
  calendars: ReadonlyMap<string, Calendar>,
): Exclusion {
  const file = fileName(rule.calendar);
  const calendar = file === null ? parseDays(rule.calendar as string[]) : calendars.get(file);
  return (at) => {
    const found = calendar?.at(at, timezone);
    if (!found) return null;
    const words = { file: shortName(file), name: found.name, reason: rule.reason ?? null };
    return { why: say("schedule.calendar_day", words), untilMs: found.untilMs };
  };
}

const fileName = (calendar: string | string[]): string | null => (typeof calendar === "string" ? calendar : null);
const shortName = (file: string | null): string | null => file?.split("/").at(-1) ?? null;

/** Wall times of `from` and `to`; a date as `to` is part of it. Null when one of them is no date. */
export function periodBounds({ from, to }: { from: string; to: string }): { fromMs: number; toMs: number } | null {
  const fromMs = parseDate(from) ?? parseDateTime(from);
  const day = parseDate(to);
  const toMs = day === null ? parseDateTime(to) : dayOf(day) + DAY_MS;
  return fromMs === null || toMs === null ? null : { fromMs, toMs };
}
