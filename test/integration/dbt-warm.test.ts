// Runs as forks of a warm process: each sees its own environment only, and ends as a process of its own does, whatever happens around it.
import { existsSync } from "node:fs";
import { mkdtemp, open, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import type { EngineEvent, EngineRun } from "../../src/dbt/engine.ts";
import { runCommand } from "../../src/dbt/run-command.ts";
import { sidecarDir } from "../../src/dbt/sidecar-process.ts";
import { createWarmPool } from "../../src/dbt/warm-pool.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { makeBench } from "../support/duckdb.ts";
import {
  build,
  failureOf,
  makeProject,
  openRun,
  parentOf,
  parse,
  python,
  redirect,
  type TestProject,
} from "./dbt-harness.ts";

const folder = await mkdtemp(join(tmpdir(), "slipway-warm-"));
const pool = createWarmPool({ folder, clock: systemClock, platform: process.platform });
afterAll(async () => {
  await pool.close();
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

const openWarm = (onEvent: (event: EngineEvent) => void = () => {}): Promise<EngineRun> =>
  openRun(onEvent, { start: pool.start });

const said = {
  "models/said.sql":
    "{{ config(materialized='table') }}select '{{ env_var('SHOP_SAYS') }}' as says, '{{ env_var('ONLY_FIRST', 'not seen') }}' as other",
};

/** Parses and builds; returns the compiled code of each node. */
async function carryOut(run: EngineRun, project: TestProject): Promise<string[]> {
  const path = await redirect(project, await parse(run, project), "slipway");
  const { rows } = await build(run, project, path, "slipway");
  expect(rows.map((row) => [row.status, row.message])).toEqual(rows.map(() => ["success", "OK"]));
  return rows.map((row) => row.compiledCode ?? "");
}

const alive = (pid: number): boolean => existsSync(`/proc/${pid}/status`);

/** True when the text stands anywhere in the memory that a process may write. */
async function holds(pid: number, text: string): Promise<boolean> {
  const maps = await readFile(`/proc/${pid}/maps`, "utf8");
  const memory = await open(`/proc/${pid}/mem`, "r");
  try {
    for (const [, from, to] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      const length = Number.parseInt(to!, 16) - Number.parseInt(from!, 16);
      const { buffer } = await memory
        .read(Buffer.alloc(length), 0, length, Number.parseInt(from!, 16))
        .catch(() => ({ buffer: Buffer.alloc(0) })); // pages that were never touched
      if (buffer.includes(text)) return true;
    }
    return false;
  } finally {
    await memory.close();
  }
}

/** A run at work on a statement that would take minutes. */
async function startSlow(): Promise<{ run: EngineRun; project: TestProject; building: ReturnType<typeof build> }> {
  const slow = "select sum(hash(a.range, b.range)) as h from range(100000000) a, range(1000) b";
  const project = await makeProject({ "models/slow.sql": `{{ config(materialized='table') }}\n${slow}` });
  const { promise: executing, resolve: started } = Promise.withResolvers<void>();
  const run = await openWarm((event) => event.kind === "started" && started());
  const path = await redirect(project, await parse(run, project), "slipway");
  const building = build(run, project, path, "slipway");
  building.catch(() => {});
  await executing;
  return { run, project, building };
}

const gone = (...pids: number[]) => vi.waitUntil(() => !pids.some(alive), { timeout: 150_000 });

test("two runs at once are forks of one process; each sees its own environment, the parent sees none", async () => {
  const projects = await Promise.all([makeProject(said), makeProject(said)]);
  projects[0]!.setting.env = { SHOP_SAYS: "geheim-1", ONLY_FIRST: "seen", TZ: "Asia/Tokyo" };
  projects[1]!.setting.env = { SHOP_SAYS: "geheim-2" };
  const runs = [await openWarm(), await openWarm()];
  const code = await Promise.all(runs.map((run, at) => carryOut(run, projects[at]!)));
  expect(code).toEqual([
    ["select 'geheim-1' as says, 'seen' as other"],
    ["select 'geheim-2' as says, 'not seen' as other"],
  ]);
  const [first, second] = runs.map((run) => run.pid!);
  const parent = await parentOf(first!);
  expect([await parentOf(second!), parent !== process.pid]).toEqual([parent, true]);
  // One thread, no file of anybody's, and nothing of a run's environment anywhere in its memory.
  expect(await readdir(`/proc/${parent}/task`)).toHaveLength(1);
  const files = await Promise.all(
    (await readdir(`/proc/${parent}/fd`)).map((fd) => readlink(`/proc/${parent}/fd/${fd}`)),
  );
  expect(files.filter((file) => /duckdb|shop/.test(file))).toEqual([]);
  expect(await holds(parent, "geheim-")).toBe(false);
  expect(await holds(first!, "geheim-1")).toBe(true);
  expect(await holds(second!, "geheim-1")).toBe(false);
  await Promise.all(runs.map((run) => run.close()));
  await gone(first!, second!);
});

test("cancel ends the statement and the fork; the next run is a fork of the same process", async () => {
  const { run, building } = await startSlow();
  const [child, parent] = [run.pid!, await parentOf(run.pid!)];
  await run.cancel();
  expect(await building).toMatchObject({ cancelled: true, rows: [] });
  expect([run.pid, alive(child)]).toEqual([null, false]);
  const next = await openWarm();
  await parse(next, await makeProject({ "models/a.sql": "select 1 as one" }));
  expect(await parentOf(next.pid!)).toBe(parent);
});

test("a killed fork is an outside failure, and nothing of it is left", async () => {
  const { run, project, building } = await startSlow();
  const child = run.pid!;
  process.kill(-child, "SIGKILL");
  const error = await failureOf(building);
  expect([error.code, error.text.id, error.text.params.how]).toEqual(["upstream", "dbt.process_ended", "SIGKILL"]);
  await gone(child);
  // The file is free: a second run builds in it.
  await project.write({ "models/slow.sql": "{{ config(materialized='table') }}select 1 as one" });
  expect(await carryOut(await openWarm(), project)).toEqual(["select 1 as one"]);
});

test("a warm process that is killed takes no run with it; the next run has another one", async () => {
  const project = await makeProject({ "models/a.sql": "{{ config(materialized='table') }}select 1 as one" });
  const run = await openWarm();
  const path = await redirect(project, await parse(run, project), "slipway");
  const parent = await parentOf(run.pid!);
  process.kill(parent, "SIGKILL");
  await gone(parent);
  expect((await build(run, project, path, "slipway")).rows).toMatchObject([{ status: "success" }]);
  const child = run.pid!;
  await run.close();
  await gone(child);
  const next = await openWarm();
  expect(await carryOut(next, project)).toEqual(["select 1 as one"]);
  const fresh = await parentOf(next.pid!);
  expect([fresh !== parent, fresh !== process.pid]).toEqual([true, true]);
});

test("without a usable warm process a run starts as it does without a server", async () => {
  const project = await makeProject({ "models/a.sql": "{{ config(materialized='table') }}select 1 as one" });
  const nowhere = createWarmPool({ folder: "/dev/null/nowhere", clock: systemClock, platform: "linux" });
  const elsewhere = createWarmPool({ folder, clock: systemClock, platform: "darwin" });
  for (const { start, close } of [nowhere, elsewhere]) {
    const run = await openRun(() => {}, { start });
    expect(await carryOut(run, project)).toEqual(["select 1 as one"]);
    expect(await parentOf(run.pid!)).toBe(process.pid);
    await Promise.all([run.close(), close()]);
  }
  const missing = await failureOf(
    parse(await openRun(() => {}, { start: pool.start, python: "/nowhere/python" }), project),
  );
  expect([missing.code, missing.text.params.how]).toEqual(["upstream", "spawn /nowhere/python ENOENT"]);
});

test("a process that has forked often enough is replaced, and ends with its last child", async () => {
  const often = createWarmPool({ folder, clock: systemClock, platform: "linux", forksMax: 1 });
  const project = await makeProject({ "models/a.sql": "select 1 as one" });
  const runs = [await openRun(() => {}, { start: often.start }), await openRun(() => {}, { start: often.start })];
  const parents: number[] = [];
  for (const run of runs) {
    await parse(run, project);
    parents.push(await parentOf(run.pid!));
  }
  expect([new Set(parents).size, parents.every(alive)]).toEqual([2, true]);
  await runs[0]!.close();
  await gone(parents[0]!);
  await runs[1]!.close();
  await often.close();
  expect(parents.filter(alive)).toEqual([]);
});

test("a process that has other packages imported is replaced", async () => {
  const changing = createWarmPool({ folder, clock: systemClock, platform: "linux" });
  const project = await makeProject({ "models/a.sql": "select 1 as one" });
  const parents: number[] = [];
  for (const installed of ["dbt 1.12.6", "dbt 1.12.6", "dbt 1.12.7"]) {
    const run = await openRun(() => {}, { start: (options) => changing.start({ ...options, installed }) });
    await parse(run, project);
    parents.push(await parentOf(run.pid!));
    await run.close();
  }
  expect([parents[0] === parents[1], parents[1] === parents[2]]).toEqual([true, false]);
  await gone(parents[0]!);
  await changing.close();
});

test("the process that opens DuckDB files is a fork, too; killed, it is an outside failure and the next call has another", async () => {
  const pids: number[] = [];
  const startLight = async (cwd: string) => {
    const child = await pool.light(bench.settings, cwd);
    pids.push(child?.pid ?? 0);
    return child;
  };
  await using bench = await makeBench();
  const dbt = await pool.start({ ...bench.settings, env: {}, onEvent: () => {} });
  await dbt.close(); // from now on it is ready
  await bench.sql("create table t as select 42 as answer");
  const warehouse = bench.open({ startLight });
  expect(await warehouse.query("select answer from t")).toEqual([{ answer: 42 }]);
  expect(await parentOf(pids[0]!)).not.toBe(process.pid);
  process.kill(pids[0]!, "SIGKILL");
  await gone(pids[0]!);
  await vi.waitUntil(() => warehouse.query("select answer from t").then(Boolean, () => false), { timeout: 150_000 });
  expect([pids.length, pids[1] === pids[0]]).toEqual([2, false]);
  await warehouse.close();
  await gone(pids[1]!);
});

test("the warm-up parses for both adapters, and starts no thread", async () => {
  const code = `
import os, sys
sys.path.insert(0, sys.argv[1])
import warm_up, warm
print(warm_up.warm_up(["duckdb", "postgres"]))
warm._close_duckdb()
print(len(os.listdir("/proc/self/task")))`;
  const options = { env: { TMPDIR: folder }, timeoutMs: 120_000 };
  const result = await runCommand((await python()).python, ["-I", "-c", code, sidecarDir], options);
  expect([result.stdout, result.code]).toEqual(["['duckdb', 'postgres']\n1\n", 0]);
});
