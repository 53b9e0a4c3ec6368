// The consumers' file of a DuckDB environment: whole at every moment, read without a lock, made good after a kill.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { openDuckdb } from "../../src/warehouse/duckdb/open.ts";
import { answerOf } from "../harness.ts";
import { testPython } from "../support/python.ts";
import { expectUnhurt, readDuckdb } from "./readers.ts";
import { newTiny, type Tiny } from "./tiny.ts";

const sidecarDir = join(import.meta.dirname, "../../sidecar");
const config = `version: 1
environments:
  prod: { target: prod, confirm: false, replica: out/ro.duckdb }
`;
let tiny: Tiny;
const file = () => join(tiny.dir, "out", "ro.duckdb");

beforeAll(async () => {
  tiny = await newTiny("duckdb", { config });
  expect((await tiny.deploy()).code).toBe(0);
});
afterAll(async () => {
  await tiny?.[Symbol.asyncDispose]();
});

test("deploy, kill, refresh, rollback: the reader of the file sees whole releases and never a lock", async () => {
  const readers = await readDuckdb(file());
  let counts: Awaited<ReturnType<typeof readers.stop>>;
  try {
    tiny.change(2);
    expect((await tiny.deploy()).code).toBe(0);
    tiny.change(3);
    const killed = await tiny.deploy({ SLIPWAY_FAULT: "replica:middle" });
    expect([killed.code, killed.signal]).toEqual([null, "SIGKILL"]);
    expect(readdirSync(join(tiny.dir, "out")).sort()).toEqual([
      "ro.duckdb",
      expect.stringMatching(/^ro\.duckdb\.slipway-/),
    ]);
    // Whatever comes next makes it good, also what has nothing else to do.
    const next = await tiny.ask(["refresh", "prod"]);
    expect(next.code, next.stdout + next.stderr).toBe(0);
    expect(readdirSync(join(tiny.dir, "out"))).toEqual(["ro.duckdb"]);
    expect(next.stderr).toContain("replica out/ro.duckdb shows r3");
    const back = await tiny.ask(["rollback", "prod", "--reason", "test"]);
    expect(back.code, back.stdout).toBe(0);
  } finally {
    counts = await readers.stop();
  }
  expectUnhurt(counts, [1, 2, 3]);
  expect(counts).toMatchObject({ waits: 0 });
  expect(statSync(file()).mode & 0o222).toBe(0);
});

test("an act that switches nothing writes nothing; a file that was taken away comes back", async () => {
  const before = statSync(file()).mtimeMs;
  expect((await tiny.ask(["refresh", "prod"])).code).toBe(0);
  expect(statSync(file()).mtimeMs).toBe(before);
  rmSync(file());
  expect((await tiny.ask(["refresh", "prod"])).code).toBe(0);
  expect(existsSync(file())).toBe(true);
});

test("a file that cannot be written is a warning: the switch has happened, readers keep what they have", async () => {
  rmSync(join(tiny.dir, "out"), { recursive: true });
  writeFileSync(join(tiny.dir, "out"), "in the way");
  tiny.change(5);
  const answer = await tiny.deploy();
  expect(answer.code, answer.stdout).toBe(0);
  expect(answer.json.problems).toMatchObject([{ code: "replica_failed", severity: "warning" }]);
  rmSync(join(tiny.dir, "out"));
  mkdirSync(join(tiny.dir, "out"));
  chmodSync(join(tiny.dir, "out"), 0o755);
  expect((await tiny.ask(["refresh", "prod"])).json.problems).toEqual([]);
  expect(existsSync(file())).toBe(true);
});

test("only what is published is inside, as tables, with its comments", async () => {
  tiny.write(
    "models/doc.yml",
    "version: 2\nmodels: [{ name: notes_of, description: 注, config: { persist_docs: { relation: true } } }]\n",
  );
  tiny.write(
    "models/notes_of.sql",
    "{{ config(materialized='view') }}\nselect 5 as release, id from {{ ref('notes') }}\n",
  );
  tiny.commit("A comment");
  expect((await tiny.deploy()).code).toBe(0);
  const inside = await inFile(
    "select schema_name || '.' || table_name as name, comment from duckdb_tables() union all select view_name, 'view' from duckdb_views() where not internal order by 1",
  );
  expect(inside.map((row) => row.name)).toEqual(
    ["base", "history", "notes", "notes_of", "report", "shown"].map((name) => `analytics.${name}`),
  );
  expect(inside.find((row) => row.name === "analytics.notes_of")?.comment).toBe("注");
});

test("a server writes a file that is behind, without being asked", async () => {
  rmSync(file());
  const server = tiny.start(["serve", "--port", "0"]);
  const ended = answerOf(server);
  try {
    await expect.poll(() => existsSync(file()), { timeout: 120_000, interval: 200 }).toBe(true);
  } finally {
    server.kill("SIGTERM");
    const answer = await ended;
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
  }
});

test("a replica that is the warehouse itself stops the plan", async () => {
  tiny.write("slipway.yml", config.replace("out/ro.duckdb", "shop.duckdb"));
  const refused = await tiny.ask(["plan", "prod"]);
  expect(refused.json.problems).toMatchObject([{ code: "replica", severity: "error" }]);
});

async function inFile(query: string): Promise<Record<string, unknown>[]> {
  const settings = { attach: [], settings: {}, extensions: [], fileSearchPath: [], onWait: () => {} };
  const python = await testPython();
  const opened = openDuckdb({ ...settings, python, sidecarDir, path: file(), clock: systemClock });
  try {
    return await opened.query(query);
  } finally {
    await opened.close();
  }
}
