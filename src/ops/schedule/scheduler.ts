// The scheduler: decides every time at which a job is due, exactly once whoever else schedules, and asks the queue for runs.

import type { Trigger } from "../../core/jobs/jobs.ts";
import type { DecidedDue } from "../../core/schedule/decide.ts";
import { occurrencesBetween } from "../../core/schedule/occurrences.ts";
import type { Session } from "../../flow/session/session.ts";
import type { Problem } from "../../lib/error.ts";
import { CONSIDERED_MARK_MS, OCCURRENCES_MAX, TICK_TIMES_MAX } from "../limits.ts";
import { type DecidedCounts, type DueJob, decideJobs, deciderOf } from "./decide-due.ts";
import { dueAfterRuns } from "./follow-runs.ts";
import {
  forgetOld,
  type JobPlan,
  knownPlan,
  nextTime,
  type SchedulePlan,
  schedulePlan,
  writeConsidered,
} from "./schedule-plan.ts";

export interface TickReport extends DecidedCounts {
  /** Jobs that cannot be scheduled as they stand. */
  problems: (Problem & { job: string })[];
}

/**
 * One look at all schedules and at runs that others follow. What is recorded is done: a failure half-way is repeated by the next look,
 * here or on another server, and changes nothing twice.
 */
export async function tick(session: Session): Promise<TickReport> {
  const plan = await schedulePlan(session);
  const now = session.ctx.clock.now();
  const report: TickReport = { queued: 0, decided: 0, problems: plan.problems };
  for (const due of piecesOf(plan, now)) {
    await decide(session, { plan, due, now, report });
    for (const { job } of due) moveOn(job, now);
  }
  const following = await dueAfterRuns(session, plan);
  if (following.due.length > 0) await decide(session, { plan, due: following.due, now, report });
  for (const run of following.runs) plan.followed.add(run);
  plan.tickedAt = now;
  if (now.getTime() - plan.markedAt.getTime() >= CONSIDERED_MARK_MS) {
    await writeConsidered(session, plan);
    await forgetOld(session, plan, now);
  }
  return report;
}

/** When the next schedule of any job comes, excluded or not; null: none does, or nothing has been looked at yet. */
export function nextDue(session: Session): Date | null {
  let next: Date | null = null;
  for (const { nextAt } of knownPlan(session)?.jobs ?? [])
    if (nextAt !== null && (next === null || nextAt < next)) next = nextAt;
  return next;
}

/** Each is decided in one transaction; all times of a job together, for one run may do for several. */
function* piecesOf(plan: SchedulePlan, now: Date): Generator<DueJob[]> {
  let piece: DueJob[] = [];
  let times = 0;
  for (const job of plan.jobs.filter(({ nextAt }) => nextAt !== null && nextAt <= now)) {
    const due = dueBySchedule(job, now);
    if (piece.length > 0 && times + due.times.length > TICK_TIMES_MAX) {
      yield piece;
      [piece, times] = [[], 0];
    }
    piece.push(due);
    times += due.times.length;
  }
  if (piece.length > 0) yield piece;
}

function moveOn(job: JobPlan, now: Date): void {
  job.decidedUntil = now;
  job.nextAt = nextTime(job, now);
}

/** Of a server that was away for long the newest count: each is one row. */
function dueBySchedule(job: JobPlan, now: Date): DueJob {
  const times = job.schedules.flatMap((schedule) =>
    newest(job.decidedUntil, now, (from) => occurrencesBetween(schedule, from, now, OCCURRENCES_MAX + 1)).map(
      ({ dueAt, excluded }) => ({ trigger: schedule.cron.text, dueAt, excluded }),
    ),
  );
  times.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  const triggerOf = ({ trigger, dueAt, late }: DecidedDue): Trigger => {
    return { kind: "schedule", cron: trigger, dueAt: dueAt.toISOString(), late };
  };
  return { job, times: times.slice(-OCCURRENCES_MAX), triggerOf };
}

/** Halves the span until what lies in it is not too much. */
function newest<T>(from: Date, to: Date, find: (from: Date) => T[]): T[] {
  const found = find(from);
  if (found.length <= OCCURRENCES_MAX) return found;
  return newest(new Date((from.getTime() + to.getTime()) / 2), to, find);
}

async function decide(
  session: Session,
  { plan, due, now, report }: { plan: SchedulePlan; due: DueJob[]; now: Date; report: TickReport },
): Promise<void> {
  const db = await session.db();
  const decider = await deciderOf(session, plan);
  const { queued, decided } = await db.transaction((trx) => decideJobs(trx, decider, { due, now }));
  report.queued += queued;
  report.decided += decided;
}
