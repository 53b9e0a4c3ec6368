// candidate relations -> verdict: every test of the candidate, run now or known for exactly this input, and what the rule makes of it.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { actionsOf, type Plan } from "../../core/plan/plan.ts";
import { decideVerdict } from "../../core/plan/verdict.ts";
import { physicalParents } from "../../core/project/graph.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import type { NodeId } from "../../core/project/relation.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { Evidence, TestOutcome, TestResult, VerdictKind } from "../../core/records.ts";
import { saveTestResults } from "../../db/tests.ts";
import type { ResultRow } from "../../dbt/engine.ts";
import { tidy } from "../../dbt/problem.ts";
import { withLines } from "../evidence/test-lines.ts";
import { fault } from "../session/fault.ts";
import type { Session } from "../session/session.ts";
import { type Built, holdsBack } from "./build.ts";
import { testStatus } from "./run-dbt.ts";

export interface Verified {
  verdict: VerdictKind;
  /** True when the environment's rule publishes in spite of the verdict. */
  overridden: boolean;
  evidence: Evidence;
}

export interface VerifyWork {
  session: Session;
  environment: EnvironmentConfig;
  plan: Plan;
  manifest: Manifest;
  warehouseIdentity: string;
  built: Built;
  known: Map<string, TestResult>;
  runId: number;
}

export async function verify(work: VerifyWork): Promise<Verified> {
  const { session, plan, built } = work;
  await fault(session.ctx, "verify:before");
  const from = session.ctx.clock.ticksMs();
  const rows = new Map(built.rows.map((row) => [row.uniqueId, row]));
  const nodes = new Set(plan.nodes.map((one) => one.node));
  const tests = actionsOf(plan, "test").map((test) => outcome(work, nodes, test, rows.get(test.test)));
  await keepResults(work, rows);
  const planned = [...actionsOf(plan, "build"), ...actionsOf(plan, "snapshot")]
    .map((action) => action.node)
    .filter((node) => !built.found.has(node));
  const unbuilt = planned.flatMap((node) => nodeError(work.manifest, node, rows.get(node)));
  const errors = [...hookErrors(work.manifest, built.rows), ...unbuilt];
  const testMs = tests.reduce((sum, test) => sum + (test.reused ? 0 : test.executionMs), 0);
  const evidence: Evidence = {
    built: planned.length - unbuilt.length,
    reused: actionsOf(plan, "reuse").length + built.found.size,
    tests: await withLines(session, { sha: plan.commit, manifest: work.manifest }, tests),
    buildMs: built.ms,
    verifyMs: session.ctx.clock.ticksMs() - from + testMs,
    promoteMs: 0,
    switchMs: 0,
    errors,
  };
  const verdict = decideVerdict(evidence);
  return {
    verdict,
    overridden: verdict === "fail" && work.environment.onTestFailure === "publish" && errors.length === 0,
    evidence,
  };
}

function outcome(
  work: VerifyWork,
  planned: Set<NodeId>,
  { test, key }: { test: NodeId; key: string },
  row: ResultRow | undefined,
): TestOutcome {
  const known = work.known.get(key);
  const node = work.manifest.nodes[test] ?? work.manifest.unit_tests[test];
  const status = row ? testStatus(row) : (known?.status ?? "skipped");
  return {
    test,
    name: testName(test),
    status,
    failures: row ? row.failures : (known?.failures ?? null),
    message: row ? row.message : (known?.message ?? null),
    reused: row === undefined && known !== undefined,
    file: node?.original_file_path ?? null,
    line: null,
    holdsBack:
      status === "fail" || status === "error"
        ? holdsBack(work.manifest, testedNodes(work.manifest, test), planned)
        : [],
    executionMs: row?.executionMs ?? known?.executionMs ?? 0,
  };
}

/** `test.shop.unique_orders_order_id.fed79b3a6e` -> `unique_orders_order_id`. */
export const testName = (id: NodeId): string => shortName(id).replace(/_[0-9a-f]{10}$/, "");

const testedNodes = (manifest: Manifest, test: NodeId): NodeId[] =>
  manifest.nodes[test] ? physicalParents(manifest, test) : (manifest.unit_tests[test]?.depends_on.nodes ?? []);

function nodeError(manifest: Manifest, node: NodeId, row: ResultRow | undefined): Evidence["errors"] {
  if (row?.status === "success") return [];
  const file = manifest.nodes[node]?.original_file_path ?? null;
  return [{ node, message: row ? tidy(row.message ?? row.status) : "not run", file, line: null }];
}

/** Hooks around the run that failed: dbt builds the nodes all the same and calls the run failed, and so does Slipway. */
const hookErrors = (manifest: Manifest, rows: readonly ResultRow[]): Evidence["errors"] =>
  rows
    .filter((row) => row.uniqueId.startsWith("operation.") && !["success", "skipped"].includes(row.status))
    .flatMap((row) => nodeError(manifest, row.uniqueId, row));

/** Results are kept by test key, so that the same test on the same data is not run again anywhere. Skipped ones are no results. */
async function keepResults(work: VerifyWork, rows: Map<NodeId, ResultRow>): Promise<void> {
  const results: TestResult[] = [];
  const projectId = (await work.session.project()).id;
  for (const test of actionsOf(work.plan, "test")) {
    const row = rows.get(test.test);
    const status = row && testStatus(row);
    if (!row || !status || status === "skipped") continue;
    results.push({
      warehouse: work.warehouseIdentity,
      projectId,
      testKey: test.key,
      test: test.test,
      status,
      failures: row.failures,
      message: row.message,
      executionMs: row.executionMs,
      runId: work.runId,
      at: work.session.ctx.clock.now(),
    });
  }
  if (results.length > 0) await saveTestResults(await work.session.db(), results);
}
