import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const check = (name: string, candidates: string[], expected: string | null) =>
  expect(nearest(name, candidates)).toBe(expected);

test("one letter off", () => check("prdo", ["dev", "prod", "staging"], "prod"));
test("a swap is one edit", () => check("tihs", ["this", "tips", "ties"], "this"));
test("capitals do not count", () => check("PROD", ["dev", "prod"], "prod"));
test("nothing is near", () => check("warehouse", ["dev", "prod"], null));
test("a short name is not near to every short name", () => check("pr", ["xy", "dev"], null));
test("Japanese names", () => check("売上日別", ["売上月別", "顧客"], "売上月別"));
test("the same name is no suggestion", () => check("prod", ["prod"], null));
test("no candidates", () => check("prod", [], null));
