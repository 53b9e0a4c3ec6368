import { expect, test } from "vitest";
import { sameJson } from "./same-json.ts";

const check = (one: unknown, other: unknown, same: boolean): void => {
  expect(sameJson(one, other)).toBe(same);
  expect(sameJson(other, one)).toBe(same);
  expect(JSON.stringify(one) === JSON.stringify(other)).toBe(same);
};

test("texts, numbers and nothing", () => {
  check("a", "a", true);
  check("a", "A", false);
  check(1, "1", false);
  check(null, null, true);
  check(null, {}, false);
  check(null, false, false);
});

test("lists, in their order", () => {
  check([1, [2]], [1, [2]], true);
  check([1, 2], [2, 1], false);
  check([1], [1, 2], false);
  check([], {}, false);
});

test("objects, in the order of their keys: columns of a contract are built in that order", () => {
  check({ a: { b: [] } }, { a: { b: [] } }, true);
  check({ a: 1, b: 2 }, { b: 2, a: 1 }, false);
  check({ a: 1 }, { a: 1, b: 2 }, false);
  check({ a: 1 }, { b: 1 }, false);
});
