import { expect, test } from "vitest";
import { AppError } from "../../lib/error.ts";
import { render } from "../../text/catalogue.ts";
import type { Calendar } from "./calendar.ts";
import { parseCalendar } from "./calendar-file.ts";
import { parseCron } from "./cron.ts";
import { type ExclusionRule, makeExclusion } from "./exclusions.ts";
import { nextOccurrences, nextRun, occurrencesBetween } from "./occurrences.ts";

const HOLIDAYS = `BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20200101
RRULE:FREQ=YEARLY
EXDATE;VALUE=DATE:20280101
SUMMARY:元日
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;VALUE=DATE:20270101
DTSTART;VALUE=DATE:20270102
SUMMARY:元日 (moved)
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20261123
DTEND;VALUE=DATE:20261123
SUMMARY:勤労感謝の日
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART;VALUE=DATE:20261124
STATUS:CANCELLED
SUMMARY:not this one
END:VEVENT
BEGIN:VEVENT
UID:4
DTSTART;TZID=America/New_York:20261125T150000
DTEND;TZID=America/New_York:20261125T170000
SUMMARY:move of the warehouse
END:VEVENT
END:VCALENDAR
`;

interface Wish {
  cron?: string;
  zone?: string;
  exclude: ExclusionRule[];
  calendar?: string;
}

function scheduleOf({ cron = "0 6 * * *", zone = "Asia/Tokyo", exclude, calendar }: Wish) {
  const calendars = new Map<string, Calendar>();
  if (calendar !== undefined) calendars.set("config/days", parseCalendar(calendar, "config/days"));
  return { cron: parseCron(cron, zone), exclusion: makeExclusion(exclude, zone, calendars) };
}

/** The next occurrences as `local time reason`. */
function check(wish: Wish, from: string, expected: string[]) {
  const zone = wish.zone ?? "Asia/Tokyo";
  const shown = nextOccurrences(scheduleOf(wish), new Date(from), expected.length).map(
    ({ dueAt, excluded }) =>
      `${dueAt.toLocaleString("sv", { timeZone: zone }).slice(0, 16)}${excluded ? ` ${render(excluded, "en")}` : ""}`,
  );
  expect(shown).toEqual(expected);
}

test("weekdays and an iCal calendar, by the job's own clock", () =>
  check(
    { exclude: [{ weekdays: ["sat", "sun"] }, { calendar: "config/days" }], calendar: HOLIDAYS },
    "2026-11-20T00:00:00Z",
    [
      "2026-11-21 06:00 weekdays sat, sun",
      "2026-11-22 06:00 weekdays sat, sun",
      "2026-11-23 06:00 days, 勤労感謝の日",
      "2026-11-24 06:00",
      "2026-11-25 06:00",
      "2026-11-26 06:00 days, move of the warehouse",
      "2026-11-27 06:00",
    ],
  ));
test("a yearly holiday, the one that was moved, the one that was taken out", () => {
  const wish = { cron: "0 6 1,2 1 *", exclude: [{ calendar: "config/days" }], calendar: HOLIDAYS };
  check(wish, "2025-12-31T00:00:00Z", [
    "2026-01-01 06:00 days, 元日",
    "2026-01-02 06:00",
    "2027-01-01 06:00",
    "2027-01-02 06:00 days, 元日 (moved)",
    "2028-01-01 06:00",
    "2028-01-02 06:00",
    "2029-01-01 06:00 days, 元日",
  ]);
});
const calendarOf = (...events: string[]) =>
  `BEGIN:VCALENDAR\nVERSION:2.0\n${events.map((event) => `BEGIN:VEVENT\n${event}\nEND:VEVENT\n`).join("")}END:VCALENDAR\n`;
