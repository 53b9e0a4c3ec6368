// Views with the data of a small shop, from which the golden screens are drawn.
import type { TestOutcome } from "../../src/core/records.ts";
import type { ReleaseRef, TestCounts, ViewBase } from "../../src/core/views/base.ts";
import type { DeployView } from "../../src/core/views/deploy.ts";
import type { ExplainView, PlanNode, PlanView } from "../../src/core/views/plan.ts";
import type { HistoryView, RollbackProposal, RollbackView } from "../../src/core/views/rollback.ts";
import type { EnvironmentStatus, ReleasesView, ReleaseView, StatusView } from "../../src/core/views/status.ts";
import type { Text } from "../../src/lib/text.ts";

export const at = new Date("2026-11-20T00:15:00Z");
export const minutesAgo = (minutes: number) => new Date(at.getTime() - minutes * 60_000);
/** A text that is the same in both languages and not of the catalogue: prints as its id and values. */
export const literal = (words: string): Text => ({ id: "views.names", params: { names: words } });

export const base: ViewBase = { outcome: "done", timezone: "Asia/Tokyo", at, problems: [] };

export function release(number: number, more: Partial<ReleaseRef> = {}): ReleaseRef {
  return {
    number,
    kind: "deploy",
    state: "live",
    commit: { 41: "8d1e07b4aa1", 42: "3f9c2a1c0de", 43: "c07d5e29f00" }[number] ?? "8d1e07b4aa1",
    subject: { 41: "Add coupon codes", 42: "Exclude tax from revenue", 43: "Dedupe orders" }[number] ?? "税率を修正",
    author: "Aoi Tanaka",
    committedAt: new Date("2026-11-19T09:20:00Z"),
    liveSince: minutesAgo(180),
    ...more,
  };
}

const counts = (more: Partial<TestCounts>): TestCounts => ({
  total: 44,
  passed: 44,
  warned: 0,
  failed: 0,
  errored: 0,
  skipped: 0,
  reused: 0,
  ...more,
});

const node = (name: string, materialized: string, reason: string, more: Partial<PlanNode> = {}): PlanNode => ({
  node: `model.shop.${name}`,
  name,
  resourceType: "model",
  materialized,
  action: "build",
  how: "full",
  reasons: [literal(reason)],
  reusedFrom: null,
  estimateMs: 1000,
  ...more,
});

const reused = (index: number): PlanNode =>
  node(`reused_${index}`, "view", "", {
    action: "reuse",
    how: null,
    reasons: [],
    estimateMs: null,
    reusedFrom: index < 19 ? { live: true, environment: null } : { live: false, environment: "dev" },
  });

const published = (name: string, schema = "analytics") => ({ node: `model.shop.${name}`, schema, name, why: null });
const names = ["stg_payments", "orders", "revenue_daily", "revenue_monthly"].map((name) => published(name));

export const plan: PlanView = {
  ...base,
  kind: "deploy",
  planId: "p7x2",
  environment: "prod",
  from: release(41),
  to: release(42),
  release: null,
  leftOut: ["models/tmp.sql", "README.md"],
  warnings: [],
  nodes: [
    node("stg_payments", "view", "SQL changed"),
    node("orders", "incremental", "parent stg_payments", { estimateMs: 41_000 }),
    node("revenue_daily", "table", "macro net_of_tax changed", { estimateMs: 6_200 }),
    node("revenue_monthly", "view", "parent revenue_daily"),
    ...Array.from({ length: 22 }, (_, index) => reused(index)),
  ],
  publish: names,
  unpublish: [{ ...published("revenue_old"), why: literal("model removed") }],
  adopt: [],
  impact: {
    exposures: [{ name: "Sales KPI", type: "dashboard", owner: "Aoi Tanaka" }],
    datasets: [{ owner: "finance", names: ["revenue_daily", "revenue_monthly"] }],
  },
  checks: { tests: 44, unitTests: 3, reused: 0 },
  rollback: { kind: "reversible", to: 41, why: [] },
  estimateMs: 55_000,
  publishAtomicity: "transaction",
};

