// What anything thrown means to people: AppErrors as they are, a few failures of the machine, and faults of Slipway.
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";

const NO_RIGHT = new Set(["EACCES", "EPERM", "EROFS"]);
const DISK_FULL = new Set(["ENOSPC", "EDQUOT"]);

/** Never loses the cause. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { code, path } = (thrown ?? {}) as { code?: unknown; path?: unknown };
  const where = typeof path === "string" ? path : null;
  if (typeof code === "string" && DISK_FULL.has(code))
    return new AppError("upstream", say("cli.disk_full", { path: where }), { cause: thrown });
  if (typeof code === "string" && NO_RIGHT.has(code))
    return new AppError("upstream", say("cli.no_right", { path: where, code }), { cause: thrown });
  return new AppError("internal", say("cli.internal"), { hint: say("cli.internal_hint"), cause: thrown });
}
