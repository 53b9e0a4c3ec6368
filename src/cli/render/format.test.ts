import { describe, expect, test } from "vitest";
import { age, clock, clockZone, day, duration, estimate, fullTime, size, weekday, zoneName } from "./format.ts";

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];

describe("duration", () => {
  const check = (ms: number, en: string, ja: string, options = {}) =>
    expect([duration(ms, "en", options), duration(ms, "ja", options)]).toEqual([en, ja]);
  test("a switch", () => check(12.4, "12 ms", "12 ms", { fine: true }));
  test("faster than a millisecond", () => check(0.3, "<1 ms", "<1 ms", { fine: true }));
  test("tenths of seconds", () => check(400, "0.4 s", "0.4 秒"));
  test("too short for a tenth", () => check(12, "<0.1 s", "<0.1 秒", { decimals: true }));
  test("below ten seconds", () => check(9_949, "9.9 s", "9.9 秒"));
  test("no 10.0 s", () => check(9_960, "10 s", "10 秒"));
  test("whole seconds", () => check(53_000, "53 s", "53 秒"));
  test("a stage keeps its tenths", () => check(48_200, "48.2 s", "48.2 秒", { decimals: true }));
  test("no 60 s", () => check(59_700, "1m 0s", "1分0秒"));
  test("minutes", () => check(101_000, "1m 41s", "1分41秒"));
  test("hours", () => check(2 * HOUR + 3 * MINUTE, "2h 03m", "2時間3分"));
});

describe("age", () => {
  const check = (ms: number, en: string, ja: string) => expect([age(ms, "en"), age(ms, "ja")]).toEqual([en, ja]);
  test("seconds", () => check(5 * SECOND, "5 s", "5 秒"));
  test("minutes", () => check(14 * MINUTE, "14 min", "14分"));
  test("an hour and minutes", () => check(72 * MINUTE, "1 h 12 min", "1時間12分"));
  test("hours alone", () => check(26 * HOUR, "26 h", "26時間"));
  test("days and hours", () => check(3 * DAY + 20 * HOUR, "3 d 20 h", "3日20時間"));
  test("days alone", () => check(40 * DAY + 20 * HOUR, "40 d", "40日"));
  test("a clock that was set back", () => check(-5, "0 s", "0 秒"));
});

test("estimates", () => {
  expect([estimate(300, "en"), estimate(55_000, "en"), estimate(90_000, "ja")]).toEqual(["~1 s", "~55 s", "~1分30秒"]);
});
test("sizes", () => {
  expect([0, 999, 1000, 3.24e9, 84e9, 999_960_000, 2.5e12, 5e15].map(size)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "3.2 GB",
    "84 GB",
    "1.0 GB",
    "2.5 TB",
    "5000 TB",
  ]);
});

describe("times", () => {
  const zone = { timezone: "Asia/Tokyo", at: new Date("2026-11-20T00:15:00Z") };
  test("of today", () => expect(clockZone(new Date("2026-11-19T21:00:00Z"), zone)).toBe("06:00 JST"));
  test("of another day", () => expect(clock(new Date("2026-11-18T21:00:00Z"), zone)).toBe("11-19 06:00"));
  test("of another year", () => expect(clock(new Date("2025-11-19T21:00:00Z"), zone)).toBe("2025-11-20 06:00"));
  test("midnight is 00:00", () => expect(clock(new Date("2026-11-19T15:00:00Z"), zone)).toBe("00:00"));
  test("the day", () => expect(day(new Date("2026-11-18T21:00:00Z"), zone)).toBe("11-19"));
  test("in full", () => expect(fullTime(zone.at, "UTC")).toBe("2026-11-20 00:15 UTC"));
  test("with the day of the week", () => {
    const next = new Date("2026-11-23T21:00:00Z");
    expect([weekday(next, "Asia/Tokyo", "en"), weekday(next, "Asia/Tokyo", "ja")]).toEqual([
      "11-24 Tue 06:00 JST",
      "11-24(火) 06:00 JST",
    ]);
  });
  test("zones without a name of ours, in summer and winter", () => {
    expect(zoneName(new Date("2026-07-01"), "Europe/Berlin")).toBe("+02:00");
    expect(zoneName(new Date("2026-12-01"), "Europe/Berlin")).toBe("+01:00");
    expect(zoneName(new Date("2026-12-01"), "Asia/Kolkata")).toBe("+05:30");
    expect(zoneName(new Date("2026-12-01"), "Europe/London")).toBe("UTC");
  });
});
