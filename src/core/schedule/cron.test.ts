import { Cron as Croner, CronPattern } from "croner";
import fc from "fast-check";
import { expect, test } from "vitest";
import { render } from "../../text/catalogue.ts";
import { cronMistake, parseCron } from "./cron.ts";
import { wallOf } from "./zone.ts";

const stamp = (at: Date): string => `${at.toISOString().slice(0, 16)}Z`;

/** Occurrences after `from`, up to and with `to`. */
function all(expression: string, timezone: string, from: string, to: string): string[] {
  const cron = parseCron(expression, timezone);
  const found: string[] = [];
  const end = new Date(to);
  for (let at = cron.next(new Date(from)); at !== null && at <= end; at = cron.next(at)) found.push(stamp(at));
  return found;
}
const check = (expression: string, timezone: string, [from, to]: [string, string], expected: string[]) =>
  expect(all(expression, timezone, `${from}:00Z`, `${to}:00Z`)).toEqual(expected.map((at) => `${at}Z`));

const springBerlin: [string, string] = ["2026-03-28T00:00", "2026-03-30T12:00"];
const autumnBerlin: [string, string] = ["2026-10-24T22:30", "2026-10-25T04:00"];

test("a time of day in its zone", () =>
  check("0 6 * * *", "Asia/Tokyo", ["2026-11-19T21:00", "2026-11-21T21:00"], ["2026-11-20T21:00", "2026-11-21T21:00"]));
test("a time that clocks skip comes as much later as they skip", () =>
  check("30 2 * * *", "Europe/Berlin", springBerlin, ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]));
test("each of several skipped times", () =>
  check(
    "15,45 2 * * *",
    "Europe/Berlin",
    ["2026-03-28T20:00", "2026-03-29T20:00"],
    ["2026-03-29T01:15", "2026-03-29T01:45"],
  ));
test("a skipped time that falls on another one is one with it", () =>
  check("0 2,3 * * *", "Europe/Berlin", ["2026-03-28T20:00", "2026-03-29T20:00"], ["2026-03-29T01:00"]));
test("every half hour goes on over a skipped hour", () =>
  check(
    "*/30 * * * *",
    "Europe/Berlin",
    ["2026-03-29T00:00", "2026-03-29T02:00"],
    ["2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30", "2026-03-29T02:00"],
  ));
test("a time that clocks show twice comes the first time", () =>
  check(
    "30 2 * * *",
    "Europe/Berlin",
    ["2026-10-24T12:00", "2026-10-26T12:00"],
    ["2026-10-25T00:30", "2026-10-26T01:30"],
  ));
test("several minutes of a named hour come once each", () =>
  check("*/20 1-3 * * *", "Europe/Berlin", autumnBerlin, [
    "2026-10-24T23:00",
    "2026-10-24T23:20",
    "2026-10-24T23:40",
    "2026-10-25T00:00",
    "2026-10-25T00:20",
    "2026-10-25T00:40",
    "2026-10-25T02:00",
    "2026-10-25T02:20",
    "2026-10-25T02:40",
  ]));
test("every hour goes on through both passes of the repeated one", () =>
  check("0 * * * *", "Europe/Berlin", autumnBerlin, [
    "2026-10-24T23:00",
    "2026-10-25T00:00",
    "2026-10-25T01:00",
    "2026-10-25T02:00",
    "2026-10-25T03:00",
    "2026-10-25T04:00",
  ]));
test("clocks that skip midnight", () =>
  check(
    "0 0 * * *",
    "America/Santiago",
    ["2026-09-05T05:00", "2026-09-07T05:00"],
    ["2026-09-06T04:00", "2026-09-07T03:00"],
  ));
test("clocks that change by half an hour", () =>
  check(
    "15 2 * * *",
    "Australia/Lord_Howe",
    ["2026-10-03T00:00", "2026-10-05T00:00"],
    ["2026-10-03T15:45", "2026-10-04T15:15"],
  ));
test("a day that a whole country skipped comes with the next one", () =>
  check(
    "0 6 * * *",
    "Pacific/Apia",
    ["2011-12-29T00:00", "2012-01-01T00:00"],
    ["2011-12-29T16:00", "2011-12-30T16:00", "2011-12-31T16:00"],
  ));
test("a day of the month or a weekday, as cron has it", () =>
  check(
    "0 0 13 * fri",
    "UTC",
    ["2026-02-01T00:00", "2026-02-20T12:00"],
    ["2026-02-06T00:00", "2026-02-13T00:00", "2026-02-20T00:00"],
  ));
