// Deployments of a small shop: published, held by its tests, failed in the build, nothing new.
import type { TestOutcome } from "../../src/core/records.ts";
import type { DeployView } from "../../src/core/views/deploy.ts";
import { base, counts, minutesAgo, release } from "./base.ts";

export const outcome = (name: string, more: Partial<TestOutcome>): TestOutcome => ({
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
