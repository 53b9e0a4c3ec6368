// Two shops for a soak: their warehouse, what is delivered to it, a colleague who pushes commits, and consumers who read all along.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { git, loadDuckdb, loadPostgres, makeShop, postgresEnv } from "../scripts/shop.ts";
import { systemClock as clock } from "../src/lib/clock.ts";
import { makePlace } from "../test/support/state.ts";

/** Somebody who opens the DuckDB file at the wrong moment waits for it at most so long. */
const LOCK_MS = 120_000;
const READ_MS = 100;
const MB = 1e6;

/** What consumers saw: a state is mixed when revenue and the order lines behind it disagree. */
export interface Seen {
  reads: number;
  mixed: number;
  errors: string[];
  /** Different states of the orders. */
  states: number;
  longestMs: number;
}

export interface World {
  name: string;
  dir: string;
  env: Record<string, string>;
  /** Delivers rows to the sources in one transaction. */
  deliver(sql: string): Promise<void>;
  /** Consumers read from now on; call the answer for what they saw. */
  read(): () => Promise<Seen>;
  /** Megabytes of everything that could grow. */
  sizes(): Promise<{ state: number; warehouse: number }>;
  close(): Promise<void>;
}

const config = (dbt: string, prod: string): string => `version: 1
project: shop
${dbt}environments:
  prod: { target: prod, branch: main, ${prod}retention: { deploys: 1, refreshes: 1, days: 0 } }
jobs:
  daily:
    environment: prod
    steps: [dbt deps, dbt seed, dbt run, dbt test, dbt docs generate]
    triggers: [{ cron: "* * * * *" }]
notices:
  channels:
    file: { type: log, path: logs/alerts.log }
  routes:
    - { to: [file] }
upkeep:
  daily: "3-59/5 * * * *"
  weekly: "4-59/10 * * * *"
  monthly: "9-59/15 * * * *"
  keep_runs: 10m
  keep_artifacts: 5m
  warn_below: 100 MB
`;

/** The shop on DuckDB with a replica, its state embedded. */
export async function duckdbWorld(folder: string, python: string): Promise<World> {
  const dir = makeRepository(folder, config("", "replica: out/shop.duckdb, "));
  loadDuckdb(dir, python, "raw");
  const replica = join(dir, "out/shop.duckdb");
  return {
    name: "embedded state, DuckDB",
    dir,
    env: {},
    deliver: (sql) => asSoonAsUnlocked(() => run(python, ["-I", "-c", DELIVER, join(dir, "shop.duckdb"), sql])),
    read: () => readReplica(python, replica),
    sizes: async () => ({
      state: sizeOf(join(dir, ".slipway")),
      warehouse: sizeOf(join(dir, "shop.duckdb")) + sizeOf(join(dir, "shop.duckdb.wal")),
    }),
    close: async () => {},
  };
}

/** The shop on PostgreSQL, its state on another database of that server. */
export async function postgresWorld(folder: string): Promise<World> {
  const [warehouse, state] = [await makePlace("postgres"), await makePlace("postgres")];
  const [url, stateUrl] = [warehouse.options.databaseUrl!, state.options.databaseUrl!];
  const dir = makeRepository(folder, config("dbt: { profiles_dir: profiles/postgres }\n", ""));
  for (const load of ["raw", "postgres"] as const) await loadPostgres(url, load);
  return {
    name: "state and shop on PostgreSQL",
    dir,
    env: { ...postgresEnv(url), DATABASE_URL: stateUrl },
    deliver: async (sql) => {
      await query(url, sql);
    },
    read: () => readPostgres(url),
    sizes: async () => ({
      state: sizeOf(join(dir, ".slipway")) + (await databaseSize(stateUrl)),
      warehouse: await databaseSize(url),
    }),
    close: async () => {
      for (const place of [warehouse, state]) await place.remove();
    },
  };
}

/** A repository with a remote, and beside it a clone of the colleague who pushes. */
function makeRepository(folder: string, slipwayYml: string): string {
  const dir = join(folder, "shop");
  mkdirSync(dir, { recursive: true });
  makeShop(dir);
  writeFileSync(join(dir, "slipway.yml"), slipwayYml);
  writeFileSync(
    join(dir, ".gitignore"),
    ".slipway/\n*.duckdb\n*.wal\ndbt_packages/\ntarget/\nlogs/\nout/\n.serve.log\n",
  );
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", "Slipway");
  execFileSync("git", ["clone", "-q", "--bare", dir, join(folder, "origin.git")]);
  git(dir, "remote", "add", "origin", join(folder, "origin.git"));
  git(folder, "clone", "-q", join(folder, "origin.git"), "colleague");
  return dir;
}

