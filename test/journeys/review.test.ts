// Ways in which a deployment could be quietly wrong: each was seen once.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newUser, type User } from "../harness.ts";
import { testPython } from "../support/python.ts";
import { newTinyProject, profile } from "../support/tiny-project.ts";

const ok = async (user: User, args: string[], env: Record<string, string> = {}) => {
  const answer = await user.ask(args, env);
  expect(answer.code, answer.stdout + answer.stderr).toBe(0);
  return answer.json;
};

/** What a consumer (or somebody who loads data) does with the DuckDB file. */
async function duckdb(user: User, sql: string): Promise<unknown[]> {
  const script =
    "import duckdb,json,sys;print(json.dumps(duckdb.connect(sys.argv[1]).execute(sys.argv[2]).fetchall(),default=str))";
  return JSON.parse(
    execFileSync(await testPython(), ["-c", script, join(user.dir, "tiny.duckdb"), sql], { encoding: "utf8" }),
  );
}

test("blanks in a literal are built, whatever was parsed or checked out in between; so are files outside a sparse checkout", async () => {
  await using user = await newTinyProject({
    kind: "duckdb",
    files: { "models/words.sql": "select 'a b' as word\n", "models/sub/deep.sql": "select 5 as five\n" },
  });
  await ok(user, ["deploy", "dev"]);
  user.write("models/words.sql", "select 'a    b' as word\n");
  user.write("models/broken.sql", "select {{ nope\n");
  user.commit("Does not parse");
  expect((await user.ask(["deploy", "dev"])).code).toBe(2);
  user.write("models/broken.sql", "select 1 as one\n");
  user.commit("Parses");
  user.git("sparse-checkout", "set", "--no-cone", "/*", "!/models/sub/");
  await ok(user, ["deploy", "dev"]);
  expect(await duckdb(user, "select word, five from dev.words, dev.deep")).toEqual([["a    b", 5]]);
});

test("a hand-over never touches what is live before its own switch, and takes no refreshed data back", async () => {
  const environment = "confirm: false, env: { MODE: { from: MODE } }";
  await using user = await newTinyProject({
    kind: "duckdb",
    files: {
      "models/src.yml": "sources: [{ name: ext, schema: ext, tables: [{ name: days }] }]\n",
      "models/days.sql": "select n, '{{ env_var('MODE') }}' as mode from {{ source('ext', 'days') }}\n",
      "models/clock.sql": "select epoch_us(now()) as time\n",
      "tests/mode.sql": "select * from {{ ref('days') }} where mode = 'bad' or n > 2\n",
      "slipway.yml": `version: 1\nenvironments:\n  dev: { target: dev, ${environment} }\n  prod: { target: prod, requires: [dev], ${environment} }\n`,
    },
  });
  const env = { MODE: "good" };
  const days = () => duckdb(user, "select n, mode from analytics.days order by n");
  const clock = () => duckdb(user, "select time from analytics.clock");
  const prod = async () => {
    const status = await ok(user, ["status", "prod"], env);
    const { live, condition } = status.data.environments[0];
    return [live.number, live.state, condition.kind];
  };
  await duckdb(user, "create schema ext");
  await duckdb(user, "create table ext.days as select 1 as n");
  await ok(user, ["deploy", "dev"], env);
  await ok(user, ["promote", "r1", "--to", "prod"], env);
  await duckdb(user, "insert into ext.days values (2)");
  await ok(user, ["refresh", "prod"], env);
  expect((await ok(user, ["deploy", "prod"], env)).code).toBe("nothing_to_do");
  expect(await days()).toEqual([
    [1, "good"],
    [2, "good"],
  ]);

  await ok(user, ["promote", "r1", "--to", "prod"], env);
  const held = await user.ask(["promote", "r1", "--to", "prod"], { MODE: "bad" });
  expect(held.code, held.stderr).toBe(3);
  expect(await prod()).toEqual([1, "live", "newer_held"]);
  await ok(user, ["gc", "prod"], env);
  await ok(user, ["rollback", "prod", "--to", "r2"], env);
  expect(await days()).toEqual([
    [1, "good"],
    [2, "good"],
  ]);

  // A refresh after a held one makes volatile rows anew.
  await duckdb(user, "insert into ext.days values (3)");
  expect((await user.ask(["refresh", "prod"], env)).code).toBe(3);
  await duckdb(user, "delete from ext.days where n = 3");
  const [[before]] = (await duckdb(user, "select epoch_us(now())")) as [[number]];
  await ok(user, ["refresh", "prod"], env);
  const [[time]] = (await clock()) as [[number]];
  expect(time).toBeGreaterThan(before);
});

test.each(["duckdb", "postgres"] as const)("a published name that somebody dropped is put back (%s)", async (kind) => {
  await using user = await newTinyProject({ kind });
  const run = async (sql: string) =>
    kind === "duckdb" ? duckdb(user, sql) : (await user.query(sql)).map(Object.values);
  await ok(user, ["deploy", "dev"]);
  await run("drop view dev.totals");
  await run("drop view dev.raw");
  await run("create table dev.raw as select 7 as mine");
  const refreshed = await ok(user, ["refresh", "dev"]);
  expect(refreshed.code).toBe("nothing_to_do");
  const healed = await ok(user, ["deploy", "dev"]);
  expect(healed.data).toMatchObject({ build: { built: 0 }, release: { number: 2 } });
  expect((await run("select count(*) from dev.totals")).flat().map(Number)).toEqual([1]);
  expect((await run("select count(*) from dev.raw")).flat().map(Number)).toEqual([2]);
  expect((await ok(user, ["deploy", "dev"])).code).toBe("nothing_to_do");
});

