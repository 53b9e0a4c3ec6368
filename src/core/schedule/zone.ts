// Wall clocks of time zones: what a clock there shows at an instant, and at which instants it shows a given time. A wall time is a
// number of milliseconds as if the clock were in UTC.
import { DAY_MS, HOUR_MS, STEADY_DAYS_MAX } from "./limits.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
  });
  formats.set(timezone, made);
  return made;
}

/** An IANA name that this machine knows. */
export function isZone(name: string): boolean {
  try {
    formatOf(name);
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/** What a clock in the zone shows, in milliseconds as if it were UTC. */
export function wallOf(instantMs: number, timezone: string): number {
  if (timezone === "UTC") return instantMs;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timezone).formatToParts(instantMs)) part[type] = Number(value);
  const seconds = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
  return seconds + (((instantMs % 1000) + 1000) % 1000);
}

const offsetAt = (instantMs: number, timezone: string): number => wallOf(instantMs, timezone) - instantMs;

/**
 * The instants at which a clock shows a wall time: one; two where clocks go back, earlier first; for a time that clocks skip the
 * instant that is as much later as they skip (02:30 becomes 03:30).
 */
export function instantsOf(wallMs: number, timezone: string): number[] {
  const [before, after] = [offsetAt(wallMs - DAY_MS, timezone), offsetAt(wallMs + DAY_MS, timezone)];
  const shown = [wallMs - before, wallMs - after].filter((at) => wallOf(at, timezone) === wallMs);
  if (shown.length === 0) return [wallMs - before];
  return [...new Set(shown)].sort((a, b) => a - b);
}

const steadyDays = new Map<string, number | null>();

/** The offset of a whole wall day when no change is near; null: each of its times must be asked for. */
export function steadyOffset(dayMs: number, timezone: string): number | null {
  const key = `${dayMs} ${timezone}`;
  const known = steadyDays.get(key);
  if (known !== undefined) return known;
  // Somewhere it is 14 hours later than in Greenwich, somewhere 12 hours earlier.
  const [before, after] = [offsetAt(dayMs - 15 * HOUR_MS, timezone), offsetAt(dayMs + DAY_MS + 13 * HOUR_MS, timezone)];
  const steady = before === after ? before : null;
  if (steadyDays.size >= STEADY_DAYS_MAX) steadyDays.clear();
  steadyDays.set(key, steady);
  return steady;
}

/** The wall day (its midnight) that a wall time belongs to. */
export const dayOf = (wallMs: number): number => Math.floor(wallMs / DAY_MS) * DAY_MS;

/** `2026-11-20`. */
export const dateText = (wallMs: number): string => {
  const day = new Date(wallMs);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${String(day.getUTCFullYear()).padStart(4, "0")}-${two(day.getUTCMonth() + 1)}-${two(day.getUTCDate())}`;
};

const DATE = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/;
const TIME = /^(\d{1,2}):(\d{2})$/;

/** Wall time of `2026-11-20` (also `2026/11/20`), or null when there is no such day. */
export function parseDate(text: string): number | null {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (year === undefined) return null;
  const wall = Date.UTC(year, month! - 1, day);
  const back = new Date(wall);
  return back.getUTCMonth() === month! - 1 && back.getUTCDate() === day ? wall : null;
}

/** Wall time of `2026-11-20 22:00`, or null. */
export function parseDateTime(text: string): number | null {
  const [date = "", time = "", ...rest] = text.split(/[ T]+/);
  const day = parseDate(date);
  const [, hours, minutes] = (TIME.exec(time) ?? []).map(Number);
  if (day === null || hours === undefined || rest.length > 0 || hours > 23 || minutes! > 59) return null;
  return day + hours * HOUR_MS + minutes! * 60_000;
}
