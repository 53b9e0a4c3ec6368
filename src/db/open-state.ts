// Opens Slipway's own state: embedded in a folder, or on a PostgreSQL server. The only door of this room.

import { sql } from "kysely";
import type pg from "pg";
import type { Clock } from "../lib/clock.ts";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import { type Db, makeDb } from "./db.ts";
import { connectEmbedded } from "./embedded/embedded.ts";
import { socketPort } from "./embedded/state-setting.ts";
import { bringUpToDate } from "./migrate.ts";
import { makePool } from "./pool.ts";
import { goByServer } from "./server-time.ts";

export interface OpenOptions {
  /** Absolute folder `.slipway`; made when missing. */
  home: string;
  /** A PostgreSQL server instead of the embedded state. */
  databaseUrl?: string | undefined;
  /** A short folder for sockets, e.g. `/run/user/1000/slipway`. */
  runtimeDir: string;
  /** The user's cache, e.g. `~/.cache`. */
  cacheDir: string;
  clock: Clock;
  /** Default true: an empty or older state is brought to this program's revision. false: left as it is (`slipway db`). */
  migrate?: boolean;
  /** How long the embedded state's process stays after its last client; default 5 s. */
  lingerMs?: number;
  /** When a transaction is ended whose process stands still; default 30 s. */
  transactionIdleMs?: number;
}

/**
 * Opens the state and brings its schema up to date. AppErrors: `upstream` (unreachable, disk full, not writable), `unauthorized`,
 * `locked` (folder held by a process that does not answer), `conflict` (state newer than this program), `invalid` (address, path).
 */
export async function openState(options: OpenOptions): Promise<Db> {
  const db = options.databaseUrl ? openServer(options.databaseUrl, options) : await openEmbedded(options);
  try {
    if (options.migrate !== false) await bringUpToDate(db);
    else await sql`select 1`.execute(db.kysely);
    await goByServer(db);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

function openServer(url: string, { clock, transactionIdleMs = 30_000 }: OpenOptions): Db {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw badUrl();
  }
  if (!/^postgres(ql)?:$/.test(parsed.protocol)) throw badUrl();
  const place = `${parsed.hostname || "localhost"}:${parsed.port || 5432}${parsed.pathname}`;
  const pool = makePool({ place, config: { connectionString: url }, revive: async () => null });
  return makeDb(pool, { clock, backend: "postgres", place, statePid: null, transactionIdleMs }, () => {});
}

function badUrl(): AppError {
  return new AppError("invalid", say("db.bad_url"), { hint: say("db.url_hint") });
}

async function openEmbedded(options: OpenOptions): Promise<Db> {
  let client = await connectEmbedded(options);
  const configOf = (): pg.PoolConfig => ({
    host: client.socketDir,
    port: socketPort,
    user: "postgres",
    database: "postgres",
  });
  let reviving: Promise<pg.PoolConfig> | null = null;
  const reconnect = async (): Promise<pg.PoolConfig> => {
    client.close();
    client = await connectEmbedded(options);
    return configOf();
  };
  // The state process was killed: a long command goes on with a new one. Its statement under way has failed all the same.
  const revive = (): Promise<pg.PoolConfig> => {
    reviving ??= reconnect().finally(() => {
      reviving = null;
    });
    return reviving;
  };
  const pool = makePool({ place: options.home, config: configOf(), revive });
  const facts = { clock: options.clock, backend: "embedded", place: options.home, statePid: client.pid } as const;
  return makeDb(pool, { ...facts, transactionIdleMs: null }, () => client.close());
}
