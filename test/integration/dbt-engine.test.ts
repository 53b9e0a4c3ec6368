// The engine with real dbt on DuckDB: parse, errors with their place, builds of a changed manifest, isolation.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";

import type { EngineEvent } from "../../src/dbt/engine.ts";
import { readManifest } from "../../src/dbt/manifest-file.ts";
import { runCommand } from "../../src/dbt/run-command.ts";
import { build, failureOf, makeProject, openRun, parse, python, readText, redirect } from "./dbt-harness.ts";

afterEach(() => void vi.unstubAllEnvs());

const shop = {
  "seeds/raw_orders.csv": "id,amount\n1,10\n2,20\n",
  "models/stg_orders.sql": "select id, amount from {{ ref('raw_orders') }}",
  "models/cheap.sql": "{{ config(materialized='ephemeral') }}\nselect * from {{ ref('stg_orders') }} where amount < 15",
  "models/orders.sql": "{{ config(materialized='table') }}\nselect * from {{ ref('cheap') }}",
  "models/schema.yml": `
models:
  - name: stg_orders
    description: 注文の一覧
    columns: [{name: id, data_tests: [unique]}]
  - name: orders
    columns: [{name: amount, data_tests: [{accepted_values: {arguments: {values: [99]}}}]}]
unit_tests:
  - name: amounts_stay
    model: stg_orders
    given: [{input: ref('raw_orders'), rows: [{id: 1, amount: 2}]}]
    expect: {rows: [{id: 1, amount: 2}]}
`,
};

/** Rows of one query, as JSON; the file is opened by a process of its own. */
async function query(file: string, sql: string): Promise<unknown> {
  const code =
    "import duckdb, json, sys; print(json.dumps(duckdb.connect(sys.argv[1], read_only=True).sql(sys.argv[2]).fetchall()))";
  const options = { env: {}, timeoutMs: 60_000 };
  const result = await runCommand((await python()).python, ["-I", "-c", code, file, sql], options);
  if (result.code !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout);
}

test("a changed manifest is built into the store, in the process that parsed it", async () => {
  const project = await makeProject(shop);
  const events: EngineEvent[] = [];
  const run = await openRun((event) => events.push(event));
  const manifest = await parse(run, project);
  expect(manifest.metadata.adapter_type).toBe("duckdb");
  expect(manifest.nodes["model.shop.stg_orders"]?.description).toBe("注文の一覧");
  const pid = run.pid;
  const result = await build(run, project, await redirect(project, manifest, "slipway"), "slipway");
  expect(run.pid).toBe(pid);
  const statuses = Object.fromEntries(
    result.rows.map((row) => [row.uniqueId.replace(/\.[0-9a-f]{10}$/, ""), row.status]),
  );
  expect(statuses).toEqual({
    "seed.shop.raw_orders": "success",
    "unit_test.shop.stg_orders.amounts_stay": "pass",
    "model.shop.stg_orders": "success",
    "test.shop.unique_stg_orders_id": "pass",
    "model.shop.orders": "success",
    "test.shop.accepted_values_orders_amount__99": "fail",
  });
  const failed = result.rows.find((row) => row.status === "fail");
  expect(failed).toMatchObject({ failures: 1, message: "Got 1 result, configured to fail if != 0" });
  expect(failed?.compiledCode).toContain('"store"."orders__k1"');
  expect(events.filter((event) => event.kind === "result").map((event) => event.row)).toEqual(result.rows);
  // The process lives on, yet the file is free for other readers.
  const file = join(project.root, "shop.duckdb");
  expect(await query(file, "select * from store.orders__k1")).toEqual([[1, 10]]);
  expect(await query(file, "select count(*) from information_schema.tables where table_schema <> 'store'")).toEqual([
    [0],
  ]);
  const code = await run.compile({
    setting: project.setting,
    manifestPath: join(project.root, "slipway.json"),
    tag: "slipway",
    threads: null,
    failFast: false,
  });
  expect(code["model.shop.orders"]).toContain('from "shop"."store"."stg_orders__k1"');
});

