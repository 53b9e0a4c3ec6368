// A server that is killed, stopped, cut off or one of three: every run ends or waits, every occurrence comes once, consumers see one release.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAudit } from "../../src/db/audit.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { expectDone } from "./commands.ts";
import { makeProxy } from "./proxy.ts";
import { expectStopped, killServer, type ServerProcess, startServer } from "./servers.ts";
import { newTiny, type Tiny, withEnv } from "./tiny.ts";
import { served, statements, withState } from "./truth.ts";

const config = `version: 1
environments:
  prod: { target: prod, confirm: false, retention: { deploys: 1, refreshes: 1, days: 0 } }
  twin: { target: twin, confirm: false }
jobs:
  daily: { environment: prod, steps: [dbt build] }
  other: { environment: prod, steps: [dbt build] }
  twins: { environment: twin, steps: [dbt build] }
`;
/** The limit is for what never happens, not for a slow machine. */
const patient = { timeout: 240_000, interval: 50 };

const stateOf = (tiny: Tiny, run: number) =>
  withState(tiny, async (db) => {
    const row = await db.kysely.selectFrom("runs").select(["state", "phase"]).where("id", "=", run).executeTakeFirst();
    return row?.state ?? "none";
  });

/** Asks for a run of `daily` with the newest commit; it waits. Returns its number. */
async function enqueue(tiny: Tiny): Promise<number> {
  const answer = await tiny.ask(["job", "run", "daily", "--commit", "HEAD", "--no-wait"]);
  expectDone(answer);
  return answer.json.data.run_id as number;
}

/** All that comes before the model that takes minutes has been built. */
async function building(tiny: Tiny, run: number): Promise<void> {
  const file = join(tiny.dir, ".slipway", "runs", String(run), "events.jsonl");
  const begun = () => existsSync(file) && readFileSync(file, "utf8").includes("unique_history_id");
  await expect.poll(begun, patient).toBe(true);
}

describe.each(["duckdb", "postgres"] as const)("%s", (kind) => {
  let tiny: Tiny;
  let server: ServerProcess;
  beforeAll(async () => {
    tiny = await newTiny(kind, { config });
    expectDone(await tiny.deploy());
    server = await startServer(tiny);
  });
  afterAll(async () => {
    server?.family.killAll();
    await tiny?.[Symbol.asyncDispose]();
  });

  test("killed in the middle of a job: closed at the restart, run again, stopped by a person", async () => {
    tiny.slowChange(2);
    const run = await enqueue(tiny);
    await building(tiny, run);
    await killServer(server);
    expect(await served(tiny)).toBe(1);
    server = await startServer(tiny);
    expect(await server.until({ event: "serve.run_taken_up", run })).toMatchObject({ state: "interrupted" });
    const { again } = await server.until({ event: "serve.run_again", run });
    await building(tiny, again);
    const cancel = await tiny.ask(["run", "cancel", String(again), "--reason", "too slow"]);
    expectDone(cancel);
    expect(cancel.json.data).toMatchObject({ before: "running", state: "cancelled", serves: { number: 1 } });
    await expect.poll(() => statements(tiny.url, "state <> 'idle'"), patient).toEqual([]);
    expect([await stateOf(tiny, run), await stateOf(tiny, again), await served(tiny)]).toEqual([
      "interrupted",
      "cancelled",
      1,
    ]);
  });

  test("the next commit goes its way, followed from another terminal", async () => {
    tiny.change(3);
    const answer = await tiny.ask(["job", "run", "daily", "--commit", "HEAD"]);
    expectDone(answer);
    expect(answer.json.data).toMatchObject({ job: "daily", state: "succeeded", environment: "prod" });
    expect(answer.stderr).toContain(`carried out by pid ${server.child.pid}`);
    expect(await served(tiny)).toBe(3);
  });

  test("a broken slipway.yml changes nothing until it is whole again", async () => {
    tiny.write("slipway.yml", config.replace("prod:", "prood:"));
    await server.until({ event: "serve.config_broken" });
    expect(await server.health()).toMatchObject({ status: 200, body: { config: "broken" } });
    tiny.write("slipway.yml", config);
    await server.until({ event: "serve.config_changed" });
    expect(await server.health()).toMatchObject({ status: 200, body: { config: "ok" } });
  });

  if (kind === "duckdb")
    test("the embedded state has one server: a second one is told who serves", async () => {
      const second = await tiny.ask(["serve", "--port", "0"]);
      expect(second.json).toMatchObject({ code: "locked", exit: 4 });
      expect(JSON.stringify(second.json.problems)).toContain(`pid ${server.child.pid} on`);
    });

  test("stopped in the middle: no process is left, the run waits for the next server, and can be taken back", async () => {
    tiny.slowChange(4);
    const run = await enqueue(tiny);
    await building(tiny, run);
    expect(await server.health()).toMatchObject({
      status: 200,
      body: { state: "serving", running: 1, running_here: 1 },
    });
    const answer = await expectStopped(server);
    expect(answer.stdout).toContain(`run ${run}`);
    expect(await stateOf(tiny, run)).toBe("queued");
    expect(await served(tiny)).toBe(3);
    const cancel = await tiny.ask(["run", "cancel", String(run)]);
    expect(cancel.json.data).toMatchObject({ before: "queued", state: "cancelled" });
    const rows = await withState(tiny, (db) => listAudit(db, { subject: `run ${run}`, limit: 20 }));
    const ends = rows.map(({ what }) => what).filter((what) => what.startsWith("run."));
    expect(ends.reverse()).toEqual(["run.queued", "run.claimed", "run.handed_over", "run.cancelled"]);
  });

  test("without a server the job runs here", async () => {
    tiny.change(5);
    const answer = await tiny.ask(["job", "run", "daily", "--commit", "HEAD"]);
    expectDone(answer);
    expect(answer.json.data).toMatchObject({ state: "succeeded" });
    expect(await served(tiny)).toBe(5);
  });
});

