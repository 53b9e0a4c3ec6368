// Opens a fresh state on both back ends for the suites of the db room, and removes it again.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { Db } from "../../src/db/db.ts";
import { takeFolderLock } from "../../src/db/embedded/folder-lock.ts";
import { lockFileOf } from "../../src/db/embedded/state-setting.ts";
import { type OpenOptions, openState } from "../../src/db/open-state.ts";
import { type Clock, systemClock } from "../../src/lib/clock.ts";

export const postgresUrl = process.env.SLIPWAY_TEST_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";

/** Shared between test files: the template of the data folder takes seconds to make. */
const cacheDir = join(tmpdir(), `slipway-test-cache-${process.getuid?.() ?? 0}`);

export interface StatePlace {
  options: OpenOptions;
  open(more?: Partial<OpenOptions>): Promise<Db>;
  remove(): Promise<void>;
}

export type Backend = "embedded" | "postgres";
export const backends: Backend[] = ["embedded", "postgres"];

/** A place of its own for one test file; nothing is started yet. */
export async function makePlace(backend: Backend, clock: Clock = systemClock): Promise<StatePlace> {
  const folder = await mkdtemp(join(tmpdir(), "sw-"));
  const options: OpenOptions = {
    home: join(folder, "プロジェクト A", ".slipway"),
    runtimeDir: join(folder, "run"),
    cacheDir,
    clock,
    lingerMs: 300,
  };
  const database = backend === "postgres" ? await createDatabase() : null;
  if (database) options.databaseUrl = database.url;
  return {
    options,
    open: (more = {}) => openState({ ...options, ...more }),
    remove: async () => {
      if (database) await database.drop();
      else await stateEnded(options.home);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when no process owns the embedded state of a folder. */
export async function stateEnded(home: string): Promise<void> {
  while (existsSync(lockFileOf(home))) {
    const lock = takeFolderLock(lockFileOf(home));
    if (lock) return lock.release();
    await systemClock.sleep(20);
  }
}

async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `slipway_state_${randomBytes(5).toString("hex")}`;
  await onServer(`create database ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database ${name} with (force)`) };
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** A clock that stands still until it is told to move. */
export function handClock(start: string): Clock & { move(ms: number): void } {
  let now = new Date(start).getTime();
  return {
    now: () => new Date(now),
    ticksMs: systemClock.ticksMs,
    sleep: systemClock.sleep,
    move: (ms) => {
      now += ms;
    },
  };
}