test("parse state follows the project in a new folder of artifacts", async () => {
  const project = await makeProject(shop);
  const texts: string[] = [];
  const run = await openRun((event) => event.kind === "log" && texts.push(event.text));
  const said = () => texts.splice(0).join("\n");
  await parse(run, project);
  expect(said()).toContain("Unable to do partial parsing");
  project.setting.targetPath = join(project.root, "target2");
  expect((await parse(run, project)).nodes["model.shop.stg_orders"]).toBeDefined();
  expect(said()).not.toContain("Unable to do partial parsing");
  await project.write({ "models/new.sql": "select 1 as one" });
  expect((await parse(run, project)).nodes["model.shop.new"]).toBeDefined();
  expect(said()).not.toContain("Unable to do partial parsing");
  await writeFile(join(project.root, "kept", "partial_parse.msgpack"), "torn");
  expect((await parse(run, project)).nodes["model.shop.new"]).toBeDefined();
});

test("mistakes in the project come with file and line", async () => {
  const project = await makeProject(shop);
  const run = await openRun();
  const check = async (files: Record<string, string>) => {
    const broken = await makeProject({ ...shop, ...files });
    broken.setting.profilesDir = project.setting.profilesDir;
    const { code, details, text } = await failureOf(parse(run, broken));
    const place = details.where;
    return [code, `${place?.file}:${place?.line}`, text.params.message];
  };
  expect(await check({ "models/a.sql": "select 1\n\nfrom {{ ref('nope') }}" })).toEqual([
    "invalid",
    "models/a.sql:3",
    "Model 'model.shop.a' (models/a.sql) depends on a node named 'nope' which was not found",
  ]);
  expect(await check({ "models/a.sql": "select 1\nfrom {{ ref('x' }}" })).toMatchObject([
    "invalid",
    "models/a.sql:2",
    /unexpected '}'/,
  ]);
  expect(await check({ "models/sub/b.yml": "models:\n  - name: orders\n   description: x\n" })).toMatchObject([
    "invalid",
    "models/sub/b.yml:3",
    /did not find expected '-' indicator/,
  ]);
  expect(await check({ "models/a.sql": "select\n  {{ env_var('NOT_THERE') }}" })).toMatchObject([
    "invalid",
    "models/a.sql:2",
    /NOT_THERE/,
  ]);
  expect(await check({ "dbt_project.yml": "name: shop\n profile: shop\n" })).toMatchObject([
    "invalid",
    "dbt_project.yml:2",
    /mapping values/,
  ]);
});

test("an undefined name is found when the model is built, and named in its row", async () => {
  const project = await makeProject({ "models/a.sql": "select\n  {{ nobody_wrote_this(1) }} as x" });
  const run = await openRun();
  const path = await redirect(project, await parse(run, project), "slipway");
  const result = await build(run, project, path, "slipway");
  expect(result.rows).toMatchObject([{ uniqueId: "model.shop.a", status: "error" }]);
  expect(result.rows[0]?.message).toContain("'nobody_wrote_this' is undefined");
});

