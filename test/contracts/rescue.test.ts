// Runs of processes that are no more: who counts as dead, and what becomes of their runs. On PGlite and on PostgreSQL.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jobRequest } from "../../src/core/jobs/job-request.ts";
import { environmentLeaseName } from "../../src/core/jobs/queue.ts";
import type { Run } from "../../src/core/records.ts";
import { listAudit } from "../../src/db/audit.ts";
import type { Db } from "../../src/db/db.ts";
import { acquireLease } from "../../src/db/leases.ts";
import { claimRun, enqueueRun } from "../../src/db/run-queue.ts";
import { finishRun, loadRun, recordStep, setRunPhase, startRun } from "../../src/db/runs.ts";
import { heartbeat, listServers, registerServer } from "../../src/db/servers.ts";
import { TWIN_WAIT_MS } from "../../src/ops/limits.ts";
import { enlist } from "../../src/ops/server/enlist.ts";
import { runAgain, takeUpAbandoned } from "../../src/ops/server/rescue.ts";
import { scheduleWorld } from "../support/schedule-session.ts";
import { backends, handClock, makePlace, type StatePlace } from "../support/state.ts";
import { audit } from "../support/state-samples.ts";

const jobs = `  daily: { environment: prod, steps: [dbt run] }
  load: { environment: prod, steps: [dbt run-operation load] }
`;
/** Larger than any process id of Linux. */
const NOBODY = 99_999_999;

