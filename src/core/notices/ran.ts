// What a run without a release of its own ran, as evidence. Pure.

import type { NodeId } from "../project/relation.ts";
import { shortName } from "../project/store-name.ts";
import type { Evidence, TestOutcome } from "../records.ts";

/** A row of the run's results. */
export interface Ran {
  node: NodeId;
  status: string;
  message: string | null;
  failures: number | null;
  path: string | null;
}

/** `known`: tests of what is live, which hold where this run did not try them. */
export function evidenceOfRows(nodes: readonly Ran[], tests: readonly Ran[], known: readonly TestOutcome[]): Evidence {
  const before = new Map(known.map((test) => [test.test, test]));
  const ran = tests.map((row): TestOutcome => {
    const same = before.get(row.node);
    before.delete(row.node);
    return {
      test: row.node,
      name: same?.name ?? shortName(row.node).replace(/_[0-9a-f]{10}$/, ""),
      status: row.status as TestOutcome["status"],
      failures: row.failures,
      message: row.message,
      reused: false,
      file: row.path,
      line: same?.line ?? null,
      holdsBack: same?.holdsBack ?? [],
      executionMs: 0,
    };
  });
  const failed = nodes.filter(({ status }) => status === "error" || status === "skipped");
  return {
    built: nodes.length - failed.length,
    reused: 0,
    tests: [...ran, ...before.values()],
    buildMs: 0,
    verifyMs: 0,
    promoteMs: 0,
    switchMs: 0,
    errors: failed.map(({ node, status, message, path }) => ({
      node,
      message: status === "skipped" ? "skipped" : (message ?? status),
      file: path,
      line: null,
    })),
  };
}
