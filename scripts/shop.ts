// The example project as a real Git repository with real data, for demo and tests: `examples/shop`, the patches of `examples/story`.
import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import pg from "pg";

const examples = join(import.meta.dirname, "..", "examples");
/** What dbt and Slipway leave behind where somebody played with the example in place. */
const leftOut = ["target", "dbt_packages", "logs", ".user.yml", ".slipway"];
const author = {
  GIT_AUTHOR_NAME: "Aoi Tanaka",
  GIT_AUTHOR_EMAIL: "aoi@example.com",
  GIT_AUTHOR_DATE: "2026-11-17T09:00:00+09:00",
};
const committer = { GIT_COMMITTER_NAME: "Aoi Tanaka", GIT_COMMITTER_EMAIL: "aoi@example.com" };
/** Nobody's own settings (signing, hooks, another default branch) take part. */
const isolated = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };

/** One of `raw.sql`, `next_day.sql` (both warehouses) and `postgres.sql`. */
export type Load = "raw" | "postgres" | "next_day";

/** Copies the project into `folder` (made if need be) and commits it on branch main. */
export function makeShop(folder: string): void {
  const wanted = (path: string) => !leftOut.includes(basename(path)) && !/\.duckdb(\.wal)?$/.test(path);
  cpSync(join(examples, "shop"), folder, { recursive: true, filter: wanted });
  git(folder, "init", "-q", "-b", "main");
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "-m", "The shop");
}

/** The story's commits in their order, e.g. `1-returned-orders`. */
export function storyNames(): string[] {
  const patches = readdirSync(join(examples, "story")).filter((name) => name.endsWith(".patch"));
  return patches.map((name) => basename(name, ".patch")).sort();
}

/** Commits one step of the story and returns the commit. Throws when the patch does not fit. */
export function tellStory(folder: string, name: string): string {
  git(folder, "am", "-q", join(examples, "story", `${name}.patch`));
  return git(folder, "rev-parse", "HEAD");
}

/** Takes the newest commit back by another one and returns that. */
export function revertNewest(folder: string): string {
  git(folder, "revert", "--no-edit", "HEAD");
  return git(folder, "rev-parse", "HEAD");
}

/** Runs Git with the story's author; returns what it printed. */
export function git(folder: string, ...args: string[]): string {
  // In a hook of another repository Git's own variables point there.
  const outer = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
  const options: ExecFileSyncOptions = {
    cwd: folder,
    env: { ...outer, ...isolated, ...author, ...committer },
    stdio: ["ignore", "pipe", "pipe"],
  };
  return String(execFileSync("git", args, options)).trim();
}

/** Fills the source tables in the project's DuckDB file, with the DuckDB that dbt uses. */
export function loadDuckdb(folder: string, python: string, load: Exclude<Load, "postgres">): void {
  const program = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute(open(sys.argv[2], encoding='utf-8').read())";
  execFileSync(python, ["-I", "-c", program, join(folder, "shop.duckdb"), loadFile(load)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Fills the source tables of a PostgreSQL database; the first time `raw`, then `postgres`. */
export async function loadPostgres(url: string, load: Load): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(readFileSync(loadFile(load), "utf8"));
  } finally {
    await client.end();
  }
}

/** What `profiles/postgres/profiles.yml` asks the environment for, to reach a database. */
export function postgresEnv(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    SHOP_PGHOST: hostname,
    SHOP_PGPORT: port || "5432",
    SHOP_PGUSER: decodeURIComponent(username),
    SHOP_PGPASSWORD: decodeURIComponent(password),
    SHOP_PGDATABASE: decodeURIComponent(pathname.slice(1)),
  };
}

function loadFile(load: Load): string {
  const file = join(examples, "shop", "load", `${load}.sql`);
  if (!existsSync(file)) throw new Error(`the example has no ${file}`);
  return file;
}
