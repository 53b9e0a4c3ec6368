// What the process that owns the embedded state is told, and where its things are. Shared by both ends.
import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ErrorCode } from "../../lib/error.ts";
import { sha256 } from "../../lib/hash.ts";
import type { Text } from "../../lib/text.ts";

/** Exactly the pair of versions that are installed; the template in the cache is named after it. */
export const pgliteVersion = "0.5.14";
/** Major version of the PostgreSQL inside, as its data folder names it. */
export const pgliteMajor = "18";

/** Longest path of a unix socket on Linux is 107 bytes, on macOS 103. */
export const socketPathBytesMax = 103;

export interface StateSetting {
  /** Absolute folder `.slipway`. */
  home: string;
  /** Short folder of our sockets, 0700. */
  socketDir: string;
  cacheDir: string;
  /** How long the process stays after its last client has gone. */
  lingerMs: number;
  /** A transaction in which nothing happens for this long is rolled back, its connection closed. */
  transactionIdleMs: number;
}

export const dataDirOf = (home: string): string => join(home, "data");
export const logFileOf = (home: string): string => join(home, "logs", "state.log");
/** The kernel's lock on this file makes its holder the one owner of the folder. */
export const lockFileOf = (home: string): string => join(home, "data.lock");
/** Who owns the folder and where it listens, for openers with another runtime folder. A note, not a lock. */
export const ownerFileOf = (home: string): string => join(home, "data.owner.json");
export function readOwner(home: string): { pid: number; socketDir: string } | null {
  try {
    return JSON.parse(readFileSync(ownerFileOf(home), "utf8"));
  } catch {
    return null;
  }
}

export const controlPathOf = (socketDir: string): string => join(socketDir, "control");
/** pg finds a unix socket by folder and port. */
export const socketPort = 5432;
export const databasePathOf = (socketDir: string): string => join(socketDir, `.s.PGSQL.${socketPort}`);

/** One short folder per state folder. */
export const socketDirOf = (runtimeDir: string, home: string): string =>
  join(runtimeDir, `s-${sha256(home).slice(0, 12)}`);

/** The first line the state process sends to whoever connects to its control socket; the connection stays open as a sign of life. */
export type Hello =
  | { kind: "ready"; pid: number }
  | { kind: "failed"; pid: number; code: ErrorCode; text: Text; hint: Text | null; why: string | null };

/** A sibling file of this program as Node can run it: `.ts` in the checkout, `.js` in the package. */
export function programFile(name: string): string {
  const here = fileURLToPath(import.meta.url);
  const file = join(dirname(here), `${name}${extname(here)}`);
  if (!existsSync(file)) throw new Error(`missing program file ${file}`);
  return file;
}

/** Options of every Node process we start: no warnings about features that we chose. */
export const nodeOptions = ["--disable-warning=ExperimentalWarning"];
