// A project with jobs that end as told, its servers as sessions over one state, and a clock in the test's hand.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ctx } from "../../src/core/ctx.ts";
import type { Evidence, Run, TestOutcome } from "../../src/core/records.ts";
import type { Db } from "../../src/db/db.ts";
import { saveManifest } from "../../src/db/manifests.ts";
import { createRelease } from "../../src/db/releases.ts";
import { claimRun, enqueueRun } from "../../src/db/run-queue.ts";
import { finishRun, setRunPhase } from "../../src/db/runs.ts";
import { saveStanding } from "../../src/db/standings.ts";
import { openSession, type Session } from "../../src/flow/session/session.ts";
import type { Text } from "../../src/lib/text.ts";
import { type Backend, handClock, makePlace } from "./state.ts";
import { audit, releaseDraft, sampleStanding } from "./state-samples.ts";

export type NoticeWorld = Awaited<ReturnType<typeof noticeWorld>>;

export interface RunEnd {
  state: Exclude<Run["state"], "queued" | "running">;
  job?: string;
  tests?: TestOutcome[];
  errors?: Evidence["errors"];
  outcome?: Text;
  retryOf?: number;
}

export const failing = (name: string, rows: number): TestOutcome => ({
  test: `test.shop.${name}`,
  name,
  status: "fail",
  failures: rows,
  message: "Got rows",
  reused: false,
  file: "models/orders.yml",
  line: 12,
  holdsBack: ["model.shop.orders", "model.shop.revenue_daily", "model.shop.kpi"],
  executionMs: 5,
});

export const broken = (name: string, message: string): Evidence["errors"][number] => ({
  node: `model.shop.${name}`,
  message,
  file: `models/${name}.sql`,
  line: 17,
});

/** `config`: what follows the environments in slipway.yml. */
export async function noticeWorld(backend: Backend, config: string, env: Record<string, string>) {
  const clock = handClock("2026-11-17T21:01:00Z");
  const place = await makePlace(backend, clock);
  const folder = mkdtempSync(join(tmpdir(), "slipway-notices-"));
  const dir = join(folder, "店 shop");
  mkdirSync(dir);
  writeFileSync(join(dir, "dbt_project.yml"), "name: shop\n");
  execFileSync("git", ["init", "-q", "-b", "main"], { cwd: dir });
  const stop = new AbortController();
  const ctx: Ctx = {
    clock,
    lang: "en",
    version: "0.0.0",
    cwd: dir,
    projectDir: dir,
    env: {
      HOME: folder,
      PATH: process.env.PATH,
      XDG_CACHE_HOME: place.options.cacheDir,
      XDG_RUNTIME_DIR: folder,
      SLIPWAY_HOME: place.options.home,
      ...(place.options.databaseUrl ? { DATABASE_URL: place.options.databaseUrl } : {}),
      ...env,
    },
    user: "aoi",
    host: "here",
    pid: process.pid,
    signal: stop.signal,
    killed: new AbortController().signal,
    progress: () => undefined,
    log: { write: () => undefined, pretty: false },
    approve: async () => ({ reason: null }),
    askSecret: async () => "",
  };
  const sessions: Session[] = [];
  const configure = (text: string) =>
    writeFileSync(
      join(dir, "slipway.yml"),
      `version: 1\ntimezone: Asia/Tokyo\nenvironments: { prod: { target: prod } }\n${text}`,
    );
  configure(config);
  /** One more server. */
  const server = async (signal = stop.signal): Promise<Session> => {
    const session = await openSession({ ...ctx, signal });
    sessions.push(session);
    return session;
  };
  const session = await server();
  const db = await session.db();
  return {
    clock,
    dir,
    session,
    db,
    server,
    configure,
    stop,
    end: (end: RunEnd) => endRun(session, db, end),
    [Symbol.asyncDispose]: async () => {
      for (const one of sessions) await one.close();
      await place.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A run of the daily job that ends like this, with its evidence. */
async function endRun(session: Session, db: Db, end: RunEnd): Promise<Run> {
  const project = await session.project();
  const environment = await session.record(session.environment("prod"));
  const trigger = end.retryOf
    ? ({ kind: "retry", runId: end.retryOf } as const)
    : ({ kind: "schedule", cron: "0 6 * * *", dueAt: "2026-11-17T21:00:00.000Z", late: false } as const);
  const { run } = await enqueueRun(db, {
    ...{ projectId: project.id, environmentId: environment.id, kind: "job", job: end.job ?? "daily", trigger },
    ...{ request: null, reason: null, actor: "aoi", retryOf: end.retryOf ?? null, overlap: "queue" },
  });
  const claimed = await claimRun(db, {
    projectId: project.id,
    runId: run.id,
    actor: "aoi",
    pid: process.pid,
    host: "here",
  });
  if (!claimed) throw new Error("the run could not be claimed");
  if (end.tests || end.errors) await giveEvidence(db, claimed, { tests: end.tests ?? [], errors: end.errors ?? [] });
  await finishRun(db, run.id, end.state, end.outcome ?? null, audit(`run.${end.state}`));
  return run;
}

async function giveEvidence(db: Db, run: Run, found: Pick<Evidence, "tests" | "errors">): Promise<void> {
  const { projectId, environmentId, id } = run;
  const manifest = await saveManifest(db, {
    ...{ projectId, commit: "c0ffee", target: "prod", fingerprint: "f1", path: "manifests/1" },
    ...{ dbtVersion: "1.12.6", adapterType: "duckdb", adapterVersion: "1.11.1", libraryVersion: null },
  });
  const draft = releaseDraft({ project: { id: projectId, name: "shop" }, environment: {} as never, manifest });
  const release = await createRelease(db, draft, audit("release.created"));
  await setRunPhase(db, id, "verify", { releaseId: release.id });
  const standing = sampleStanding(release.id, environmentId);
  await saveStanding(db, { ...standing, evidence: { ...standing.evidence!, ...found } }, audit());
}
