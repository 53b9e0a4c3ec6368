// What every part of this room is handed: the connections, the clock and the limits of one warehouse.
import type { Promotion } from "../../core/plan/publish.ts";
import type { Clock } from "../../lib/clock.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Database } from "./connection.ts";
import type { SwitchPlan } from "./switch-plan.ts";

export interface Room {
  db: Database;
  clock: Clock;
  stallBudgetMs: number;
  settleDeadlineMs: number;
  lockDeadlineMs: number;
  contentHashLimitBytes: number;
  /** By live id: the promotion this process has prepared last, with what is left for its flip. */
  prepared: Map<number, { promotion: Promotion; plan: SwitchPlan }>;
}

/**
 * The longest a lock may be waited for while readers queue behind it: the stall budget, but well below `deadlock_timeout`, so that no
 * reader's deadlock check ever runs while we hold one view and wait for another.
 */
export async function lockBudgetMs(room: Room): Promise<number> {
  const [row] = await room.db.rows("select setting from pg_settings where name = 'deadlock_timeout'");
  return Math.max(5, Math.min(room.stallBudgetMs, Number(row?.setting ?? 1000) / 2));
}

/** Throws AppError `cancelled` when waiting was called off. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError("cancelled", say("postgres.cancelled", {}));
}
