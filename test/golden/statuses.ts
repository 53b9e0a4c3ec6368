// Environments of a small shop as `slipway status` shows them.
import type { EnvironmentStatus, StatusView } from "../../src/core/views/status.ts";
import { base, counts, minutesAgo, release } from "./base.ts";

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
