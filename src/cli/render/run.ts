// `run show`, `run retry`, `job run`, `dbt`: one run with its steps, what failed, what was slow, and what consumers see.
import type { ReleaseRef } from "../../core/views/base.ts";
import type { JobRunView, JobStepView } from "../../core/views/job.ts";
import { render } from "../../text/catalogue.ts";
import { clockSeconds, duration, short } from "./format.ts";
import { cut, padStart, width, wrap } from "./layout.ts";
import { countParts, errorLines, findingLines, plain, problemLines } from "./parts.ts";
import { byText, stateMark } from "./runs.ts";
import { comma, type Mark, mark, paint, type Style, words } from "./style.ts";

const FINDINGS_SHOWN = 10;
/** Lines that `ls` and `show` print are the result itself. */
const OUTPUT_SHOWN = 10_000;

export function renderRun(view: JobRunView, style: Style): string[] {
  const bad = view.verify?.findings.filter((test) => test.status === "fail" || test.status === "error") ?? [];
  const failed = view.errors.length + bad.length > 0;
  return [
    ...head(view, style),
    ...steps(view, style),
    ...view.errors.slice(0, FINDINGS_SHOWN).flatMap((error) => errorLines(error, style)),
    ...bad.slice(0, FINDINGS_SHOWN).flatMap((test) => findingLines(style, test)),
    ...more(view.errors.length - FINDINGS_SHOWN, style),
    ...more(bad.length - FINDINGS_SHOWN, style),
    ...tests(view, style),
    ...sentences(view, style),
    ...problemLines(style, view.problems),
    ...footer(view, failed, style),
  ];
}

const more = (count: number, style: Style): string[] =>
  count > 0 ? [`  ${words(style, "cli.more_problems", { count })}`] : [];

/** `✓ run 411: job daily, prod, 8d1e07b, r40 -> r41, 06:00:00-06:01:41 JST` */
function head(view: JobRunView, style: Style): string[] {
  const name = view.kind === "job" ? (view.job === null ? "dbt" : `job ${view.job}`) : view.kind;
  const state = view.state === "succeeded" ? null : words(style, "runs.state", { state: view.state });
  const parts = [name, view.environment, view.commit && short(view.commit.commit), way(view), timeSpan(view), state];
  const text = words(style, "runs.title", { run: view.runId, parts: parts.filter((part) => part !== null) });
  const by =
    view.retryOf === null || view.trigger?.kind === "retry"
      ? []
      : [words(style, "runs.by_retry", { run: view.retryOf })];
  return [
    ...wrap(text, style.width - 2).map(
      (line, index) => `${index === 0 ? stateMark(view.state, style) : " "} ${paint(style, "bold", line)}`,
    ),
    ...wrap([byText(view, style), ...by].join(comma(style)), style.width - 2).map(
      (line) => `  ${paint(style, "dim", line)}`,
    ),
  ];
}

/** `r40 -> r41`, where it switched. */
function way({ promote, previous, serves }: JobRunView): string | null {
  if (!promote || !serves) return null;
  return previous ? `r${previous.number} -> r${serves.number}` : `r${serves.number}`;
}

function timeSpan({ startedAt, finishedAt, timezone, at }: JobRunView): string {
  const [from, now] = [clockSeconds(startedAt, timezone), clockSeconds(at, timezone)];
  const begun = from.date === now.date ? from.time : `${from.date} ${from.time}`;
  return finishedAt === null
    ? `${begun} ${from.zone}`
    : `${begun}-${clockSeconds(finishedAt, timezone).time} ${from.zone}`;
}

const STEP_MARKS: Record<JobStepView["state"], Mark> = {
  queued: "none",
  running: "publish",
  succeeded: "ok",
  failed: "no",
  skipped: "remove",
  cancelled: "warn",
};

/** Columns of a step's name and time. */
const NAME_MIN = 20;
const NAME_MAX = 36;
const TIME = 9;

