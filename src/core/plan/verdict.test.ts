// Verdicts.
import { expect, test } from "vitest";
import type { Evidence, TestOutcome, VerdictKind } from "../records.ts";
import { decideVerdict } from "./verdict.ts";

const outcome = (status: TestOutcome["status"]) => ({ status }) as TestOutcome;
const error = (message: string): Evidence["errors"][number] => ({ node: "n", message, file: null, line: null });
const check = (tests: TestOutcome["status"][], errors: string[], expected: VerdictKind) =>
  expect(decideVerdict({ tests: tests.map(outcome), errors: errors.map(error) })).toBe(expected);

test("no tests pass", () => check([], [], "pass"));
test("warnings never hold", () => check(["pass", "warn"], [], "pass"));
test("one failing test fails", () => check(["pass", "fail"], [], "fail"));
test("a node that did not build is an error, whatever the tests say", () =>
  check(["pass", "fail"], ["Binder Error"], "error"));
test("nodes skipped below a failing test are the test's failure", () =>
  check(["fail", "skipped"], ["skipped"], "fail"));
test("a test that could not run is an error", () => check(["error"], [], "error"));
test("a skipped test without a failure is an error: it proves nothing", () => check(["skipped"], [], "error"));