test("one of a series that lasts longer than the others, over the end of a month", () => {
  const every = "UID:1\nDTSTART;VALUE=DATE:20201228\nRRULE:FREQ=YEARLY\nSUMMARY:closed";
  const long =
    "UID:1\nRECURRENCE-ID;VALUE=DATE:20261228\nDTSTART;VALUE=DATE:20261228\nDTEND;VALUE=DATE:20270107\nSUMMARY:long";
  const wish = { cron: "0 6 28 12 *", exclude: [{ calendar: "config/days" }], calendar: calendarOf(every, long) };
  check(wish, "2025-12-01T00:00:00Z", ["2025-12-28 06:00 days, closed", "2026-12-28 06:00 days, long"]);
  check({ ...wish, cron: "0 6 5-7 1 *" }, "2027-01-01T00:00:00Z", [
    "2027-01-05 06:00 days, long",
    "2027-01-06 06:00 days, long",
    "2027-01-07 06:00",
  ]);
});
test("one of a series that the file does not hold, as invitations to a single date come", () => {
  const alone = "UID:9\nRECURRENCE-ID;VALUE=DATE:20261124\nDTSTART;VALUE=DATE:20261124\nSUMMARY:inventory";
  const cancelled = "UID:8\nRECURRENCE-ID;VALUE=DATE:20261125\nDTSTART;VALUE=DATE:20261125\nSTATUS:CANCELLED";
  const calendar = calendarOf(alone, cancelled);
  check({ exclude: [{ calendar: "config/days" }], calendar }, "2026-11-23T00:00:00Z", [
    "2026-11-24 06:00 days, inventory",
    "2026-11-25 06:00",
  ]);
});
test("dates beside the rule, and times of a zone taken out by that zone's clock", () => {
  const more = "UID:1\nDTSTART;VALUE=DATE:20261123\nRDATE;VALUE=DATE:20261125,20261201\nSUMMARY:extra";
  const nightly =
    "UID:2\nDTSTART;TZID=America/New_York:20261025T160000\nDURATION:PT2H\nRRULE:FREQ=DAILY;UNTIL=20261128T235959Z\nEXDATE;TZID=America/New_York:20261126T160000\nSUMMARY:nightly";
  const calendar = calendarOf(more, nightly);
  check({ cron: "30 6 23-30 11 *", exclude: [{ calendar: "config/days" }], calendar }, "2026-11-22T22:00:00Z", [
    "2026-11-24 06:30 days, nightly",
    "2026-11-25 06:30 days, extra",
    "2026-11-26 06:30 days, nightly",
    "2026-11-27 06:30",
    "2026-11-28 06:30 days, nightly",
    "2026-11-29 06:30 days, nightly",
    "2026-11-30 06:30",
  ]);
});
test("dates of slipway.yml, with names", () =>
  check(
    { exclude: [{ calendar: ["2026-11-21 stocktaking", "2026/11/22"], reason: "closed" }] },
    "2026-11-20T00:00:00Z",
    ["2026-11-21 06:00 closed, calendar, stocktaking", "2026-11-22 06:00 closed, calendar", "2026-11-23 06:00"],
  ));
test("a list with commas, as governments publish it", () =>
  check(
    {
      exclude: [{ calendar: "config/days" }],
      calendar: '\ufeff国民の祝日・休日月日,名称\r\n2026/11/3,文化の日\r\n"2026/11/4","x"\r\n',
    },
    "2026-11-02T00:00:00Z",
    ["2026-11-03 06:00 days, 文化の日", "2026-11-04 06:00 days, x", "2026-11-05 06:00"],
  ));
test("from and to belong to the period", () =>
  check({ exclude: [{ from: "2026-12-29", to: "2026-12-30", reason: "年末年始" }] }, "2026-12-27T22:00:00Z", [
    "2026-12-29 06:00 年末年始 (2026-12-29 to 2026-12-30)",
    "2026-12-30 06:00 年末年始 (2026-12-29 to 2026-12-30)",
    "2026-12-31 06:00",
  ]));
