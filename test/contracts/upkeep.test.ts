// Upkeep by the clock, on both kinds of state: once per occurrence whoever serves, made up for once, and what it does to files.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAlerts, openAlerts } from "../../src/db/alerts.ts";
import { listAudit } from "../../src/db/audit.ts";
import type { Db } from "../../src/db/db.ts";
import { ensureProject, updateEnvironment } from "../../src/db/projects.ts";
import { finishRun } from "../../src/db/runs.ts";
import { beginUpkeep, listUpkeep } from "../../src/db/upkeep.ts";
import { withLease } from "../../src/flow/session/lease.ts";
import type { Session } from "../../src/flow/session/session.ts";
import { upkeepRun, upkeepShow, upkeepTick } from "../../src/ops/upkeep.ts";
import { render } from "../../src/text/catalogue.ts";
import { bareSession } from "../support/session.ts";
import { backends, handClock, makePlace, type StatePlace } from "../support/state.ts";
import { audit, sampleProject, sampleRun } from "../support/state-samples.ts";

const config = (more = "") => `version: 1
timezone: Asia/Tokyo
environments: { prod: { target: prod } }
upkeep: { weekly: off, monthly: off, warn_below: 1 B${more} }
`;

describe.each(backends)("upkeep on %s", (backend) => {
  let place: StatePlace;
  let db: Db;
  let folder: string;
  const clock = handClock("2026-11-20T00:00:00Z");
  const dayMs = 86_400_000;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "slipway-upkeep-"));
    place = await makePlace(backend, clock);
    db = await place.open();
  });
  afterAll(async () => {
    await db?.close();
    await place?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const session = (project: string, text = config(), host = "here"): Session => {
    const home = host === "here" ? join(folder, project) : join(folder, host, project);
    mkdirSync(home, { recursive: true });
    const warehouse = async () => {
      throw new Error("nothing was ever deployed");
    };
    return bareSession(db, { name: project, config: text, root: home, ctx: { host }, more: { warehouse } });
  };
  const records = async (project: string) => listUpkeep(db, (await ensureProject(db, project)).id, { limit: 50 });
  const states = async (project: string) => (await records(project)).map((one) => one.state);

  test("a new installation makes up for nothing; then each day once, by one of several servers", async () => {
    await upkeepTick(session("days"));
    expect(await states("days")).toEqual(["noted"]);
    await upkeepTick(session("days"));
    expect(await states("days")).toEqual(["noted"]);
    clock.move(dayMs);
    await Promise.all([1, 2, 3].map(() => upkeepTick(session("days"))));
    await upkeepTick(session("days"));
    expect(await states("days")).toEqual(["done", "noted"]);
    const [done] = await records("days");
    expect(done!.dueAt.toISOString()).toBe("2026-11-20T18:30:00.000Z");
    expect(done!.tasks.map((task) => [task.task, task.ok])).toEqual([
      ["logs", true],
      ["clean", true],
      ["gc", true],
      ["disk", true],
    ]);
    const rows = (await listAudit(db, { subject: "project days", limit: 9 })).filter(
      (row) => row.what === "upkeep.daily",
    );
    expect(rows).toMatchObject([{ who: "server", details: { state: "done", freed_bytes: 0 } }]);
    // A server that was away for a week does it once.
    clock.move(7 * dayMs);
    await upkeepTick(session("days"));
    await upkeepTick(session("days"));
    expect(await states("days")).toEqual(["done", "done", "noted"]);
  });

  test("what a process that died had begun is done again, and given up in the end", async () => {
    await upkeepTick(session("dies"));
    const { id: projectId } = await ensureProject(db, "dies");
    const key = { projectId, period: "daily" as const, dueAt: new Date(clock.now().getTime() + 1000) };
    clock.move(2000);
    await beginUpkeep(db, key, "who died");
    await upkeepTick(session("dies"));
    expect((await records("dies"))[0]).toMatchObject({ state: "done", attempts: 2, actor: "server" });
    const worse = { ...key, dueAt: clock.now() };
    for (let times = 0; times < 3; times++) await beginUpkeep(db, worse, "who died");
    await upkeepTick(session("dies"));
    expect((await records("dies"))[0]).toMatchObject({ state: "failed", attempts: 4, tasks: [] });
  });

  test("while one is at it another leaves it alone, and a person is told", async () => {
    await upkeepTick(session("busy"));
    clock.move(dayMs);
    const held = { name: "upkeep:busy", what: "upkeep daily", waitMs: 0 };
    await withLease(session("busy"), held, async () => {
      await upkeepTick(session("busy"));
      expect(await states("busy")).toEqual(["noted"]);
      const byHand = upkeepRun(session("busy"), { period: "daily", planId: null, reason: null });
      await expect(byHand).rejects.toMatchObject({ code: "locked" });
    });
    await upkeepTick(session("busy"));
    expect(await states("busy")).toEqual(["done", "noted"]);
  });

  test("by hand, and what is shown of it", async () => {
    const view = await upkeepRun(session("hand"), { period: "daily", planId: null, reason: null });
    expect(view).toMatchObject({ outcome: "done", period: "daily" });
    const shown = await upkeepShow(session("hand"));
    expect(shown.periods.map((one) => [one.period, one.cron, one.last?.state ?? null])).toEqual([
      ["daily", "30 3 * * *", "done"],
      ["weekly", null, null],
      ["monthly", null, null],
    ]);
    expect(shown.disks).toMatchObject([{ short: false }]);
    await expect(upkeepRun(session("hand"), { period: "weekly", planId: null, reason: null })).rejects.toMatchObject({
      code: "invalid",
    });
    const weekly = session("hand", config().replace("weekly: off", "weekly: 0 4 * * sun"));
    const cared = await upkeepRun(weekly, { period: "weekly", planId: null, reason: null });
    expect(cared.tasks).toMatchObject([{ task: "optimize", ok: true }]);
  });

  test("a disk that runs short is an alert, until there is room again", async () => {
    const short = () => session("disk", config().replace("warn_below: 1 B", "warn_below: 999999 TB"));
    const open = async () => (await openAlerts(db, (await ensureProject(db, "disk")).id)).map((alert) => alert.kind);
    await upkeepTick(short());
    await upkeepTick(short());
    expect(await open()).toEqual(["disk"]);
    await upkeepTick(session("disk"));
    expect(await open()).toEqual([]);
  });

  test("two machines: each tells of its own disks, and looks after its own logs and folders", async () => {
    const short = config().replace("warn_below: 1 B", "warn_below: 999999 TB");
    const { id } = await ensureProject(db, "two");
    const [here, there] = [() => session("two", short), () => session("two", config(), "there")];
    for (const one of [here, there, here, there]) await upkeepTick(one());
    expect((await listAlerts(db, id, 9)).map(({ cause, seen, resolvedAt }) => [cause, seen, resolvedAt])).toEqual([
      ["disk/here", 2, null],
    ]);
    const old = (home: string) => join(home, "runs", "987654321");
    const homes = [join(folder, "two"), join(folder, "there", "two")];
    for (const home of homes) {
      mkdirSync(old(home), { recursive: true });
      utimesSync(old(home), new Date("2026-01-01"), new Date("2026-01-01"));
    }
    clock.move(dayMs);
    await upkeepTick(there());
    expect(homes.map((home) => existsSync(old(home)))).toEqual([true, false]);
    expect((await openAlerts(db, id)).map(({ cause }) => cause)).toEqual([]);
    const done = await upkeepTick(session("two"));
    expect(done.map(({ tasks }) => tasks.map(({ task }) => task))).toEqual([["logs", "clean"]]);
    expect([homes.map((home) => existsSync(old(home))), await upkeepTick(session("two"))]).toEqual([
      [false, false],
      [],
    ]);
    expect(await states("two")).toEqual(["done", "noted"]);
  });

  test("logs: what is large is packed and emptied, what was packed long ago goes", async () => {
    const home = join(folder, "logs");
    const log = join(home, "logs", "state.log");
    mkdirSync(dirname(log), { recursive: true });
    const text = `${"a line of a log\n".repeat(700_000)}the end\n`;
    writeFileSync(log, text);
    writeFileSync(`${log}.20260101T000000Z.gz`, "old");
    utimesSync(`${log}.20260101T000000Z.gz`, new Date("2026-01-01"), new Date("2026-01-01"));
    writeFileSync(join(home, "logs", "small.log"), "small");
    const own = "state.log.of-2020.gz";
    writeFileSync(join(home, "logs", own), "somebody's own");
    utimesSync(join(home, "logs", own), new Date("2026-01-01"), new Date("2026-01-01"));
    writeFileSync(`${log}.20261101T000000Z.gz.draft`, "half a file");
    const view = await upkeepRun(session("logs"), { period: "daily", planId: null, reason: null });
    expect(view.tasks[0]!.freedBytes).toBeGreaterThan(10_000_000);
    const names = readdirSync(dirname(log)).sort();
    const packed = expect.stringMatching(/^state\.log\.2026\d{4}T\d{6}Z\.gz$/);
    expect(names).toEqual(["small.log", "state.log", packed, own]);
    expect(statSync(log).size).toBe(0);
    expect(gunzipSync(readFileSync(join(dirname(log), names[2]!))).toString()).toBe(text);
  });

  test("folders of runs: old ones go, younger ones lose dbt's files, what is last or running stays", async () => {
    const sample = await sampleProject(db, "runs");
    const made: number[] = [];
    for (const days of [60, 20, 20, 0, null]) {
      const run = await sampleRun(db, sample);
      made.push(run.id);
      const dir = join(folder, "runs", "runs", String(run.id));
      mkdirSync(join(dir, "target", "run"), { recursive: true });
      for (const name of ["events.jsonl", "manifest.json", "target/run/a.sql"])
        writeFileSync(join(dir, name), "x".repeat(1000));
      if (days === null) continue;
      await finishRun(db, run.id, "succeeded", null, audit());
      const at = new Date(clock.now().getTime() - days * dayMs);
      await sql`update slipway_state.runs set finished_at = ${at} where id = ${run.id}`.execute(db.kysely);
    }
    const view = await upkeepRun(session("runs"), { period: "daily", planId: null, reason: null });
    const left = (id: number) => {
      const dir = join(folder, "runs", "runs", String(id));
      return existsSync(dir) ? readdirSync(dir).sort() : [];
    };
    const whole = ["events.jsonl", "manifest.json", "target"];
    expect(made.map(left)).toEqual([[], ["events.jsonl"], ["events.jsonl"], whole, whole]);
    expect(view.tasks.find((task) => task.task === "clean")).toMatchObject({ ok: true, freedBytes: 3000 + 2 * 2000 });
  });

  test("what fails twice in a row is an alert, until it works again; alerts of long ago are forgotten", async () => {
    const failing = session("fails", config().replace("prod }", "prod, retention: { days: 1 } }"));
    const { id } = await ensureProject(db, "fails");
    const record = await failing.record(failing.place.config.environments[0]!);
    const place = { warehouse: "duckdb:/nowhere.duckdb", storeSchema: "slipway_fails" };
    await updateEnvironment(db, record.id, place, audit());
    const day = async (one: Session) => {
      clock.move(dayMs);
      await upkeepTick(one);
      return (await openAlerts(db, id)).map(({ cause }) => cause);
    };
    await upkeepTick(failing);
    expect(await day(failing)).toEqual([]);
    expect(await day(failing)).toEqual(["upkeep/daily"]);
    expect(await day(failing)).toEqual(["upkeep/daily"]);
    const [alert] = await openAlerts(db, id);
    expect(render(alert!.body.detail!, "en")).toMatch(/^daily upkeep has failed twice in a row at gc: prod: not now: /);
    await updateEnvironment(db, record.id, { warehouse: null }, audit());
    expect(await day(failing)).toEqual([]);
    expect(await listAlerts(db, id, 9)).toHaveLength(1);
    clock.move(801 * dayMs);
    expect([await day(failing), await listAlerts(db, id, 9)]).toEqual([[], []]);
  });
});
