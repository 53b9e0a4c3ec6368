// What a step of a job came to, in a line: `9 built, 14 reused`, `44 pass`. Pure.
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { NodeId } from "../project/relation.ts";
import type { Named, Pass } from "./job-plan.ts";

interface RanRow {
  uniqueId: string;
  status: string;
}

export interface StepCounts {
  built: number;
  reused: number;
  failed: number;
  skipped: number;
  passed: number;
  warned: number;
  testsFailed: number;
  testsSkipped: number;
  /** Named, and nothing stands for what they test: it is no part of the release. */
  testsLeft: number;
}

export interface StepInput {
  /** What the command names, and what of it was to be done with it. */
  named: Named;
  pass: Pass;
  rows: readonly RanRow[];
  /** What any command of the run has to do; the rest of what is named is as it was. */
  todo: Pass;
  /** Tests of which the result is known from before. */
  known: ReadonlyMap<NodeId, "pass" | "warn">;
}

export function stepCounts({ named, pass, rows, todo, known }: StepInput): StepCounts {
  const statusOf = new Map(rows.map((row) => [row.uniqueId, row.status]));
  const count = (ids: readonly NodeId[], ...statuses: string[]) =>
    ids.filter((id) => statuses.includes(statusOf.get(id) ?? "skipped")).length;
  const [nodes, tests] = [new Set(todo.nodes), new Set(todo.tests)];
  const others = [...named.tests].filter((id) => !tests.has(id));
  const before = (status: "pass" | "warn") => others.filter((id) => known.get(id) === status).length;
  return {
    built: count(pass.nodes, "success"),
    reused: [...named.nodes].filter((id) => !nodes.has(id)).length,
    failed: pass.nodes.length - count(pass.nodes, "success", "skipped"),
    skipped: count(pass.nodes, "skipped"),
    passed: count(pass.tests, "pass", "success") + before("pass"),
    warned: count(pass.tests, "warn") + before("warn"),
    testsFailed: pass.tests.length - count(pass.tests, "pass", "success", "warn", "skipped"),
    testsSkipped: count(pass.tests, "skipped"),
    testsLeft: others.filter((id) => !known.has(id)).length,
  };
}

/** True when nothing failed and nothing was skipped. */
export const isGood = (counts: StepCounts): boolean =>
  counts.failed + counts.skipped + counts.testsFailed + counts.testsSkipped === 0;

export const summaryOf = (counts: StepCounts): Text => say("job.step_counts", { ...counts });