export const firstPlan: PlanView = {
  ...plan,
  from: null,
  leftOut: [],
  warnings: [literal("orders cannot be rolled back: incremented in place (84 GB), because a copy would be larger than the limit")],
  nodes: [
    node("売上日別", "table", "new", { estimateMs: null }),
    node("customers_snapshot", "snapshot", "new", { how: "in_place", estimateMs: null, resourceType: "snapshot" }),
    ...Array.from({ length: 24 }, (_, index) => node(`a_model_with_a_rather_long_name_${index}`, "incremental", "new; a reason that does not fit on the line", { estimateMs: 90_000 })),
  ],
  publish: [...names, published("売上日別", "分析"), published("顧客", "分析"), ...Array.from({ length: 9 }, (_, index) => published(`wide_${index}`))],
  unpublish: [],
  adopt: [published("orders"), published("customers")],
  impact: { exposures: [], datasets: [] },
  checks: { tests: 0, unitTests: 0, reused: 0 },
  rollback: { kind: "irreversible", to: null, why: [literal("orders is incremented in place")] },
  estimateMs: null,
};

export const refusedPlan: PlanView = {
  ...plan,
  outcome: "problems_found",
  leftOut: [],
  nodes: plan.nodes.slice(0, 1),
  problems: [
    {
      code: "unsupported_node",
      severity: "error",
      message: literal("microbatch models are not supported yet"),
      node: "model.shop.events",
      where: { file: "models/events.sql", line: 3, column: 1, excerpt: "  incremental_strategy = 'microbatch'," },
      hint: literal("use another incremental strategy"),
    },
  ],
};

export const nothingPlan: PlanView = { ...plan, outcome: "nothing_to_do", nodes: [], leftOut: [] };

export const explain: ExplainView = {
  ...base,
  node: "model.shop.revenue_daily",
  name: "revenue_daily",
  action: "build",
  fromKey: "k7f3q2m9xa",
  toKey: "m2c8v4t0pd",
  components: [
    { name: "code", state: "same", summary: null, value: "select 1", changes: [] },
    {
      name: "macros",
      state: "changed",
      summary: null,
      value: null,
      changes: [
        {
          what: "net_of_tax",
          file: "macros/money.sql",
          line: 4,
          diff: [
            { mark: "-", text: "round({{ amount }} / 1.08)" },
            { mark: "+", text: "round({{ amount }} / 1.10)" },
          ],
        },
      ],
    },
    ...["config", "vars", "env", "engine"].map((name) => ({ name, state: "same" as const, summary: null, value: null, changes: [] })),
    { name: "parents", state: "changed", summary: literal("orders, because stg_payments changed"), value: null, changes: [] },
    { name: "sources", state: "same", summary: literal("raw.payments, last row 2026-11-20 05:58 JST"), value: null, changes: [] },
  ],
  since: release(42),
};

const outcome = (name: string, more: Partial<TestOutcome>): TestOutcome => ({
  test: `test.shop.${name}.a1b2`,
  name,
  status: "fail",
  failures: 37,
  message: null,
  reused: false,
  file: "models/marts/orders.yml",
  line: 12,
  holdsBack: ["orders", "revenue_daily", "revenue_monthly"].map((held) => `model.shop.${held}`),
  executionMs: 120,
  ...more,
});

export const deploy: DeployView = {
  ...base,
  kind: "deploy",
  environment: "prod",
  runId: 412,
  planId: "p7x2",
  release: release(42, { liveSince: minutesAgo(1) }),
  serves: release(42, { liveSince: minutesAgo(1) }),
  previous: release(41),
  build: { built: 4, reused: 22, failed: 0, skipped: 0, errors: [], ms: 48_200 },
  verify: {
    counts: counts({ passed: 43, warned: 1 }),
    findings: [outcome("not_negative_revenue_daily_amount", { status: "warn", failures: 2 })],
    ms: 3_900,
  },
  promote: { published: 4, unpublished: 1, adopted: 0, switchMs: 12, readBack: 4, ms: 400, switchedAt: minutesAgo(1) },
  rollback: { kind: "reversible", to: 41, why: [] },
  override: null,
  unchanged: null,
  leftOut: [],
  buildAgain: null,
  totalMs: 53_000,
  resumed: false,
};

