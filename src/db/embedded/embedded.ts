// The client's side of the embedded state: connects to the process that owns the folder, or starts it.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, openSync, realpathSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname, join } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import {
  controlPathOf,
  databasePathOf,
  type Hello,
  logFileOf,
  nodeOptions,
  programFile,
  readOwner,
  type StateSetting,
  socketDirOf,
  socketPathBytesMax,
} from "./state-setting.ts";

/** A first start makes the template (about 5 s on a slow machine far more); everything else answers in a second. */
const startWaitMs = 120_000;
const exits = { done: 0, held: 3, unwritable: 4, full: 5 };
/** A process that ends without a word is started again (it may have been killed), but not for ever. */
const failuresMax = 3;

export interface EmbeddedOptions {
  home: string;
  runtimeDir: string;
  cacheDir: string;
  clock: Clock;
  lingerMs?: number;
  transactionIdleMs?: number;
}

/** A connection that keeps the state process alive; it does not keep this process alive. */
export interface StateClient {
  pid: number;
  /** Folder of the socket as pg's `host`. */
  socketDir: string;
  close(): void;
}

/** Connects to the folder's state process, starting it where there is none. AppErrors: disk, rights, lock, version (see text/db.ts). */
export async function connectEmbedded(options: EmbeddedOptions): Promise<StateClient> {
  const setting = prepare(options);
  const until = options.clock.ticksMs() + startWaitMs;
  let child: ChildProcess | null = null;
  let failures = 0;
  while (options.clock.ticksMs() < until) {
    const found = (await greet(setting.socketDir)) ?? (await greetOwner(setting));
    if (found) return accept(found);
    if (child && (child.exitCode !== null || child.signalCode !== null)) {
      if (child.exitCode === exits.held) throw held(setting.home);
      if (child.exitCode === exits.unwritable)
        throw unwritable(new Error("the lock file cannot be made"), setting.home);
      if (child.exitCode === exits.full) throw unwritable({ code: "ENOSPC" }, setting.home);
      if (child.exitCode !== exits.done && ++failures >= failuresMax) break;
      child = null;
    }
    child ??= start(setting);
    await options.clock.sleep(10);
  }
  throw new AppError("upstream", say("db.start_failed", { home: setting.home }), {
    hint: say("db.see_log", { log: logFileOf(setting.home) }),
  });
}

function prepare({
  home,
  runtimeDir,
  cacheDir,
  lingerMs = 5_000,
  transactionIdleMs = 30_000,
}: EmbeddedOptions): StateSetting {
  try {
    mkdirSync(dirname(logFileOf(home)), { recursive: true });
  } catch (error) {
    throw unwritable(error, home);
  }
  const real = realpathSync(home);
  const socketDir = socketDirOf(runtimeDir, real);
  const path = databasePathOf(socketDir);
  if (Buffer.byteLength(path) > socketPathBytesMax)
    throw new AppError("invalid", say("db.socket_path_long", { path, bytesMax: socketPathBytesMax }), {
      hint: say("db.socket_path_hint"),
    });
  try {
    mkdirSync(socketDir, { recursive: true, mode: 0o700 });
    chmodSync(socketDir, 0o700);
  } catch (error) {
    throw unwritable(error, socketDir);
  }
  return { home: real, socketDir, cacheDir, lingerMs, transactionIdleMs };
}

function unwritable(error: unknown, place: string): AppError {
  const full = (error as NodeJS.ErrnoException).code === "ENOSPC";
  return new AppError("upstream", full ? say("db.disk_full", { place }) : say("db.read_only", { place }), {
    hint: full ? say("db.disk_full_hint") : say("db.read_only_hint"),
    cause: error,
  });
}

/** Starts the state process in a session of its own: it outlives this command, its terminal and its process group. */
function start(setting: StateSetting): ChildProcess {
  let log: number;
  try {
    log = openSync(logFileOf(setting.home), "a", 0o600);
  } catch (error) {
    throw unwritable(error, setting.home);
  }
  const child = spawn(process.execPath, [...nodeOptions, programFile("state-process"), JSON.stringify(setting)], {
    detached: true,
    cwd: "/",
    // Nothing of ours is inherited. Compiled code is kept: 180 of the 750 ms of processor time that a start takes.
    env: { NODE_COMPILE_CACHE: join(setting.cacheDir, "slipway", "node") },
    stdio: ["ignore", log, log],
  });
  child.on("error", () => {});
  child.unref();
  closeSync(log);
  return child;
}

interface Greeting {
  hello: Hello;
  socket: Socket;
  socketDir: string;
}

/** Waits for the state process of a socket folder to say how it is; null when nobody is there (or it left meanwhile). */
function greet(socketDir: string): Promise<Greeting | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(controlPathOf(socketDir));
    let text = "";
    socket.on("error", (error: NodeJS.ErrnoException) => (error.code === "EACCES" ? reject(error) : resolve(null)));
    socket.on("close", () => resolve(null));
    socket.setTimeout(startWaitMs, () => socket.destroy());
    socket.on("data", (data) => {
      text += data.toString("utf8");
      if (text.endsWith("\n")) resolve({ hello: JSON.parse(text) as Hello, socket, socketDir });
    });
  });
}

/** The owner may have been started with another runtime folder: it left a note where it listens. */
async function greetOwner(setting: StateSetting): Promise<Greeting | null> {
  const socketDir = readOwner(setting.home)?.socketDir;
  if (socketDir === undefined || socketDir === setting.socketDir) return null;
  return greet(socketDir).catch(() => {
    throw held(setting.home);
  });
}

function held(home: string): AppError {
  return new AppError("locked", say("db.folder_held", { home, pid: readOwner(home)?.pid ?? 0 }), {
    hint: say("db.folder_held_hint"),
  });
}

function accept({ hello, socket, socketDir }: Greeting): StateClient {
  if (hello.kind === "failed") {
    socket.destroy();
    throw new AppError(hello.code, hello.text, {
      ...(hello.hint ? { hint: hello.hint } : {}),
      ...(hello.why ? { facts: [{ label: "why" as const, text: say("db.reason", { why: hello.why }) }] } : {}),
    });
  }
  socket.setTimeout(0);
  socket.unref();
  socket.on("error", () => {});
  return { pid: hello.pid, socketDir, close: () => socket.destroy() };
}
