// What becomes of the times at which a job is due: it runs, is excluded, paused, missed, or one run does for several. Pure.
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { OccurrenceState } from "../jobs/jobs.ts";

/** A time at which something starts a job. */
export interface Due {
  /** The cron expression, `after:load:412`: unique with the time. */
  trigger: string;
  dueAt: Date;
  excluded: Text | null;
}

export interface DecidedDue extends Due {
  /** `queued` until the queue has had its say; `merged` here means: taken in by the one that starts. */
  state: OccurrenceState;
  note: Text | null;
  /** It asks for a run. */
  starts: boolean;
  /** It starts after its time, because nobody served then. */
  late: boolean;
}

export interface DueRules {
  now: Date;
  /** Null: not paused. */
  paused: Text | null;
  missed: "run_once" | "skip";
  /** A time that lies longer ago has been missed. */
  graceMs: number;
}

/** One decision per time, in the given order (growing). Excluded goes before paused, paused before missed. */
export function decideDue(times: readonly Due[], rules: DueRules): DecidedDue[] {
  const open = times.filter(({ excluded }) => excluded === null && rules.paused === null);
  const isLate = ({ dueAt }: Due): boolean => rules.now.getTime() - dueAt.getTime() > rules.graceMs;
  const late = open.filter(isLate);
  const onTime = open.some((due) => !isLate(due));
  const stands = rules.missed === "run_once" && !onTime ? late.at(-1) : undefined;
  return times.map((due) => {
    if (due.excluded !== null) return settled(due, "excluded", due.excluded);
    if (rules.paused !== null) return settled(due, "paused", rules.paused);
    if (!isLate(due)) return starting(due, false);
    if (rules.missed === "skip") return settled(due, "missed", say("schedule.missed"));
    if (due === stands) return starting(due, true);
    return settled(due, "merged", say("schedule.missed_merged", { count: late.length }));
  });
}

const settled = (due: Due, state: OccurrenceState, note: Text): DecidedDue => ({
  ...due,
  ...{ state, note, starts: false, late: false },
});

const starting = (due: Due, late: boolean): DecidedDue => ({
  ...due,
  ...{ state: "queued" as const, note: null, starts: true, late },
});
