// A user with a dbt project: a real repository and warehouse in a folder of its own, and `slipway` typed in it as a process.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { git, loadDuckdb, loadPostgres, makeShop, postgresEnv } from "../scripts/shop.ts";
import { systemClock } from "../src/lib/clock.ts";
import { openDuckdb } from "../src/warehouse/duckdb/open.ts";
import type { Warehouse } from "../src/warehouse/warehouse.ts";
import { testPython } from "./support/python.ts";

const main = join(import.meta.dirname, "../src/main.ts");
/** As the launcher does: compiled code is kept, which is half of the processor time of a short command (0.3 of 0.5 s). */
const compiled = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "slipway", "node");
const sidecarDir = join(import.meta.dirname, "../sidecar");

export interface Answer {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** The document of `--json`; throws when stdout holds none. */
  // biome-ignore lint/suspicious/noExplicitAny: a document of any command, looked at by the test that asked for it
  json: any;
}

export interface User {
  /** Folder of the dbt project. */
  dir: string;
  kind: "duckdb" | "postgres";
  /** Types `slipway ...args` in the project and waits for its end. `input`: what is piped into it. */
  slipway(args: string[], env?: Record<string, string>, input?: string): Promise<Answer>;
  /** The same with `--json --yes`. */
  ask(args: string[], env?: Record<string, string>): Promise<Answer>;
  /** Starts it and returns the process, in a group of its own. */
  start(args: string[], env?: Record<string, string>, input?: string): ChildProcess;
  git(...args: string[]): string;
  write(path: string, text: string): void;
  commit(message: string): string;
  /** Reads the warehouse as a consumer would. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  load(what: "raw" | "next_day"): Promise<void>;
  url: string | null;
  /** Where Slipway's own state is when it is not embedded. */
  stateUrl: string | null;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface UserWish {
  kind: "duckdb" | "postgres";
  /** slipway.yml; default: staging and prod without confirmation. */
  config?: string;
  /** False: an empty repository, nothing loaded. */
  shop?: boolean;
  /** Slipway's own state; default: embedded. */
  state?: "embedded" | "postgres";
}

const plainConfig = (postgres: boolean) => `version: 1
timezone: Asia/Tokyo
${postgres ? "dbt:\n  profiles_dir: profiles/postgres\n" : ""}environments:
  staging: { target: staging }
  prod: { target: prod, confirm: false }
`;

export async function newUser(wish: UserWish): Promise<User> {
  const dir = join(mkdtempSync(join(tmpdir(), "slipway-journey-")), "店 shop");
  const url = wish.kind === "postgres" ? await createDatabase() : null;
  const stateUrl = wish.state === "postgres" ? await createDatabase() : null;
  const env = {
    ...(url ? postgresEnv(url) : {}),
    ...(stateUrl ? { DATABASE_URL: stateUrl } : {}),
  };
  const user = makeUser({ dir, kind: wish.kind, url, stateUrl }, env);
  if (wish.shop === false) {
    mkdirSync(dir, { recursive: true });
    git(dir, "init", "-q", "-b", "main");
  } else {
    makeShop(dir);
    await user.load("raw");
    user.write("slipway.yml", wish.config ?? plainConfig(url !== null));
    user.write(".gitignore", ".slipway/\n*.duckdb\n*.wal\ndbt_packages/\ntarget/\nlogs/\n");
    user.commit("Slipway");
  }
  return user;
}

type Place = Pick<User, "dir" | "kind" | "url" | "stateUrl">;

function makeUser(place: Place, own: Record<string, string>): User {
  const { dir, url } = place;
  const start = (args: string[], env: Record<string, string> = {}, input?: string): ChildProcess => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: dir,
      env: { ...userEnv(), ...own, ...env },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: true,
    });
    child.stdin?.end(input);
    return child;
  };
  const slipway = (args: string[], env?: Record<string, string>, input?: string) => answerOf(start(args, env, input));
  const reader = duckdbReader(join(dir, "shop.duckdb"));
  return {
    ...place,
    start,
    slipway,
    ask: (args, env) => slipway([...args, "--json", "--yes"], env),
    git: (...args) => git(dir, ...args),
    write: (path, text) => {
      mkdirSync(join(dir, path, ".."), { recursive: true });
      writeFileSync(join(dir, path), text);
    },
    commit: (message) => {
      git(dir, "add", "-A");
      git(dir, "commit", "-q", "-m", message);
      return git(dir, "rev-parse", "HEAD");
    },
    query: (sql) => (url === null ? reader.query(sql) : queryPostgres(url, sql)),
    load: async (what) => {
      if (url === null) return loadDuckdb(dir, await testPython(), what);
      await loadPostgres(url, what);
      if (what === "raw") await loadPostgres(url, "postgres");
    },
    [Symbol.asyncDispose]: async () => {
      await reader.close();
      for (const database of [url, place.stateUrl]) if (database !== null) await dropDatabase(database);
      rmSync(join(dir, ".."), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** What a user's shell has: what the person who runs the tests has set for Slipway, dbt or PostgreSQL takes no part. */
export function userEnv(): NodeJS.ProcessEnv {
  const theirs =
    /^(SLIPWAY_(?!TEST_)|DBT_|GIT_|DO_NOT_TRACK$|PG[A-Z]+$|DATABASE_URL$|LC_|LANGUAGE$|NO_COLOR$|FORCE_COLOR$)/;
  const kept = Object.entries(process.env).filter(([name]) => !theirs.test(name));
  return { ...Object.fromEntries(kept), LANG: "C.UTF-8", NODE_COMPILE_CACHE: compiled };
}

/** Waits for the end of a started command. */
export function answerOf(child: ChildProcess): Promise<Answer> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) =>
      resolve({
        code,
        signal,
        stdout,
        stderr,
        get json() {
          return JSON.parse(stdout);
        },
      }),
    );
  });
}

const serverUrl = (): string => process.env.SLIPWAY_TEST_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";

async function createDatabase(): Promise<string> {
  const name = `slipway_test_${randomBytes(5).toString("hex")}`;
  await queryPostgres(serverUrl(), `create database ${name}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.href;
}

async function dropDatabase(url: string): Promise<void> {
  await queryPostgres(serverUrl(), `drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
}

async function queryPostgres(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Opens the file for each query and closes it again; the process that does it stays (its start takes 0.3 s). */
function duckdbReader(path: string) {
  const settings = { attach: [], settings: {}, extensions: [], fileSearchPath: [], waitMs: 240_000, onWait: () => {} };
  let warehouse: Promise<Warehouse> | null = null;
  const open = async () =>
    openDuckdb({ ...settings, python: await testPython(), sidecarDir, path, clock: systemClock });
  return {
    query: async (sql: string): Promise<Record<string, unknown>[]> => {
      warehouse ??= open();
      return (await warehouse).query(sql);
    },
    close: async () => (await warehouse)?.close(),
  };
}