export const held: DeployView = {
  ...deploy,
  outcome: "held",
  runId: 413,
  release: release(43, { state: "rejected", liveSince: null }),
  build: { built: 2, reused: 24, failed: 0, skipped: 0, errors: [], ms: 9_100 },
  verify: { counts: counts({ passed: 43, failed: 1 }), findings: [outcome("unique_orders_order_id", {})], ms: 2_000 },
  promote: null,
  buildAgain: { nodes: 2, of: 26 },
};

export const failedBuild: DeployView = {
  ...held,
  runId: 414,
  serves: null,
  verify: null,
  build: {
    built: 1,
    reused: 20,
    failed: 1,
    skipped: 4,
    ms: 91_000,
    errors: [
      {
        node: "model.shop.orders",
        name: "orders",
        message:
          'Binder Error: Referenced column "amout" not found in FROM clause!\nCandidate bindings: "amount", "account"\n\nLINE 17: select sum(amout)\n                    ^',
        file: "models/marts/orders.sql",
        line: 17,
        skipped: ["revenue_daily", "revenue_monthly", "customers", "kpi", "daily", "weekly", "more"].map((one) => `model.shop.${one}`),
      },
    ],
  },
};

export const nothingNew: DeployView = {
  ...deploy,
  outcome: "nothing_to_do",
  kind: "refresh",
  release: null,
  serves: release(41),
  promote: null,
  verify: null,
  unchanged: { sources: 6, nodes: 27, dataAsOf: new Date("2026-11-19T21:00:00Z") },
  totalMs: 400,
};

export const rollbackProposal: RollbackProposal = {
  environment: "prod",
  timezone: "Asia/Tokyo",
  at,
  planId: "p9a1",
  from: release(42, { liveSince: minutesAgo(14) }),
  to: release(41, { state: "retired" }),
  publish: [...names, published("revenue_old"), ...Array.from({ length: 4 }, (_, index) => published(`kpi_${index}`))],
  unpublish: [],
  dataAsOf: new Date("2026-11-19T21:00:00Z"),
  dataAsOfNow: new Date("2026-11-19T21:00:00Z"),
  toBuild: 0,
  lost: [],
  keptForDays: 14,
  pauses: true,
};

export const rollback: RollbackView = {
  ...base,
  environment: "prod",
  runId: 414,
  from: release(42),
  serves: release(41),
  published: 5,
  unpublished: 0,
  readBack: 5,
  switchMs: 9,
  switchedAt: at,
  totalMs: 700,
  paused: true,
};

const environment = (name: string, more: Partial<EnvironmentStatus>): EnvironmentStatus => ({
  environment: name,
  target: name,
  condition: { kind: "fine" },
  live: release(41, { liveSince: minutesAgo(14) }),
  actor: "aoi",
  reason: null,
  revision: 7,
  tests: counts({}),
  dataAsOf: new Date("2026-11-19T21:00:00Z"),
  stale: [],
  running: null,
  interrupted: null,
  paused: false,
  rollbackTo: null,
  next: null,
  ...more,
});

const running = { runId: 415, kind: "deploy" as const, phase: "build" as const, actor: "aoi", startedAt: minutesAgo(2), host: "build1", pid: 4711 };

export const status: StatusView = {
  ...base,
  project: "shop",
  environments: [
    environment("prod", {
      reason: "wrong tax rate",
      rollbackTo: 40,
      paused: true,
      next: { job: "daily", at: new Date("2026-11-23T21:00:00Z") },
    }),
    environment("dev", {
      condition: { kind: "stale" },
      live: release(44, { liveSince: minutesAgo(3000) }),
      tests: counts({ passed: 43, warned: 1 }),
      stale: [{ source: "source.shop.raw.payments", name: "raw.payments", ageMs: 26 * 3_600_000, maxMs: 24 * 3_600_000 }],
    }),
    environment("staging", { condition: { kind: "newer_held", release: 45, since: minutesAgo(40) }, running }),
    environment("qa", { condition: { kind: "serves_failed", nodes: 2 }, tests: counts({ passed: 42, failed: 2 }), interrupted: running }),
    environment("検証", { condition: { kind: "never_deployed" }, live: null, tests: null, dataAsOf: null }),
  ],
};

