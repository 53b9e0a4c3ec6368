// Releases of a small shop: the list, the history of an environment, one of them with all it holds.
import type { HistoryView } from "../../src/core/views/rollback.ts";
import type { ReleaseView, ReleasesView } from "../../src/core/views/status.ts";
import { at, base, counts, minutesAgo, release } from "./base.ts";
import { outcome } from "./deploys.ts";
import { plan } from "./plans.ts";

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
