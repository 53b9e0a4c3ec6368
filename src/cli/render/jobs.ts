// `job list|show|next|pause|resume`: declared jobs, what starts them, and when next.
import type {
  JobNextView,
  JobPause,
  JobPauseView,
  JobSummary,
  JobsView,
  JobTrigger,
  JobView,
  NextOccurrence,
  PastOccurrence,
} from "../../core/views/schedule.ts";
import { render } from "../../text/catalogue.ts";
import { age, clock, duration, fullWeekday, weekday, type Zone } from "./format.ts";
import { cut, pad, table, width, wrap } from "./layout.ts";
import { labelRows, problemLines } from "./parts.ts";
import { stateMark } from "./runs.ts";
import { comma, mark, paint, type Style, words } from "./style.ts";

export function renderJobs(view: JobsView, style: Style): string[] {
  if (view.jobs.length === 0) return [words(style, "schedule.no_jobs"), ...problemLines(style, view.problems)];
  const columns = [
    { head: words(style, "schedule.head_job") },
    { head: words(style, "schedule.head_environment") },
    { head: words(style, "schedule.head_triggers"), flexible: true },
    { head: words(style, "schedule.head_next") },
    { head: words(style, "schedule.head_last") },
  ];
  const rows = view.jobs.map((job) => [
    job.job,
    job.environment,
    triggerTexts(job.triggers, style).join(comma(style)),
    nextCell(job, style),
    lastCell(job, view, style),
  ]);
  return [...table(columns, rows, style.width), ...problemLines(style, view.problems)];
}

function nextCell({ paused, nextAt, jobTimezone }: JobSummary, style: Style): string {
  if (paused) return words(style, "schedule.is_paused");
  return nextAt === null ? "-" : weekday(nextAt, jobTimezone, style.lang);
}

function lastCell({ lastRun }: JobSummary, zone: Zone, style: Style): string {
  if (lastRun === null) return "-";
  return `${stateMark(lastRun.state, style)} ${lastRun.runId}, ${clock(lastRun.startedAt, zone)}`;
}

/** [`by hand`] when nothing starts it. */
function triggerTexts(triggers: JobTrigger[], style: Style): string[] {
  if (triggers.length === 0) return [words(style, "schedule.by_hand")];
  return triggers.map((trigger) => {
    if (trigger.kind === "cron") return trigger.cron;
    if (trigger.kind === "branch") return words(style, "schedule.by_branch", { branch: trigger.branch });
    return words(style, "schedule.by_after", { job: trigger.job, results: trigger.result });
  });
}

export function renderJob(view: JobView, style: Style): string[] {
  const label = (id: Parameters<typeof words>[1]): string => words(style, id as "schedule.label_steps");
  const list = (id: Parameters<typeof words>[1], texts: string[]) =>
    texts.map((text, index) => ({ label: index === 0 ? label(id) : "", text }));
  const rows = [
    ...list("schedule.label_steps", view.steps),
    ...list("schedule.label_triggers", triggerTexts(view.triggers, style)),
    ...list(
      "schedule.label_exclude",
      view.exclude.map(({ text }) => render(text, style.lang)),
    ),
    ...list("schedule.label_missed", [words(style, "schedule.missed_rule", { rule: view.missed })]),
    ...list("schedule.label_overlap", [words(style, "schedule.overlap_rule", { rule: view.overlap })]),
    ...list("schedule.label_rules", ruleTexts(view, style)),
    ...list(
      "schedule.label_vars",
      view.vars.map(({ name, value }) => `${name}: ${shownValue(value)}`),
    ),
    ...list("schedule.label_env", view.env.length ? [view.env.map(({ name }) => name).join(", ")] : []),
    ...list("schedule.label_next", [nextText(view, view, style)]),
    ...list("schedule.label_last", [lastCell(view, view, style)]),
    ...list(
      "schedule.label_past",
      view.occurrences.map((past) => pastText(past, view, style)),
    ),
  ];
  return [
    paint(style, "bold", [`${view.job}: ${view.environment}`, view.jobTimezone].join(comma(style))),
    ...labelRows(style, rows),
    ...pausedLines(view.job, view.paused, style),
    ...problemLines(style, view.problems),
  ];
}

const shownValue = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Settings under the names of slipway.yml, which are the same in every language. */
function ruleTexts(view: JobView, style: Style): string[] {
  const rules = [
    view.timeoutMs === null ? "" : words(style, "schedule.timeout", { time: duration(view.timeoutMs, style.lang) }),
    view.threads === null ? "" : words(style, "schedule.threads", { n: view.threads }),
    view.fullRefresh === "allowed" ? "" : `full_refresh: ${view.fullRefresh}`,
    view.sourceFreshness ? "source_freshness" : "",
    view.onTestFailure === null ? "" : `on_test_failure: ${view.onTestFailure}`,
    view.requireTests ? "require_tests" : "",
  ].filter(Boolean);
  return rules.length ? [rules.join(comma(style))] : [];
}

function nextText({ nextAt, jobTimezone, triggers }: JobSummary, { at }: Zone, style: Style): string {
  if (nextAt !== null) {
    const ahead = words(style, "schedule.in", { age: age(nextAt.getTime() - at.getTime(), style.lang) });
    return [weekday(nextAt, jobTimezone, style.lang), ahead].join(comma(style));
  }
  const scheduled = triggers.some(({ kind }) => kind === "cron");
  return scheduled ? words(style, "schedule.never_runs") : "-";
}

