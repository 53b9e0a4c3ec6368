// DuckDB's complaints as errors that tell people what to do. Reads file headers; changes nothing.
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Holder } from "./holder.ts";
import { DuckdbError } from "./process.ts";

/** Where the file says what wrote it: magic at 8, format (64-bit, little endian) at 12, library version as text at 52. */
const HEADER = { magicAt: 8, formatAt: 12, versionAt: 52, versionBytes: 32, bytes: 84 };

export interface FileFormat {
  /** Storage format number: 64 for DuckDB 1.0 to 1.4 files, 69 for 2.0. */
  format: number;
  /** Version of the library that created the file, e.g. `v1.5.6`; null when the file does not say. */
  madeBy: string | null;
}

/** What a file's header says; null when there is no file or it is not DuckDB's. Needs no lock. */
export async function readFormat(path: string): Promise<FileFormat | null> {
  const file = await open(path, "r").catch(() => null);
  if (!file) return null;
  try {
    const header = Buffer.alloc(HEADER.bytes);
    const { bytesRead } = await file.read(header, 0, HEADER.bytes, 0);
    if (bytesRead < HEADER.bytes || header.toString("latin1", HEADER.magicAt, HEADER.formatAt) !== "DUCK") return null;
    const madeBy = header
      .toString("latin1", HEADER.versionAt, HEADER.versionAt + HEADER.versionBytes)
      .replace(/\0.*$/s, "");
    return {
      format: Number(header.readBigUInt64LE(HEADER.formatAt)),
      madeBy: /^v?\d+\.\d+/.test(madeBy) ? madeBy : null,
    };
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

export function lockedError(holder: Holder, waitedMs: number): AppError {
  const since = holder.since?.toISOString() ?? null;
  return new AppError("locked", say("duckdb.locked", { file: holder.file }), {
    facts: [
      {
        label: "who",
        text: say("duckdb.locked_who", { pid: holder.pid, command: holder.command, user: holder.user, since }),
      },
      { label: "why", text: say("duckdb.locked_why") },
      { label: "done", text: say("duckdb.locked_done", { seconds: Math.round(waitedMs / 1000) }) },
    ],
    hint: say("duckdb.locked_hint"),
  });
}

export const noFolder = (folder: string): AppError =>
  new AppError("invalid", say("duckdb.no_folder", { folder }), { hint: say("duckdb.no_folder_hint", { folder }) });

/** An error of opening a file (or attaching one), other than a lock. `library` is the version that tried. */
export async function openError(error: unknown, path: string, library: string): Promise<unknown> {
  if (!(error instanceof DuckdbError)) return error;
  const { message } = error;
  const file = /"([^"]+)"/.exec(message)?.[1] ?? path;
  const where = { file };
  const newer = /version number (\d+), but we can only read versions? (?:between )?(?:\d+ and )?(\d+)/.exec(message);
  if (newer) {
    // DuckDB does not say which file it means: the main one, unless that one is readable.
    const made = await readFormat(path);
    return new AppError(
      "invalid",
      say("duckdb.newer_format", { file: path, format: Number(newer[1]), madeBy: made?.madeBy ?? null, library }),
      { where: { file: path }, hint: say("duckdb.newer_format_hint"), cause: error },
    );
  }
  const known: [RegExp, () => AppError][] = [
    [/not a valid DuckDB database file/, () => invalid("duckdb.not_duckdb", "duckdb.not_duckdb_hint")],
    [/Is a directory/, () => invalid("duckdb.not_duckdb", "duckdb.not_duckdb_hint")],
    [
      /Corrupt database file|Could not read enough bytes|replaying WAL|Failure while/,
      () => invalid("duckdb.corrupt", "duckdb.corrupt_hint"),
    ],
    [/Cannot open file ".*": No such file or directory/, () => noFolder(dirname(file))],
    [
      /in read-only mode: database does not exist/,
      () => invalid("duckdb.no_attached_file", "duckdb.no_attached_file_hint"),
    ],
    [/Permission denied|Read-only file system/, () => invalid("duckdb.no_right", "duckdb.no_right_hint")],
  ];
  function invalid(
    text: "duckdb.not_duckdb" | "duckdb.corrupt" | "duckdb.no_attached_file" | "duckdb.no_right",
    hint: HintId,
  ) {
    return new AppError("invalid", say(text, { file, message }), { where, hint: say(hint, {}), cause: error });
  }
  return known.find(([pattern]) => pattern.test(message))?.[1]() ?? statementError(error, null);
}

type HintId =
  | "duckdb.not_duckdb_hint"
  | "duckdb.corrupt_hint"
  | "duckdb.no_attached_file_hint"
  | "duckdb.no_right_hint";

/** An error of a statement. Disk full is told apart; nothing was committed in either case. */
export function statementError(error: unknown, sql: string | null): unknown {
  if (!(error instanceof DuckdbError)) return error;
  const { message } = error;
  if (/No space left on device|Disk quota exceeded|File too large|not enough disk space/i.test(message)) {
    return new AppError("upstream", say("duckdb.disk_full", { message: firstLine(message) }), {
      hint: say("duckdb.disk_full_hint"),
      cause: error,
    });
  }
  return new AppError("upstream", say("duckdb.statement", { message: firstLine(message), sql: shorten(sql) }), {
    cause: error,
  });
}

export const firstLine = (text: string): string => text.split("\n")[0] ?? text;
const shorten = (sql: string | null): string | null => (sql && sql.length > 200 ? `${sql.slice(0, 200)} ..` : sql);
