// Turns what the PostgreSQL driver throws into the program's errors. Never carries a password: only the server's own words.
import { AppError, type ErrorDetails } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";

/** Where we were connected to, for messages. */
export interface Place {
  host: string;
  port: number;
  dbname: string;
  user: string;
}

/** SQLSTATEs that decide what to do next. */
export const LOCK_NOT_AVAILABLE = "55P03";
export const QUERY_CANCELLED = "57014";
export const DEADLOCK = "40P01";
export const DEPENDENT_OBJECTS = "2BP01";
export const INSUFFICIENT_PRIVILEGE = "42501";
export const DIVISION_BY_ZERO = "22012";
export const DUPLICATE_TABLE = "42P07";

const NETWORK = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ENOENT",
  "EACCES",
];
/** Server codes that mean "not now": shutting down, starting, too many connections, and the classes 08 and 57P. */
const AWAY = /^(08...|57P0.|53300)$/;

/** The SQLSTATE (or Node's error code) of whatever was thrown, else "". */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

export function errorMessage(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorMessage(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

/** The program's error for a failure while connecting. */
export function connectError(error: unknown, place: Place): AppError {
  const code = errorCode(error);
  const details: ErrorDetails = {
    hint: say("postgres.check_connection", { host: place.host, port: place.port }),
    cause: error,
  };
  if (code === "28P01" || code === "28000")
    return new AppError("unauthorized", say("postgres.login_refused", where(place)), details);
  if (code === "3D000") return new AppError("upstream", say("postgres.no_database", where(place)), details);
  return new AppError(
    "upstream",
    say("postgres.unreachable", { ...where(place), reason: errorMessage(error) }),
    details,
  );
}

/** The program's error for a failed statement; an AppError passes through. */
export function statementError(error: unknown, place: Place): unknown {
  if (error instanceof AppError) return error;
  const code = errorCode(error);
  const reason = errorMessage(error);
  const cause = { cause: error };
  if (NETWORK.includes(code) || code === "28P01" || code === "28000" || code === "3D000")
    return connectError(error, place);
  if (
    AWAY.test(code) ||
    code === "ECONNRESET" ||
    code === "EPIPE" ||
    /connection terminated|not queryable/i.test(reason)
  ) {
    return new AppError("upstream", say("postgres.went_away", { ...where(place), reason }), {
      hint: say("postgres.again", {}),
      ...cause,
    });
  }
  if (code === INSUFFICIENT_PRIVILEGE) {
    return new AppError("unauthorized", say("postgres.no_right", { user: place.user, reason }), {
      hint: say("postgres.ask_owner", {}),
      ...cause,
    });
  }
  if (code === LOCK_NOT_AVAILABLE || code === QUERY_CANCELLED) {
    return new AppError("timeout", say("postgres.too_slow", { reason }), cause);
  }
  if (/^[0-9A-Z]{5}$/.test(code)) {
    return new AppError("upstream", say("postgres.refused", { code, reason }), cause);
  }
  return error;
}

function where(place: Place): { host: string; port: number; dbname: string; user: string } {
  return { host: place.host, port: place.port, dbname: place.dbname, user: place.user };
}