function steps(view: JobRunView, style: Style): string[] {
  const names = view.steps.map((step) => nameOf(step, view, style));
  const column = Math.min(NAME_MAX, Math.max(NAME_MIN, ...names.map(width)));
  const digits = String(view.steps.length).length;
  return view.steps.flatMap((step, index) => {
    const time = step.ms === null ? "" : duration(step.ms, style.lang);
    const number = String(step.position).padStart(digits);
    const left = `  ${number} ${mark(style, STEP_MARKS[step.state])} ${cut(names[index]!, column)}`;
    const gap = " ".repeat(Math.max(0, column - width(names[index]!)) + 1);
    const indent = " ".repeat(2 + digits + 3 + column + 1 + TIME + 3);
    const [first = "", ...rest] = wrap(
      step.summary ? render(step.summary, style.lang) : "",
      style.width - indent.length,
    );
    const timed = time === "" && first === "" ? "" : `${gap}${paint(style, "dim", padStart(time, TIME))}`;
    const line = first === "" ? `${left}${timed}` : `${left}${timed}   ${first}`;
    return [line, ...rest.map((text) => indent + text), ...output(step)];
  });
}

/** Phases have words in both languages, commands are never translated. */
const nameOf = (step: JobStepView, view: JobRunView, style: Style): string =>
  view.kind === "job" ? step.name : words(style, "cli.phase", { phase: step.name });

/** As dbt printed it: a table that is wrapped is none any more. */
const output = (step: JobStepView): string[] =>
  step.output.slice(0, OUTPUT_SHOWN).map((line) => `    ${plain(line)}`.trimEnd());

function tests({ verify }: JobRunView, style: Style): string[] {
  if (!verify) return [];
  const { reused } = verify.counts;
  const known = reused > 0 ? [words(style, "cli.known_tests", { n: reused })] : [];
  const parts = [countParts(style, verify.counts), ...known].join(comma(style));
  return [`  ${words(style, "cli.tested", { total: verify.counts.total, parts })}`];
}

/** What became of it, and what consumers see. */
function sentences(view: JobRunView, style: Style): string[] {
  const rejected = view.state === "held" && view.release?.state === "rejected" ? view.release.number : null;
  const result = view.result && rejected === null ? [render(view.result, style.lang)] : [];
  const end = rejected === null ? "" : words(style, "cli.is_rejected", { release: rejected });
  const serves = servesText(view.environment, view.serves, style);
  const said = view.state === "succeeded" && result.length > 0;
  const unchanged =
    view.finishedAt !== null && !view.promote && !said
      ? [[serves, end].filter(Boolean).join(style.lang === "ja" ? "" : " ")]
      : [];
  const override = view.override ? [`${mark(style, "warn")} ${render(view.override, style.lang)}`] : [];
  return [...result, ...unchanged, ...override].flatMap((text) => wrap(text, style.width, "  "));
}

const servesText = (environment: string, serves: ReleaseRef | null, style: Style): string =>
  words(style, "cli.not_changed", {
    environment,
    serves: serves ? { release: serves.number, commit: short(serves.commit) } : null,
  });

function footer(view: JobRunView, failed: boolean, style: Style): string[] {
  const slow = view.slowest.filter((one) => one.ms >= 100).map((one) => `${one.name} ${duration(one.ms, style.lang)}`);
  const slowest = slow.length === 0 ? "" : words(style, "runs.slowest", { names: slow });
  const log = words(style, "runs.log", {
    command: `slipway run logs ${view.runId}${failed ? " --errors" : view.finishedAt === null ? " --follow" : ""}`,
  });
  const line =
    slowest !== "" && width(slowest) + 3 + width(log) <= style.width ? [`${slowest}   ${log}`] : [slowest, log];
  const again = ["failed", "held", "cancelled", "interrupted"].includes(view.state)
    ? [words(style, "runs.retry", { command: `slipway run retry ${view.runId}` })]
    : [];
  return [...line.filter((text) => text !== "").flatMap((text) => wrap(text, style.width, "  ")), ...again];
}
