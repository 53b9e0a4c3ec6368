// The desk of a server: what it claims is carried out, ended or given back, whatever fails around it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobRequest } from "../../src/core/jobs/job-request.ts";
import type { Db } from "../../src/db/db.ts";
import { enqueueRun } from "../../src/db/run-queue.ts";
import { loadRun } from "../../src/db/runs.ts";
import type { Session } from "../../src/flow/session/session.ts";
import { AppError } from "../../src/lib/error.ts";
import { openDesk } from "../../src/ops/server/desk.ts";
import type { ServerLog } from "../../src/ops/server/server-log.ts";
import { say } from "../../src/text/catalogue.ts";
import { scheduleWorld } from "../support/schedule-session.ts";
import { handClock, makePlace, type StatePlace } from "../support/state.ts";

const jobs = "  daily: { environment: prod, steps: [dbt run] }\n";
const clock = handClock("2026-11-20T00:00:00Z");
let place: StatePlace;
let db: Db;
beforeAll(async () => {
  place = await makePlace("embedded", clock);
  db = await place.open();
});
afterAll(async () => {
  await db.close();
  await place.remove();
});

const quiet: ServerLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, hide: () => {} };
const away = new AppError("upstream", say("db.unreachable", { place: "here" }));

async function world(name: string, log: ServerLog = quiet) {
  const { session: bare } = scheduleWorld(db, name, { jobs });
  const stop = new AbortController();
  const ctx = { ...bare.ctx, pid: process.pid, host: "here", env: {}, progress: () => {} };
  const session = Object.assign(bare, { ctx }) as Session;
  const { id: projectId } = await session.project();
  const environment = await session.record(session.environment("prod"));
  const wish = { projectId, environmentId: environment.id, kind: "job" as const, job: "daily", reason: null };
  const request = jobRequest(session.place.config, "daily");
  const asked = { request, actor: "aoi", overlap: "queue" as const, retryOf: null };
  const { run } = await enqueueRun(db, { ...wish, ...asked, trigger: { kind: "manual" } });
  const desk = openDesk({ session, log, stop: stop.signal, onEnd: () => {} });
  return { session, stop, run, desk };
}

test("what fails between the claim and the work leaves the run to whoever takes up lost ones", async () => {
  const failing: ServerLog = {
    ...quiet,
    hide: () => {
      throw away;
    },
  };
  const { desk, run } = await world("blip", failing);
  await expect(desk.work()).rejects.toThrow(away);
  expect((await loadRun(db, run.id)).state).toBe("running");
  expect([desk.isActive(run.id), desk.count()]).toEqual([false, 0]);
});

test("a claim that comes back when the server has begun to stop is given back at once", async () => {
  const { session, desk, run, stop } = await world("stopping");
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  session.actor = () => {
    asked.resolve();
    return answer.promise;
  };
  const working = desk.work();
  await asked.promise;
  stop.abort();
  desk.handOverAll();
  answer.resolve("server test");
  await working;
  expect(await loadRun(db, run.id)).toMatchObject({ state: "queued", pid: 0 });
  expect(desk.handedOver()).toEqual([run.id]);
});

test("a database file that another program holds is a failure that people hear of, not a wait without end", async () => {
  const { session, desk, run } = await world("held file");
  session.python = async () => {
    throw new AppError("locked", say("duckdb.locked", { file: "/data/shop.duckdb" }));
  };
  await desk.work();
  expect(await loadRun(db, run.id)).toMatchObject({ state: "failed", outcome: { id: "duckdb.locked" } });
});
