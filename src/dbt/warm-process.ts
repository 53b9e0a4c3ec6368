// One warm Python process, which has dbt imported and forks a child for each run.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { PROTOCOL } from "./messages.ts";
import { parsedJson, type SidecarChild, within } from "./sidecar-control.ts";
import { makeSurroundings, pythonArgs } from "./sidecar-process.ts";
import { type Becoming, WarmChildren } from "./warm-children.ts";

/** Importing dbt takes one to three seconds; a machine under load may need many times that. A run that waits longer starts cold. */
const IMPORT_MS = 60_000;
/** Without children the parent ends at once. */
const CLOSE_MS = 3_000;
/** Nothing accumulates in the parent; this is for what we do not know. */
export const FORKS_MAX = 2_000;
/** Of its peak memory after the imports. */
const GROWTH_MAX = 2;

export interface WarmProcess {
  /** False when it has ended, or has forked often enough: take another one. */
  readonly usable: boolean;
  /** True once dbt is imported: a fork takes milliseconds from now on. */
  readonly ready: boolean;
  /** Throws when there is no child in time: start a process instead. */
  fork(becoming: Becoming): Promise<SidecarChild>;
  /** No more forks; it ends with its last child. */
  retire(): Promise<void>;
  /** Now, or at least soon: whatever children are left go on alone. */
  close(): Promise<void>;
}

const messageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), protocol: z.number(), pid: z.number(), peak_kb: z.number() }),
  z.object({ type: z.literal("exited"), id: z.number(), how: z.string(), peak_kb: z.number() }),
]);

/** Starts at once; the first fork waits until dbt is imported. `folder` is for sockets: a path may have 108 bytes. */
export async function startWarm(options: {
  python: string;
  sidecarDir?: string;
  folder: string;
  forksMax: number;
}): Promise<WarmProcess> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const place = await mkdtemp(join(options.folder, "w-"));
  const surroundings = await makeSurroundings({});
  const remove = async () => {
    await rm(place, { recursive: true, force: true });
    await surroundings.remove();
  };
  const children = new WarmChildren(join(place, "s"));
  try {
    await children.listen();
  } catch (error) {
    await remove();
    throw error;
  }
  const { cwd, env } = surroundings;
  const args = [...pythonArgs(options.sidecarDir), "--warm", place];
  const parent = spawn(options.python, args, { cwd, env, detached: true, stdio: ["pipe", "pipe", "ignore"] });
  return new Warm({ parent, children, forksMax: options.forksMax, remove });
}

interface WarmParts {
  parent: ChildProcess;
  children: WarmChildren;
  forksMax: number;
  remove: () => Promise<void>;
}

class Warm implements WarmProcess {
  readonly #parts: WarmParts;
  readonly #ready: Promise<boolean>;
  readonly #ended: Promise<void>;
  #alive = true;
  #imported = false;
  #wedged = false;
  #forks = 0;
  #peak = { first: 0, now: 0 };

  constructor(parts: WarmParts) {
    this.#parts = parts;
    const { parent, children } = parts;
    const hello = Promise.withResolvers<boolean>();
    createInterface({ input: parent.stdout! }).on("line", (line) => {
      const { data: message } = messageSchema.safeParse(parsedJson(line));
      if (!message) return;
      this.#peak.now = message.peak_kb;
      if (message.type === "exited") return children.exited(message.id, message.how);
      this.#peak.first = message.peak_kb;
      this.#imported = true;
      hello.resolve(message.protocol === PROTOCOL);
    });
    parent.stdin!.on("error", () => {});
    this.#ended = new Promise<void>((resolve) => {
      parent.on("error", () => resolve());
      parent.on("exit", () => resolve());
    }).then(() => {
      this.#alive = false;
      hello.resolve(false);
      children.parentEnded();
    });
    this.#ready = within(hello.promise, IMPORT_MS).then(async (inTime) => inTime && (await hello.promise));
  }

  get usable(): boolean {
    const grown = this.#peak.now > GROWTH_MAX * this.#peak.first;
    return this.#alive && !this.#wedged && !grown && this.#forks < this.#parts.forksMax;
  }

  get ready(): boolean {
    return this.#imported && this.usable;
  }

  async fork(becoming: Becoming): Promise<SidecarChild> {
    if (!(await this.#ready)) throw new Error("the warm process did not start");
    const stdin = this.#parts.parent.stdin!;
    if (stdin.writableEnded) throw new Error("the warm process is retired");
    this.#forks += 1;
    const ask = (id: number, socket: string) => stdin.write(`${JSON.stringify({ op: "fork", id, socket })}\n`);
    try {
      return await this.#parts.children.fork(ask, becoming);
    } catch (error) {
      this.#wedged = true;
      throw error;
    }
  }

  async retire(): Promise<void> {
    this.#parts.parent.stdin!.end();
    await this.#ended;
    this.#parts.children.close();
    await this.#parts.remove();
  }

  async close(): Promise<void> {
    const retired = this.retire();
    if (!(await within(retired, CLOSE_MS))) this.#parts.parent.kill("SIGKILL");
    await retired;
  }
}
