// Views of declared jobs and their schedules, from which the golden screens are drawn.
import type { JobNextView, JobPauseView, JobsView, JobView } from "../../src/core/views/schedule.ts";
import { say } from "../../src/text/catalogue.ts";
import { at, base, minutesAgo } from "./base.ts";

const zone = "Asia/Tokyo";
const tokyo = (text: string): Date => new Date(`${text}:00+09:00`);
const noServer = {
  code: "no_server",
  severity: "warning" as const,
  message: say("schedule.no_server"),
  hint: say("schedule.no_server_hint"),
};
const weekend = say("schedule.weekdays", { days: ["sat", "sun"], reason: null });
const holiday = say("schedule.calendar_day", { file: "holidays_jp.ics", name: "勤労感謝の日", reason: null });
const period = say("schedule.period", { from: "2026-12-29", to: "2027-01-03", reason: "年末年始" });
const window = say("schedule.window", { cron: "0 1 * * sun", lasts: "4h", reason: "maintenance" });

const daily: JobsView["jobs"][number] = {
  job: "daily",
  environment: "prod",
  jobTimezone: zone,
  triggers: [{ kind: "cron", cron: "0 6 * * *" }],
  nextAt: tokyo("2026-11-24T06:00"),
  paused: null,
  lastRun: { runId: 411, state: "succeeded", startedAt: minutesAgo(190), finishedAt: minutesAgo(188) },
};
const report: JobsView["jobs"][number] = {
  ...daily,
  job: "日次レポート",
  environment: "staging",
  triggers: [
    { kind: "after", job: "daily", result: ["succeeded", "held"] },
    { kind: "branch", branch: "main" },
  ],
  nextAt: null,
  lastRun: { ...daily.lastRun!, runId: 412, state: "held" },
};
const load: JobsView["jobs"][number] = { ...daily, job: "load", triggers: [], nextAt: null, lastRun: null };
const paused: JobsView["jobs"][number] = { ...daily, job: "weekly", paused: { by: "aoi", reason: "stocktaking" } };

export const jobs: JobsView = { ...base, problems: [noServer], project: "shop", jobs: [daily, report, load, paused] };
export const noJobs: JobsView = { ...jobs, problems: [], jobs: [] };

export const job: JobView = {
  ...base,
  ...daily,
  triggers: [...daily.triggers, ...report.triggers],
  paused: paused.paused,
  steps: ["dbt deps", "dbt seed", "dbt run", "dbt test", "dbt docs generate"],
  exclude: [{ text: weekend }, { text: holiday }, { text: period }, { text: window }],
  missed: "run_once",
  overlap: "merge",
  timeoutMs: 7_200_000,
  threads: 4,
  fullRefresh: "never",
  sourceFreshness: true,
  onTestFailure: "publish_unaffected",
  requireTests: true,
  vars: [
    { name: "start_date", value: "2026-01-01" },
    { name: "limits", value: [1, 2] },
  ],
  env: [
    { name: "API_KEY", from: "secret" },
    { name: "REGION", from: "literal" },
  ],
  occurrences: [
    { trigger: "0 6 * * *", dueAt: tokyo("2026-11-20T06:00"), state: "queued", note: null, runId: 411 },
    { trigger: "0 6 * * *", dueAt: tokyo("2026-11-19T06:00"), state: "merged", note: say("schedule.missed_merged", { count: 2 }), runId: 405 },
    { trigger: "0 6 * * *", dueAt: tokyo("2026-11-18T06:00"), state: "refused", note: say("schedule.overlaps", { run: 404, merged: false }), runId: 404 },
    { trigger: "0 6 * * *", dueAt: tokyo("2026-11-17T06:00"), state: "missed", note: say("schedule.missed"), runId: null },
    { trigger: "0 6 * * *", dueAt: tokyo("2026-11-16T06:00"), state: "paused", note: say("schedule.job_paused", { who: "aoi", reason: null }), runId: null },
    { trigger: "0 6 * * *", dueAt: tokyo("2026-11-15T06:00"), state: "excluded", note: weekend, runId: null },
  ],
};

const { lastRun: _, ...withoutRun } = daily;
const next = [
  { cron: "0 6 * * *", dueAt: tokyo("2026-11-21T06:00"), excluded: weekend },
  { cron: "0 6 * * *", dueAt: tokyo("2026-11-22T06:00"), excluded: weekend },
  { cron: "0 6 * * *", dueAt: tokyo("2026-11-23T06:00"), excluded: holiday },
  { cron: "0 6 * * *", dueAt: tokyo("2026-11-24T06:00"), excluded: null },
];
export const jobNext: JobNextView = { ...base, job: "daily", jobs: [{ ...withoutRun, next }] };
export const jobNextExcluded: JobNextView = {
  ...base,
  problems: [
    { code: "calendar_ends", severity: "warning", message: say("schedule.calendar_ends", { file: "config/holidays_jp.ics", date: "2026-11-20" }) },
    noServer,
  ],
  job: "daily",
  jobs: [{ ...withoutRun, next: next.slice(0, 2) }],
};
const everyHour = [30, 90].map((minutes) => ({ cron: "0 * * * *", dueAt: new Date(at.getTime() + minutes * 60_000), excluded: null }));
export const jobNextAll: JobNextView = {
  ...base,
  job: null,
  jobs: [
    { ...withoutRun, next },
    { ...withoutRun, job: "毎時", triggers: [{ kind: "cron", cron: "0 * * * *" }], next: everyHour },
    { ...withoutRun, job: "weekly", paused: paused.paused, next: [{ ...next[0]!, excluded: null }] },
  ],
};
export const jobNextNone: JobNextView = { ...base, outcome: "nothing_to_do", job: "load", jobs: [{ ...withoutRun, job: "load", triggers: [], nextAt: null, next: [] }] };

export const jobPaused: JobPauseView = { ...base, job: "daily", environment: "prod", paused: paused.paused, jobTimezone: zone, nextAt: daily.nextAt };
export const jobResumed: JobPauseView = { ...jobPaused, paused: null };
