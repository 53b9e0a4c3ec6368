import { expect, test } from "vitest";
import { silenceEnd } from "./silence-end.ts";

const now = new Date("2026-11-20T00:00:00Z");
const check = (wish: { for?: string; until?: string }, expected: string) =>
  expect(silenceEnd({ for: wish.for ?? null, until: wish.until ?? null }, "Asia/Tokyo", now).toISOString()).toBe(
    expected,
  );
const refused = (wish: { for?: string; until?: string }, id: string) =>
  expect(() => check(wish, "")).toThrow(
    expect.objectContaining({ code: "invalid", text: expect.objectContaining({ id }) }),
  );

test("a while", () => check({ for: "2h30m" }, "2026-11-20T02:30:00.000Z"));
test("a time of the project's zone", () => check({ until: "2026-11-20 18:00" }, "2026-11-20T09:00:00.000Z"));
test("a time with its own zone", () => check({ until: "2026-11-20T18:00:00Z" }, "2026-11-20T18:00:00.000Z"));
test("no end, or two", () => {
  refused({}, "alerts.silence_end");
  refused({ for: "2h", until: "2026-11-20 18:00" }, "alerts.silence_end");
});
test("no time", () => {
  refused({ for: "soon" }, "alerts.silence_no_time");
  refused({ until: "2026-02-31 10:00" }, "alerts.silence_no_time");
});
test("over already", () => {
  refused({ until: "2026-11-20 08:59" }, "alerts.silence_over");
  refused({ for: "0s" }, "alerts.silence_over");
});
