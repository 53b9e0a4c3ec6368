// dbt on PostgreSQL: a written profile, cancelling, killing, and a parent that dies; nothing may be left in the server.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { EngineEvent } from "../../src/dbt/engine.ts";
import { loadProfile, writeProfile } from "../../src/dbt/profile.ts";
import type { SidecarEngineOptions } from "../../src/dbt/sidecar-engine.ts";
import { createWarmPool } from "../../src/dbt/warm-pool.ts";
import { systemClock } from "../../src/lib/clock.ts";
import {
  build,
  failureOf,
  makeFolder,
  makeProject,
  openRun,
  parentOf,
  parse,
  python,
  readText,
  redirect,
  type TestProject,
} from "./dbt-harness.ts";

const server = new URL(process.env.SLIPWAY_TEST_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/postgres");
const database = `dbt_room_${randomBytes(4).toString("hex")}`;
const role = `Rolle {{ x }} '"${database}`;
const admin = new pg.Client({ connectionString: server.href });

beforeAll(async () => {
  await admin.connect();
  await admin.query(`create role ${pg.escapeIdentifier(role)} superuser login`);
  await admin.query(`create database ${database}`);
});
afterAll(async () => {
  await admin.query(`drop database if exists ${database} with (force)`);
  await admin.query(`drop role if exists ${pg.escapeIdentifier(role)}`);
  await admin.end();
});

const output = {
  type: "postgres",
  host: server.hostname,
  port: Number(server.port || 5432),
  user: "{{ env_var('SHOP_ROLE') }}",
  password: "{{ env_var('SHOP_PASSWORD') }}",
  dbname: database,
  schema: "analytics",
  threads: 2,
};

/** A project whose profile was loaded and written again by Slipway. */
async function pgProject(
  files: Record<string, string>,
  applicationName: string,
  made?: TestProject,
  password = decodeURIComponent(server.password) || "ge{{heim",
): Promise<TestProject> {
  const project = made ?? (await makeProject(files, output));
  const env = { SHOP_ROLE: role, SHOP_PASSWORD: password };
  const profile = await loadProfile({
    python: (await python()).python,
    projectDir: project.dir,
    profilesDirs: [join(project.root, "profiles")],
    env,
  });
  const profilesDir = join(project.root, "written");
  const overrides = { projectDir: project.dir, applicationName, fileSearchPath: [] };
  const { env: secrets } = await writeProfile(profilesDir, profile, overrides);
  return { ...project, setting: { ...project.setting, profilesDir, env: secrets } };
}

/** For what must come; the limit is for what never does. */
const patient = { timeout: 150_000, interval: 50 };

/** How many statements of this name sleep in the server: `first`, which may be caught at work, does not count. */
const running = async (applicationName: string): Promise<number> => {
  const sql =
    "select count(*)::int as n from pg_stat_activity where application_name = $1 and state = 'active' and query like '%pg_sleep%'";
  return (await admin.query(sql, [applicationName])).rows[0].n;
};

const sleeping = {
  "models/first.sql": "{{ config(materialized='table') }}\nselect 1 as one",
  "models/slow.sql": "{{ config(materialized='table') }}\n-- {{ ref('first') }}\nselect 1 as one from pg_sleep(600)",
};

/** Starts a build that sleeps in the server, and waits until it does. */
async function startSleeping(applicationName: string, options: Partial<SidecarEngineOptions> = {}) {
  const project = await pgProject(sleeping, applicationName);
  const events: EngineEvent[] = [];
  const run = await openRun((event) => events.push(event), options);
  const path = await redirect(project, await parse(run, project), "slipway");
  const building = build(run, project, path, "slipway");
  building.catch(() => {});
  await vi.waitUntil(async () => (await running(applicationName)) > 0, patient);
  return { project, run, building, events };
}

test("a written profile connects, keeps its bytes, and holds no secret", async () => {
  const project = await pgProject(
    { "models/a.sql": "{{ config(materialized='table') }}\nselect current_user as who" },
    "app",
  );
  const text = await readText(join(project.setting.profilesDir, "profiles.yml"));
  expect(text).not.toContain(project.setting.env.DBT_ENV_SECRET_SLIPWAY_PASSWORD);
  const texts: string[] = [];
  const run = await openRun((event) => event.kind === "log" && texts.push(event.text));
  const result = await build(run, project, await redirect(project, await parse(run, project), "slipway"), "slipway");
  expect(result.rows).toMatchObject([{ uniqueId: "model.shop.a", status: "success", rowsAffected: 1 }]);
  const shop = new pg.Client({ connectionString: new URL(`/${database}`, server).href });
  await shop.connect();
  expect((await shop.query("select who from store.a__k1")).rows).toEqual([{ who: role }]);
  await shop.end();
  // Another password and another run: the same bytes, so dbt need not parse again.
  const again = await pgProject({}, "app", project, "an{{other");
  expect(await readText(join(again.setting.profilesDir, "profiles.yml"))).toBe(text);
  expect((await stat(join(again.setting.profilesDir, "profiles.yml"))).mode & 0o777).toBe(0o600);
  texts.length = 0;
  await parse(run, again);
  expect(texts.filter((line) => line.includes("partial parsing"))).toEqual([]);
});

test("cancel ends the statement, keeps what was done, and ends the process, a fork too", async () => {
  const pool = createWarmPool({ folder: await makeFolder(), clock: systemClock, platform: "linux" });
  onTestFinished(() => pool.close());
  for (const options of [{}, { start: pool.start }]) {
    const { run, building } = await startSleeping("slipway:cancel", options);
    await run.cancel();
    const ended = await building;
    expect(ended).toMatchObject({ cancelled: true, rows: [{ uniqueId: "model.shop.first", status: "success" }] });
    expect(ended.elapsedMs).toBeGreaterThan(0); // dbt told it itself: it was not killed after its grace
    expect([run.pid, await running("slipway:cancel")]).toEqual([null, 0]);
  }
});

test("a killed process is an outside failure; the server ends its statement by itself", async () => {
  const { run, building, events } = await startSleeping("slipway:kill");
  process.kill(-run.pid!, "SIGKILL");
  const error = await failureOf(building);
  expect([error.code, error.text.id, error.text.params.how]).toEqual(["upstream", "dbt.process_ended", "SIGKILL"]);
  expect(events.some((event) => event.kind === "result" && event.row.uniqueId === "model.shop.first")).toBe(true);
  await vi.waitUntil(async () => (await running("slipway:kill")) === 0, patient);
});

for (const kind of ["dbt", "a fork of a warm process"])
  test(`when Slipway itself is killed, ${kind} stops and cleans up`, async () => {
    const project = await pgProject(sleeping, "slipway:orphan");
    const run = await openRun();
    const path = await redirect(project, await parse(run, project), "slipway");
    await run.close();
    const temp = join(project.root, "parent", "tmp");
    await mkdir(temp, { recursive: true });
    const source = (file: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../src", file)).href);
    const folder = JSON.stringify(temp);
    const start = `createWarmPool({ folder: ${folder}, clock: systemClock, platform: "linux" }).start`;
    const script = `
      import { createSidecarEngine } from ${source("dbt/sidecar-engine.ts")};
      import { createWarmPool } from ${source("dbt/warm-pool.ts")};
      import { systemClock } from ${source("lib/clock.ts")};
      const options = { python: ${JSON.stringify((await python()).python)}${kind === "dbt" ? "" : `, start: ${start}`} };
      const run = createSidecarEngine(options).open(() => console.log(run.pid));
      await run.build(${JSON.stringify({ setting: project.setting, manifestPath: path, tag: "slipway", threads: null, failFast: false })});
    `;
    await writeFile(join(project.root, "parent", "parent.mjs"), script);
    const parent = spawn(process.execPath, [join(project.root, "parent", "parent.mjs")], {
      env: { ...process.env, TMPDIR: temp },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void parent.kill("SIGKILL"));
    const [pid] = await once(createInterface({ input: parent.stdout }), "line");
    const above = await parentOf(Number(pid));
    expect(above === parent.pid).toBe(kind === "dbt");
    await vi.waitUntil(async () => (await running("slipway:orphan")) > 0, patient);
    parent.kill("SIGKILL");
    await vi.waitUntil(() => gone(Number(pid)) && gone(above), patient);
    expect([await running("slipway:orphan"), await readdir(temp)]).toEqual([0, []]);
  });

/** Its last state may stay in the list for a while, until the process that inherited it looks. */
function gone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.startsWith("Z");
  } catch {
    return true;
  }
}
