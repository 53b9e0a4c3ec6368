// Which folders of runs go, and how long a disk lasts.
import { expect, test } from "vitest";
import { daysLeft, isShort, planFolders, type RunFolder } from "./upkeep.ts";

const now = new Date("2026-11-20T03:30:00Z");
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const run = (runId: number, days: number | null, more: Partial<RunFolder> = {}): RunFolder => ({
  runId,
  endedAt: days === null ? null : daysAgo(days),
  sizeBytes: 10,
  artifactBytes: 8,
  needed: false,
  ...more,
});
const rules = { keepRunsMs: 30 * 86_400_000, keepArtifactsMs: 7 * 86_400_000, maxSizeBytes: 1000 };
const check = (folders: RunFolder[], remove: number[], empty: number[], more: Partial<typeof rules> = {}) => {
  const plan = planFolders(folders, { ...rules, ...more }, now);
  expect([plan.remove.map((one) => one.runId), plan.empty.map((one) => one.runId)]).toEqual([remove, empty]);
};

test("old ones go, younger ones are emptied, young ones stay", () =>
  check([run(3, 1), run(2, 8), run(1, 31)], [1], [2]));
test("a run that has not ended keeps everything", () => check([run(1, null)], [], [], { maxSizeBytes: 0 }));
test("what is live or last stays whatever its age", () =>
  check([run(1, 99, { needed: true })], [], [], { maxSizeBytes: 0 }));
test("nothing of dbt's in it: nothing to empty", () => check([run(1, 8, { artifactBytes: 0 })], [], []));
test("too much in all: the oldest first, until it fits", () =>
  check([run(4, 0), run(3, 1), run(2, 2), run(1, 3)], [1, 2], [], { maxSizeBytes: 20 }));
test("what is emptied counts as emptied, and goes whole when that is not enough", () => {
  check([run(2, 1), run(1, 8)], [], [1], { maxSizeBytes: 12 });
  check([run(2, 1), run(1, 8)], [1], [], { maxSizeBytes: 11 });
});

const lasts = (freeBytes: number, seen: [days: number, freeBytes: number][], expected: number | null) =>
  expect(
    daysLeft(
      seen.map(([days, free]) => ({ at: daysAgo(days), freeBytes: free })),
      now,
      freeBytes,
    ),
  ).toBe(expected);
test("at the pace of the last week", () =>
  lasts(
    50,
    [
      [5, 100],
      [2, 70],
    ],
    5,
  ));
test("older history does not count", () =>
  lasts(
    50,
    [
      [30, 5000],
      [5, 100],
    ],
    5,
  ));
test("it grows, it stands still, nothing is known, an hour says nothing", () => {
  lasts(50, [[5, 40]], null);
  lasts(50, [[5, 50]], null);
  lasts(50, [], null);
  lasts(50, [[1 / 24, 100]], null);
});
test("years ahead is not a number", () => lasts(1_000_000, [[5, 1_000_005]], null));

test("a disk around the mark is short once, not every minute", () => {
  const short = (freeBytes: number, days: number | null, before: boolean) => isShort({ freeBytes, days }, 100, before);
  expect([short(100, null, false), short(99, null, false), short(100, 3, false), short(100, 2, false)]).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect([short(109, null, true), short(111, null, true), short(111, 3, true), short(111, 4, true)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});
