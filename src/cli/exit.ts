// The one table from what happened to the exit code of the process.
import type { Outcome } from "../core/views/base.ts";
import type { ErrorCode } from "../lib/error.ts";

/** 0 done, 1 fault of Slipway, 2 usage, 3 the verdict is no, 4 somebody is at it, 5 outside failure, 130 or 143 cancelled. */
const EXIT: Record<ErrorCode | Outcome, number> = {
  done: 0,
  nothing_to_do: 0,
  internal: 1,
  invalid: 2,
  not_found: 2,
  unauthorized: 2,
  confirmation_required: 2,
  held: 3,
  rejected: 3,
  problems_found: 3,
  locked: 4,
  conflict: 4,
  upstream: 5,
  timeout: 5,
  cancelled: 130,
};

/** `cancelled` by SIGTERM is 143; otherwise the table. */
export function exitCode(code: ErrorCode | Outcome, signal: NodeJS.Signals | null = null): number {
  return code === "cancelled" && signal === "SIGTERM" ? 143 : EXIT[code];
}
