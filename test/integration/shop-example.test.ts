// The example project under plain dbt: it builds on DuckDB and PostgreSQL, both give the same rows, and its story can be told.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  loadDuckdb,
  loadPostgres,
  makeShop,
  postgresEnv,
  revertNewest,
  storyNames,
  tellStory,
} from "../../scripts/shop.ts";
import { ensurePython } from "../../src/dbt/python-env.ts";

const serverUrl = process.env.SLIPWAY_TEST_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";
const database = `shop_${randomBytes(6).toString("hex")}`;
const databaseUrl = Object.assign(new URL(serverUrl), { pathname: `/${database}` }).href;
const home = mkdtempSync(join(tmpdir(), "店 shop-"));
const folder = join(home, "project");
let python = "";

/** Published relations, and rows that must be there for the comparison to mean something. */
const relations = `
  select table_schema, table_name, column_name from information_schema.columns
  where table_schema in ('analytics', 'finance', 'stg', 'ref', 'history') order by table_schema, table_name, ordinal_position`;

beforeAll(async () => {
  const cacheDir = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  python = (await ensurePython({ cacheDir, env: process.env, onProgress: () => {} })).python;
  await onServer(`create database ${database}`);
  await loadPostgres(databaseUrl, "raw");
  await loadPostgres(databaseUrl, "postgres");
  makeShop(folder);
  loadDuckdb(folder, python, "raw");
  dbt("deps");
});

afterAll(async () => {
  await onServer(`drop database if exists ${database} with (force)`);
  rmSync(home, { recursive: true, force: true });
});

test("the same code gives the same rows on DuckDB and PostgreSQL", async () => {
  dbt("build", "--target", "prod");
  dbt("build", "--target", "prod", "--profiles-dir", "profiles/postgres");
  const onPostgres = await postgresRows();
  const onDuckdb = duckdbRows();
  expect(Object.keys(onPostgres)).toHaveLength(24);
  expect(onPostgres["finance.revenue_monthly"]).toHaveLength(2);
  for (const name of Object.keys(onPostgres))
    expect({ name, rows: onDuckdb[name] }).toEqual({ name, rows: onPostgres[name] });
});

test("each commit of the story applies, in order and without the others", () => {
  expect(storyNames()).toHaveLength(5);
  for (const name of storyNames()) {
    tellStory(folder, name);
    revertNewest(folder);
  }
  for (const name of storyNames()) tellStory(folder, name);
});

function dbt(...args: string[]): void {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    DBT_SEND_ANONYMOUS_USAGE_STATS: "false",
    ...postgresEnv(databaseUrl),
  };
  const program = [join(python, "..", "dbt"), "--no-use-colors", ...args, "--no-use-v2-parser"];
  try {
    execFileSync(python, program, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Error(String((error as { stdout?: Buffer }).stdout ?? error), { cause: error });
  }
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

type Rows = Record<string, string[]>;

interface Column {
  table_schema: string;
  table_name: string;
  column_name: string;
}

/** One query per table that gives each row as one text, so that both sides compare. */
function selects(columns: Column[]): [table: string, sql: string][] {
  const perTable = Object.groupBy(columns, (column) => `${column.table_schema}.${column.table_name}`);
  return Object.entries(perTable).map(([table, its]) => {
    const values = its!.map((column) => `coalesce(cast("${column.column_name}" as varchar), '-')`);
    return [table, `select concat_ws('|', ${values.join(", ")}) as line from ${table}`];
  });
}

async function postgresRows(): Promise<Rows> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const rows: Rows = {};
    for (const [table, sql] of selects((await client.query(relations)).rows))
      rows[table] = (await client.query(sql)).rows.map((row) => row.line).sort();
    return rows;
  } finally {
    await client.end();
  }
}

function duckdbRows(): Rows {
  const query = (sql: string): string[][] =>
    JSON.parse(String(execFileSync(python, ["-I", "-c", reader, join(folder, "shop.duckdb"), sql], { cwd: folder })));
  const columns = query(relations).map(([table_schema, table_name, column_name]) => ({
    table_schema,
    table_name,
    column_name,
  }));
  const all = selects(columns as Column[]).map(([table, sql]) => `select '${table}' as name, line from (${sql})`);
  const lines = Object.groupBy(query(all.join(" union all ")), ([name]) => name!);
  return Object.fromEntries(Object.entries(lines).map(([name, rows]) => [name, rows!.map((row) => row[1]!).sort()]));
}

const reader =
  "import sys, json, duckdb; print(json.dumps(duckdb.connect(sys.argv[1], read_only=True).execute(sys.argv[2]).fetchall()))";