test("a period with times ends before its end", () =>
  check(
    { cron: "0 * * * *", exclude: [{ from: "2026-12-29 07:00", to: "2026-12-29 09:00" }] },
    "2026-12-28T21:00:00Z",
    [
      "2026-12-29 07:00 2026-12-29 07:00 to 2026-12-29 09:00",
      "2026-12-29 08:00 2026-12-29 07:00 to 2026-12-29 09:00",
      "2026-12-29 09:00",
    ],
  ));
test("a maintenance window begins with its first minute and ends before its last", () =>
  check(
    { cron: "0 */2 * * *", exclude: [{ cron: "0 22 * * sat", for: "4h", reason: "backup" }] },
    "2026-11-21T11:00:00Z",
    [
      "2026-11-21 22:00 backup (0 22 * * sat for 4h)",
      "2026-11-22 00:00 backup (0 22 * * sat for 4h)",
      "2026-11-22 02:00",
    ],
  ));

test("occurrences of a span, the earliest first", () => {
  const schedule = scheduleOf({ exclude: [] });
  const [from, to] = [new Date("2026-11-20T21:00:00Z"), new Date("2026-11-23T21:00:00Z")];
  const days = (limit: number) => occurrencesBetween(schedule, from, to, limit).map(({ dueAt }) => dueAt.getUTCDate());
  expect(days(100)).toEqual([21, 22, 23]);
  expect(days(2)).toEqual([21, 22]);
});
test("the next one that runs, or none when everything is excluded", () => {
  const from = new Date("2026-11-20T22:00:00Z");
  const weekend = scheduleOf({ exclude: [{ weekdays: ["sat", "sun"] }] });
  expect(nextRun(weekend, from)?.toISOString()).toBe("2026-11-22T21:00:00.000Z");
  const busy = {
    cron: "* * * * *",
    exclude: [{ from: "2026-11-01", to: "2027-01-31" }, { weekdays: ["mon" as const] }],
  };
  expect(nextRun(scheduleOf(busy), from)?.toISOString()).toBe("2027-02-01T15:00:00.000Z");
  const never = scheduleOf({ exclude: [{ weekdays: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] }] });
  expect(nextRun(never, from)).toBeNull();
});

test("how far a calendar goes", () => {
  expect(parseCalendar("2026-11-23 a\n2025-01-01\n", "days").endsOn).toBe("2026-11-23");
  expect(parseCalendar(HOLIDAYS, "days").endsOn).toBeNull();
  expect(parseCalendar(HOLIDAYS.replace("FREQ=YEARLY", "FREQ=YEARLY;COUNT=2"), "days").endsOn).toBe("2026-11-25");
});
test.each([
  ["2026-11-23 a\n23.11.2026 b\n", "line 2 of days does not begin with a date (2026-01-01 name)"],
  ["2026-02-30\n", "line 1 of days does not begin with a date (2026-01-01 name)"],
  ["# nothing yet\n", "the calendar days holds no day"],
  ["BEGIN:VCALENDAR\nfoo\n", 'the calendar days cannot be read: invalid line (no token ";" or ":") "foo"'],
])("a calendar that cannot be read: %j", (text, expected) => {
  try {
    parseCalendar(text, "days");
  } catch (error) {
    expect(error instanceof AppError && render(error.text, "en")).toBe(expected);
    return;
  }
  throw new Error("accepted");
});
test("zones that the file describes itself", () => {
  const zone = `BEGIN:VTIMEZONE\nTZID:Tokyo Standard Time\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nEND:STANDARD\nEND:VTIMEZONE\n`;
  const event = `BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Tokyo Standard Time:20261120T050000\nDTEND;TZID=Tokyo Standard Time:20261120T070000\nEND:VEVENT\n`;
  const calendar = parseCalendar(`BEGIN:VCALENDAR\n${zone}${event}END:VCALENDAR\n`, "days");
  expect(calendar.at(new Date("2026-11-19T21:00:00Z"), "UTC")?.name).toBeNull();
  expect(calendar.at(new Date("2026-11-19T22:00:00Z"), "UTC")).toBeNull();
});
