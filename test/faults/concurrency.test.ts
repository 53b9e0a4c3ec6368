// Several commands at once: one at a time per environment and store, each told who is at it, and stopped cleanly when asked.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { expectCancelled, expectDone, type Running, run } from "./commands.ts";
import { stopped } from "./processes.ts";
import { newTiny, type Tiny } from "./tiny.ts";
import { activity, expectLive, expectTidy, served, soon, statements, withState } from "./truth.ts";

const slowNode = { event: "node_started", name: "report" };

describe.each(["duckdb", "postgres"] as const)("%s", (kind) => {
  let tiny: Tiny;
  beforeAll(async () => {
    tiny = await newTiny(kind);
    expectDone(await tiny.deploy());
  });
  afterAll(() => tiny?.[Symbol.asyncDispose]());

  /** A deployment in the middle of a model that takes minutes. */
  async function slowDeploy(release: number): Promise<Running> {
    tiny.slowChange(release);
    const running = run(tiny, ["deploy", "prod"]);
    await running.until(slowNode);
    return running;
  }

  /** A stopped run left nothing, and consumers see what they saw. */
  async function expectStopped(release: number): Promise<void> {
    await expect.poll(() => statements(tiny.url), soon).toEqual([]);
    await expectTidy(tiny);
    expect(await served(tiny)).toBe(release);
  }

  test("a second deployment is told who is at it; cancel stops the first from another process", async () => {
    const first = await slowDeploy(2);
    const second = await tiny.deploy();
    expect(second.code, second.stderr).toBe(4);
    expect(second.json).toMatchObject({ code: "locked", exit: 4 });
    const [{ facts }] = second.json.problems;
    expect(JSON.stringify(facts)).toMatch(
      new RegExp(`pid ${first.child.pid} on .+, since 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC`),
    );
    const from = systemClock.ticksMs();
    const cancel = await tiny.ask(["cancel", "prod", "--reason", "wrong branch"]);
    expectDone(cancel);
    // Long before the model would end by itself.
    expect(systemClock.ticksMs() - from).toBeLessThan(120_000);
    expect(cancel.json.data.stopped).toMatchObject([{ kind: "deploy", phase: "build", pid: first.child.pid }]);
    await expectCancelled(first);
    await expectStopped(1);
    expect(await withState(tiny, runStates)).toEqual(["succeeded", "cancelled"]);
  });

  test("after a cancel the next commit is deployed as ever", async () => {
    tiny.change(3);
    expectDone(await tiny.deploy());
    await expectLive(tiny, 3);
  });

  test("Ctrl-C once stops cleanly", async () => {
    const running = await slowDeploy(4);
    running.child.kill("SIGINT");
    await expectCancelled(running);
    await expectStopped(3);
  });

  // On DuckDB there is nothing between the tests and the one transaction of the switch.
  if (kind === "postgres")
    test("Ctrl-C in the middle of prepare: the next promotion settles what stands", async () => {
      const reader = new pg.Client({ connectionString: tiny.url! });
      await reader.connect();
      await reader.query("begin");
      await reader.query("select * from analytics.report");
      tiny.change(12);
      const running = run(tiny, ["deploy", "prod"]);
      await running.until({ event: "phase_started", phase: "promote" });
      await expect.poll(() => activity(tiny.url!, "wait_event_type = 'Lock'"), soon).toBe(1);
      running.child.kill("SIGINT");
      await expectCancelled(running);
      await reader.end();
      expect(await served(tiny)).toBe(3);
      expectDone(await tiny.deploy());
      await expectLive(tiny, 12);
      tiny.change(3);
      expectDone(await tiny.deploy());
      await expectLive(tiny, 3);
    });

  test("Ctrl-C twice ends at once; the next command tidies up", async () => {
    const running = await slowDeploy(5);
    running.child.kill("SIGINT");
    await running.said("Stopping"); // two signals at once may arrive as one
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
    expect(await running.family.left()).toEqual([]);
    expect(await served(tiny)).toBe(3);
    tiny.change(6);
    expectDone(await tiny.deploy());
    await expectLive(tiny, 6);
  });

  test("two environments with one store build one after the other, and the second reuses", async () => {
    tiny.change(7);
    const both = [run(tiny, ["deploy", "prod"]), run(tiny, ["deploy", "twin"])];
    const answers = await Promise.all(both.map((one) => one.ended));
    for (const answer of answers) expectDone(answer);
    const built = answers.map(({ json }) => json.data.build.built);
    expect(built.sort()).toEqual([0, 5]);
    const [twin] = await tiny.query("select min(release) as low, max(release) as high from twin.report");
    expect([Number(twin?.low), Number(twin?.high)]).toEqual([7, 7]);
    await expectLive(tiny, 7);
  });

  test("a holder that died elsewhere keeps its lease until its time is up, or a person takes it away", async () => {
    tiny.change(8);
    expect((await tiny.deploy({ SLIPWAY_FAULT: "build:middle" })).signal).toBe("SIGKILL");
    await withState(tiny, (db) => db.kysely.updateTable("leases").set({ host: "elsewhere" }).execute().then());
    const locked = await tiny.deploy();
    expect(locked.code).toBe(4);
    expect(JSON.stringify(locked.json.problems[0].facts)).toContain("on elsewhere");
    const unlocked = await tiny.ask(["unlock", "prod", "--reason", "that machine is gone"]);
    expectDone(unlocked);
    expect(unlocked.json.data.released).toContainEqual(
      expect.objectContaining({ what: "deploy prod", host: "elsewhere", alive: null }),
    );
    expectDone(await tiny.deploy());
    await expectLive(tiny, 8);
    tiny.change(9);
    expect((await tiny.deploy({ SLIPWAY_FAULT: "verify:before" })).signal).toBe("SIGKILL");
    const past = { host: "elsewhere", expiresAt: new Date(Date.now() - 1) };
    await withState(tiny, (db) => db.kysely.updateTable("leases").set(past).where("held", "=", true).execute().then());
    expectDone(await tiny.deploy());
    await expectLive(tiny, 9);
  });

  test("whoever is overtaken changes nothing any more", async () => {
    tiny.change(10);
    const late = run(tiny, ["deploy", "prod"], { SLIPWAY_FAULT: "stop@verify:before" });
    await stopped(late.child);
    const unlocked = await tiny.ask(["unlock", "prod", "--reason", "it hangs"]);
    expectDone(unlocked);
    tiny.change(11);
    expectDone(await tiny.deploy());
    late.child.kill("SIGCONT");
    const answer = await late.ended;
    expect(answer.json, answer.stderr).toMatchObject({ code: "conflict", exit: 4 });
    expect(await late.family.left()).toEqual([]);
    await expectLive(tiny, 11);
  });
});

const runStates = async (db: Parameters<Parameters<typeof withState>[1]>[0]): Promise<string[]> =>
  (await db.kysely.selectFrom("runs").select("state").orderBy("id").execute()).map(({ state }) => state);
