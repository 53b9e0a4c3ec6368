import { expect, test } from "vitest";
import { askedInArtifact, staleInArtifact } from "./freshness-artifact.ts";

const result = (name: string, status: string, seconds: number | null) => ({
  unique_id: `source.shop.raw.${name}`,
  status,
  max_loaded_at_time_ago_in_s: seconds,
  criteria: { warn_after: { count: 12, period: "hour" }, error_after: { count: 1, period: "day" }, filter: null },
});
const names = (...results: unknown[]) =>
  staleInArtifact(JSON.stringify({ results })).map(({ name, ageMs, maxMs }) => `${name} ${ageMs} ${maxMs}`);

test("warned and failed sources, with the rule that they break", () =>
  expect(names(result("a", "pass", 1), result("b", "warn", 50_000), result("c", "error", 90_000))).toEqual([
    "raw.b 50000000 43200000",
    "raw.c 90000000 86400000",
  ]));
test("what could not be asked says nothing", () => expect(names(result("a", "runtime error", null))).toEqual([]));
test("what is no artifact says nothing", () =>
  expect([staleInArtifact("{"), staleInArtifact("null"), staleInArtifact("{}")]).toEqual([[], [], []]));
test("what was asked, and what not", () => {
  const results = [result("a", "pass", 1), result("b", "error", 90_000), result("c", "runtime error", null)];
  expect(askedInArtifact(JSON.stringify({ results }))).toEqual(["raw.a", "raw.b"]);
  expect([askedInArtifact(""), askedInArtifact("{}")]).toEqual([null, null]);
});
