// Retention rules.
import { expect, test } from "vitest";
import { type KeptCandidate, keptReleases, keptWithin } from "./retention.ts";

const now = new Date("2026-11-20T00:00:00Z");
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const release = (number: number, more: Partial<KeptCandidate> = {}): KeptCandidate => ({
  releaseId: number,
  number,
  kind: "deploy",
  state: "retired",
  createdAt: daysAgo(100 - number),
  liveSince: daysAgo(100 - number),
  collected: false,
  ...more,
});
const check = (
  releases: KeptCandidate[],
  rules: Partial<{ deploys: number; refreshes: number; days: number }>,
  expected: number[],
) =>
  expect(
    [...keptReleases(releases, { deploys: 1, refreshes: 1, days: 0, ...rules }, now)].sort((a, b) => a - b),
  ).toEqual(expected);

test("the live one and the one before always stay", () =>
  check([release(3, { state: "live" }), release(2), release(1)], {}, [2, 3]));
test("the live one stays even if gc once took a version of it that is there again", () =>
  check([release(3), release(2), release(1, { state: "live", collected: true })], {}, [1, 2, 3]));
test("after a rollback the one rolled back from stays too", () =>
  check([release(3), release(2, { state: "live", liveSince: daysAgo(0) }), release(1)], {}, [2, 3]));
test("code releases by number", () =>
  check([release(5, { state: "live" }), release(4), release(3), release(2)], { deploys: 3 }, [3, 4, 5]));
test("young code releases stay besides", () =>
  check([release(99, { state: "live" }), release(98), release(97), release(50)], { days: 10 }, [97, 98, 99]));
test("old refreshes go first", () =>
  check(
    [
      release(9, { state: "live", kind: "refresh" }),
      release(8, { kind: "refresh" }),
      release(7, { kind: "refresh" }),
      release(6),
    ],
    { deploys: 1, refreshes: 1 },
    [6, 8, 9],
  ));
test("rejected and collected ones need nothing", () =>
  check(
    [
      release(4, { state: "live" }),
      release(3, { state: "rejected", liveSince: null }),
      release(2, { collected: true }),
      release(1),
    ],
    {},
    [1, 4],
  ));
test("a candidate of today stays", () =>
  check(
    [release(4, { state: "live" }), release(5, { state: "verified", liveSince: null, createdAt: now })],
    {},
    [4, 5],
  ));

/** Each release needs a table of its own of 10 bytes, and one of 5 that all share. */
const checkBytes = (releases: KeptCandidate[], maxBytes: number, expected: number[]) => {
  const needs = {
    relationsOf: (id: number) => [`own${id}`, "shared"],
    sizeBytes: (relation: string) => (relation === "shared" ? 5 : 10),
  };
  const kept = new Set(releases.map((one) => one.releaseId));
  expect([...keptWithin(kept, releases, needs, maxBytes)].sort((a, b) => a - b)).toEqual(expected);
};
const five = [5, 4, 3, 2, 1].map((number) => release(number, number === 5 ? { state: "live" } : {}));
test("room for all: nothing goes", () => checkBytes(five, 55, [1, 2, 3, 4, 5]));
test("the oldest goes first; what is shared counts once", () => checkBytes(five, 45, [2, 3, 4, 5]));
test("one byte too many is too many", () => checkBytes(five, 44, [3, 4, 5]));
test("the live one and the one before stay, whatever they need", () => checkBytes(five, 0, [4, 5]));
test("after a rollback: the one live now, however old, and the one before", () =>
  checkBytes([release(3), release(2), release(1, { state: "live", liveSince: daysAgo(0) })], 0, [1, 3]));
test("a candidate is not taken away under whoever approves it", () =>
  checkBytes([release(6, { state: "candidate", liveSince: null }), ...five], 40, [4, 5, 6]));