describe.each(backends)("runs of the dead on %s", (backend) => {
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
    // What a warehouse says of a run that never came to its switch.
    const warehouse = async () => ({ endOrphans: async () => {}, readLive: async () => null });
    const { session } = scheduleWorld(db, name, { jobs, more: { warehouse, installation: async () => "i" } });
    const { id: projectId } = await session.project();
    const environment = await session.record(session.environment("prod"));
    const ask = async (job = "daily") => {
      const wish = { projectId, environmentId: environment.id, kind: "job" as const, job, reason: null, retryOf: null };
      const request = jobRequest(session.place.config, job);
      const trigger = { kind: "manual" as const };
      return (await enqueueRun(db, { ...wish, trigger, request, actor: "aoi", overlap: "queue" })).run;
    };
    const claim = async (pid = NOBODY, host = "here") =>
      (await claimRun(db, { projectId, actor: "server", pid, host })) as Run;
    const look = async (active: number[] = [], inTouchMs = 3_600_000) => {
      const taken: number[] = [];
      const onTakenUp = (run: Run) => void taken.push(run.id);
      await takeUpAbandoned({ session, isActive: (id) => active.includes(id), onTakenUp, inTouchMs });
      return taken;
    };
    return { session, projectId, ask, claim, look };
  };
  const stateOf = async (run: Run) => (await loadRun(db, run.id)).state;

  test("what had not begun waits again under its number, once; then it is closed with its reason", async () => {
    const { ask, claim, look } = await world("again");
    const run = await ask();
    await claim();
    expect(await look()).toEqual([]); // Claimed this moment: whoever did it may not be on the list yet.
    clock.move(6_000);
    expect(await look()).toEqual([run.id]);
    expect(await stateOf(run)).toBe("queued");
    await claim();
    clock.move(6_000);
    expect(await look()).toEqual([run.id]);
    expect(await loadRun(db, run.id)).toMatchObject({
      state: "interrupted",
      outcome: { id: "serve.interrupted_twice" },
    });
    const rows = await listAudit(db, { subject: `run ${run.id}`, limit: 9 });
    expect(rows.map(({ what }) => what).reverse()).toEqual([
      "run.queued",
      "run.claimed",
      "run.put_back",
      "run.claimed",
      "run.interrupted",
    ]);
  });

  test("a living process is left alone: here by its id, elsewhere by its signs of life", async () => {
    const { projectId, ask, claim, look } = await world("alive");
    const run = await ask();
    await claim(process.ppid);
    clock.move(50_000);
    expect(await look()).toEqual([]);
    await finishRun(db, run.id, "cancelled", null, audit());
    const far = await ask();
    const server = { id: "far", projectId, pid: 7, host: "there", version: "1", address: null };
    await registerServer(db, server, audit());
    await claim(7, "there");
    clock.move(30_000);
    expect(await look()).toEqual([]);
    clock.move(1_000);
    expect(await look()).toEqual([far.id]);
  });

  test("a server that was cut off takes nobody for dead who was cut off with it", async () => {
    const { projectId, ask, claim, look } = await world("cut off");
    await registerServer(db, { id: "cut", projectId, pid: 7, host: "there", version: "1", address: null }, audit());
    const [theirs, alone] = [await ask(), await ask("load")];
    await claim(7, "there");
    clock.move(180_000);
    expect(await look([], 29_000)).toEqual([]);
    expect(await look([], 31_000)).toEqual([theirs.id]);
    await finishRun(db, theirs.id, "cancelled", null, audit());
    await claim();
    clock.move(6_000);
    expect(await look([], 0)).toEqual([alone.id]); // Its process is seen to be gone.
  });

  test("a process that began long after the claim only has the number of the dead one", async () => {
    const { ask, claim, look } = await world("reused");
    const run = await ask();
    await claim(process.pid === process.ppid ? 1 : process.ppid);
    clock.move(30 * 24 * 3_600_000);
    expect(await look()).toEqual([run.id]);
  });

  test("a run elsewhere whose lease lives goes on, also in an environment that slipway.yml here does not have", async () => {
    const { session, ask, claim, look } = await world("other file");
    const run = await ask();
    await claim(7, "there");
    const lease = { name: environmentLeaseName("other file", "prod"), holder: "7:1", pid: 7, host: "there" };
    const hour = { what: "job prod", ttlMs: 3_600_000, clock };
    expect(await acquireLease(db, { ...lease, ...hour })).toMatchObject({ granted: true });
    const [prod] = session.place.config.environments;
    session.place.config = { ...session.place.config, environments: [{ ...prod!, name: "another" }] };
    clock.move(60_000);
    expect(await look()).toEqual([]);
    expect(await stateOf(run)).toBe("running");
  });

  if (backend === "postgres")
    test("a server with the name of one that is at work does not start; one that was killed is no hindrance", async () => {
      const { session, projectId } = await world("twins");
      const twin = { id: "twin", projectId, pid: process.pid, host: "here", version: "1", address: null };
      const row = await registerServer(db, twin, audit());
      let ticks = 0;
      const beats = async (ms: number) => {
        ticks += ms;
        clock.move(ms);
        if (ticks === 5_000) await heartbeat(db, row);
      };
      Object.assign(session.ctx, { version: "1", clock: { ...clock, ticksMs: () => ticks, sleep: beats } });
      await expect(enlist(session, "second")).rejects.toMatchObject({
        code: "conflict",
        text: { id: "serve.same_name" },
      });
      expect(await listServers(db, projectId)).toMatchObject([{ id: "twin" }]);
      expect(await enlist(session, "restarted")).toMatchObject({ id: "restarted" });
      expect(await listServers(db, projectId)).toMatchObject([{ id: "restarted" }]);
      expect(ticks).toBe(5_000 + TWIN_WAIT_MS);
    });

  test("what this process carries out itself is left alone, what it has lost is taken up", async () => {
    const { ask, claim, look } = await world("own");
    const run = await ask();
    await claim(process.pid);
    clock.move(6_000);
    expect(await look([run.id])).toEqual([]);
    expect(await look()).toEqual([run.id]);
  });

  test("a command typed by hand whose process is gone keeps no run of the queue waiting", async () => {
    const { session, projectId, ask, claim, look } = await world("by hand");
    const environment = await session.record(session.environment("prod"));
    const hand = { projectId, environmentId: environment.id, kind: "deploy" as const, actor: "aoi", reason: null };
    const dead = await startRun(db, { ...hand, pid: NOBODY, host: "here" });
    const run = await ask();
    expect(await claim()).toBeNull();
    clock.move(6_000);
    expect(await look()).toEqual([dead.id]);
    expect(await stateOf(dead)).toBe("interrupted");
    expect(await runAgain(session)).toEqual([]);
    expect((await claim()).id).toBe(run.id);
  });

  test("an environment that slipway.yml has no more: closed", async () => {
    const { session, ask, claim, look } = await world("gone");
    const run = await ask();
    await claim();
    clock.move(6_000);
    const [prod] = session.place.config.environments;
    session.place.config = { ...session.place.config, environments: [{ ...prod, name: "other" }] };
    expect(await look()).toEqual([run.id]);
    expect(await loadRun(db, run.id)).toMatchObject({
      state: "interrupted",
      outcome: { id: "serve.environment_gone" },
    });
  });

  test("an interrupted run is run again once, as a run of its own; one with effects outside is not", async () => {
    const { session, ask, claim } = await world("retry");
    const interrupt = async (job: string) => {
      const run = await ask(job);
      await claim();
      await setRunPhase(db, run.id, "build");
      await recordStep(db, run.id, "taken up");
      await finishRun(db, run.id, "interrupted", null, audit());
      return run;
    };
    const daily = await interrupt("daily");
    await interrupt("load");
    const both = await Promise.all([runAgain(session), runAgain(session)]);
    const [pair, ...none] = both.flat();
    expect([pair?.run, none]).toEqual([daily.id, []]);
    expect(await loadRun(db, pair!.again)).toMatchObject({
      state: "queued",
      retryOf: daily.id,
      trigger: { kind: "retry", runId: daily.id },
    });
    await claim();
    await recordStep(db, pair!.again, "taken up");
    await finishRun(db, pair!.again, "interrupted", null, audit());
    expect(await runAgain(session)).toEqual([]);
  });
});
