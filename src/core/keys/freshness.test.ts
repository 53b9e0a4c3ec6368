import { expect, test } from "vitest";
import { hasFreshnessRules, staleSources } from "./freshness.ts";

const now = new Date("2026-11-20T10:00:00.000Z");
const id = "source.shop.raw.payments";
const hours = (count: number) => ({ count, period: "hour" });
const check = (
  loadedAt: string,
  freshness: unknown,
  expected: [ageHours: number, maxHours: number] | null,
  kind = "loaded_at",
) => {
  const token = { kind, confidence: "monotone" as const, value: loadedAt, detail: "", readAt: loadedAt };
  const found = staleSources({ [id]: { freshness } }, { [id]: token }, now);
  expect(found.map(({ ageMs, maxMs }) => [ageMs / 3.6e6, maxMs / 3.6e6])).toEqual(expected === null ? [] : [expected]);
};

test("within the limit", () => check("2026-11-20T00:00:00.000Z", { warn_after: hours(24) }, null));
test("over the limit", () => check("2026-11-19T08:00:00.000Z", { warn_after: hours(24) }, [26, 24]));
test("over the warning only", () =>
  check("2026-11-19T08:00:00.000Z", { warn_after: hours(24), error_after: hours(48) }, [26, 24]));
test("over both: the higher one", () =>
  check("2026-11-17T10:00:00.000Z", { warn_after: hours(24), error_after: hours(48) }, [72, 48]));
test("days", () => check("2026-11-17T10:00:00.000Z", { warn_after: { count: 2, period: "day" } }, [72, 48]));
test("no rule", () => check("2020-01-01T00:00:00.000Z", null, null));
test("an empty rule, as dbt writes it", () =>
  check("2020-01-01T00:00:00.000Z", { warn_after: { count: null, period: null }, error_after: {} }, null));
test("a hash is no time", () => check("2020", { warn_after: hours(1) }, null, "content_hash"));
test("a value that is no time", () => check("yesterday", { warn_after: hours(1) }, null));

test("whether there is a rule at all", () => {
  const has = (freshness: unknown, own: unknown = null) =>
    hasFreshnessRules({ [id]: { freshness, config: { freshness: own } } });
  expect(has(null)).toBe(false);
  expect(has({ warn_after: { count: null, period: null }, error_after: {} })).toBe(false);
  expect(has({ error_after: hours(1) })).toBe(true);
  expect(has(null, { warn_after: hours(1) })).toBe(true);
});
