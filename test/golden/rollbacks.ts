// Ways back of a small shop: what is proposed and what was done.
import type { RollbackProposal, RollbackView } from "../../src/core/views/rollback.ts";
import { at, base, minutesAgo, release } from "./base.ts";
import { names, published } from "./plans.ts";

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
