// Connections to one PostgreSQL and the only two ways to use them: a transaction in one round trip, or one with steps between.

import type { ConnectionOptions } from "node:tls";
import pg from "pg";
import { connectError, type Place } from "./errors.ts";
import { ident, literal } from "./quote.ts";
import { CONNECTIONS_MAX, type PostgresSettings, sslChoices } from "./settings.ts";

export type Row = Record<string, unknown>;

interface TransactionOptions {
  readOnly?: boolean;
  /** false: `synchronous_commit = off`, for changes that recovery would make again. Default true. */
  durable?: boolean;
  /** 0 waits for ever. Default 2,000. */
  lockTimeoutMs?: number;
  /** 0 is without limit, the default. */
  statementTimeoutMs?: number;
  /** `user`: the profile's search path, for SQL of the project. Default `none`: every name is spelled out. */
  searchPath?: "none" | "user";
}

export interface Transaction {
  /** Runs statements (separated by semicolons) in one round trip; the rows of each. */
  run(sql: string): Promise<Row[][]>;
}

/** Throws the driver's errors as they are (their codes decide what comes next), but AppError when connecting fails. */
export interface Database {
  readonly place: Place;
  /** Statements in one transaction and one round trip: the rows of each statement. */
  script(statements: string[], options?: TransactionOptions): Promise<Row[][]>;
  /** The rows of one reading statement. */
  rows(sql: string, options?: TransactionOptions): Promise<Row[]>;
  transaction<T>(options: TransactionOptions, body: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** One statement of ours outside of any transaction: VACUUM. */
  alone(sql: string): Promise<void>;
  /** One statement by the extended protocol (it cannot hide a second one), read only, values as text where JavaScript has no exact type. */
  untrusted(sql: string, options?: TransactionOptions): Promise<Row[]>;
  /** Process ids of the server's backends behind our own connections. */
  backends(): number[];
  close(): Promise<void>;
}

/** Nothing connects before the first statement. */
export function openDatabase(settings: PostgresSettings): Database {
  const place: Place = { host: settings.host, port: settings.port, dbname: settings.dbname, user: settings.user };
  const { withClient, backends, close } = openClients(settings, place);
  const script: Database["script"] = (statements, options = {}) =>
    withClient(async (client) => {
      const begin = beginStatements(settings, options);
      const results = await runAll(client, [...begin, ...statements, "commit"].join(";\n"));
      return results.slice(begin.length, -1);
    });
  const transaction: Database["transaction"] = (options, body) =>
    withClient(async (client) => {
      await client.query(beginStatements(settings, options).join(";\n"));
      const result = await body({ run: (sql) => runAll(client, sql) });
      await client.query("commit");
      return result;
    });
  const untrusted: Database["untrusted"] = (sql, options = {}) =>
    withClient(async (client) => {
      await client.query(beginStatements(settings, { ...options, readOnly: true, searchPath: "user" }).join(";\n"));
      const query = { text: sql, types: { getTypeParser: exactParser }, queryMode: "extended" };
      const result = await client.query(query as unknown as pg.QueryConfig);
      await client.query("commit");
      return result.rows as Row[];
    });
  const alone: Database["alone"] = (sql) => withClient(async (client) => void (await client.query(sql)));
  const rows: Database["rows"] = async (sql, options = {}) =>
    (await script([sql], { readOnly: true, ...options }))[0] ?? [];
  return { place, script, rows, transaction, alone, untrusted, backends, close };
}

interface Clients {
  /** Lends a connection; whatever fails on it is rolled back, and a connection that cannot even do that is thrown away. */
  withClient<T>(body: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  backends(): number[];
  close(): Promise<void>;
}

function openClients(settings: PostgresSettings, place: Place): Clients {
  const backends = new Set<number>();
  let pool: Promise<pg.Pool> | null = null;
  const connect = async (): Promise<pg.PoolClient> => {
    pool ??= openPool(settings, backends);
    try {
      const opened = await pool.catch((error: unknown) => {
        pool = null;
        throw error;
      });
      return await opened.connect();
    } catch (error) {
      throw connectError(error, place);
    }
  };
  return {
    withClient: async (body) => {
      const client = await connect();
      try {
        const result = await body(client);
        client.release();
        return result;
      } catch (error) {
        await client.query("rollback").then(
          () => client.release(),
          () => client.release(true),
        );
        throw error;
      }
    },
    backends: () => [...backends],
    close: async () => {
      const open = pool;
      pool = null;
      if (open) await open.then((it) => it.end());
    },
  };
}

async function runAll(client: pg.PoolClient, sql: string): Promise<Row[][]> {
  const results = (await client.query(sql)) as unknown as pg.QueryResult | pg.QueryResult[];
  return (Array.isArray(results) ? results : [results]).map((result) => result.rows as Row[]);
}

/**
 * Our own session settings, per transaction so that a transaction pooler between us cannot mix them up, and so that no default of the
 * role counts (SERIALIZABLE would fail readers; a search path would bind views to wrong names; DateStyle changes hashes).
 */
function beginStatements(settings: PostgresSettings, options: TransactionOptions): string[] {
  const statements = [
    `begin isolation level read committed ${options.readOnly ? "read only" : "read write"}`,
    `set local statement_timeout = ${options.statementTimeoutMs ?? 0}`,
    `set local lock_timeout = ${options.lockTimeoutMs ?? 2000}`,
    "set local idle_in_transaction_session_timeout = 30000",
    `set local synchronous_commit = ${options.durable === false ? "off" : "on"}`,
    "set local client_min_messages = error",
    "set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres'",
    "set local extra_float_digits = 1; set local bytea_output = 'hex'; set local xmloption = 'content'",
    "set local lc_monetary = 'C'; set local row_security = on",
    "set local check_function_bodies = off; set local standard_conforming_strings = on",
  ].flatMap((text) => text.split("; "));
  if (options.searchPath !== "user") statements.push("set local search_path = pg_catalog");
  else if (settings.searchPath !== undefined)
    statements.push(`set local search_path = ${searchPath(settings.searchPath)}`);
  if (settings.role !== undefined) statements.push(`set local role ${ident(settings.role)}`);
  return statements;
}

/** The profile's `search_path` is a list as in a configuration file: each part is handed on as one quoted name. */
function searchPath(text: string): string {
  const parts = text.split(",").map((part) => part.trim().replace(/^["'](.*)["']$/, "$1"));
  return (
    parts
      .filter((part) => part !== "")
      .map(literal)
      .join(", ") || "''"
  );
}

/** 64-bit integers and decimals stay text (also the driver's default); dates stay the server's text, so that no local zone gets in. */
function exactParser(oid: number, format?: unknown): (value: string) => unknown {
  const dates = [1082, 1083, 1114, 1184, 1186, 1266, 1115, 1182, 1185];
  if (dates.includes(oid)) return (value) => value;
  return pg.types.getTypeParser(oid, format as "text") as (value: string) => unknown;
}

async function openPool(settings: PostgresSettings, backends: Set<number>): Promise<pg.Pool> {
  const choices = sslChoices(settings);
  for (const [index, ssl] of choices.entries()) {
    const pool = createPool(settings, ssl, backends);
    try {
      (await pool.connect()).release();
      return pool;
    } catch (error) {
      await pool.end();
      if (index === choices.length - 1 || !isSslRefusal(error)) throw error;
    }
  }
  throw new Error("no way to connect was left");
}

/** Only a refusal of (or without) encryption may change the way; a wrong password must not be sent twice. */
function isSslRefusal(error: unknown): boolean {
  return (
    error instanceof Error && /does not support SSL|no encryption|SSL off|no pg_hba\.conf entry/i.test(error.message)
  );
}

function createPool(settings: PostgresSettings, ssl: ConnectionOptions | false, backends: Set<number>): pg.Pool {
  const pool = new pg.Pool({
    host: settings.host,
    port: settings.port,
    user: settings.user,
    database: settings.dbname,
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ssl,
    application_name: settings.applicationName,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: settings.connectTimeoutMs ?? 10_000,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: settings.keepalivesIdleMs ?? 0,
  });
  // A connection lost while idle is not an error yet: the next statement opens another or reports why it cannot.
  pool.on("error", () => undefined);
  const pid = (client: unknown): number => Number((client as { processID?: number }).processID ?? 0);
  pool.on("connect", (client) => {
    backends.add(pid(client));
    // A client in use is lost together with its statement, which reports it; without a listener the process would end.
    client.on("error", () => undefined);
  });
  pool.on("remove", (client) => backends.delete(pid(client)));
  return pool;
}
