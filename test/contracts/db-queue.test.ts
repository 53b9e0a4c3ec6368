// The queue of runs and the servers: what must hold when several ask at once. On PGlite and on PostgreSQL.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JobRequest, Trigger } from "../../src/core/jobs/jobs.ts";
import { environmentLeaseName } from "../../src/core/jobs/queue.ts";
import { WAITING_RUNS_MAX } from "../../src/core/limits.ts";
import { listAudit } from "../../src/db/audit.ts";
import type { Db } from "../../src/db/db.ts";
import { acquireLease } from "../../src/db/leases.ts";
import { ensureEnvironment, updateEnvironment } from "../../src/db/projects.ts";
import {
  cancelQueued,
  claimRun,
  countRuns,
  enqueueRun,
  enqueueRuns,
  listRunning,
  type RunWish,
  requeueRun,
} from "../../src/db/run-queue.ts";
import { finishRun, loadRun, openRun, setRunPhase } from "../../src/db/runs.ts";
import { heartbeat, listServers, registerServer, removeServer } from "../../src/db/servers.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { say } from "../../src/text/catalogue.ts";
import { backends, handClock, makePlace, type StatePlace } from "../support/state.ts";
import { audit, sampleProject } from "../support/state-samples.ts";

const request: JobRequest = {
  environment: "prod",
  job: "daily",
  steps: ["dbt run"],
  commit: null,
  threads: null,
  timeoutMs: null,
  vars: { day: "2026-11-20" },
  env: {},
  sourceFreshness: false,
  fullRefresh: "allowed",
  onTestFailure: null,
  requireTests: false,
  only: null,
};
const outcome = say("db.reason", { why: "test" });
const schedule: Trigger = { kind: "schedule", cron: "0 6 * * *", dueAt: "2026-11-20T06:00:00.000Z", late: false };
const branch = (commit: string): Trigger => ({ kind: "branch", branch: "main", commit });

