// A program of its own: owns the embedded state of one folder, serves it on a unix socket, and ends soon after its last client.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { systemClock } from "../../lib/clock.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { Clients } from "./clients.ts";
import { ensureDataFolder } from "./data-folder.ts";
import { type FolderLock, takeFolderLock } from "./folder-lock.ts";
import { Gateway } from "./gateway.ts";
import { openPglite } from "./pglite.ts";
import {
  controlPathOf,
  databasePathOf,
  type Hello,
  lockFileOf,
  logFileOf,
  ownerFileOf,
  readOwner,
  type StateSetting,
} from "./state-setting.ts";

/** How long a new owner waits for one that is just ending. */
const lockWaitMs = 10_000;
/** How long a failed start keeps telling why. */
const farewellMs = 1_000;
const exits = { done: 0, failed: 1, held: 3, unwritable: 4, full: 5, broken: 70 };
/** SQLite's number for a disk without room. */
const SQLITE_FULL = 13;

const clock = systemClock;
const setting = JSON.parse(process.argv[2] ?? "null") as StateSetting;
process.title = `slipway-state ${setting.home}`;
process.on("SIGINT", () => {}); // Ctrl-C is for the command in the terminal.
process.on("SIGHUP", () => {});
const asked = new Promise<void>((resolve) => process.on("SIGTERM", () => resolve()));

function log(message: string): void {
  process.stderr.write(`${clock.now().toISOString()} ${process.pid} ${message}\n`);
}

async function main(): Promise<number> {
  const lock = await waitForLock();
  if (typeof lock === "number") return lock;
  const clients = new Clients();
  const control = await listen(controlPathOf(setting.socketDir), (socket) => clients.add(socket));
  try {
    writeFileSync(ownerFileOf(setting.home), JSON.stringify({ pid: process.pid, socketDir: setting.socketDir }));
    const gateway = await start();
    clients.greet({ kind: "ready", pid: process.pid });
    log("ready");
    await Promise.race([clients.gone(setting.lingerMs), asked]);
    await stop(control, gateway);
    lock.release();
    return exits.done;
  } catch (error) {
    log(`failed: ${describe(error)}`);
    clients.greet(failure(error));
    await clock.sleep(farewellMs);
    return exits.failed;
  }
}

/** The lock, or the exit code that says why there is none. */
async function waitForLock(): Promise<FolderLock | number> {
  const until = clock.ticksMs() + lockWaitMs;
  try {
    while (clock.ticksMs() < until) {
      const lock = takeFolderLock(lockFileOf(setting.home));
      if (lock) return lock;
      if (await ownerListens()) return exits.done;
      await clock.sleep(20);
    }
  } catch (error) {
    log(`no lock: ${describe(error)}`);
    return (error as { errcode?: number }).errcode === SQLITE_FULL ? exits.full : exits.unwritable;
  }
  log("another process holds the folder");
  return exits.held;
}

/** Another starter was faster: our client will find it. */
async function ownerListens(): Promise<boolean> {
  const owner = readOwner(setting.home);
  if (!owner) return false;
  const socket = connect(controlPathOf(owner.socketDir));
  const answered = await new Promise<boolean>((resolve) => {
    socket.on("error", () => resolve(false)).on("connect", () => resolve(true));
  });
  socket.destroy();
  return answered;
}

/** The lock is ours, so whatever socket lies there belongs to a process that is gone. */
async function listen(path: string, onSocket: (socket: Socket) => void): Promise<Server> {
  mkdirSync(setting.socketDir, { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  const server = createServer(onSocket);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  return server;
}

async function start(): Promise<Gateway> {
  const from = clock.ticksMs();
  await ensureDataFolder(setting.home, setting.cacheDir);
  const { pglite, files } = await openPglite(`${setting.home}/data`);
  log(`opened in ${Math.round(clock.ticksMs() - from)} ms, ${files.fsyncCount} fsyncs`);
  const path = databasePathOf(setting.socketDir);
  rmSync(path, { force: true });
  const gateway = new Gateway({ pglite, path, transactionIdleMs: setting.transactionIdleMs, clock, log, onBroken });
  await gateway.listen();
  return gateway;
}

function onBroken(error: unknown): void {
  log(`the database broke: ${describe(error)}`);
  process.exit(exits.broken);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function stop(control: Server, gateway: Gateway): Promise<void> {
  log("ending");
  control.close();
  rmSync(controlPathOf(setting.socketDir), { force: true });
  await gateway.close();
  rmSync(ownerFileOf(setting.home), { force: true });
  log("ended");
}

function failure(error: unknown): Hello {
  const place = setting.home;
  const known = error instanceof AppError ? error : explainFailure(error, place);
  const why = known.details.cause instanceof Error ? known.details.cause.message : null;
  return {
    kind: "failed",
    pid: process.pid,
    code: known.code,
    text: known.text,
    hint: known.details.hint ?? null,
    why,
  };
}

function explainFailure(error: unknown, place: string): AppError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new AppError("upstream", say("db.disk_full", { place }), { hint: say("db.disk_full_hint"), cause: error });
  if (code === "EACCES" || code === "EROFS" || code === "EPERM")
    return new AppError("upstream", say("db.read_only", { place }), { hint: say("db.read_only_hint"), cause: error });
  return new AppError("upstream", say("db.start_failed", { home: place }), {
    hint: say("db.see_log", { log: logFileOf(place) }),
    cause: error,
  });
}

process.exitCode = await main();
process.exit();