test("PostgreSQL under another host name is the same database: consumers keep what they read", async () => {
  await using user = await newTinyProject({ kind: "postgres" });
  await ok(user, ["deploy", "dev"]);
  await ok(user, ["deploy", "prod"]);
  const url = new URL(user.url!);
  url.hostname = url.hostname === "localhost" ? "127.0.0.1" : "localhost";
  user.write("profiles.yml", profile(url.href));
  expect((await ok(user, ["plan", "dev"])).code).toBe("nothing_to_do");
  expect((await ok(user, ["deploy", "dev"])).code).toBe("nothing_to_do");
  expect((await ok(user, ["gc", "dev"])).code).toBe("nothing_to_do");
  expect((await ok(user, ["deploy", "prod"])).code).toBe("nothing_to_do");
  expect(await user.query("select * from dev.totals, analytics.orders")).toHaveLength(2);
});

test("a unit test of a model that stands already is run, and holds when it fails", async () => {
  const unit = (expected: number) => `unit_tests:
  - name: amounts_are_added
    model: totals
    given: [{ input: ref('orders'), rows: [{ id: 1, amount: 3 }, { id: 2, amount: 4 }] }]
    expect: { rows: [{ orders: 2, amount: ${expected} }] }
`;
  await using user = await newTinyProject({ kind: "duckdb" });
  await ok(user, ["deploy", "dev"]);
  user.write("models/units.yml", unit(7));
  user.commit("A unit test");
  const tested = (await ok(user, ["deploy", "dev"])).data;
  expect([tested.build.built, tested.verify.counts]).toMatchObject([0, { passed: 2, failed: 0, skipped: 0 }]);
  user.write("models/units.yml", unit(8));
  user.write("models/more.sql", "select 1 as one\n");
  user.commit("A wrong one, and a new model");
  const held = await user.ask(["deploy", "dev"]);
  expect([held.code, held.json.data.build.built, held.json.data.verify.findings[0]]).toMatchObject([
    3,
    1,
    { name: "totals_amounts_are_added", status: "fail", file: "models/units.yml", line: 2 },
  ]);
});

test("a DuckDB file that was deleted is filled again; another file is another warehouse", async () => {
  await using user = await newTinyProject({ kind: "duckdb" });
  await ok(user, ["deploy", "dev"]);
  rmSync(join(user.dir, "tiny.duckdb"));
  expect((await ok(user, ["deploy", "dev"])).data.build.built).toBe(3);
  expect(await duckdb(user, "select orders from dev.totals")).toEqual([[2]]);
  mkdirSync(join(user.dir, "data"));
  renameSync(join(user.dir, "tiny.duckdb"), join(user.dir, "data/tiny.duckdb"));
  const before = profile(null);
  user.write("profiles.yml", before.replaceAll("tiny.duckdb", "data/tiny.duckdb"));
  expect((await ok(user, ["plan", "dev"])).code).toBe("nothing_to_do");
  expect((await ok(user, ["deploy", "dev"])).code).toBe("nothing_to_do");
  user.write("profiles.yml", before);
  expect((await ok(user, ["deploy", "dev"])).data.build.built).toBe(3);
  expect(await duckdb(user, "select orders from dev.totals")).toEqual([[2]]);
});

test("a failing on-run-end hook holds the release, as dbt calls such a run failed", async () => {
  const projectFile = (hook: string) => `name: tiny\nversion: '1.0'\nprofile: tiny\non-run-end: ["${hook}"]\n`;
  await using user = await newTinyProject({
    kind: "duckdb",
    files: { "dbt_project.yml": projectFile("select * from nowhere_at_all") },
  });
  const held = await user.ask(["deploy", "dev"]);
  expect(held.code, held.stdout + held.stderr).toBe(3);
  expect(held.json.data.build.errors[0].node).toContain("on-run-end");
  // Compiled SQL and logs hold values of the environment.
  expect(statSync(join(user.dir, ".slipway")).mode & 0o77).toBe(0);
  user.write("dbt_project.yml", projectFile("select 1"));
  user.commit("Mended");
  await ok(user, ["deploy", "dev"]);
});

test("--select leaves everything else as consumers have it, and its release is not handed over", async () => {
  await using user = await newUser({ kind: "duckdb" });
  const deployed = await user.ask(["deploy", "staging"]);
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  user.git("mv", "models/marts/open_orders.sql", "models/marts/orders_to_send.sql");
  for (const file of ["models/exposures.yml", "models/marts/marts.yml", "tests/paid_orders_are_sent.sql"])
    user.write(file, readFileSync(join(user.dir, file), "utf8").replaceAll("open_orders", "orders_to_send"));
  const report = readFileSync(join(user.dir, "models/finance/tax_report.sql"), "utf8");
  user.write("models/finance/tax_report.sql", report.replace(/^select/m, "select 1 as mark,"));
  user.commit("Rename one model, change another");
  const chosen = await user.ask(["deploy", "staging", "--select", "tax_report"]);
  expect(chosen.code, chosen.stdout + chosen.stderr).toBe(0);
  expect(chosen.json.data.promote).toMatchObject({ published: 1, unpublished: 0 });
  const standing =
    "select table_name from information_schema.tables where table_name in ('open_orders', 'orders_to_send')";
  expect((await user.query(standing)).map((row) => row.table_name)).toEqual(["open_orders"]);
  const handed = await user.ask(["promote", "r2", "--to", "prod"]);
  expect(handed.code).toBe(3);
  expect(handed.json.code).toBe("rejected");
});
