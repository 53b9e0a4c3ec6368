// Views of runs, their logs and answers of SQL, from which the golden screens are drawn.
import type { JobRunView } from "../../src/core/views/job.ts";
import type { LogLineView, RunRow, RunsView, SqlView } from "../../src/core/views/runs.ts";
import { at, base, literal, minutesAgo, release } from "./base.ts";

const row = (runId: number, more: Partial<RunRow>): RunRow => ({
  runId,
  kind: "job",
  state: "succeeded",
  environment: "prod",
  job: "daily",
  command: null,
  release: 41,
  startedAt: minutesAgo(3 * 60 + 14),
  finishedAt: minutesAgo(3 * 60 + 12),
  totalMs: 101_000,
  actor: "slipway",
  reason: null,
  trigger: { kind: "schedule", cron: "0 6 * * *", dueAt: "2026-11-19T21:00:00Z", late: false },
  retryOf: null,
  ...more,
});

const byHand = { job: null, trigger: null, actor: "aoi (Aoi Tanaka)" } as const;

export const runs: RunsView = {
  ...base,
  more: true,
  runs: [
    row(416, { state: "queued", totalMs: null, finishedAt: null, trigger: { kind: "branch", branch: "main", commit: "c0ffee" } }),
    row(415, { ...byHand, state: "running", finishedAt: null, totalMs: 4_200, command: { first: "dbt run --select orders_of_the_whole_year", more: 2 }, release: null }),
    row(414, { ...byHand, kind: "rollback", totalMs: 700, reason: "wrong tax rate, as told by finance on the phone this morning" }),
    row(413, { ...byHand, kind: "deploy", state: "held", release: 43, totalMs: 12_000 }),
    row(412, { state: "failed", release: null, totalMs: 3_723_000, trigger: { kind: "retry", runId: 405 }, retryOf: 405, actor: "aoi" }),
    row(411, {}),
    row(410, { job: "集計", state: "cancelled", trigger: { kind: "after", job: "load", runId: 409, result: "succeeded" } }),
    row(409, { job: "load", state: "interrupted", trigger: { kind: "schedule", cron: "* * * * *", dueAt: "2026-11-19T21:00:00Z", late: true } }),
  ],
};

export const twoEnvironments: RunsView = { ...runs, more: false, runs: [row(411, {}), row(408, { environment: "staging", kind: "deploy", ...byHand })] };

const step = (position: number, name: string, ms: number | null, summary: string | null): JobRunView["steps"][0] => ({
  position,
  name,
  state: ms === null ? "skipped" : "succeeded",
  startedAt: ms === null ? null : minutesAgo(10),
  finishedAt: ms === null ? null : minutesAgo(9),
  ms,
  summary: summary === null ? null : literal(summary),
  output: [],
});

const counts = { total: 44, passed: 44, warned: 0, failed: 0, errored: 0, skipped: 0, reused: 0 };

export const run: JobRunView = {
  ...base,
  runId: 411,
  kind: "job",
  state: "succeeded",
  environment: "prod",
  job: "daily",
  trigger: { kind: "schedule", cron: "0 6 * * *", dueAt: "2026-11-19T21:00:00Z", late: false },
  actor: "slipway",
  reason: null,
  retryOf: null,
  commit: release(41),
  startedAt: minutesAgo(194),
  finishedAt: new Date(minutesAgo(194).getTime() + 101_000),
  totalMs: 101_000,
  steps: [
    step(1, "clone, profile, deps", 1_200, null),
    step(2, "dbt seed", 100, "4 same"),
    step(3, "dbt run", 88_000, "9 built, 14 reused"),
    step(4, "dbt test", 7_800, "44 pass"),
    step(5, "dbt docs generate", 3_600, null),
    step(6, "publish", 300, "9 names, switched in 11 ms"),
  ],
  release: release(41),
  previous: release(40),
  serves: release(41),
  errors: [],
  verify: { counts: { ...counts, reused: 22 }, findings: [], ms: 7_800 },
  promote: { published: 9, unpublished: 0, adopted: 0, switchMs: 11, readBack: 9, ms: 300, switchedAt: minutesAgo(192) },
  override: null,
  held: [],
  slowest: [
    { node: "model.shop.orders", name: "orders", ms: 52_000 },
    { node: "model.shop.revenue_daily", name: "revenue_daily", ms: 21_000 },
  ],
  result: null,
};