describe("several servers on one PostgreSQL", () => {
  let tiny: Tiny;
  const servers: ServerProcess[] = [];
  beforeAll(async () => {
    tiny = await newTiny("postgres", { config });
    expectDone(await tiny.deploy());
  });
  afterAll(async () => {
    for (const server of servers) server.family.killAll();
    await tiny?.[Symbol.asyncDispose]();
  });

  test("each run is carried out once, each occurrence decided once", async () => {
    for (const job of ["daily", "other", "twins"]) expectDone(await tiny.ask(["job", "run", job, "--no-wait"]));
    // The ten minutes that have just passed: the next one is due in fifty minutes, when all of this is over.
    const since = new Date(Math.floor(systemClock.now().getTime() / 60_000) * 60_000 - 10 * 60_000);
    const minutes = Array.from({ length: 10 }, (_, at) =>
      new Date(since.getTime() + (at + 1) * 60_000).getUTCMinutes(),
    );
    tiny.write(
      "slipway.yml",
      `${config.replace("version: 1", "version: 1\ntimezone: UTC")}  minutely: { environment: twin, steps: [dbt build], triggers: [{ cron: "${minutes.join()} * * * *" }] }\n`,
    );
    await withState(tiny, async (db) => {
      const { id: projectId } = await db.kysely.selectFrom("projects").select("id").executeTakeFirstOrThrow();
      const job = { projectId, name: "minutely", pausedBy: null, pausedReason: null, consideredUntil: since };
      await db.kysely.insertInto("jobs").values(job).execute();
    });
    servers.push(...(await Promise.all([startServer(tiny), startServer(tiny), startServer(tiny)])));
    const open = () =>
      withState(tiny, (db) => db.kysely.selectFrom("runs").select("id").where("finishedAt", "is", null).execute());
    const decided = () =>
      withState(tiny, (db) =>
        db.kysely.selectFrom("occurrences").select(["dueAt", "state"]).orderBy("dueAt").execute(),
      );
    await expect.poll(async () => (await decided()).length, patient).toBe(10);
    await expect.poll(open, patient).toEqual([]);
    for (const server of servers.splice(0)) await expectStopped(server);
    const times = (await decided()).map(({ dueAt }) => dueAt.getTime());
    expect(times).toEqual(times.map((_, at) => since.getTime() + (at + 1) * 60_000));
    const runs = await withState(tiny, (db) =>
      db.kysely.selectFrom("runs").select(["job", "state"]).where("job", "is not", null).orderBy("id").execute(),
    );
    expect(runs.slice(0, 3).map(({ job }) => job)).toEqual(["daily", "other", "twins"]);
    expect(
      runs.every(({ state }) => state === "succeeded"),
      JSON.stringify(runs),
    ).toBe(true);
    const claims = (await withState(tiny, (db) => listAudit(db, { limit: 1_000 }))).filter(
      ({ what }) => what === "run.claimed",
    );
    expect(claims.length).toBe(runs.length);
  });

  test("the database goes away and comes back: the server goes on, and so does its work", async () => {
    const url = new URL(tiny.stateUrl!);
    const way = await makeProxy(url.hostname, Number(url.port || 5432));
    url.port = String(way.port);
    url.hostname = "127.0.0.1";
    const server = await startServer(withEnv(tiny, { DATABASE_URL: url.href }));
    servers.push(server);
    tiny.slowChange(7);
    const run = await enqueue(tiny);
    await building(tiny, run);
    way.cut();
    await server.until({ event: "serve.duty_failed" });
    expect(await server.health()).toMatchObject({ status: 503, body: { database: "unreachable" } });
    way.restore();
    await server.until({ event: "serve.duty_recovered" });
    await expect.poll(async () => (await server.health()).status, patient).toBe(200);
    const cancel = await tiny.ask(["run", "cancel", String(run)]);
    expectDone(cancel);
    tiny.change(8);
    expectDone(await tiny.ask(["job", "run", "daily", "--commit", "HEAD"]));
    expect(await served(tiny)).toBe(8);
    await expectStopped(server);
    way.close();
  });
});
