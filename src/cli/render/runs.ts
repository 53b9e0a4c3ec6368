// `runs`: the table of what was run, newest first.
import type { RunState } from "../../core/records.ts";
import type { RunRow, RunsView } from "../../core/views/runs.ts";
import { clock, duration } from "./format.ts";
import { table } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { comma, type Mark, mark, paint, type Style, words } from "./style.ts";

export function renderRuns(view: RunsView, style: Style): string[] {
  if (view.runs.length === 0) return [words(style, "runs.none"), ...problemLines(style, view.problems)];
  const several = new Set(view.runs.map((run) => run.environment)).size > 1;
  const columns = [
    { head: words(style, "runs.head_run") },
    { head: words(style, "runs.head_started") },
    ...(several ? [{ head: words(style, "runs.head_environment") }] : []),
    { head: words(style, "runs.head_what") },
    { head: words(style, "runs.head_result") },
    { head: words(style, "runs.head_time") },
    { head: words(style, "runs.head_by"), flexible: true },
  ];
  const rows = view.runs.map((run) => [
    String(run.runId),
    clock(run.startedAt, view),
    ...(several ? [run.environment] : []),
    whatText(run),
    stateText(run.state, style),
    run.totalMs === null ? "-" : duration(run.totalMs, style.lang),
    byText(run, style),
  ]);
  return [
    ...table(columns, rows, style.width),
    ...(view.more ? [paint(style, "dim", words(style, "runs.more"))] : []),
    ...problemLines(style, view.problems),
  ];
}

/** Longest command shown. */
const COMMAND_MAX = 24;

/** Commands and names as people type them, in both languages: `deploy r43`, `job daily`, `dbt run +2`. */
function whatText({ kind, job, command, release }: RunRow): string {
  if (job !== null && kind === "job") return `job ${job}`;
  if (command !== null) {
    const first = command.first.length > COMMAND_MAX ? `${command.first.slice(0, COMMAND_MAX - 2)}..` : command.first;
    return command.more > 0 ? `${first} +${command.more}` : first;
  }
  return release === null ? kind : `${kind} r${release}`;
}

const MARKS: Record<RunState, Mark> = {
  queued: "none",
  skipped: "remove",
  running: "publish",
  succeeded: "ok",
  held: "no",
  failed: "no",
  cancelled: "warn",
  interrupted: "warn",
};

export const stateMark = (state: RunState, style: Style): string => mark(style, MARKS[state]);

const stateText = (state: RunState, style: Style): string =>
  `${stateMark(state, style)} ${words(style, "runs.state", { state })}`;

/** Who or what: `schedule`, `after load`, `branch main`, `retry of 405`, else the person and why. */
export function byText({ trigger, actor, reason }: Pick<RunRow, "trigger" | "actor" | "reason">, style: Style): string {
  const person = reason === null ? actor : `${actor}: ${reason}`;
  if (trigger === null || trigger.kind === "manual") return person;
  if (trigger.kind === "retry") return words(style, "runs.by_retry", { run: trigger.runId }) + comma(style) + person;
  if (trigger.kind === "after") return words(style, "runs.by_after", { job: trigger.job, run: trigger.runId });
  if (trigger.kind === "branch") return words(style, "runs.by_branch", { branch: trigger.branch });
  return words(style, "runs.by_schedule", { late: trigger.late });
}
