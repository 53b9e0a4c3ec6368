// Alerts of a small shop, from which golden messages and screens are drawn.
import type { AlertBody, NoticeBody } from "../../src/core/notices/alert.ts";
import type { AckView, AlertRow, AlertsView, AlertView, NotifyTestView, SilenceDoneView, SilenceRow, SilencesView } from "../../src/core/views/notices.ts";
import { at, base, literal, minutesAgo } from "./base.ts";

const body: AlertBody = {
  run: { id: 405, kind: "job", at: "2026-11-17T21:01:12.000Z", step: { position: 3, name: "dbt run" } },
  findings: [{ name: "orders", message: 'column "amout" not found', place: "models/orders.sql:17", rows: null }],
  findingsTotal: 1,
  names: ["orders"],
  skipped: 8,
  testsTotal: null,
  effect: "unchanged",
  heldDatasets: 0,
  serves: { release: 38, dataAsOf: "2026-11-16T21:00:00.000Z" },
  lastGood: { run: 404, at: "2026-11-16T21:01:00.000Z" },
  detail: null,
  commands: ["slipway run logs 405 --errors", "slipway run retry 405"],
};

export const failed: NoticeBody = {
  kind: "opened",
  project: "shop",
  alert: { id: 27, kind: "run_failed", severity: "critical", environment: "prod", job: "daily", seen: 1, firstRunId: 405, openedAt: "2026-11-17T21:01:13.000Z" },
  body,
  told: { names: ["田中 葵"], next: { name: "B. Sato", at: "2026-11-17T21:31:13.000Z" } },
  calls: { name: "田中 葵", slack: "@aoi", phone: null },
  resolved: null,
};

const tests: NoticeBody = {
  ...failed,
  alert: { ...failed.alert, id: 28, kind: "tests_failed", severity: "warning" },
  body: {
    ...body,
    run: { ...body.run!, step: null },
    findings: [
      { name: "unique_orders_order_id", message: null, place: "models/marts/orders.yml:12", rows: 37 },
      { name: "not_null_orders_amount", message: null, place: "models/marts/orders.yml:18", rows: 4 },
    ],
    findingsTotal: 2,
    skipped: 0,
    testsTotal: 44,
    effect: "held",
    heldDatasets: 3,
    commands: ["slipway run show 405"],
  },
  told: { names: [], next: null },
  calls: null,
};

const published: AlertBody = { ...tests.body, effect: "published", heldDatasets: 0, serves: { release: 39, dataAsOf: "2026-11-17T21:00:00.000Z" }, commands: ["slipway run show 405", "slipway rollback prod"] };
const other = (kind: NoticeBody["alert"]["kind"], more: Partial<AlertBody>, job: string | null = null): NoticeBody => ({
  ...tests,
  alert: { ...tests.alert, id: 31, kind, job, firstRunId: null },
  body: { ...body, run: null, findings: [], findingsTotal: 0, skipped: 0, serves: null, lastGood: null, ...more },
});

/** One of each kind of message. */
export const messages: Record<string, NoticeBody> = {
  "run-failed": failed,
  "run-failed-first": { ...failed, body: { ...body, serves: null, lastGood: null, findings: [], findingsTotal: 0, skipped: 0, detail: literal("postgres.example:5432 does not answer") } },
  "run-failed-fifty": {
    ...failed,
    body: { ...body, findings: Array.from({ length: 5 }, (_, i) => ({ name: `stg_${i}`, message: "relation raw.orders does not exist", place: null, rows: null })), findingsTotal: 50, skipped: 120 },
  },
  "deploy-failed": { ...failed, alert: { ...failed.alert, job: null }, body: { ...body, run: { ...body.run!, kind: "deploy", step: null }, commands: ["slipway run show 405"] } },
  "run-failed-again": { ...failed, kind: "repeat", alert: { ...failed.alert, seen: 3 } },
  "run-failed-more": { ...failed, kind: "changed", alert: { ...failed.alert, seen: 2 } },
  escalated: { ...failed, kind: "escalated", told: { names: ["田中 葵", "B. Sato", "C. Mori"], next: null }, calls: { name: "C. Mori", slack: null, phone: "+81-3-0000-0000" } },
  "tests-failed": tests,
  "tests-published": { ...tests, body: published },
  "tests-warned": { ...tests, alert: { ...tests.alert, kind: "tests_warned", severity: "info" }, body: { ...published, commands: ["slipway run show 405"] } },
  stale: other("stale", {
    run: body.run,
    serves: body.serves,
    findings: [{ name: "raw.payments", message: null, place: null, rows: null }],
    findingsTotal: 1,
    detail: { id: "notices.stale_detail", params: { name: "raw.payments", ageMs: 93_600_000, maxMs: 86_400_000 } },
    commands: ["slipway status prod"],
  }),
  missed: other("missed", { detail: { id: "notices.missed_detail", params: { due: "2026-11-18 06:00 JST" } }, commands: ["slipway job run daily"] }, "daily"),
  disk: other("disk", { detail: literal("1.2 GB free on /data, full in about 3 days"), commands: ["slipway gc prod"] }),
  resolved: {
    ...failed,
    kind: "resolved",
    body: { ...body, serves: { release: 39, dataAsOf: "2026-11-17T22:12:00.000Z" } },
    resolved: { run: 406, how: "retry", actor: "aoi", openMs: 72 * 60_000 },
  },
  "resolved-schedule": { ...tests, kind: "resolved", resolved: { run: 410, how: "schedule", actor: null, openMs: 24 * 3_600_000 } },
};