function pastText({ dueAt, state, note, runId }: PastOccurrence, view: JobView, style: Style): string {
  const why = note && render(note, style.lang);
  return `${clock(dueAt, { ...view, timezone: view.jobTimezone })}  ${words(style, "schedule.past", { state, run: runId, note: why })}`;
}

function pausedLines(job: string, paused: JobPause | null, style: Style): string[] {
  if (paused === null) return [];
  const why = words(style, "schedule.job_paused", { who: paused.by, reason: paused.reason });
  const lines = wrap(why, style.width - 2).map((line, index) => `${index === 0 ? mark(style, "warn") : " "} ${line}`);
  return [...lines, `  ${words(style, "schedule.resume_with", { job })}`];
}

type NextJob = JobNextView["jobs"][number];

export function renderJobNext(view: JobNextView, style: Style): string[] {
  const [only] = view.jobs;
  const body = view.job !== null && only ? oneJob(only, view, style) : allJobs(view, style);
  return [...body, ...problemLines(style, view.problems)];
}

function oneJob(job: NextJob, view: JobNextView, style: Style): string[] {
  const crons = job.triggers.filter(({ kind }) => kind === "cron");
  const triggers = triggerTexts(crons.length > 0 ? crons : job.triggers, style).join(comma(style));
  const head = wrap(
    `${job.job}: ${[triggers, job.jobTimezone, job.environment].join(comma(style))}`,
    style.width,
    "  ",
  );
  const lines = job.next.map((due) => {
    const cron = crons.length > 1 ? `   ${paint(style, "dim", due.cron)}` : "";
    return timeLine(due, fullWeekday(due.dueAt, job.jobTimezone, style.lang), { job, at: view.at }, style) + cron;
  });
  return [
    ...head.map((line) => paint(style, "bold", line)),
    ...(lines.length ? lines : [`  ${words(style, "schedule.no_schedule", { job: job.job })}`]),
    ...nextRunLine(job, view, style),
    ...pausedLines(job.job, job.paused, style),
  ];
}

/** All times that are shown are excluded: when does it run at last? */
function nextRunLine({ next, nextAt, jobTimezone }: NextJob, { at }: Zone, style: Style): string[] {
  if (next.length === 0 || next.some(({ excluded }) => excluded === null)) return [];
  if (nextAt === null) return [`  ${words(style, "schedule.never_runs")}`];
  const time = fullWeekday(nextAt, jobTimezone, style.lang);
  const ahead = age(nextAt.getTime() - at.getTime(), style.lang);
  return [`  ${words(style, "schedule.next_run", { time, age: ahead })}`];
}

/** Each job has as many times as were asked for: of all of them the first so many. */
function allJobs(view: JobNextView, style: Style): string[] {
  const count = Math.max(0, ...view.jobs.map(({ next }) => next.length));
  const all = view.jobs.flatMap((job) => job.next.map((due) => ({ job, due })));
  if (all.length === 0) return [words(style, "schedule.no_schedules")];
  const shown = all.sort((a, b) => a.due.dueAt.getTime() - b.due.dueAt.getTime()).slice(0, count);
  const column = Math.max(...shown.map(({ job }) => width(job.job)));
  return [
    paint(style, "bold", view.timezone),
    ...shown.map(({ job, due }) => {
      const time = fullWeekday(due.dueAt, view.timezone, style.lang);
      return timeLine(due, `${time}   ${pad(job.job, column)}`, { job, at: view.at }, style);
    }),
  ];
}

function timeLine(
  { dueAt, excluded }: NextOccurrence,
  left: string,
  { job, at }: { job: NextJob; at: Date },
  style: Style,
): string {
  if (excluded) {
    const why = words(style, "schedule.excluded", { why: render(excluded, style.lang) });
    return `  ${left}   ${paint(style, "dim", cut(`- ${why}`, style.width - width(left) - 5))}`;
  }
  if (job.paused) return `  ${left}   ${paint(style, "dim", `- ${words(style, "schedule.is_paused")}`)}`;
  return `  ${left}   ${words(style, "schedule.in", { age: age(dueAt.getTime() - at.getTime(), style.lang) })}`;
}

export function renderJobPause(view: JobPauseView, style: Style): string[] {
  const changed = view.outcome === "done";
  const id = view.paused ? "schedule.pause_done" : "schedule.resume_done";
  const text = words(style, id, { job: view.job, changed });
  const next = view.paused || view.nextAt === null ? [] : [`  ${nextLine(view, style)}`];
  const lines = wrap(text, style.width - 2).map(
    (line, index) => `${index === 0 ? mark(style, changed ? "ok" : "none") : " "} ${line}`,
  );
  return [...lines, ...next, ...problemLines(style, view.problems)];
}

function nextLine({ nextAt, jobTimezone, at }: JobPauseView, style: Style): string {
  const ahead = age(nextAt!.getTime() - at.getTime(), style.lang);
  return words(style, "schedule.next_run", { time: weekday(nextAt!, jobTimezone, style.lang), age: ahead });
}