const row = (number: number, more: Partial<ReleasesView["releases"][number]>) => ({
  ...release(number, { liveSince: null }),
  collectedAt: null,
  built: 4,
  reused: 22,
  tests: counts({}),
  verdict: "pass" as const,
  liveMs: null,
  ...more,
});

export const releases: ReleasesView = {
  ...base,
  environment: "prod",
  releases: [
    row(43, { state: "rejected", built: 2, reused: 24, tests: counts({ passed: 43, failed: 1 }), verdict: "fail" }),
    row(42, { state: "retired", tests: counts({ passed: 43, warned: 1 }), liveMs: 14 * 60_000 }),
    row(41, { kind: "refresh", built: 9, reused: 18, liveSince: minutesAgo(14) }),
    row(40, { state: "retired", subject: "消費税の計算を四捨五入から切り捨てに変更し、関連する集計も直す", built: 1207, liveMs: 26 * 3_600_000 }),
    row(39, { state: "retired", kind: "refresh", collectedAt: minutesAgo(300) }),
  ],
};

export const history: HistoryView = {
  ...base,
  environment: "prod",
  revisions: [
    { revision: 8, release: release(41), from: 42, kind: "rollback", runId: 414, actor: "aoi", reason: "wrong tax rate", at, switchMs: 9, current: true, canGoBack: true },
    { revision: 7, release: release(42), from: 41, kind: "deploy", runId: 412, actor: "aoi", reason: null, at: minutesAgo(14), switchMs: 12, current: false, canGoBack: true },
    { revision: 6, release: release(39, { kind: "refresh" }), from: 38, kind: "refresh", runId: 401, actor: "schedule", reason: null, at: minutesAgo(1500), switchMs: 1204, current: false, canGoBack: false },
  ],
};

export const show: ReleaseView = {
  ...base,
  release: release(42),
  standings: [
    { environment: "dev", state: "retired", verdict: "pass", override: null, liveSince: minutesAgo(900), liveUntil: minutesAgo(200), rollback: null, collected: false },
    { environment: "prod", state: "live", verdict: "pass", override: "rule of prod: publish", liveSince: minutesAgo(14), liveUntil: null, rollback: { kind: "reversible", to: 41, why: [] }, collected: false },
  ],
  runId: 412,
  actor: "aoi",
  reason: null,
  comparedWith: 41,
  nodes: [
    ...plan.nodes.slice(0, 4).map((one) => ({
      ...one,
      key: "k7f3q2m9xa",
      published: `analytics.${one.name}`,
      relation: `analytics__slipway.${one.name}__k7f3q2m9xa`,
      how: "built" as const,
      change: "changed" as const,
      columns: [],
      rows: 1000,
      sizeBytes: 1e6,
      buildMs: one.estimateMs,
    })),
    ...plan.nodes.slice(4).map((one) => ({
      ...one,
      key: "k7f3q2m9xa",
      published: `analytics.${one.name}`,
      relation: `analytics__slipway.${one.name}__k7f3q2m9xa`,
      how: "reused" as const,
      change: "same" as const,
      columns: [],
      rows: null,
      sizeBytes: null,
      buildMs: null,
    })),
  ],
  removed: [{ node: "model.shop.revenue_old", name: "revenue_old" }],
  errors: [],
  tests: [outcome("not_negative_revenue_daily_amount", { status: "warn", failures: 2 })],
  counts: counts({ passed: 43, warned: 1 }),
  timings: { buildMs: 48_200, verifyMs: 3_900, promoteMs: 400, switchMs: 12 },
  rows: null,
};

export const showRows: ReleaseView = {
  ...show,
  rows: {
    test: "unique_orders_order_id",
    sql: null,
    columns: ["unique_field", "n_records", "顧客名", "a_column_with_a_very_long_name_indeed", "another", "one_more"],
    rows: [
      ["1001", "2", "田中 葵", "a value that is far too long to be shown", "2026-11-20", "x"],
      ["1002", "3", "佐藤\u001b[31m", "", "2026-11-20", "y"],
    ],
    truncated: true,
  },
};
