// The verdict: what the evidence of a candidate comes to. Pure.
import type { Evidence, TestOutcome, VerdictKind } from "../records.ts";
import type { TestCounts } from "../views/base.ts";

/**
 * `error`: something did not build or a test could not run, so there is nothing whole to publish. `fail`: everything was built and a
 * test of severity error does not pass. Warnings never hold. A test that was skipped because of an error above is part of that error.
 */
export function decideVerdict(evidence: Pick<Evidence, "tests" | "errors">): VerdictKind {
  const failed = evidence.tests.some((test) => test.status === "fail");
  if (evidence.tests.some((test) => test.status === "error")) return "error";
  const unbuilt = evidence.errors.some((error) => !skippedByTest(error.message, failed));
  if (unbuilt) return "error";
  if (failed) return "fail";
  return evidence.tests.some((test) => test.status === "skipped") ? "error" : "pass";
}

/** A node that dbt skipped because a test above it failed is the test's failure, not one of its own. */
const skippedByTest = (message: string, failed: boolean): boolean => failed && /^(skipp?ed|not run)/i.test(message);

/** Tests by result; passes taken over by test key are counted as passed and as reused. */
export function countTests(tests: readonly TestOutcome[]): TestCounts {
  const count = (status: TestOutcome["status"]) => tests.filter((test) => test.status === status).length;
  return {
    total: tests.length,
    passed: count("pass"),
    warned: count("warn"),
    failed: count("fail"),
    errored: count("error"),
    skipped: count("skipped"),
    reused: tests.filter((test) => test.reused).length,
  };
}
