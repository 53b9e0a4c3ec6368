// The commands of a job as a script for dbt: each is a step with an end of its own; what follows a failure is the rule's choice.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { type DbtCommand, isBuildKind, isSideKind } from "../../core/jobs/dbt-command.ts";
import { type JobWork, jobPasses, type Pass } from "../../core/jobs/job-plan.ts";
import { isGood, stepCounts, summaryOf } from "../../core/jobs/step-summary.ts";
import { actionsOf } from "../../core/plan/plan.ts";
import type { NodeId } from "../../core/project/relation.ts";
import type { Run } from "../../core/records.ts";
import type { CommandResult, ResultRow } from "../../dbt/engine.ts";
import { tidy } from "../../dbt/problem.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { stepFolder } from "../evidence/artifacts.ts";
import type { Draft } from "../plan/draft.ts";
import { holdsBack } from "../release/build.ts";
import { type Dbt, passesOf, type Script } from "../release/run-dbt.ts";
import type { Session } from "../session/session.ts";
import { keepArtifacts, markDocs } from "./job-artifacts.ts";
import type { PlannedCommand, Steps } from "./steps.ts";

export interface JobScriptWork {
  session: Session;
  environment: EnvironmentConfig;
  run: Run;
  steps: Steps;
  draft: Draft;
  commands: (PlannedCommand & { command: DbtCommand })[];
  work: JobWork;
  /** Steps that need not be done, with the reason: docs of what is live, an operation that the retried run has done. */
  done: Map<number, Text>;
}

/** What `run show` says of a failed step; the log has all of it. */
const SUMMARY_LENGTH_MAX = 200;
export const OUTPUT_FILE = "output.txt";

/** A script that marks every step; a failed command is a row of its own, so that the verdict knows of it. */
export function jobScript(work: JobScriptWork): Script {
  return {
    always: work.commands.some(({ command, position }) => isSideKind(command.kind) && !work.done.has(position)),
    run: async (dbt) => {
      const passes = jobPasses(work.draft.ingested.manifest, work.work, dbt.todo);
      const rows: ResultRow[] = [];
      let stopped = false;
      for (const [index, one] of work.commands.entries()) {
        if (stopped) {
          await work.steps.end(one.position, "skipped", null);
          continue;
        }
        await work.steps.start(one.position);
        const pass = withoutLost(work.draft, passes[index]!, rows);
        const ended = await runStep(work, dbt, { index, pass: passes[index]!, left: pass });
        rows.push(...ended.rows);
        await work.steps.end(one.position, ended.ok ? "succeeded" : "failed", ended.summary);
        if (!ended.ok && !one.check)
          stopped = work.environment.onTestFailure === "hold" || !isBuildKind(one.command.kind);
      }
      return rows;
    },
  };
}

interface StepEnd {
  ok: boolean;
  rows: ResultRow[];
  summary: Text | null;
}

interface StepWork {
  index: number;
  pass: Pass;
  /** Without what cannot be built any more. */
  left: Pass;
}

async function runStep(work: JobScriptWork, dbt: Dbt, step: StepWork): Promise<StepEnd> {
  const { command, position } = work.commands[step.index]!;
  const done = work.done.get(position);
  if (done) return { ok: true, rows: [], summary: done };
  if (isBuildKind(command.kind)) return buildStep(work, dbt, step);
  if (isSideKind(command.kind)) return sideStep(work, dbt, step.index);
  return { ok: true, rows: [], summary: say("job.step_ready", { kind: command.kind }) };
}

async function buildStep(work: JobScriptWork, dbt: Dbt, { index, pass, left }: StepWork): Promise<StepEnd> {
  const { command, position } = work.commands[index]!;
  const folder = stepFolder(work.session, work.run.id, position);
  const { failFast, threads } = command;
  const rows: ResultRow[] = [];
  for (const part of passesOf(work.environment.onTestFailure, left)) {
    const options = { failFast, folder, ...(threads === null ? {} : { threads }) };
    rows.push(...(await dbt.build({ ...part, ...options })));
  }
  const counts = stepCounts({ named: work.work.named[index]!, pass, rows, todo: dbt.todo, known: knownOf(work.draft) });
  const hooks = rows.filter((row) => row.uniqueId.startsWith("operation.") && !isFine(row.status));
  return { ok: isGood(counts) && hooks.length === 0, rows, summary: summaryOf(counts) };
}

