import { expect, test } from "vitest";
import { durationMs, timerMs } from "./duration.ts";

const check = (text: string, expected: number | null) => expect(durationMs(text)).toBe(expected);

test("hours and minutes", () => check("1h30m", 5_400_000));
test("blanks between", () => check(" 1d 2h ", 93_600_000));
test.each(["", "soon", "90", "1h1d", "-1h"])("%s is none", (text) => check(text, null));
test("a month is more than a timer takes", async () => {
  const ms = timerMs(durationMs("30d")!);
  const late = new Promise((resolve) => setTimeout(resolve, ms, "late").unref());
  expect(
    await Promise.race([late, new Promise((resolve) => setImmediate(() => setTimeout(resolve, 50, "in time")))]),
  ).toBe("in time");
});
