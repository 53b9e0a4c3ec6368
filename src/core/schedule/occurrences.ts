// Occurrences of a schedule: every time at which it comes, with the reason where it is excluded.
import type { Text } from "../../lib/text.ts";
import type { Cron } from "./cron.ts";
import type { Exclusion } from "./exclusions.ts";
import { PERIODS_PASSED_MAX } from "./limits.ts";

export interface Schedule {
  cron: Cron;
  exclusion: Exclusion;
}

export interface DueTime {
  dueAt: Date;
  /** Why nothing runs then; null: it does. */
  excluded: Text | null;
}

/** Those after `from`, up to and with `to`, growing; at most `limit` of them, the earliest. */
export function occurrencesBetween(schedule: Schedule, from: Date, to: Date, limit: number): DueTime[] {
  const found: DueTime[] = [];
  for (let at = schedule.cron.next(from); at !== null && at <= to && found.length < limit; at = schedule.cron.next(at))
    found.push({ dueAt: at, excluded: schedule.exclusion(at)?.why ?? null });
  return found;
}

/** The next `count` after an instant, excluded ones among them. */
export function nextOccurrences(schedule: Schedule, from: Date, count: number): DueTime[] {
  return occurrencesBetween(schedule, from, new Date(8.64e15), count);
}

/** The next one that runs; null when all are excluded as far as one can see. */
export function nextRun({ cron, exclusion }: Schedule, from: Date): Date | null {
  let at = cron.next(from);
  for (let passed = 0; at !== null && passed < PERIODS_PASSED_MAX; passed++) {
    const excluded = exclusion(at);
    if (excluded === null) return at;
    at = cron.next(new Date(Math.max(at.getTime(), excluded.untilMs - 1)));
  }
  return null;
}