export const failedRun: JobRunView = {
  ...run,
  runId: 405,
  state: "failed",
  retryOf: 404,
  reason: "try again",
  trigger: { kind: "retry", runId: 404 },
  actor: "aoi (Aoi Tanaka)",
  startedAt: minutesAgo(2 * 24 * 60),
  finishedAt: new Date(minutesAgo(2 * 24 * 60).getTime() + 61_000),
  steps: [
    step(1, "clone, profile, deps", 1_200, null),
    { ...step(2, "dbt run --select orders+ --full-refresh --threads 4", 59_000, "1 error, 8 skipped"), state: "failed" },
    step(3, "dbt test", null, null),
    step(4, "publish", null, null),
  ],
  errors: [
    {
      node: "model.shop.orders",
      name: "orders",
      message: 'Database Error in model orders (models/marts/orders.sql)\n  column "amout" does not exist\n  LINE 17: select amout',
      file: "models/marts/orders.sql",
      line: 17,
      skipped: ["model.shop.revenue_daily", "model.shop.売上"],
    },
  ],
  verify: {
    counts: { ...counts, total: 3, passed: 1, failed: 1, skipped: 1 },
    findings: [
      {
        test: "test.shop.unique_orders_order_id.fed79b3a6e",
        name: "unique_orders_order_id",
        status: "fail",
        failures: 37,
        message: "Got 37 results, configured to fail if != 0",
        reused: false,
        file: "models/marts/orders.yml",
        line: null,
        holdsBack: ["model.shop.revenue_monthly"],
        executionMs: 40,
      },
    ],
    ms: 900,
  },
  release: null,
  promote: null,
  serves: release(38),
  previous: release(38),
  slowest: [],
  result: literal("1 node could not be built"),
};

export const runningRun: JobRunView = {
  ...run,
  state: "running",
  finishedAt: null,
  trigger: null,
  actor: "aoi",
  steps: [run.steps[0]!, { ...step(2, "dbt seed", null, null), state: "running" }, { ...step(3, "publish", null, null), state: "queued" }],
  commit: null,
  release: null,
  promote: null,
  verify: null,
  slowest: [],
};

const line = (more: Partial<LogLineView>): LogLineView => ({
  at: new Date(at.getTime() - 5_000),
  level: "info",
  event: "node_finished",
  runId: 405,
  environment: "prod",
  release: null,
  step: null,
  node: null,
  thread: null,
  ms: null,
  message: "",
  timezone: "Asia/Tokyo",
  ...more,
});

export const logLines: LogLineView[] = [
  line({ event: "run_started", message: { id: "log.run_started", params: { kind: "job", environment: "prod" } } }),
  line({ message: "stg_payments success: OK", ms: 41, thread: "Thread-1" }),
  line({ level: "warn", message: "not_negative_amount warn, 2 rows: Got 2 results, configured to warn if != 0", ms: 1_204 }),
  line({
    level: "error",
    ms: 52_100,
    message: 'orders error: Database Error in model orders (models/marts/orders.sql)\n  column "amout" does not exist\n  LINE 17: select amout\u001b[31m',
  }),
  line({ level: "error", message: { id: "log.phase_finished", params: { phase: { id: "cli.phase", params: { phase: "build" } }, ok: false, summary: "1 error" } } }),
];

export const sql: SqlView = {
  ...base,
  format: "table",
  results: [
    {
      columns: [
        { name: "name", kind: "text" },
        { name: "total_time", kind: "number" },
        { name: "message", kind: "text" },
      ],
      rows: [
        ["orders", "52.125", "Database Error in model orders (models/marts/orders.sql): column amout does not exist"],
        ["売上日別", "0.5", null],
      ],
      rowCount: 2,
    },
    { columns: [{ name: "count", kind: "number" }], rows: [["1204"]], rowCount: 1 },
    {
      columns: Array.from({ length: 12 }, (_, index) => ({ name: `column_${index}`, kind: "text" as const })),
      rows: [Array.from({ length: 12 }, (_, index) => "x".repeat(index * 9))],
      rowCount: 1,
    },
  ],
};
