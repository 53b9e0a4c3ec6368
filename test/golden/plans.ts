// Plans of a small shop: a change, the first one, one that stops, one with nothing to do; and why a node is built.
import type { ExplainView, PlanNode, PlanView } from "../../src/core/views/plan.ts";
import { base, literal, release } from "./base.ts";

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

export const published = (name: string, schema = "analytics") => ({ node: `model.shop.${name}`, schema, name, why: null });
export const names = ["stg_payments", "orders", "revenue_daily", "revenue_monthly"].map((name) => published(name));

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
