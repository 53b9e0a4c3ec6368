// Views of the commands around a release, from which the golden screens are drawn.
import type {
  CancelView,
  DbView,
  DoctorView,
  EjectView,
  GcView,
  InitView,
  ResumeView,
  UnlockView,
} from "../../src/core/views/upkeep.ts";
import { at, base, literal, minutesAgo, release } from "./base.ts";

export const init: InitView = {
  ...base,
  projectDir: "/srv/shop",
  project: "shop",
  dbtVersion: "1.12.6",
  adapter: "dbt-duckdb 1.11.1",
  profile: "shop",
  targets: [
    { name: "dev", isDefault: true, type: "duckdb" },
    { name: "prod", isDefault: false, type: "duckdb" },
  ],
  files: [
    { path: "slipway.yml", change: "created" },
    { path: ".gitignore", change: "changed" },
  ],
  environments: ["dev", "prod"],
};

export const doctor: DoctorView = {
  ...base,
  outcome: "problems_found",
  checks: [
    { id: "versions", status: "ok", message: literal("Node 24.21.0, Git 2.39.5, Python 3.11.2, dbt-core 1.12.6, duckdb 1.5.6"), remedy: null },
    { id: "profile", status: "ok", message: literal("profile shop: dev, prod"), remedy: null },
    { id: "locks", status: "warning", message: literal("prod is being deployed by aoi since 09:12 JST"), remedy: literal("slipway cancel prod   stops it") },
    { id: "disk", status: "problem", message: literal("disk    1.2 GB free, a full build needs ~4 GB"), remedy: literal("slipway gc prod   would free 6.3 GB") },
  ],
  totals: { ok: 2, warnings: 1, problems: 1 },
};

const item = (name: string, sizeBytes: number | null) => ({
  relation: `analytics__slipway.${name}__k7f3q2m9xa`,
  node: `model.shop.${name}`,
  key: "k7f3q2m9xa",
  sizeBytes,
  why: literal("no release needs it since r38 was left"),
});

export const gc: GcView = {
  ...base,
  environment: "prod",
  runId: null,
  applied: false,
  remove: [item("orders", 5.1e9), item("revenue_daily", 1.2e9), item("売上日別", null), ...Array.from({ length: 12 }, (_, i) => item(`m${i}`, 0))],
  freedBytes: 6.3e9,
  atLeast: true,
  releasesCollected: [37, 38],
  keep: { versions: 120, sizeBytes: 84e9, releases: 7 },
  left: [],
  totalMs: 1200,
};

export const gcDone: GcView = { ...gc, applied: true, runId: 420, left: [{ relation: "analytics__slipway.kpi__aa", why: literal("public.report depends on it") }] };
export const gcNothing: GcView = { ...gc, environment: null, remove: [], freedBytes: 0, releasesCollected: [] };

export const eject: EjectView = {
  ...base,
  environment: "prod",
  runId: 421,
  serves: release(41),
  names: [
    { name: "analytics.orders", materialized: "table" },
    { name: "analytics.stg_payments", materialized: "view" },
  ],
  removedVersions: 140,
  removedSchemas: ["analytics__slipway"],
  totalMs: 4_300,
};

export const dbHistory: DbView = {
  ...base,
  action: "history",
  database: "embedded",
  current: "0001_init",
  head: "0002_jobs",
  migrations: [
    { name: "0001_init", appliedAt: minutesAgo(5000), direction: null },
    { name: "0002_jobs", appliedAt: null, direction: null },
  ],
};
export const dbUpgrade: DbView = {
  ...dbHistory,
  action: "upgrade",
  current: "0002_jobs",
  migrations: [{ name: "0002_jobs", appliedAt: at, direction: "up" }],
};

export const cancel: CancelView = {
  ...base,
  environment: "prod",
  stopped: [{ runId: 415, kind: "deploy", phase: "build", actor: "aoi", host: "build1", pid: 4711 }],
  serves: release(41),
  statementsEnded: 2,
};
export const cancelNone: CancelView = { ...cancel, outcome: "nothing_to_do", stopped: [] };

const lease = {
  name: "environment/prod",
  holder: "aoi",
  what: "deploy of prod, run 415",
  host: "build1",
  pid: 4711,
  alive: false,
  acquiredAt: minutesAgo(40),
  expiresAt: minutesAgo(30),
};
export const unlock: UnlockView = { ...base, environment: "prod", released: [lease] };
export const resume: ResumeView = { ...base, environment: "prod", wasPaused: true, serves: release(41) };
