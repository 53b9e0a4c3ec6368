// Where the demo plays: a fresh folder with the shop as a Git repository, its warehouse, and a consumer who reads it.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { takeFolderLock } from "../../src/db/embedded/folder-lock.ts";
import { lockFileOf, readOwner } from "../../src/db/embedded/state-setting.ts";
import { ensurePython } from "../../src/dbt/python-env.ts";
import { type Postgres, providePostgres } from "../postgres/server.ts";
import { git, loadDuckdb, loadPostgres, makeShop, postgresEnv } from "../shop.ts";
import { own, type Stage } from "./stage.ts";

export type Row = Record<string, unknown>;

export interface World {
  kind: "duckdb" | "postgres";
  dir: string;
  /** What the project's profile wants to know, besides the usual environment. */
  env: Record<string, string>;
  /** Reads the warehouse as a consumer would. Numbers come as numbers, dates as `2026-10-01`. */
  query(sql: string): Promise<Row[]>;
  /** The next morning's delivery arrives in the source tables. */
  nextDay(): Promise<void>;
  /** Takes the database away; the folder stays when `folder` is false. */
  close(leftovers: { folder: boolean; database: boolean }): Promise<void>;
}

/** A database of its own on a server; `madeRole` tells whether the demo also made the role `shop_reader` there. */
interface Database {
  server: Postgres;
  url: string;
  madeRole: boolean;
}

/** The environment with dbt is made here when there is none yet: downloads come before the story and its clock. */
export async function prepareDbt(stage: Pick<Stage, "lang" | "line">): Promise<string> {
  const cacheDir = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const onProgress = (text: Parameters<typeof own>[1]) => stage.line(own(stage, text));
  return (await ensurePython({ cacheDir, env: process.env, onProgress })).python;
}

/** Copies the shop, fills its source tables and commits. Leaves nothing behind when it fails. */
export async function makeWorld(wish: {
  postgres: { url: string | undefined } | null;
  python: string;
  line: (text: string) => void;
}): Promise<World> {
  const dir = join(mkdtempSync(join(tmpdir(), "slipway-demo-")), "shop");
  let database: Database | null = null;
  const close: World["close"] = async (leftovers) => {
    await endState(join(dir, ".slipway"));
    if (database) await closeDatabase(database, leftovers.database);
    if (leftovers.folder) rmSync(join(dir, ".."), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    if (wish.postgres) database = await makeDatabase(wish.postgres.url, wish.line);
    makeShop(dir);
    git(dir, "config", "user.name", "Aoi Tanaka");
    git(dir, "config", "user.email", "aoi@example.com");
    if (database) usePostgres(dir, database.url);
    else loadDuckdb(dir, wish.python, "raw");
  } catch (error) {
    await close({ folder: true, database: true });
    throw error;
  }
  const url = database?.url ?? null;
  return {
    kind: database ? "postgres" : "duckdb",
    dir,
    env: passwordOf(url),
    query: (sql) => (url ? queryPostgres(url, sql) : queryDuckdb(dir, wish.python, sql)),
    nextDay: async () => (url ? loadPostgres(url, "next_day") : loadDuckdb(dir, wish.python, "next_day")),
    close,
  };
}

/** The process that keeps Slipway's state would stay for five seconds more: nothing that the demo started outlives it. */
async function endState(home: string): Promise<void> {
  if (!existsSync(lockFileOf(home))) return;
  const free = takeFolderLock(lockFileOf(home));
  free?.release();
  const owner = free ? null : readOwner(home);
  if (!owner) return;
  for (let attempt = 0; attempt < 200 && signal(owner.pid, attempt === 0 ? "SIGTERM" : 0); attempt++) await sleep(50);
}

/** False when there is no such process any more. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** The profile for PostgreSQL takes the place of DuckDB's, with this database written in: whoever plays on needs no variables. */
function usePostgres(dir: string, url: string): void {
  const values = postgresEnv(url);
  const text = readFileSync(join(dir, "profiles/postgres/profiles.yml"), "utf8");
  const known = (all: string, name: string) =>
    name === "SHOP_PGPASSWORD" ? all : `env_var('${name}', '${values[name]}')`;
  writeFileSync(join(dir, "profiles.yml"), text.replaceAll(/env_var\('(\w+)', '[^']*'\)/g, known));
  git(dir, "commit", "-q", "-a", "-m", "The shop on PostgreSQL");
}

function passwordOf(url: string | null): Record<string, string> {
  const password = url ? postgresEnv(url).SHOP_PGPASSWORD : "";
  return password ? { SHOP_PGPASSWORD: password } : {};
}

async function makeDatabase(named: string | undefined, line: (text: string) => void): Promise<Database> {
  const server = await providePostgres(named, line);
  try {
    const name = `slipway_demo_${process.pid}_${randomBytes(4).toString("hex")}`;
    const [role] = await queryPostgres(server.url, "select 1 from pg_roles where rolname = 'shop_reader'");
    await queryPostgres(server.url, `create database ${name}`);
    const url = Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
    await loadPostgres(url, "raw");
    await loadPostgres(url, "postgres");
    return { server, url, madeRole: role === undefined };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function closeDatabase({ server, url, madeRole }: Database, drop: boolean): Promise<void> {
  try {
    if (!drop) return;
    const name = new URL(url).pathname.slice(1);
    await queryPostgres(server.url, `drop database if exists ${name} with (force)`);
    if (madeRole) await queryPostgres(server.url, "drop role if exists shop_reader").catch(ignoreUsedRole);
  } finally {
    await server.stop();
  }
}

/** Another database may have begun to use the role meanwhile. */
function ignoreUsedRole(error: { code?: string }): Row[] {
  if (error.code !== "2BP01") throw error;
  return [];
}

async function queryPostgres(url: string, sql: string): Promise<Row[]> {
  const asText = { getTypeParser: () => (text: string) => text };
  const client = new pg.Client({ connectionString: url, types: asText as unknown as pg.CustomTypesConfig });
  await client.connect();
  try {
    return (await client.query(sql)).rows.map(numbered);
  } finally {
    await client.end();
  }
}

/** Both warehouses write large and exact numbers as text. */
function numbered(row: Row): Row {
  const value = (text: unknown) => (/^-?\d+(\.\d+)?$/.test(String(text)) ? Number(text) : text);
  return Object.fromEntries(Object.entries(row).map(([name, text]) => [name, value(text)]));
}

/** Read-only, and patient: a DuckDB file belongs to one process at a time. */
const reader = `
import duckdb, json, sys, time
for attempt in range(100):
    try:
        db = duckdb.connect(sys.argv[1], read_only=True)
        break
    except duckdb.IOException as error:
        if "lock" not in str(error) or attempt == 99: raise
        time.sleep(0.1)
found = db.execute(sys.argv[2])
names = [column[0] for column in found.description]
print(json.dumps([dict(zip(names, row)) for row in found.fetchall()], default=str))
`;

function queryDuckdb(dir: string, python: string, sql: string): Promise<Row[]> {
  const args = ["-I", "-c", reader, join(dir, "shop.duckdb"), sql];
  const rows: Row[] = JSON.parse(execFileSync(python, args, { encoding: "utf8" }));
  return Promise.resolve(rows.map(numbered));
}
