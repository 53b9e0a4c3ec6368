import { expect, test } from "vitest";
import type { DiffLine } from "../keys/key.ts";
import { lineOf } from "./source-line.ts";

const diff = (...lines: string[]): DiffLine[] =>
  lines.map((line) => ({
    kind: line[0] === "+" ? "add" : line[0] === "-" ? "remove" : "same",
    text: line.slice(1),
  }));
const file = "select\n    a,\n  -- all of them\n  b\nfrom t\nwhere  A and b\n";

test("the first line that was added", () => expect(lineOf(file, diff("-where a", "+where a and b"))).toBe(6));
test("only removed: the line before", () => expect(lineOf(file, diff(" from t", "-limit 10"))).toBe(5));
test("a line that cannot be found", () => expect(lineOf(file, diff("+no such"))).toBe(null));
test("no difference of lines", () => expect(lineOf(file, [])).toBe(null));
test("searched from where the macro begins", () => {
  const macros = "{% macro a() %}\n1\n{% endmacro %}\n{% macro b() %}\n1\n{% endmacro %}\n";
  expect(lineOf(macros, diff("-2", "+1"), /macro b\(/)).toBe(5);
  expect(lineOf(macros, diff("-2", "+3"), /macro b\(/)).toBe(4);
});
