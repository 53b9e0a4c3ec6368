// The one pg pool: the same types on both back ends, and errors of the connection in words.
import pg from "pg";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import type { PoolLike } from "./dialect.ts";
import { storable } from "./json.ts";

const INT8 = 20;
const connectionTimeoutMs = 15_000;
/** One client process works on few things at a time; a server adds workers, not connections. */
const connectionsMax = 8;

export interface PoolOptions {
  /** Where it is, for people. */
  place: string;
  config: pg.PoolConfig;
  /** Called when no connection could be made: where to try once more, or null to give up. */
  revive: () => Promise<pg.PoolConfig | null>;
}

/** int8 becomes a number (ids and counts stay far below 2^53); everything else as pg does it. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text")) as pg.CustomTypesConfig["getTypeParser"],
};

/** A pool that keeps no process alive while idle, and whose errors are AppErrors where the user can do something about them. */
export function makePool({ place, config, revive }: PoolOptions): PoolLike {
  const pool = new pg.Pool({
    max: connectionsMax,
    connectionTimeoutMillis: connectionTimeoutMs,
    allowExitOnIdle: true,
    application_name: "slipway",
    ...config,
    types,
  });
  pool.on("error", () => {}); // An idle connection that broke; the next query makes a new one.
  const connect = async () => {
    try {
      return await pool.connect();
    } catch (error) {
      const revived = isConnectionLoss(error) ? await revive() : null;
      if (revived === null) throw error;
      Object.assign(pool.options, revived);
      return await pool.connect();
    }
  };
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      try {
        return guard(await connect(), place);
      } catch (error) {
        throw explain(error, place);
      }
    },
  };
}

type Client = Awaited<ReturnType<PoolLike["connect"]>>;

function guard(client: pg.PoolClient, place: string): Client {
  // pg emits "error" when a connection breaks between two queries of a transaction; the next query then fails by itself.
  const ignore = (): void => {};
  client.on("error", ignore);
  const query = async (text: string | pg.QueryConfig, values: readonly unknown[] = []) => {
    try {
      return typeof text === "string" ? await client.query(text, values.map(sendable)) : await client.query(text);
    } catch (error) {
      // People's own SQL (a config): what the server says of it is theirs to read.
      throw typeof text !== "string" && error instanceof pg.DatabaseError ? error : explain(error, place);
    }
  };
  return {
    query: query as unknown as Client["query"],
    release: (destroy) => {
      client.off("error", ignore);
      client.release(destroy);
    },
  };
}

const sendable = (value: unknown): unknown => (typeof value === "string" ? storable(value) : value);

const lossCodes = new Set([
  "ECONNREFUSED",
  "ENOENT",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EAI_AGAIN",
]);

/** The server cut off a transaction that waited too long for us. */
const IDLE_IN_TRANSACTION = "25P03";
/** What pg says without a code; "not queryable": the connection broke between two queries of a transaction. */
const lossWords =
  /connection (terminated|timeout)|timeout expired|timeout exceeded when trying to connect|is not queryable/i;

function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === "string") return code;
  return errors?.length ? codeOf(errors[0]) : "";
}

/** No connection, or one that broke: nothing was answered. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    lossCodes.has(code) ||
    code.startsWith("08") ||
    code.startsWith("57P") ||
    code === IDLE_IN_TRANSACTION ||
    lossWords.test(error.message)
  );
}

const refusals: Record<string, (place: string, why: string) => AppError> = {
  "53100": (place, why) =>
    new AppError("upstream", say("db.disk_full", { place }), { hint: say("db.disk_full_hint"), facts: because(why) }),
  "25006": (place, why) =>
    new AppError("upstream", say("db.read_only", { place }), { hint: say("db.read_only_hint"), facts: because(why) }),
  "28": (place, why) =>
    new AppError("unauthorized", say("db.refused", { place }), { hint: say("db.url_hint"), facts: because(why) }),
  "42501": (place, why) =>
    new AppError("unauthorized", say("db.no_rights", { place }), {
      hint: say("db.no_rights_hint"),
      facts: because(why),
    }),
  "3D000": (place, why) =>
    new AppError("upstream", say("db.no_database", { place }), { hint: say("db.url_hint"), facts: because(why) }),
};

function because(why: string): { label: "why"; text: ReturnType<typeof say> }[] {
  return [{ label: "why", text: say("db.reason", { why }) }];
}

/** What the user can do something about becomes an AppError; anything else (our own mistake in SQL) stays what it is. */
export function explain(error: unknown, place: string): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  const known = refusals[code] ?? refusals[code.slice(0, 2)];
  const why = error.message || code;
  if (known) return Object.assign(known(place, why), { cause: error });
  if (!isConnectionLoss(error)) return error;
  return new AppError("upstream", say("db.unreachable", { place }), {
    hint: say("db.unreachable_hint"),
    facts: because(why),
    cause: error,
  });
}