test("nothing in a repository reaches the process: .env, plugins, commands, flags", async () => {
  const evil = (name: string) => join(project.root, name);
  const project = await makeProject(shop);
  await project.write({
    ".env": "DBT_EMPTY=true\nDBT_FULL_REFRESH=true\n",
    "dbt_evil.py": `open(${JSON.stringify(evil("plugin"))}, "w")\nplugins = []\n`,
    "dbt_project.yml": `name: shop
profile: shop
flags:
  use_v2_parser: true
  v2_parser: "sh -c 'touch ${evil("command")}' x"
  warn_error: true
  fail_fast: true
  write_json: false
  indirect_selection: eager
  partial_parse: false
  log_format: json
  send_anonymous_usage_stats: true
models:
  unused_config_path: {+enabled: true}
`,
    "macros/noise.sql": "{% macro noise() %}{{ print('x' ~ var('none', 'y')) }}{% endmacro %}",
    "models/orders.sql": "{{ config(materialized='table') }}\n{{ noise() }}select * from {{ ref('cheap') }}",
  });
  vi.stubEnv("TMPDIR", project.dir); // the process's own folders lie below the .env now
  project.setting.env = { DBT_STORE_FAILURES: "true", DBT_WARN_ERROR: "true", DBT_SAMPLE: "3 days" };
  const run = await openRun();
  const path = await redirect(project, await parse(run, project), "slipway");
  const result = await build(run, project, path, "slipway");
  expect(result.rows).toHaveLength(6);
  const file = join(project.root, "shop.duckdb");
  expect(await query(file, "select count(*) from store.orders__k1")).toEqual([[1]]);
  expect(await query(file, "select count(*) from information_schema.tables")).toEqual([[3]]);
  expect([evil("plugin"), evil("command")].filter(existsSync)).toEqual([]);
  expect(await readdir(project.setting.profilesDir)).toEqual(["profiles.yml"]);
  const { args } = JSON.parse(await readText(join(project.setting.targetPath, "build", "run_results.json")));
  const off = ["use_v2_parser", "empty", "full_refresh", "store_failures", "fail_fast", "send_anonymous_usage_stats"];
  expect(off.filter((name) => args[name])).toEqual([]);
  expect([args.indirect_selection, args.warn_error_options.error]).toEqual(["empty", []]);
});

test("declared packages are installed first; a build on DuckDB is stopped and lets go of the file", async () => {
  const project = await makeProject({
    "packages.yml": "packages:\n  - local: shared\n",
    "shared/dbt_project.yml": "name: shared\n",
    "shared/macros/big.sql": "{% macro big() %}range(100000000) a, range(1000) b{% endmacro %}",
    "models/slow.sql": "{{ config(materialized='table') }}\nselect sum(hash(a.range, b.range)) as h from {{ big() }}",
  });
  const { promise: executing, resolve: started } = Promise.withResolvers<void>();
  const run = await openRun((event) => event.kind === "started" && started());
  const partialParseFile = join(project.root, "pp");
  const parsed = await run.parse({ setting: project.setting, partialParseFile, fullParse: false, deps: true });
  const path = await redirect(project, await readManifest(parsed.manifestPath), "slipway");
  const building = build(run, project, path, "slipway");
  await executing;
  await run.cancel();
  const { cancelled, rows, elapsedMs } = await building;
  expect([cancelled, rows.filter((row) => row.status === "success")]).toEqual([true, []]);
  expect(elapsedMs).toBeGreaterThan(0); // dbt told it itself: it was not killed after its grace
  const tables = "select count(*) from information_schema.tables";
  expect(await query(join(project.root, "shop.duckdb"), tables)).toEqual([[0]]);
});

test("a cancel ends a download that hangs, and a process that is only just starting", async () => {
  const server = createServer((socket) => void socket.on("error", () => {}).resume()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const packages = `packages: [{ git: "http://127.0.0.1:${port}/never.git", revision: main }]\n`;
  const project = await makeProject({ ...shop, "packages.yml": packages });
  const partialParseFile = join(project.root, "pp");
  const request = { setting: project.setting, partialParseFile, fullParse: true, deps: true };
  const run = await openRun();
  const parsing = failureOf(run.parse(request));
  const [socket] = await once(server, "connection");
  const closed = once(socket, "close");
  await run.cancel();
  expect((await parsing).code).toBe("cancelled");
  await closed; // Git has ended as well.
  const starting = await openRun();
  const [late] = await Promise.all([failureOf(starting.parse(request)), starting.cancel()]);
  expect(late.code).toBe("cancelled");
  await starting.close();
  server.close();
});

test("an interpreter that is not there, or is no dbt, is an outside failure with its output", async () => {
  const project = await makeProject(shop);
  const missing = await failureOf(parse(await openRun(() => {}, { python: "/nowhere/python" }), project));
  expect([missing.code, missing.text.params.how]).toEqual(["upstream", "spawn /nowhere/python ENOENT"]);
  const other = await failureOf(parse(await openRun(() => {}, { python: "/bin/false" }), project));
  expect([other.code, other.text.params.how]).toEqual(["upstream", "exit code 1"]);
});
