// The light Python process: starts with the first request, answers in order, ends with its parent. Knows nothing of SQL.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";

const PROTOCOL = 1;
/** Of its error output, kept for the message when it dies. */
const STDERR_CHARS_MAX = 4000;

/** An error of DuckDB itself, by class name (`IOException`, `BinderException`, ..); `at` is the statement's index in a batch. */
export class DuckdbError extends Error {
  readonly kind: string;
  readonly at: number | null;

  constructor(kind: string, message: string, at: number | null) {
    super(message);
    this.name = "DuckdbError";
    this.kind = kind;
    this.at = at;
  }
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** The process, started by somebody else: in a server it is a fork of one that has duckdb imported already. */
export interface LightChild {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** How it ended. */
  ended: Promise<string>;
  /** True while an answer is awaited: an idle process must not keep the program from ending. */
  keepAlive?(alive: boolean): void;
}

/** Null: start one. */
export type StartLight = (cwd: string) => Promise<LightChild | null>;

interface Running {
  child: LightChild;
  folder: string;
  waiting: Map<number, Waiting>;
  exited: Promise<void>;
  version: Promise<string>;
}

export class LightProcess {
  readonly #python: string;
  readonly #script: string;
  readonly #startElsewhere: StartLight | undefined;
  #running: Promise<Running> | null = null;
  #nextId = 1;

  constructor(python: string, sidecarDir: string, start?: StartLight) {
    this.#python = python;
    this.#script = join(sidecarDir, "duckdb_light.py");
    this.#startElsewhere = start;
  }

  get running(): boolean {
    return this.#running !== null;
  }

  /** Version of the duckdb library, e.g. `1.5.6`. Starts the process. */
  async version(): Promise<string> {
    return (await this.#start()).version;
  }

  /** Throws DuckdbError for DuckDB's own errors, AppError `upstream` when the process cannot start or dies. */
  async request<T>(message: Record<string, unknown>): Promise<T> {
    const running = await this.#start();
    await running.version;
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => running.waiting.set(id, { resolve, reject }));
    running.child.keepAlive?.(true);
    running.child.stdin.write(`${JSON.stringify({ id, ...message })}\n`);
    try {
      return (await answer) as T;
    } finally {
      if (running.waiting.size === 0) running.child.keepAlive?.(false);
    }
  }

  async close(): Promise<void> {
    if (!this.#running) return;
    const running = await this.#running.catch(() => null);
    this.#running = null;
    if (!running) return;
    running.child.keepAlive?.(true);
    running.child.stdin.end();
    await running.exited;
  }

  #start(): Promise<Running> {
    this.#running ??= this.#spawn().catch((error: unknown) => {
      this.#running = null;
      throw error;
    });
    return this.#running;
  }

  async #spawn(): Promise<Running> {
    // An empty folder of its own: DuckDB tries relative file names in the working directory before anything else.
    const folder = await mkdtemp(join(tmpdir(), "slipway-duckdb-"));
    const child = (await this.#startElsewhere?.(folder)) ?? spawnLight(this.#python, this.#script, folder);
    const waiting = new Map<number, Waiting>();
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-STDERR_CHARS_MAX);
    });
    child.stdin.on("error", () => {});
    const lines = createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
    const exited = child.ended.then(async (how) => {
      this.#running = null;
      const detail = complaint.trim().split("\n").at(-1) || how;
      const error = new AppError("upstream", say("duckdb.process_ended", { detail }), {
        hint: say("duckdb.process_ended_hint", { python: this.#python }),
      });
      for (const entry of waiting.values()) entry.reject(error);
      waiting.clear();
      await rm(folder, { recursive: true, force: true });
    });
    return { child, folder, waiting, exited, version: this.#listen(lines, waiting) };
  }

  /** The first line is the greeting (id 0); the others answer requests. */
  #listen(lines: Interface, waiting: Map<number, Waiting>): Promise<string> {
    const greeting = new Promise<unknown>((resolve, reject) => waiting.set(0, { resolve, reject }));
    lines.on("line", (line) => {
      const message = JSON.parse(line) as {
        id?: number;
        ok?: unknown;
        error?: { kind: string; message: string; at?: number };
      };
      const id = message.id ?? 0;
      const entry = waiting.get(id);
      waiting.delete(id);
      if (message.error)
        entry?.reject(new DuckdbError(message.error.kind, message.error.message, message.error.at ?? null));
      else entry?.resolve(message.id === undefined ? message : message.ok);
    });
    const version = greeting.then((hello) => {
      const { protocol, duckdb } = hello as { protocol: number; duckdb: string };
      if (protocol !== PROTOCOL) throw new Error(`duckdb_light.py speaks protocol ${protocol}, not ${PROTOCOL}`);
      return duckdb;
    });
    version.catch(() => {});
    return version;
  }
}

function spawnLight(python: string, script: string, cwd: string): LightChild {
  const args = ["-I", "-B", "-X", "utf8", script];
  const child = spawn(python, args, { cwd, env: { LANG: "C.UTF-8" }, stdio: ["pipe", "pipe", "pipe"] });
  const { stdin, stdout, stderr } = child;
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  const keepAlive = (alive: boolean) => {
    const method = alive ? "ref" : "unref";
    child[method]();
    for (const stream of [stdin, stdout, stderr])
      (stream as unknown as { [m in "ref" | "unref"]: () => void })[method]();
  };
  return { stdin, stdout, stderr, ended, keepAlive };
}
