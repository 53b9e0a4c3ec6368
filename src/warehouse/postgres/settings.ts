// What Slipway needs to know to connect to a PostgreSQL: the keys of a dbt-postgres profile in our own words.
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { Clock } from "../../lib/clock.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";

const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
type SslMode = (typeof SSL_MODES)[number];

/** The part of the settings that a rendered dbt profile holds. */
export interface PostgresProfile {
  /** A name, an address, or the absolute folder of a unix socket. */
  host: string;
  port: number;
  user: string;
  password?: string;
  dbname: string;
  sslmode?: SslMode;
  /** Paths of PEM files. */
  sslcert?: string;
  sslkey?: string;
  sslrootcert?: string;
  /** For queries of the project only; Slipway's own statements spell every schema out. */
  searchPath?: string;
  /** `SET ROLE` of every transaction. */
  role?: string;
  connectTimeoutMs?: number;
  keepalivesIdleMs?: number;
}

export interface PostgresSettings extends PostgresProfile {
  /** How `pg_stat_activity` shows Slipway's own connections; not the name dbt's runs carry. */
  applicationName: string;
  clock: Clock;
  /** The longest a reader may be made to wait for one of Slipway's locks. Default 400; kept below half of `deadlock_timeout`. */
  stallBudgetMs?: number;
  /** How long settle waits for readers with older snapshots. Default 10,000. */
  settleDeadlineMs?: number;
  /** How long prepare and flip try to get at a view that others hold. Default 60,000. */
  lockDeadlineMs?: number;
  /** Sources up to this size are read completely for an exact token. Default 256 MB. */
  contentHashLimitBytes?: number;
}

export const STALL_BUDGET_MS = 400;
export const SETTLE_DEADLINE_MS = 10_000;
export const LOCK_DEADLINE_MS = 60_000;
export const CONTENT_HASH_LIMIT_BYTES = 256 * 1024 * 1024;
/** Four at once: tokens of several sources overlap, and a small server is not filled. */
export const CONNECTIONS_MAX = 4;

/** Reads one rendered output of `profiles.yml` (dbt-postgres). Throws AppError `invalid` naming the key that is missing or wrong. */
export function postgresSettings(output: Record<string, unknown>): PostgresProfile {
  const text = (key: string, ...others: string[]): string | undefined => {
    const found = [key, ...others].map((name) => output[name]).find((value) => value !== undefined && value !== null);
    return found === undefined ? undefined : String(found);
  };
  const must = (value: string | undefined, key: string): string => {
    if (value === undefined || value === "") throw new AppError("invalid", say("postgres.profile_key", { key }));
    return value;
  };
  const seconds = (key: string): number | undefined =>
    text(key) === undefined ? undefined : number(text(key), key) * 1000;
  return dropUndefined({
    host: must(text("host"), "host"),
    port: number(text("port") ?? "5432", "port"),
    user: must(text("user"), "user"),
    password: text("password", "pass"),
    dbname: must(text("dbname", "database"), "dbname"),
    sslmode: sslMode(text("sslmode")),
    sslcert: text("sslcert"),
    sslkey: text("sslkey"),
    sslrootcert: text("sslrootcert"),
    searchPath: text("search_path"),
    role: text("role"),
    connectTimeoutMs: seconds("connect_timeout"),
    keepalivesIdleMs: seconds("keepalives_idle"),
  });
}

function number(value: string | undefined, key: string): number {
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < 0) throw new AppError("invalid", say("postgres.profile_key", { key }));
  return parsed;
}

function sslMode(value: string | undefined): SslMode | undefined {
  if (value === undefined) return undefined;
  const known = SSL_MODES.find((mode) => mode === value);
  if (known === undefined) throw new AppError("invalid", say("postgres.profile_key", { key: "sslmode" }));
  return known;
}

/** An object without its undefined values, as `exactOptionalPropertyTypes` wants it. */
function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as never;
}

/**
 * The ways to try a connection, in libpq's order: `prefer` (the default) is encrypted, then plain; `allow` the other way round.
 * Throws AppError `invalid` when a certificate file cannot be read.
 */
export function sslChoices(profile: PostgresProfile): (ConnectionOptions | false)[] {
  const mode = profile.sslmode ?? "prefer";
  if (mode === "disable" || profile.host.startsWith("/")) return [false];
  const ca = readPem(profile.sslrootcert);
  const checked = mode === "verify-full" || mode === "verify-ca" || (mode === "require" && ca !== undefined);
  const ssl: ConnectionOptions = dropUndefined({
    rejectUnauthorized: checked,
    ca,
    cert: readPem(profile.sslcert),
    key: readPem(profile.sslkey),
    checkServerIdentity: mode === "verify-full" ? undefined : () => undefined,
  }) as ConnectionOptions;
  if (mode === "allow") return [false, ssl];
  return mode === "prefer" ? [ssl, false] : [ssl];
}

function readPem(path: string | undefined): string | undefined {
  if (path === undefined || path === "") return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new AppError("invalid", say("postgres.certificate", { path }), { cause });
  }
}