describe.each(backends)("the queue on %s", (backend) => {
  const clock = handClock("2026-11-20T00:00:00Z");
  let place: StatePlace;
  let db: Db;

  beforeAll(async () => {
    place = await makePlace(backend, clock);
    db = await place.open();
  });
  afterAll(async () => {
    await db.close();
    await place.remove();
  });

  const world = async (name: string) => {
    const { project, environment } = await sampleProject(db, name);
    const dev = await ensureEnvironment(db, project.id, { name: "dev", target: "dev" });
    const wish = (more: Partial<RunWish> = {}): RunWish => ({
      projectId: project.id,
      environmentId: environment.id,
      kind: "job",
      job: "daily",
      trigger: { kind: "manual" },
      request,
      reason: null,
      actor: "aoi",
      retryOf: null,
      overlap: "queue",
      ...more,
    });
    const who = { projectId: project.id, actor: "server a", pid: 7, host: "here" };
    return { project, environment, dev, wish, who };
  };
  const auditOf = async (runId: number) =>
    (await listAudit(db, { subject: `run ${runId}`, limit: 9 })).map(({ what }) => what).reverse();

  test("a run is asked for, claimed, given back, claimed again and ends, an audit row each", async () => {
    const { wish, who, environment } = await world("one");
    const { outcome: how, run } = await enqueueRun(db, wish());
    expect(how).toBe("queued");
    expect(run).toMatchObject({ state: "queued", request, queuedAt: clock.now(), pid: 0, retryOf: null });
    expect(await countRuns(db, who.projectId)).toEqual({ queued: 1, running: 0 });
    clock.move(1_000);
    const claimed = await claimRun(db, who);
    expect(claimed).toMatchObject({ id: run.id, state: "running", pid: 7, host: "here", startedAt: clock.now() });
    expect(await claimRun(db, who)).toBeNull();
    expect(await openRun(db, environment.id)).toBeNull();
    await setRunPhase(db, run.id, "build");
    expect(await openRun(db, environment.id)).toMatchObject({ id: run.id });
    expect(await listRunning(db, who.projectId)).toHaveLength(1);
    expect(await requeueRun(db, run.id, { ...audit("run.handed_over"), subject: `run ${run.id}` })).toBe(true);
    expect(await loadRun(db, run.id)).toMatchObject({ state: "queued", phase: "plan", pid: 0 });
    expect((await claimRun(db, who))?.id).toBe(run.id);
    await finishRun(db, run.id, "succeeded", outcome, { ...audit("run.succeeded"), subject: `run ${run.id}` });
    expect(await requeueRun(db, run.id, audit())).toBe(false);
    expect(await auditOf(run.id)).toEqual([
      "run.queued",
      "run.claimed",
      "run.handed_over",
      "run.claimed",
      "run.succeeded",
    ]);
  });

  test("merge joins what waits, queue waits for itself, refuse names what is in the way", async () => {
    const { wish, who } = await world("overlap");
    const first = await enqueueRun(db, wish({ overlap: "merge" }));
    expect(await enqueueRun(db, wish({ overlap: "merge" }))).toMatchObject({
      outcome: "merged",
      run: { id: first.run.id },
    });
    expect(await enqueueRun(db, wish({ overlap: "refuse" }))).toMatchObject({
      outcome: "refused",
      run: { id: first.run.id },
    });
    const other = { ...request, vars: { day: "2026-11-21" } };
    expect(await enqueueRun(db, wish({ overlap: "merge", request: other }))).toMatchObject({ outcome: "queued" });
    expect(await enqueueRun(db, wish())).toMatchObject({ outcome: "queued" });
    expect(await countRuns(db, who.projectId)).toEqual({ queued: 3, running: 0 });
    await claimRun(db, who);
    expect(await enqueueRun(db, wish({ overlap: "refuse" }))).toMatchObject({
      outcome: "refused",
      run: { id: first.run.id, state: "running" },
    });
    expect(await auditOf(first.run.id)).toEqual(["run.queued", "run.merged", "run.claimed"]);
  });

  test("a branch's newer commit takes the place of the one that waits", async () => {
    const { wish, dev } = await world("branch");
    const deploy = (commit: string, more: Partial<RunWish> = {}) =>
      enqueueRun(
        db,
        wish({ kind: "deploy", job: null, request: null, overlap: "merge", trigger: branch(commit), ...more }),
      );
    const { run } = await deploy("c1");
    expect(await deploy("c2")).toMatchObject({ outcome: "merged", run: { id: run.id, trigger: branch("c2") } });
    expect(await deploy("c2", { environmentId: dev.id })).toMatchObject({ outcome: "queued" });
  });

  test("one run per environment and each run once, whoever asks at once", async () => {
    const { wish, who, dev } = await world("race");
    for (const job of ["a", "b", "c", "d"]) await enqueueRun(db, wish({ job }));
    await enqueueRun(db, wish({ job: "e", environmentId: dev.id }));
    const second = await place.open();
    const ask = Array.from({ length: 10 }, (_, at) => claimRun(at % 2 ? db : second, { ...who, pid: at }));
    const claimed = (await Promise.all(ask)).filter((run) => run !== null);
    await second.close();
    expect(claimed.map(({ job }) => job).sort()).toEqual(["a", "e"]);
  });

  test("a request in a transaction that fails was never made; the same work asked for at once is one run", async () => {
    const { wish, who } = await world("joined");
    const failing = db.transaction(async (trx) => {
      await enqueueRun(trx, wish());
      throw new Error("stop");
    });
    await expect(failing).rejects.toThrow("stop");
    expect(await countRuns(db, who.projectId)).toEqual({ queued: 0, running: 0 });
    const asked = await Promise.all(Array.from({ length: 6 }, () => enqueueRun(db, wish({ overlap: "merge" }))));
    expect(asked.map((one) => one.outcome).sort()).toEqual([...Array(5).fill("merged"), "queued"]);
  });

  test("nothing starts under another's lease; a person's rollback keeps new commits waiting", async () => {
    const { wish, who, project, environment } = await world("waits");
    const name = environmentLeaseName(project.name, environment.name);
    const lease = { name, holder: "x", pid: 1, host: "h", what: "deploy prod", ttlMs: 30_000, clock };
    await acquireLease(db, lease);
    const { run } = await enqueueRun(db, wish());
    expect(await claimRun(db, who)).toBeNull();
    clock.move(30_000);
    await updateEnvironment(db, environment.id, { paused: true }, audit());
    await enqueueRun(db, wish({ kind: "deploy", job: null, request: null, trigger: branch("c1") }));
    expect((await claimRun(db, who))?.id).toBe(run.id);
    await finishRun(db, run.id, "failed", outcome, audit());
    expect(await claimRun(db, who)).toBeNull();
    await updateEnvironment(db, environment.id, { paused: false }, audit());
    expect(await claimRun(db, who)).toMatchObject({ kind: "deploy" });
  });

  test("a job of a rolled-back environment goes on while new commits of its own wait", async () => {
    const { wish, who, environment } = await world("goes on");
    await updateEnvironment(db, environment.id, { paused: true }, audit());
    const commit = await enqueueRun(db, wish({ overlap: "merge", trigger: branch("c1") }));
    for (const overlap of ["merge", "refuse"] as const) {
      const { outcome: how, run } = await enqueueRun(db, wish({ overlap, trigger: schedule }));
      expect([overlap, how, run.trigger]).toEqual([overlap, "queued", schedule]);
      expect(await enqueueRun(db, wish({ overlap: "merge", trigger: branch("c2") }))).toMatchObject({
        outcome: "merged",
        run: { id: commit.run.id, trigger: branch("c2") },
      });
      expect((await claimRun(db, who))?.id).toBe(run.id);
      await finishRun(db, run.id, "succeeded", outcome, audit());
    }
  });

  test("a job that can never keep up has an end of its queue; people are let in", async () => {
    const { wish } = await world("full");
    const asked = Array.from({ length: WAITING_RUNS_MAX + 2 }, () => wish({ trigger: schedule }));
    const answers = await enqueueRuns(db, asked);
    expect(answers.map(({ outcome: how }) => how).slice(-3)).toEqual(["queued", "refused", "refused"]);
    expect(answers.at(-1)).toMatchObject({ full: WAITING_RUNS_MAX, run: { id: answers.at(-3)!.run.id } });
    expect(await enqueueRun(db, wish())).toMatchObject({ outcome: "queued" });
  });

  test("what waits can be taken back, what runs not", async () => {
    const { wish, who } = await world("cancel");
    const { run } = await enqueueRun(db, wish());
    const row = { ...audit("run.cancelled"), subject: `run ${run.id}` };
    expect(await cancelQueued(db, run.id, outcome, row)).toBe(true);
    expect(await cancelQueued(db, run.id, outcome, row)).toBe(false);
    expect(await loadRun(db, run.id)).toMatchObject({ state: "cancelled", outcome, finishedAt: clock.now() });
    const { run: next } = await enqueueRun(db, wish());
    expect(await claimRun(db, { ...who, runId: next.id })).toMatchObject({ id: next.id });
    expect(await cancelQueued(db, next.id, outcome, row)).toBe(false);
    expect(await auditOf(run.id)).toEqual(["run.queued", "run.cancelled"]);
  });

  test("machines whose clocks differ go by that of the PostgreSQL server", async () => {
    for (const wrongMs of [-600_000, 31_000, 900]) {
      let ms = wrongMs;
      const now = () => new Date(systemClock.now().getTime() + ms);
      const shift = (by: number) => {
        ms += by;
        return ms - wrongMs;
      };
      const far = await place.open({ clock: { ...systemClock, now, shift } });
      await far.close();
      if (backend === "embedded" || wrongMs === 900) expect(ms).toBe(wrongMs);
      else expect(Math.abs(ms)).toBeLessThan(10_000);
    }
  });

  test("a server is known by its signs of life; a new one under its process id takes its place", async () => {
    const { project } = await world("servers");
    const server = { id: "s1", projectId: project.id, pid: 5, host: "here", version: "1", address: "127.0.0.1:8600" };
    const known = await registerServer(db, server, audit());
    clock.move(5_000);
    await heartbeat(db, known);
    expect(await listServers(db, project.id)).toEqual([{ ...known, heartbeatAt: clock.now() }]);
    await registerServer(db, { ...server, id: "s2" }, audit());
    expect((await listServers(db, project.id)).map(({ id }) => id)).toEqual(["s2"]);
    await removeServer(db, "s2", { ...audit("server.stopped"), subject: "server s2" });
    await removeServer(db, "s2", { ...audit("server.stopped"), subject: "server s2" });
    expect(await listServers(db, project.id)).toEqual([]);
    expect(await listAudit(db, { subject: "server s2", limit: 5 })).toHaveLength(1);
    await registerServer(db, { ...server, id: "s3", host: "taken away" }, audit());
    clock.move(25 * 3_600_000);
    await registerServer(db, { ...server, id: "s4" }, audit());
    expect((await listServers(db, project.id)).map(({ id }) => id)).toEqual(["s4"]);
    expect(await listAudit(db, { subject: "server s3", limit: 5 })).toMatchObject([{ what: "server.lost" }]);
  });
});
