// What all golden views have in common: the hour, a release, texts that are the same in both languages.
import type { ReleaseRef, TestCounts, ViewBase } from "../../src/core/views/base.ts";
import type { Text } from "../../src/lib/text.ts";

export const at = new Date("2026-11-20T00:15:00Z");
export const minutesAgo = (minutes: number) => new Date(at.getTime() - minutes * 60_000);
/** A text that is the same in both languages and not of the catalogue: prints as its id and values. */
export const literal = (words: string): Text => ({ id: "views.names", params: { names: words } });

export const base: ViewBase = { outcome: "done", timezone: "Asia/Tokyo", at, problems: [] };

export function release(number: number, more: Partial<ReleaseRef> = {}): ReleaseRef {
  return {
    number,
    kind: "deploy",
    state: "live",
    commit: { 41: "8d1e07b4aa1", 42: "3f9c2a1c0de", 43: "c07d5e29f00" }[number] ?? "8d1e07b4aa1",
    subject: { 41: "Add coupon codes", 42: "Exclude tax from revenue", 43: "Dedupe orders" }[number] ?? "税率を修正",
    author: "Aoi Tanaka",
    committedAt: new Date("2026-11-19T09:20:00Z"),
    liveSince: minutesAgo(180),
    ...more,
  };
}

export const counts = (more: Partial<TestCounts>): TestCounts => ({
  total: 44,
  passed: 44,
  warned: 0,
  failed: 0,
  errored: 0,
  skipped: 0,
  reused: 0,
  ...more,
});
