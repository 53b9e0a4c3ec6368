// What Slipway stands on goes away: the server, the file, its own state, the disk. A clear error, nothing changed, and the next command goes on.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer } from "../harness.ts";
import { testPython } from "../support/python.ts";
import { expectDone, run } from "./commands.ts";
import { makeProxy, type Way } from "./proxy.ts";
import { newTiny, type Tiny, withEnv } from "./tiny.ts";
import { activity, expectLive, expectTidy, served, soon, statements } from "./truth.ts";

/** The command failed for a reason outside, said so, and consumers see what they saw. */
async function expectOutage(tiny: Tiny, answer: Answer, release: number, said: RegExp): Promise<void> {
  expect(answer.code, answer.stdout + answer.stderr).toBe(5);
  expect(answer.json).toMatchObject({ ok: false, code: "upstream", exit: 5 });
  expect(answer.json.problems[0].message).toMatch(said);
  expect(await served(tiny)).toBe(release);
  await expect.poll(() => statements(tiny.url), soon).toEqual([]);
}

describe("PostgreSQL goes away", () => {
  let tiny: Tiny;
  let proxy: Way;
  beforeAll(async () => {
    const direct = await newTiny("postgres");
    const { hostname, port } = new URL(direct.url!);
    proxy = await makeProxy(hostname, Number(port || 5432));
    tiny = withEnv(direct, { SHOP_PGHOST: "127.0.0.1", SHOP_PGPORT: String(proxy.port) });
    expectDone(await tiny.deploy());
  });
  afterAll(async () => {
    proxy?.close();
    await tiny?.[Symbol.asyncDispose]();
  });

  /** The same commit goes on from what was built. */
  async function expectCompleted(release: number): Promise<void> {
    proxy.restore();
    expectDone(await tiny.deploy());
    await expectLive(tiny, release);
  }

  test("in the middle of a build, for a while", async () => {
    tiny.slowChange(2);
    const running = run(tiny, ["deploy", "prod"]);
    await running.until({ event: "node_started", name: "report" });
    await expect.poll(() => activity(tiny.url!, "query like '%pg_sleep(300)%' and state = 'active'"), soon).toBe(1);
    proxy.cut();
    proxy.restore();
    await expectOutage(tiny, await running.ended, 1, /report.*server closed the connection/s);
    await expectTidy(tiny);
    tiny.change(3);
    await expectCompleted(3);
  });

  test("in the middle of a build, for good", async () => {
    tiny.slowChange(4);
    const running = run(tiny, ["deploy", "prod"]);
    await running.until({ event: "node_started", name: "report" });
    await expect.poll(() => activity(tiny.url!, "query like '%pg_sleep(300)%' and state = 'active'"), soon).toBe(1);
    proxy.cut();
    await expectOutage(tiny, await running.ended, 3, /127\.0\.0\.1|server closed the connection/);
    tiny.change(5);
    await expectCompleted(5);
  });

  test("in the middle of prepare", async () => {
    const reader = new pg.Client({ connectionString: tiny.url! });
    reader.on("error", () => undefined);
    await reader.connect();
    await reader.query("begin");
    await reader.query("select * from analytics.report");
    tiny.change(6);
    const running = run(tiny, ["deploy", "prod"]);
    await running.until({ event: "phase_started", phase: "promote" });
    await expect.poll(() => activity(tiny.url!, "wait_event_type = 'Lock'"), soon).toBe(1);
    proxy.cut();
    await expectOutage(tiny, await running.ended, 5, /127\.0\.0\.1/);
    await reader.end();
    await expectCompleted(6);
  });

  test("when the switch is made and before it is answered", async () => {
    tiny.change(7);
    proxy.cutAfter("set position =");
    const running = run(tiny, ["deploy", "prod"]);
    await expectOutage(tiny, await running.ended, 7, /127\.0\.0\.1/);
    proxy.restore();
    const status = await tiny.ask(["status", "prod"]);
    expect(status.json.data.environments[0]).toMatchObject({
      interrupted: { phase: "flip" },
      live: { subject: "Change 7" },
    });
    await expectCompleted(7);
  });
});

