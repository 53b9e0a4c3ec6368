// What Slipway takes from a dbt-duckdb profile to open the same file: paths made absolute, unsupported things named.
import { basename, isAbsolute, resolve } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import { AppError, type Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Holder } from "./holder.ts";
import type { StartLight } from "./process.ts";

interface Attachment {
  alias: string;
  path: string;
  type?: string;
  readOnly: boolean;
}

/** What stands in the profile. Everything absolute. */
export interface DuckdbProfile {
  path: string;
  attach: Attachment[];
  settings: Record<string, string | number | boolean>;
  extensions: string[];
}

export interface DuckdbSettings extends DuckdbProfile {
  /** Name of the attached database that statements mean; the file itself when left out. */
  use?: string;
  /** Absolute path of the Python that has the project's own duckdb. */
  python: string;
  /** Folder of duckdb_light.py. */
  sidecarDir: string;
  /** Where its process comes from [a new one]. */
  startLight?: StartLight;
  fileSearchPath: string[];
  /** How long to wait politely for another program's lock; 60,000 when left out. */
  waitMs?: number;
  /** Rows times columns above which a source's content is not hashed; 500 million (about 4 s on 2 cores) when left out. */
  tokenCellsMax?: number;
  clock: Clock;
  /** Told once per wait. */
  onWait: (holder: Holder) => void;
}

/** Keys of a dbt-duckdb output that change where or how data is written in ways Slipway cannot follow. */
const UNSUPPORTED = [
  "remote",
  "is_ducklake",
  "motherduck_token",
  "plugins",
  "filesystems",
  "secrets",
  "use_credential_provider",
];

/**
 * Reads a rendered dbt-duckdb output. `problems` names what Slipway's own connection does without (dbt itself still has it): a
 * warning each. AppError `invalid` when the warehouse is no file (`:memory:`, MotherDuck, DuckLake, a server).
 */
export function duckdbSettings(
  output: Record<string, unknown>,
  projectDir: string,
): DuckdbProfile & { problems: Problem[] } {
  const path = filePath(output.path ?? ":memory:", projectDir);
  const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  const attach = listed(output.attach).map((entry) => readAttachment(entry as Record<string, unknown>, projectDir));
  if (output.remote || output.is_ducklake === true) throw notAFile(String(output.path ?? ":memory:"));
  return {
    path,
    attach: attach.filter((entry) => entry !== null),
    settings: { ...plain(output.config_options), ...plain(output.settings) },
    extensions: listed(output.extensions).map((entry) => (typeof entry === "string" ? entry : nameOf(entry))),
    problems: UNSUPPORTED.filter((key) => isSet(output[key])).map((key) => ({
      code: "duckdb.profile_unsupported",
      severity: "warning",
      message: say("duckdb.profile_unsupported", { key }),
    })),
  };
}

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
const nameOf = (entry: unknown): string => String((entry as { name?: unknown }).name ?? "");

function plain(value: unknown): Record<string, string | number | boolean> {
  const entries = Object.entries((value ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      key,
      typeof inner === "number" || typeof inner === "boolean" ? inner : String(inner),
    ]),
  );
}

function filePath(value: unknown, projectDir: string): string {
  const path = String(value);
  if (path === ":memory:" || path === "" || /^[a-z][a-z0-9+.-]+:/i.test(path)) throw notAFile(path);
  return resolve(projectDir, path);
}

function notAFile(path: string): AppError {
  return new AppError("invalid", say("duckdb.not_a_file", { path }), { hint: say("duckdb.not_a_file_hint") });
}

/** null for what lives elsewhere (`md:`, `postgres:`, ..): dbt attaches it, Slipway's own connection does not need it. */
function readAttachment(entry: Record<string, unknown>, projectDir: string): Attachment | null {
  const path = String(entry.path ?? "");
  if (!isAbsolute(path) && /^[a-z][a-z0-9+.-]+:/i.test(path)) return null;
  const options = (entry.options ?? {}) as Record<string, unknown>;
  const type = entry.type ?? options.type;
  return {
    alias: String(entry.alias ?? catalogName(path)),
    path: resolve(projectDir, path),
    ...(type === undefined || type === null ? {} : { type: String(type) }),
    readOnly: entry.read_only === true || options.read_only === true,
  };
}

/** The name DuckDB gives a file's catalog: the file name up to its first dot. */
function catalogName(path: string): string {
  return basename(path).replace(/^\.+/, "").split(".")[0] ?? "";
}
