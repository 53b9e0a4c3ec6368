// Durations, sizes and times in both languages: numbers with units, times with zones.
import type { Language } from "../lib/text.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A measured time: `12 ms` (below 0.1 s only when `fine`), `9.1 s`, `53 s`, `1m 41s`, `1h 02m`; `1分41秒`. */
export function duration(ms: number, lang: Language, { fine = false, decimals = false } = {}): string {
  const second = lang === "ja" ? " 秒" : " s";
  if (fine && ms < SECOND) return `${ms < 1 ? "<1" : Math.round(ms)} ms`;
  if (ms < 50) return `<0.1${second}`;
  if (ms < 9_950) return `${(ms / SECOND).toFixed(1)}${second}`;
  if (ms < MINUTE - 500) return `${(ms / SECOND).toFixed(decimals ? 1 : 0)}${second}`;
  const seconds = Math.round(ms / SECOND);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (lang === "ja") return hours ? `${hours}時間${minutes}分` : `${minutes}分${seconds % 60}秒`;
  return hours ? `${hours}h ${String(minutes).padStart(2, "0")}m` : `${minutes}m ${seconds % 60}s`;
}

/** An estimate, `~55 s`. */
export const estimate = (ms: number, lang: Language): string =>
  `~${ms < MINUTE - 500 ? `${Math.max(1, Math.round(ms / SECOND))}${lang === "ja" ? " 秒" : " s"}` : duration(ms, lang)}`;

/** How long something has been so: `14 min`, `3 h`, `1 h 12 min`, `3 d 20 h`; `1時間12分`. */
export function age(ms: number, lang: Language): string {
  const past = Math.max(0, ms);
  const [days, hours, minutes] = [Math.floor(past / DAY), Math.floor(past / HOUR), Math.floor(past / MINUTE)];
  const parts: [number, string, string][] =
    past < MINUTE
      ? [[Math.floor(past / SECOND), " s", " 秒"]]
      : past < HOUR
        ? [[minutes, " min", "分"]]
        : past < 2 * DAY
          ? [
              [hours, " h", "時間"],
              [hours < 3 ? minutes % 60 : 0, " min", "分"],
            ]
          : [
              [days, " d", "日"],
              [days < 10 ? hours % 24 : 0, " h", "時間"],
            ];
  const shown = parts.filter(([value], index) => index === 0 || value > 0);
  return shown.map(([value, en, ja]) => `${value}${lang === "ja" ? ja : en}`).join(lang === "ja" ? "" : " ");
}

/** `84 GB`, `3.2 GB`, `512 kB`; 1 GB is 10^9 bytes. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export interface Zone {
  timezone: string;
  /** The instant of the screen: times of its day are shown without the date. */
  at: Date;
}

interface Clockface {
  date: string;
  year: string;
  time: string;
}

const faces = new Map<string, Intl.DateTimeFormat>();

function face(time: Date, timezone: string): Clockface {
  const format = cached(faces, timezone, () => {
    const two = "2-digit" as const;
    return new Intl.DateTimeFormat("en-US", {
      timeZone: timezone,
      year: "numeric",
      month: two,
      day: two,
      hour: two,
      minute: two,
      hourCycle: "h23",
    });
  });
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  return { year: part.year!, date: `${part.month}-${part.day}`, time: `${part.hour}:${part.minute}` };
}

const NAMED: Record<string, string> = { "Asia/Tokyo": "JST", Japan: "JST", UTC: "UTC", "Etc/UTC": "UTC", GMT: "UTC" };

/** `JST`, `UTC`, otherwise the offset of that day, `+02:00`. */
export function zoneName(time: Date, timezone: string): string {
  const named = NAMED[timezone];
  if (named) return named;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: timezone, timeZoneName: "longOffset" });
  const offset = format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
  return /^GMT(?:\+00:00)?$/.test(offset) ? "UTC" : offset.replace("GMT", "");
}

/** `09:14` today, `11-20 06:00` this year, else `2025-11-20 06:00`. */
export function clock(time: Date, { timezone, at }: Zone): string {
  const [shown, now] = [face(time, timezone), face(at, timezone)];
  if (shown.year !== now.year) return `${shown.year}-${shown.date} ${shown.time}`;
  return shown.date === now.date ? shown.time : `${shown.date} ${shown.time}`;
}

/** As `clock`, with the zone. */
export const clockZone = (time: Date, zone: Zone): string => `${clock(time, zone)} ${zoneName(time, zone.timezone)}`;

/** `11-20`, or with the year when it is another one. */
export function day(time: Date, { timezone, at }: Zone): string {
  const [shown, now] = [face(time, timezone), face(at, timezone)];
  return shown.year === now.year ? shown.date : `${shown.year}-${shown.date}`;
}

/** `2026-11-20 09:00 JST`. */
export function fullTime(time: Date, timezone: string): string {
  const shown = face(time, timezone);
  return `${shown.year}-${shown.date} ${shown.time} ${zoneName(time, timezone)}`;
}

/** `11-24 Tue 06:00 JST`, `11-24(火) 06:00 JST`. */
export function weekday(time: Date, timezone: string, lang: Language): string {
  const shown = face(time, timezone);
  const name = new Intl.DateTimeFormat(lang, { timeZone: timezone, weekday: "short" }).format(time);
  const date = lang === "ja" ? `${shown.date}(${name})` : `${shown.date} ${name}`;
  return `${date} ${shown.time} ${zoneName(time, timezone)}`;
}

/** `2026-11-24 Tue 06:00`, `2026-11-24(火) 06:00`. */
export function fullWeekday(time: Date, timezone: string, lang: Language): string {
  const shown = face(time, timezone);
  const name = new Intl.DateTimeFormat(lang, { timeZone: timezone, weekday: "short" }).format(time);
  const date = `${shown.year}-${shown.date}`;
  return `${lang === "ja" ? `${date}(${name})` : `${date} ${name}`} ${shown.time}`;
}

/** `11-20 06:00:31`: a line of a log. */
export function logTime(time: Date, timezone: string): string {
  const shown = face(time, timezone);
  return `${shown.date} ${shown.time}:${String(time.getUTCSeconds()).padStart(2, "0")}`;
}

/** `11-20`, `06:00:00` and `JST`, to be put together. */
export function clockSeconds(time: Date, timezone: string): { date: string; time: string; zone: string } {
  const [date = "", clock = ""] = logTime(time, timezone).split(" ");
  return { date, time: clock, zone: zoneName(time, timezone) };
}

/** First seven characters, as people know commits. */
export const short = (commit: string): string => commit.slice(0, 7);

function cached<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