describe("on one machine", () => {
  let tiny: Tiny;
  beforeAll(async () => {
    tiny = await newTiny("duckdb");
    expectDone(await tiny.deploy());
  });
  afterAll(() => tiny?.[Symbol.asyncDispose]());

  test("a program that holds the DuckDB file is waited for, named, and never ended", async () => {
    tiny.change(2);
    const holder = await holdFile(tiny);
    const answer = await tiny.deploy({ SLIPWAY_DUCKDB_WAIT_MS: "1500" });
    expect(answer.code, answer.stdout + answer.stderr).toBe(4);
    expect(answer.json).toMatchObject({ code: "locked", exit: 4 });
    const said = JSON.stringify(answer.json.problems[0]);
    expect(said).toContain(`pid ${holder.pid}`);
    expect(said).toContain("duckdb.connect");
    expect(holder.exitCode).toBeNull();
    const patient = run(tiny, ["deploy", "prod"]);
    await patient.until({ event: "waiting" });
    holder.stdin!.end();
    expectDone(await patient.ended);
    await expectLive(tiny, 2);
  });

  test("the state's process is killed in the middle of a deployment", async () => {
    tiny.change(3);
    const running = run(tiny, ["deploy", "prod"]);
    await running.until({ event: "node_finished", name: "base" });
    const { pid } = JSON.parse(readFileSync(join(tiny.dir, ".slipway", "data.owner.json"), "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    const answer = await running.ended;
    if (answer.code !== 0) await expectOutage(tiny, answer, 2, /state/);
    expectDone(await tiny.deploy());
    await expectLive(tiny, 3);
  });

  test("no room for the warehouse's file", async () => {
    tiny.change(4);
    tiny.write(
      "models/report.sql",
      "{{ config(materialized='table') }}\nselect 4 as release, id, md5(id::varchar || big.n::varchar) as filling from {{ ref('shown') }} cross join range(1500000) as big(n)\n",
    );
    tiny.commit("Change 4");
    const running = run(tiny, ["deploy", "prod"]);
    // What a full disk is to a program, without a disk: no file may grow beyond this.
    execFileSync("prlimit", ["--pid", String(running.child.pid), "--fsize=40000000"]);
    await expectOutage(tiny, await running.ended, 3, /report.*(too large|no space)/is);
    await expectTidy(tiny);
    tiny.change(5);
    expectDone(await tiny.deploy());
    await expectLive(tiny, 5);
  });
});

const mount = (folder: string) => spawnSync("mount", ["-t", "tmpfs", "-o", "size=120m", "tmpfs", folder]).status === 0;
const unmount = (folder: string) => spawnSync("umount", [folder]).status === 0;

/** Only an administrator may mount a disk of its own size; elsewhere the limit on files above stands for it. */
const disk = mkdtempSync(join(tmpdir(), "slipway-disk-"));
if (mount(disk) && unmount(disk))
  test("no room for Slipway's own state", async () => {
    await using tiny = await newTiny("duckdb");
    const filling = join(disk, "filling");
    expect(mount(disk)).toBe(true);
    try {
      const small = withEnv(tiny, { SLIPWAY_HOME: join(disk, "home") });
      expectDone(await small.deploy());
      await expect.poll(() => existsSync(join(disk, "home", "data.owner.json")), soon).toBe(false);
      spawnSync("dd", ["if=/dev/zero", `of=${filling}`, "bs=64k"]);
      tiny.change(2);
      await expectOutage(tiny, await small.deploy(), 1, /disk is full/);
      rmSync(filling);
      expectDone(await small.deploy());
      expect(await served(tiny)).toBe(2);
    } finally {
      await expect.poll(() => unmount(disk), soon).toBe(true);
    }
  });
afterAll(() => rmSync(disk, { recursive: true }));

/** Another program with the file open for writing, until its input ends. */
async function holdFile(tiny: Tiny): Promise<ChildProcess> {
  const program =
    "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read(); held.close()";
  const holder = spawn(await testPython(), ["-c", program, join(tiny.dir, "shop.duckdb")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(createInterface({ input: holder.stdout }), "line");
  return holder;
}
