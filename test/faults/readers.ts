// Consumers in a process of their own that read all along: PostgreSQL over several connections, DuckDB between others' holds.
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import type { ReaderCounts } from "../integration/postgres-reader.ts";
import { testPython } from "../support/python.ts";
import { published, type Tiny } from "./tiny.ts";

interface Readers {
  /** What they saw from their start to now. */
  stop(): Promise<ReaderCounts>;
}

/** Readers run during `body`; what they saw comes back. */
export async function whileReading(tiny: Tiny, body: () => Promise<void>): Promise<ReaderCounts> {
  const readers = await (tiny.url === null ? readDuckdb(join(tiny.dir, "shop.duckdb")) : readPostgres(tiny.url));
  let counts: ReaderCounts | null = null;
  try {
    await body();
  } finally {
    counts = await readers.stop();
  }
  return counts;
}

async function readPostgres(url: string): Promise<Readers> {
  const argument = { dbname: new URL(url).pathname.slice(1), views: published, pauseMs: 50 };
  const child = fork(join(import.meta.dirname, "../integration/postgres-reader.ts"), [JSON.stringify(argument)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await once(child, "message");
  return {
    stop: async () => {
      child.send("stop");
      const [counts] = (await once(child, "message")) as [ReaderCounts];
      await ended(child);
      return counts;
    },
  };
}

/** A reader of one DuckDB file; `waits` counts the times it met a lock. */
export async function readDuckdb(file: string): Promise<Readers> {
  const script = join(import.meta.dirname, "duckdb_reader.py");
  const child = spawn(await testPython(), ["-I", "-B", script, file, JSON.stringify(published)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe("reading");
  return {
    stop: async () => {
      child.stdin.end();
      const counts = JSON.parse(String((await lines.next()).value)) as ReaderCounts;
      await ended(child);
      return counts;
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** No reader was hurt: everything it read was one whole release, and it read on. */
export function expectUnhurt(counts: ReaderCounts, releases: number[]): void {
  expect(counts.errors).toEqual([]);
  expect(counts.mixed).toBe(0);
  expect(counts.reads).toBeGreaterThan(5);
  expect(counts.releases).toEqual(releases);
}
