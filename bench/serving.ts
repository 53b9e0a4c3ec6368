// A served project for measuring: `slipway serve` as a process, its runs as the state tells them, and what its processes use.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Run } from "../src/core/records.ts";
import type { Db } from "../src/db/db.ts";
import { openState } from "../src/db/open-state.ts";
import { ensureProject } from "../src/db/projects.ts";
import { listRuns } from "../src/db/runs.ts";
import { systemClock as clock } from "../src/lib/clock.ts";

const main = join(import.meta.dirname, "../bin/slipway.mjs");
const READY_MS = 120_000;
const POLL_MS = 20;
/** Processor time in /proc is counted in hundredths of a second. */
const TICKS = 100;

export interface Served {
  db: Db;
  projectId: number;
  /** A command as people type it; what it prints. */
  slipway(...args: string[]): string;
  /** The newest run once it has ended and is newer than `after`. */
  ended(after: number): Promise<Run>;
  newest(): Promise<number>;
  /** Processor seconds so far, of the server, its state and dbt, with everything they started and that ended. */
  cpu(): number;
  /** Resident megabytes, what processes share counted once. */
  memory(): { server: number; state: number; warm: number };
  /** Megabytes that are the processes' own, whoever else runs beside them: what a leak would make grow. */
  ownMemory(): { server: number; state: number; warm: number };
  /** How the server ended by itself, if it did: a signal or a code. */
  end(): string | null;
  stop(): Promise<void>;
}

/** Starts serving the project `name` in `dir`, and waits until dbt is imported. */
export async function serveProject(dir: string, env: Record<string, string> = {}, name = "bench"): Promise<Served> {
  const options = { cwd: dir, env: { ...process.env, ...env } };
  const slipway = (...args: string[]) =>
    execFileSync(process.execPath, [main, ...args], { ...options, encoding: "utf8" });
  const child = spawn(process.execPath, [main, "serve", "--port", "0"], {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = follow(child, join(dir, ".serve.log"));
  const db = await openState({
    home: join(dir, ".slipway"),
    ...(env.DATABASE_URL ? { databaseUrl: env.DATABASE_URL } : {}),
    runtimeDir: join(
      process.env.XDG_RUNTIME_DIR ?? process.env.TMPDIR ?? "/tmp",
      `slipway-${process.env.USER ?? "root"}`,
    ),
    cacheDir: process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
    clock,
  });
  const { id: projectId } = await ensureProject(db, name);
  await until(() => warmOf(child.pid!) !== null);
  const processes = () => ({ server: child.pid!, warm: warmOf(child.pid!), state: stateOf(dir) });
  const newestRun = async () => (await listRuns(db, { projectId, limit: 1 }))[0];
  return {
    db,
    projectId,
    slipway,
    newest: async () => (await newestRun())?.id ?? 0,
    ended: async (after) => {
      for (;;) {
        const run = await newestRun();
        if (run && run.id > after && run.finishedAt !== null) return run;
        await clock.sleep(POLL_MS);
      }
    },
    cpu: () => Object.values(processes()).reduce<number>((sum, pid) => sum + (pid === null ? 0 : cpuOf(pid)), 0),
    memory: () => each(processes(), (pid) => memoryOf(pid, "Pss")),
    ownMemory: () => each(processes(), (pid) => memoryOf(pid, "Anonymous")),
    end,
    stop: async () => {
      await db.close();
      await stop(child);
    },
  };
}

/** What the server says goes to a file. The answer tells how it ended, once it has. */
function follow(child: ChildProcess, file: string): () => string | null {
  const log = createWriteStream(file);
  child.stdout!.pipe(log);
  child.stderr!.pipe(log);
  let end: string | null = null;
  child.on("exit", (code, signal) => {
    end = signal ?? `code ${code}`;
  });
  return () => end;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

async function until(check: () => boolean): Promise<void> {
  for (const from = clock.ticksMs(); !check(); await clock.sleep(POLL_MS))
    if (clock.ticksMs() - from > READY_MS) throw new Error("the server did not start");
}

/** The warm process among the server's children, once it has imported dbt: it sleeps then. */
function warmOf(server: number): number | null {
  const found = childrenOf(server).find((pid) => read(pid, "cmdline").includes("\0--warm\0"));
  return found !== undefined && stat(found)[0] === "S" && cpuOf(found) > 1 ? found : null;
}

const stateOf = (dir: string): number | null =>
  pids().find((pid) => read(pid, "cmdline").startsWith(`slipway-state ${dir}`)) ?? null;

const pids = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
const childrenOf = (parent: number): number[] => pids().filter((pid) => Number(stat(pid)[1]) === parent);

/** From the third field of /proc/PID/stat on: the name before may hold anything. */
const stat = (pid: number): string[] => read(pid, "stat").split(") ").at(-1)?.split(" ") ?? [];
const cpuOf = (pid: number): number =>
  stat(pid)
    .slice(11, 15)
    .reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;

const memoryOf = (pid: number | null, field: "Pss" | "Anonymous"): number =>
  pid === null
    ? 0
    : Math.round(Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(read(pid, "smaps_rollup"))?.[1] ?? 0) / 1024);

type Processes<T> = Record<"server" | "state" | "warm", T>;
const each = (
  { server, state, warm }: Processes<number | null>,
  of: (pid: number | null) => number,
): Processes<number> => ({
  server: of(server),
  state: of(state),
  warm: of(warm),
});

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