const row: AlertRow = {
  alert: "A-27",
  kind: "run_failed",
  title: "dbt Alert",
  severity: "critical",
  environment: "prod",
  job: "daily",
  run: 405,
  seen: 1,
  openedAt: minutesAgo(12),
  lastSeenAt: minutesAgo(12),
  resolvedAt: null,
  resolvedRun: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  acknowledgedReason: null,
  silencedUntil: null,
  next: { name: "B. Sato", at: minutesAgo(-18) },
  messages: { sent: 3, waiting: 0, failed: 0 },
};
const warning: AlertRow = { ...row, alert: "A-28", kind: "tests_failed", title: "dbt Test Failures", severity: "warning", next: null, seen: 12, run: 404, openedAt: minutesAgo(3000) };
const owned: AlertRow = { ...row, next: null, acknowledgedAt: minutesAgo(2), acknowledgedBy: "aoi (Aoi Tanaka)", acknowledgedReason: "rolling back" };

export const alerts: AlertsView = {
  ...base,
  problems: [{ code: "notice_failed", severity: "warning", message: literal("sato@example.com was not told of A-27: mail server smtp.example.com: 550 5.1.1 No such user") }],
  all: true,
  alerts: [
    row,
    { ...warning, acknowledgedAt: minutesAgo(2), acknowledgedBy: "aoi" },
    { ...row, alert: "A-26", title: "Stale Sources", kind: "stale", severity: "warning", job: null, run: 402, next: null, silencedUntil: minutesAgo(-100) },
    { ...row, alert: "A-25", severity: "info", kind: "tests_warned", title: "dbt Test Warnings", next: null },
    { ...row, alert: "A-24", resolvedAt: minutesAgo(5), resolvedRun: 406, next: null },
  ],
};
export const noAlerts: AlertsView = { ...base, all: false, alerts: [] };

const message = (more: Partial<AlertView["messages"][number]>): AlertView["messages"][number] => ({
  kind: "opened",
  channel: "mail",
  recipient: "admin@example.com",
  state: "sent",
  attempts: 1,
  createdAt: minutesAgo(12),
  sentAt: minutesAgo(12),
  nextAttemptAt: null,
  error: null,
  ...more,
});
export const alert: AlertView = {
  ...base,
  alert: row,
  notice: failed,
  messages: [
    message({}),
    message({ channel: "team", recipient: "" }),
    message({ recipient: "aoi@example.com", state: "waiting", attempts: 2, sentAt: null, nextAttemptAt: minutesAgo(-1), error: literal("mail server smtp.example.com: 451 4.7.1 Greylisted") }),
    message({ channel: "file", recipient: "", state: "dropped", attempts: 0, sentAt: null }),
    message({ recipient: "sato@example.com", state: "failed", attempts: 1, sentAt: null, error: literal("mail server smtp.example.com: 550 5.1.1 No such user") }),
  ],
};
/** A name that is too long for the line: what follows stands below the texts, not below the labels. */
export const alertLong: AlertView = {
  ...alert,
  notice: { ...failed, body: { ...failed.body, findings: [{ name: "relationships_orders_customer_id__customer_id__ref_customers_", message: null, place: "models/schema.yml:46", rows: 1 }] } },
  messages: [],
};

export const ack: AckView = { ...base, alert: owned };
export const ackAlready: AckView = { ...base, outcome: "nothing_to_do", alert: owned };
export const ackOver: AckView = { ...base, outcome: "nothing_to_do", alert: { ...row, resolvedAt: at } };

const everything = { alert: null, severity: null, environment: null, job: null, owner: null, tag: null };
const silence: SilenceRow = { id: 4, matchers: { ...everything, environment: "prod", severity: "warning" }, reason: "データ移行", createdBy: "aoi", createdAt: at, until: minutesAgo(-120), covers: ["A-27", "A-28"] };
export const silences: SilencesView = { ...base, silences: [silence, { ...silence, id: 5, matchers: { ...everything, alert: 27 }, reason: null, covers: [] }] };
export const silenceAdded: SilenceDoneView = { ...base, action: "added", silence };
export const silenceRemoved: SilenceDoneView = { ...base, action: "removed", silence };

export const tested: NotifyTestView = {
  ...base,
  outcome: "problems_found",
  channel: "mail",
  type: "email",
  results: [
    { recipient: "admin@example.com", sent: true, error: null, ms: 340 },
    { recipient: "sato@example.com", sent: false, error: literal("mail server smtp.example.com: 550 5.1.1 No such user"), ms: 120 },
  ],
};