test("a day that begins with a star and a weekday, or the other way round: both, as cron has it", () => {
  check("0 0 */2 * mon", "UTC", ["2026-11-20T00:00", "2026-12-08T00:00"], ["2026-11-23T00:00", "2026-12-07T00:00"]);
  check("0 0 1-7 * */7", "UTC", ["2026-11-20T00:00", "2027-01-10T00:00"], ["2026-12-06T00:00", "2027-01-03T00:00"]);
  check("0 0 * * */3", "UTC", ["2026-11-20T00:00", "2026-11-23T00:00"], ["2026-11-21T00:00", "2026-11-22T00:00"]);
});
test("the last day of a month, leap days, nicknames", () => {
  check("0 1 L * *", "UTC", ["2026-01-31T12:00", "2026-03-31T12:00"], ["2026-02-28T01:00", "2026-03-31T01:00"]);
  check("0 0 29 2 *", "UTC", ["2026-01-01T00:00", "2033-01-01T00:00"], ["2028-02-29T00:00", "2032-02-29T00:00"]);
  check("0 0 29 2 *", "UTC", ["2096-03-01T00:00", "2105-01-01T00:00"], ["2104-02-29T00:00"]);
  check("@weekly", "UTC", ["2026-11-20T00:00", "2026-11-23T00:00"], ["2026-11-22T00:00"]);
});

const mistake = (text: string): string | null => {
  const found = cronMistake(text);
  return found && render(found, "en");
};
test.each([
  ["0 6 * * *", null],
  ["  */5\t9-17  * * mon-fri ", null],
  ["@daily", null],
  ["0 6 * *", "'0 6 * *' has 4 fields; cron has 5: minute hour day month weekday"],
  ["0 0 6 * * *", "'0 0 6 * * *' has 6 fields; cron has 5: minute hour day month weekday"],
  ["0 25 * * *", "'25' is not an hour of cron (0-23, *, lists, ranges, steps)"],
  ["61 25 * * *", "'61' is not a minute of cron (0-59, *, lists, ranges, steps)"],
  ["0 6 * 13 *", "'13' is not a month of cron (1-12, *, lists, ranges, steps)"],
  ["0 6 * * fry", "'fry' is not a weekday of cron (0-7, sun-sat, *, lists, ranges, steps)"],
  ["0 0 31 2 *", "'0 0 31 2 *' never comes: there is no such day"],
  ["", "'' has 1 fields; cron has 5: minute hour day month weekday"],
])("%j", (text, expected) => expect(mistake(text)).toBe(expected));
test("a nickname that nobody knows", () =>
  expect(mistake("@reboot")).toMatch(/^'@reboot' is not a schedule: @hourly, /));

const zones = [
  "UTC",
  "Asia/Tokyo",
  "Europe/Berlin",
  "America/New_York",
  "America/Santiago",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
];
const field = (least: number, most: number) =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min: 2, max: 15 }).map((step) => `*/${step}`),
    fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 3 }).map((list) => list.join(",")),
  );
const day = fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, { weight: 1, arbitrary: fc.constant("1-20") });
const weekday = fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, { weight: 1, arbitrary: fc.constant("sun") });
const expression = fc.tuple(field(0, 59), field(0, 23), day, weekday).map(([m, h, d, w]) => `${m} ${h} ${d} * ${w}`);
/** Days around changes of clocks, and others. */
const start = fc
  .tuple(
    fc.constantFrom(
      "2026-03-08",
      "2026-03-29",
      "2026-10-25",
      "2026-11-01",
      "2026-04-05",
      "2026-09-06",
      "2026-10-04",
      "2026-02-15",
      "2026-06-30",
    ),
    fc.integer({ min: -2160, max: 1440 }),
  )
  .map(([date, minutes]) => new Date(Date.parse(`${date}T00:00Z`) + minutes * 60_000));
const span = fc.integer({ min: 0, max: 1440 });

test("what a clock shows comes once: every matching time, none twice, in order, however the time is cut", () => {
  fc.assert(
    fc.property(expression, fc.constantFrom(...zones), start, span, span, (text, zone, from, first, second) => {
      const [middle, to] = [
        new Date(from.getTime() + first * 60_000),
        new Date(from.getTime() + (first + second) * 60_000),
      ];
      const iso = (at: Date) => at.toISOString();
      const whole = all(text, zone, iso(from), iso(to));
      expect(whole).toEqual([...new Set(whole)].sort());
      expect([...all(text, zone, iso(from), iso(middle)), ...all(text, zone, iso(middle), iso(to))]).toEqual(whole);
      expect(missing(text, zone, from, to, new Set(whole))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

/** Minute by minute over the wall clock: times that match, are shown for the first time, and are not among the occurrences. */
function missing(text: string, zone: string, from: Date, to: Date, found: Set<string>): string[] {
  const { minute, hour } = new CronPattern(text);
  const days = new Croner(`0 0 ${text.split(" ").slice(2).join(" ")}`, { timezone: "UTC", paused: true });
  const matching = new Map<number, boolean>();
  const onDay = (midnight: number): boolean => {
    const known = matching.get(midnight) ?? days.match(new Date(midnight));
    matching.set(midnight, known);
    return known;
  };
  const shown = new Set<number>();
  const lost: string[] = [];
  for (let ms = from.getTime() - 4 * 3600_000; ms <= to.getTime(); ms += 60_000) {
    const wall = wallOf(ms, zone);
    const at = new Date(wall);
    const again = shown.has(wall);
    shown.add(wall);
    const matches = minute[at.getUTCMinutes()] && hour[at.getUTCHours()] && onDay(wall - (wall % 86_400_000));
    if (ms <= from.getTime() || (again && !hour.every(Boolean)) || !matches) continue;
    if (!found.has(stamp(new Date(ms)))) lost.push(stamp(new Date(ms)));
  }
  return lost;
}
