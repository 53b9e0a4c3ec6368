// A calendar of days on which nothing runs, and the plain form of it: a list of dates with names.
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { DAY_MS } from "./limits.ts";
import { dateText, instantsOf, parseDate, wallOf } from "./zone.ts";

/** A stretch of wall time (`allDay`, and events without a zone) or of instants; the end is not part of it. */
export interface Period {
  fromMs: number;
  toMs: number;
  wall: boolean;
  name: string | null;
}

export interface Calendar {
  /** Name of the file as people see it; null: dates that stand in slipway.yml. */
  file: string | null;
  /** What lies on an instant, as a clock in the zone shows it, and when it ends; null: nothing does. */
  at(instant: Date, timezone: string): { name: string | null; untilMs: number } | null;
  /** The last day that it knows, `2026-11-23`; null when it goes on for ever. */
  endsOn: string | null;
}

/** Dates and names that stand in slipway.yml. AppError `invalid` for one that is no date. */
export const parseDays = (lines: readonly string[]): Calendar =>
  calendarOf(listedDays(lines.join("\n"), "slipway.yml"), null);

export const unreadable = (text: AppError["text"]): AppError =>
  new AppError("invalid", text, { hint: say("schedule.calendar_hint") });

/** What comes once or again: periods that begin in a span of wall time; `lastMs`: its last end, null when it never ends. */
export interface CalendarEvent {
  between(fromMs: number, toMs: number): Period[];
  lastMs: number | null;
  longestMs: number;
}

/** Looks into one month at a time: a schedule asks for neighbouring instants again and again. */
export function calendarOf(events: CalendarEvent[], file: string | null): Calendar {
  const months = new Map<number, Period[]>();
  const longestMs = Math.max(...events.map((event) => event.longestMs));
  const periodsOf = (month: number): Period[] => {
    const known = months.get(month);
    if (known) return known;
    const [fromMs, toMs] = [Date.UTC(YEAR, month) - longestMs - DAY_MS, Date.UTC(YEAR, month + 1) + DAY_MS];
    const found = events.flatMap((event) => event.between(fromMs, toMs));
    months.set(month, found);
    return found;
  };
  const lasts = events.map((event) => event.lastMs);
  return {
    file,
    at: (instant, timezone) => {
      const wallMs = wallOf(instant.getTime(), timezone);
      const found = periodsOf(monthOf(wallMs)).find((period) => {
        const at = period.wall ? wallMs : instant.getTime();
        return period.fromMs <= at && at < period.toMs;
      });
      if (!found) return null;
      return { name: found.name, untilMs: found.wall ? instantsOf(found.toMs, timezone)[0]! : found.toMs };
    },
    endsOn: lasts.includes(null) ? null : dateText(Math.max(...(lasts as number[])) - 1),
  };
}

/** Months are counted from January of this year. */
const YEAR = 2000;
function monthOf(wallMs: number): number {
  const day = new Date(wallMs);
  return (day.getUTCFullYear() - YEAR) * 12 + day.getUTCMonth();
}

const LISTED = /^["']?(\d{4}[-/]\d{1,2}[-/]\d{1,2})["']?(?:[\s,]+(.*))?$/;

/** `2026-11-23 勤労感謝の日` on each line, or with a comma between, as the lists of governments have it; `#` begins a comment. */
export function listedDays(text: string, file: string): CalendarEvent[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const plain = line.trim();
    if (plain === "" || plain.startsWith("#")) return [];
    const [, date = "", rest = ""] = LISTED.exec(plain) ?? [];
    const fromMs = parseDate(date);
    // The first line of a list with commas may hold the names of its columns.
    if (fromMs === null && index === 0 && !/\d/.test(plain) && plain.includes(",")) return [];
    if (fromMs === null) throw unreadable(say("schedule.calendar_line", { file, line: index + 1 }));
    const name = rest.replace(/^["']|["']$/g, "").trim();
    return [once({ fromMs, toMs: fromMs + DAY_MS, wall: true, name: name === "" ? null : name })];
  });
}

export const once = (period: Period): CalendarEvent => ({
  between: (fromMs, toMs) => (period.fromMs >= fromMs && period.fromMs < toMs ? [period] : []),
  lastMs: period.toMs,
  longestMs: period.toMs - period.fromMs,
});
