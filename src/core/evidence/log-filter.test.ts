import { describe, expect, test } from "vitest";
import { logFilter, sinceTime } from "./log-filter.ts";
import type { LogLine } from "./run-log.ts";

const line = (more: Partial<LogLine>): LogLine => ({
  at: "2026-11-20T00:00:00.000Z",
  level: "info",
  event: "node_finished",
  run_id: 1,
  environment: "prod",
  release: null,
  step: null,
  node: "model.shop.orders",
  thread: null,
  ms: 500,
  message: "orders success",
  ...more,
});

const check = (wish: { errors?: boolean; slow?: string; grep?: string }, more: Partial<LogLine>, kept: boolean) =>
  expect(logFilter({ errors: false, slow: null, grep: null, ...wish }).keeps(line(more))).toBe(kept);

describe("lines people want to see", () => {
  test("all of them", () => check({}, {}, true));
  test("errors", () => check({ errors: true }, { level: "error" }, true));
  test("a warning is no error", () => check({ errors: true }, { level: "warn" }, false));
  test("slower than", () => check({ slow: "1s" }, { ms: 1000 }, true));
  test("not slower than", () => check({ slow: "1s" }, { ms: 999 }, false));
  test("a phase is the sum of its nodes", () => check({ slow: "1" }, { event: "phase_finished" }, false));
  test("so is a step that builds", () =>
    check({ slow: "1" }, { event: "step_finished", message: "dbt run -s a succeeded: 1 built" }, false));
  test("another command is not", () =>
    check({ slow: "1" }, { event: "step_finished", message: "dbt docs generate succeeded" }, true));
  test("what has no time is not slow", () => check({ slow: "3" }, { ms: null }, false));
  test("a regular expression", () => check({ grep: "^model\\.shop\\.ord.* SUCC" }, {}, true));
  test("a text that is none", () => check({ grep: "orders (" }, { message: "orders (late)" }, true));
  test("a text that is not there", () => check({ grep: "注文" }, {}, false));
  test("how many", () => expect(logFilter({ errors: false, slow: "7", grep: null }).slowest).toBe(7));
  test("a wish that is none", () =>
    expect(() => logFilter({ errors: false, slow: "often", grep: null })).toThrow(
      expect.objectContaining({ code: "invalid" }),
    ));
});

describe("since", () => {
  const now = new Date("2026-11-20T06:00:00Z");
  const since = (text: string, expected: string) =>
    expect(sinceTime(text, now, "Asia/Tokyo").toISOString()).toBe(expected);
  test("two days", () => since("2d", "2026-11-18T06:00:00.000Z"));
  test("hours and minutes", () => since("1h30m", "2026-11-20T04:30:00.000Z"));
  test("a day begins where the project is", () => since("2026-11-01", "2026-10-31T15:00:00.000Z"));
  test("a time there", () => since("2026-11-01 06:00", "2026-10-31T21:00:00.000Z"));
  test("a time with its zone", () => since("2026-11-01T06:00Z", "2026-11-01T06:00:00.000Z"));
  test.each(["yesterday", "", "2026-13-40", "2026-02-31", "2026-02-31T06:00Z", "2026-11-20T25:00Z"])("not %s", (text) =>
    expect(() => sinceTime(text, now, "UTC")).toThrow(expect.objectContaining({ code: "invalid" })),
  );
});
