// Small records for the suites of the db room.
import type { Alert, AlertBody, Matchers } from "../../src/core/notices/alert.ts";
import type { AuditRow, ReleaseNode, ReleaseStanding, Run } from "../../src/core/records.ts";
import { insertAlert, lockAlerts } from "../../src/db/alerts.ts";
import type { Db } from "../../src/db/db.ts";
import { saveManifest } from "../../src/db/manifests.ts";
import type { NewNotice } from "../../src/db/notices.ts";
import { ensureEnvironment, ensureProject } from "../../src/db/projects.ts";
import { createRelease, type ReleaseDraft } from "../../src/db/releases.ts";
import { startRun } from "../../src/db/runs.ts";
import type { NewVersion } from "../../src/db/versions.ts";

export const audit = (what = "test"): AuditRow => ({
  who: "aoi",
  what,
  subject: "environment prod",
  why: null,
  details: {},
});

export async function sampleProject(db: Db, name: string) {
  const project = await ensureProject(db, name);
  const environment = await ensureEnvironment(db, project.id, { name: "prod", target: "prod" });
  const manifest = await saveManifest(db, {
    projectId: project.id,
    commit: "c0ffee",
    target: "prod",
    fingerprint: "f1",
    path: "manifests/1",
    dbtVersion: "1.12.6",
    adapterType: "duckdb",
    adapterVersion: "1.11.1",
    libraryVersion: null,
  });
  return { project, environment, manifest };
}

export type Sample = Awaited<ReturnType<typeof sampleProject>>;

export const sampleNode = (name: string, how: "built" | "reused" = "built"): ReleaseNode => ({
  node: `model.shop.${name}`,
  resourceType: "model",
  materialized: "table",
  versionId: null,
  relation: { schema: "store", name: `${name}__k1` },
  published: { schema: "main", name },
  columns: [{ name: "id", type: "bigint", collation: null }],
  key: `${name}-k`,
  plainKey: `${name}-p`,
  logicKey: `${name}-l`,
  chain: [],
  how,
  dressing: { comment: "注文 'a'", columnComments: { someColumn: "x", other_column: "y" }, selectGrantees: null },
});

export const releaseDraft = ({ project, manifest }: Sample): ReleaseDraft => ({
  projectId: project.id,
  commit: "c0ffee",
  commitSubject: "注文を直す",
  commitAuthor: "Aoi",
  commitAt: new Date("2026-11-20T05:58:00.123Z"),
  kind: "deploy",
  target: "prod",
  nodes: [sampleNode("orders"), sampleNode("customers", "reused")],
  tokens: {
    "source.shop.raw.orders": {
      kind: "salt",
      confidence: "none",
      value: "s",
      detail: "-",
      readAt: "2026-11-20T05:58:00Z",
    },
  },
  manifestId: manifest.id,
  whole: true,
});

export const sampleRelease = (db: Db, sample: Sample) =>
  createRelease(db, releaseDraft(sample), audit("release.create"));

export const sampleRun = (db: Db, { project, environment }: Sample): Promise<Run> =>
  startRun(db, {
    projectId: project.id,
    environmentId: environment.id,
    kind: "deploy",
    actor: "aoi",
    reason: null,
    pid: 1,
    host: "here",
  });

export const sampleStanding = (releaseId: number, environmentId: number): ReleaseStanding => ({
  releaseId,
  environmentId,
  state: "candidate",
  verdict: "pass",
  evidence: { built: 1, reused: 1, tests: [], buildMs: 1.5, verifyMs: 2, promoteMs: 0, switchMs: 0, errors: [] },
  override: null,
  liveSince: null,
  liveUntil: null,
  rollback: { kind: "reversible", why: [] },
  collected: false,
  own: null,
});

export const newVersion = (projectId: number, key: string, plainKey = "p"): NewVersion => ({
  warehouse: "duckdb:/w.duckdb",
  projectId,
  node: "model.shop.orders",
  resourceType: "model",
  materialized: "table",
  key,
  plainKey,
  logicKey: "l",
  chain: ["older"],
  relation: { schema: "store", name: `orders__${key}` },
  runId: null,
});

export const alertBody = (runId: number | null): AlertBody => ({
  run:
    runId === null
      ? null
      : { id: runId, kind: "job", at: "2026-11-17T21:01:00.000Z", step: { position: 3, name: "dbt run" } },
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
  commands: [`slipway run logs ${runId} --errors`],
});

/** An open alert of the daily job, with nobody told. */
export const sampleAlert = (
  db: Db,
  projectId: number,
  runId: number | null,
  cause = "run_failed/prod/daily",
): Promise<Alert> =>
  db.transaction(async (trx) => {
    await lockAlerts(trx, projectId);
    return insertAlert(trx, {
      projectId,
      cause,
      kind: "run_failed",
      severity: "critical",
      environment: "prod",
      job: "daily",
      owners: ["Aoi Tanaka"],
      tags: ["finance"],
      body: alertBody(runId),
    });
  });

export const sampleNotice = (alert: Alert, recipient: string, occasion = "opened"): NewNotice => ({
  projectId: alert.projectId,
  alertId: alert.id,
  occasion,
  kind: "opened",
  channel: "mail",
  recipient,
  body: {
    kind: "opened",
    project: "shop",
    alert: { ...alert, openedAt: alert.openedAt.toISOString() },
    body: alert.body,
    told: { names: [], next: null },
    calls: null,
    resolved: null,
  },
});

export const everything: Matchers = {
  alert: null,
  severity: null,
  environment: null,
  job: null,
  owner: null,
  tag: null,
};