/** A commit that changes one model with much below it, and another that nothing reads. */
export function push({ dir }: World, number: number): void {
  const colleague = join(dir, "../colleague");
  const orders = join(colleague, "models/marts/orders.sql");
  const condition = `where ${number} = ${number}\n`;
  const text = git(colleague, "show", "HEAD:models/marts/orders.sql").replace(/\nwhere \d+ = \d+$/, "");
  writeFileSync(orders, `${text}\n${condition}`);
  writeFileSync(
    join(colleague, "models/finance/pushes.sql"),
    `select ${number} as push, count(*) as orders from {{ ref('orders') }}\n`,
  );
  git(colleague, "add", "-A");
  git(colleague, "commit", "-qm", `Push ${number}`);
  git(colleague, "push", "-q", "origin", "HEAD:main");
}

const DELIVER = `
import sys, duckdb
with duckdb.connect(sys.argv[1]) as con:
    con.execute("begin; " + sys.argv[2] + "; commit")`;

/** Reads the file until its input ends. Before the first release there is none. */
const READ_REPLICA = `
import json, os, sys, threading, time
import duckdb
file, one, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
seen = {"reads": 0, "mixed": 0, "errors": [], "states": 0, "longestMs": 0}
states, stop = set(), threading.Event()
def read():
    while not stop.wait(pause):
        if seen["reads"] == 0 and not os.path.exists(file):
            continue
        at = time.perf_counter()
        try:
            with duckdb.connect(file, read_only=True) as con:
                daily, monthly, lines, orders = con.execute(one).fetchone()
            seen["reads"] += 1
            seen["mixed"] += not (daily == monthly == lines)
            states.add(orders)
        except Exception as error:
            seen["errors"].append(f"{type(error).__name__}: {error}"[:500])
        seen["longestMs"] = max(seen["longestMs"], round((time.perf_counter() - at) * 1000))
reading = threading.Thread(target=read)
reading.start()
sys.stdin.read()
stop.set()
reading.join()
print(json.dumps({**seen, "states": len(states)}))`;

/** One statement over two schemas, whose three sums agree in every release and in no mixture of two. */
const ONE = `select (select sum(gross_yen) from finance.revenue_daily)::bigint as daily,
  (select sum(gross_yen) from finance.revenue_monthly)::bigint as monthly,
  (select sum(lines.gross_yen) from analytics.order_lines as lines join analytics.orders as orders on orders.order_id = lines.order_id
   where orders.is_paid)::bigint as lines,
  (select count(*)::varchar || ' ' || sum(charged_yen)::varchar from analytics.orders) as orders`;

function readReplica(python: string, file: string): () => Promise<Seen> {
  const child = spawn(python, ["-I", "-c", READ_REPLICA, file, ONE, String(READ_MS / 1000)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const said = textOf(child);
  return async () => {
    child.stdin.end();
    return JSON.parse(await said) as Seen;
  };
}

function readPostgres(url: string): () => Promise<Seen> {
  const seen: Seen = { reads: 0, mixed: 0, errors: [], states: 0, longestMs: 0 };
  const states = new Set<string>();
  let stopped = false;
  const read = async (client: pg.Client) => {
    const { rows } = await client.query(ONE);
    seen.reads += 1;
    if (new Set([rows[0].daily, rows[0].monthly, rows[0].lines]).size !== 1) seen.mixed += 1;
    states.add(rows[0].orders);
  };
  const reading = (async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (; !stopped; await clock.sleep(READ_MS)) {
      const from = clock.ticksMs();
      const missing = (error: { code?: string }) => seen.reads === 0 && ["42P01", "3F000"].includes(error.code ?? "");
      await read(client).catch((error) => missing(error) || seen.errors.push(String(error)));
      seen.longestMs = Math.max(seen.longestMs, Math.round(clock.ticksMs() - from));
    }
    await client.end();
  })();
  return async () => {
    stopped = true;
    await reading;
    return { ...seen, states: states.size };
  };
}

/** While Slipway or dbt holds the file, a delivery waits as any other program would. */
async function asSoonAsUnlocked(work: () => Promise<void>): Promise<void> {
  for (const from = clock.ticksMs(); ; await clock.sleep(100)) {
    const error = await work().then(
      () => null,
      (thrown: Error) => thrown,
    );
    if (error === null) return;
    if (!error.message.includes("Could not set lock") || clock.ticksMs() - from > LOCK_MS) throw error;
  }
}

async function run(program: string, args: string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let told = "";
  child.stderr.on("data", (text) => {
    told += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(told);
}

async function textOf(child: ChildProcess): Promise<string> {
  let told = "";
  child.stdout!.on("data", (text) => {
    told += text;
  });
  await once(child, "close");
  return told;
}

async function query(url: string, text: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const databaseSize = async (url: string): Promise<number> =>
  Number((await query(url, "select pg_database_size(current_database()) as size"))[0]!.size) / MB;

/** Of a file or a folder, as the disk counts it; 0 where there is none. */
function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return (stat.blocks * 512) / MB;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
