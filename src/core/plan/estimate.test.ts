import { expect, test } from "vitest";
import { estimateBuildMs } from "./estimate.ts";

const parents: Record<string, string[]> = { a: [], b: ["a"], c: ["a"], d: ["b", "c"] };
const check = (nodes: string, times: Record<string, number>, threads: number, expected: number | null) =>
  expect(
    estimateBuildMs({
      nodes: [...nodes],
      parents: (node) => parents[node]!,
      times: new Map(Object.entries(times)),
      threads,
    }),
  ).toBe(expected);

test("nothing to build takes no time", () => check("", {}, 4, 0));
test("without history nothing is known", () => check("ab", {}, 4, null));
test("one thread: the sum", () => check("abcd", { a: 10, b: 20, c: 30, d: 40 }, 1, 100));
test("two threads: siblings side by side", () => check("abcd", { a: 10, b: 20, c: 30, d: 40 }, 2, 80));
test("a parent that is reused is there from the start", () => check("bc", { b: 20, c: 30 }, 2, 30));
test("a node without history is taken for a middling one", () => check("abc", { a: 10, b: 20 }, 1, 50));
test("no threads are one thread", () => check("ab", { a: 10, b: 20 }, 0, 30));