function knownOf({ plan, known }: Draft): Map<NodeId, "pass" | "warn"> {
  const reused = actionsOf(plan, "test").filter((test) => test.reused);
  return new Map(reused.map(({ test, key }) => [test, known.get(key)?.status === "warn" ? "warn" : "pass"]));
}

const isFine = (status: string): boolean => status === "success" || status === "skipped";

/** What stands below a node that failed in an earlier command cannot be built, nor tested. */
function withoutLost(draft: Draft, pass: Pass, rows: readonly ResultRow[]): Pass {
  const { manifest } = draft.ingested;
  const failed = rows.filter((row) => manifest.nodes[row.uniqueId] && !isTest(row) && row.status !== "success");
  if (failed.length === 0) return pass;
  const ids = failed.map((row) => row.uniqueId);
  const lost = new Set([...ids, ...holdsBack(manifest, ids, new Set(draft.plan.nodes.map(({ node }) => node)))]);
  const testedOf = (id: NodeId) => (manifest.nodes[id] ?? manifest.unit_tests[id])?.depends_on.nodes ?? [];
  return {
    nodes: pass.nodes.filter((id) => !lost.has(id)),
    tests: pass.tests.filter((id) => !testedOf(id).some((one) => lost.has(one))),
  };
}

const isTest = (row: ResultRow): boolean => /^(unit_)?test\./.test(row.uniqueId);

async function sideStep(work: JobScriptWork, dbt: Dbt, index: number): Promise<StepEnd> {
  const { command, position, check } = work.commands[index]!;
  if (command.kind === "run-operation")
    work.session.ctx.progress({ kind: "note", text: say("job.operation_note", { macro: command.macro ?? "--sql" }) });
  const result = await dbt.command(command);
  const folder = stepFolder(work.session, work.run.id, position);
  await keepArtifacts(work, command, folder);
  if (result.ok && command.kind === "docs generate") await markDocs(work, work.commands[index]!);
  if (result.output.length > 0) await writeOutput(folder, result.output);
  const rows = result.ok || check ? [] : [failedCommand(command, result)];
  return { ok: result.ok, rows, summary: sideSummary(command, result) };
}

async function writeOutput(folder: string, lines: string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, OUTPUT_FILE), `${lines.join("\n")}\n`);
}

function sideSummary({ kind }: DbtCommand, { ok, message, rows, output }: CommandResult): Text {
  const count = (...statuses: string[]) => rows.filter((row) => statuses.includes(row.status)).length;
  if (kind === "source freshness" && rows.length > 0) {
    const [fresh, stale] = [count("pass"), count("warn", "error")];
    return say("job.step_freshness", { fresh, stale, unknown: rows.length - fresh - stale });
  }
  if (!ok) return say("job.step_failed", { message: oneLine(message ?? "") });
  return kind === "run-operation" ? say("job.step_operation") : say("job.step_output", { kind, lines: output.length });
}

/** dbt's words without its own preamble. */
const oneLine = (text: string): string =>
  tidy(text)
    .replace(/^.*while running operation:\s*/, "")
    .replace(/\s+/g, " ")
    .slice(0, SUMMARY_LENGTH_MAX);

/** As dbt's own operations: an error that belongs to no node, so that nothing is published. */
const failedCommand = ({ text }: DbtCommand, { message, rows }: CommandResult): ResultRow => ({
  uniqueId: `operation.slipway.${text}`,
  status: "error",
  message: message ?? rows.find((row) => !isFine(row.status))?.message ?? null,
  failures: null,
  executionMs: 0,
  thread: null,
  compileStartedAt: null,
  compileCompletedAt: null,
  executeStartedAt: null,
  executeCompletedAt: null,
  rowsAffected: null,
  compiledCode: null,
  adapterResponse: null,
});
