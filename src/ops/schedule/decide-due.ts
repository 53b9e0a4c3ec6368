// Decides times at which jobs are due and asks the queue for their runs, in one transaction: whoever records a time starts its run.
import type { Config } from "../../core/config/config.ts";
import { jobRequest } from "../../core/jobs/job-request.ts";
import type { Trigger } from "../../core/jobs/jobs.ts";
import { type DecidedDue, type Due, decideDue } from "../../core/schedule/decide.ts";
import type { Db } from "../../db/db.ts";
import { knownOccurrences, listPaused, type NewOccurrence, recordOccurrences } from "../../db/jobs.ts";
import { type Enqueued, enqueueRuns, type RunWish, takeTurns } from "../../db/run-queue.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { MISSED_AFTER_MS } from "../limits.ts";
import type { JobPlan, SchedulePlan } from "./schedule-plan.ts";

/** A job with times at which something starts it, and what a run that starts then is told. */
export interface DueJob {
  job: JobPlan;
  times: Due[];
  triggerOf(due: DecidedDue): Trigger;
}

export interface DecidedCounts {
  /** Runs asked for. */
  queued: number;
  /** Times decided, of whatever outcome. */
  decided: number;
}

/** Known before the transaction: a question beside it would wait for ever on the embedded state. */
export interface Decider {
  config: Config;
  projectId: number;
  actor: string;
}

/** By the rules that the times were planned by: slipway.yml may have changed since. */
export async function deciderOf(session: Session, { config }: SchedulePlan): Promise<Decider> {
  return {
    config,
    projectId: (await session.project()).id,
    actor: await session.actor(),
  };
}

/** `trx`: the transaction that everything is recorded in. Times that somebody else has decided are left alone. */
export async function decideJobs(
  trx: Db,
  decider: Decider,
  { due, now }: { due: readonly DueJob[]; now: Date },
): Promise<DecidedCounts> {
  const { projectId } = decider;
  // Two servers that decide the same times in two orders would wait for each other.
  await takeTurns(trx, projectId);
  const paused = await pausedJobs(trx, projectId, due);
  const known = await knownTimes(trx, projectId, due);
  const decided = due.flatMap(({ job, times, triggerOf }) => {
    const rules = { now, paused: paused.get(job.name) ?? null, missed: job.job.missed, graceMs: MISSED_AFTER_MS };
    const open = times.filter((time) => !known.has(keyOf(job.name, time)));
    return decideDue(open, rules).map((decision): Decision => ({ job, decision, triggerOf }));
  });
  const starting = decided.filter(({ decision }) => decision.starts);
  const answers = await enqueueRuns(
    trx,
    starting.map((one) => wishOf(decider, one)),
  );
  const asked = new Map(starting.map((one, at) => [one, answers[at]!]));
  const first = new Map(starting.toReversed().map((one) => [one.job, asked.get(one)!.run.id]));
  const rows = decided.map((one) => rowOf(projectId, one, { first, asked }));
  const recorded = await recordOccurrences(trx, rows);
  // Deciders take turns; were one not to, everything here is undone and decided again.
  if (recorded.length < rows.length) throw new AppError("conflict", say("schedule.decided_twice"));
  return { queued: answers.filter(({ outcome }) => outcome === "queued").length, decided: rows.length };
}

interface Decision extends Pick<DueJob, "job" | "triggerOf"> {
  decision: DecidedDue;
}

async function knownTimes(trx: Db, projectId: number, due: readonly DueJob[]): Promise<Set<string>> {
  const all = due.flatMap(({ times }) => times.map(({ dueAt }) => dueAt.getTime()));
  if (all.length === 0) return new Set();
  const [first, last] = all.reduce(([low, high], at) => [Math.min(low, at), Math.max(high, at)], [all[0]!, all[0]!]);
  const span = { from: new Date(first!), to: new Date(last!) };
  const known = await knownOccurrences(trx, { projectId, jobs: due.map(({ job }) => job.name), ...span });
  return new Set(known.map((row) => keyOf(row.job, row)));
}

function wishOf({ config, projectId, actor }: Decider, { job, decision, triggerOf }: Decision): RunWish {
  const trigger = triggerOf(decision);
  const commit = trigger.kind === "branch" ? { commit: trigger.commit } : {};
  return {
    ...{ projectId, environmentId: job.environment.id, kind: "job", job: job.name, trigger, reason: null, actor },
    request: jobRequest(config, job.name, commit),
    retryOf: null,
    overlap: job.job.overlap,
  };
}

interface Answers {
  /** The first run that each job starts now. */
  first: Map<JobPlan, number>;
  asked: Map<Decision, Enqueued>;
}

/** What was missed is taken in by the first run that its job starts now. */
function rowOf(projectId: number, one: Decision, { first, asked }: Answers): NewOccurrence {
  const { job, decision } = one;
  const { trigger, dueAt, state, note } = decision;
  const row = { projectId, job: job.name, trigger, dueAt, state, note };
  const answer = asked.get(one);
  if (answer) {
    const { outcome, run, full } = answer;
    const overlaps = () => say("schedule.overlaps", { run: run.id, merged: outcome === "merged" });
    const why = full === null ? overlaps() : say("schedule.queue_full", { count: full });
    return { ...row, state: outcome, note: outcome === "queued" ? null : why, runId: run.id };
  }
  return { ...row, runId: state === "merged" ? (first.get(job) ?? null) : null };
}

const keyOf = (job: string, { trigger, dueAt }: { trigger: string; dueAt: Date }): string =>
  `${job} ${dueAt.getTime()} ${trigger}`;

/** Why each paused job is paused. */
async function pausedJobs(trx: Db, projectId: number, due: readonly DueJob[]): Promise<Map<string, Text>> {
  const names = new Set(due.map(({ job }) => job.name));
  const records = (await listPaused(trx, projectId)).filter(({ name }) => names.has(name));
  return new Map(
    records.map(({ name, pausedBy, pausedReason }) => [
      name,
      say("schedule.job_paused", { who: pausedBy, reason: pausedReason }),
    ]),
  );
}
