// Jobs that run after others: which ended runs start which jobs.
import type { RunState } from "../../core/records.ts";
import type { Due } from "../../core/schedule/decide.ts";
import type { AfterResult } from "../../core/schedule/job-schedule.ts";
import { type FinishedRun, finishedRuns } from "../../db/jobs.ts";
import type { Session } from "../../flow/session/session.ts";
import { RUN_END_LATE_MS } from "../limits.ts";
import type { DueJob } from "./decide-due.ts";

import type { JobPlan, SchedulePlan } from "./schedule-plan.ts";

export interface Following {
  due: DueJob[];
  /** What was looked at: not looked at again. */
  runs: string[];
}

/** Runs that ended since the last look, for each job that follows them. Several of one look are decided together, as missed times are. */
export async function dueAfterRuns(session: Session, plan: SchedulePlan): Promise<Following> {
  const followers = plan.jobs.filter(({ after }) => after.length > 0);
  if (followers.length === 0) return { due: [], runs: [] };
  const since = plan.tickedAt ? new Date(plan.tickedAt.getTime() - RUN_END_LATE_MS) : earliest(followers);
  const jobs = [...new Set(followers.flatMap(({ after }) => after.map((one) => one.job)))];
  const ended = await finishedRuns(await session.db(), { projectId: (await session.project()).id, jobs, since });
  const due: DueJob[] = [];
  const runs: string[] = [];
  for (const follower of followers) {
    const fresh = ended.filter((run) => concerns(follower, run) && !plan.followed.has(markOf(follower, run)));
    if (fresh.length === 0) continue;
    due.push(dueJob(follower, fresh));
    runs.push(...fresh.map((run) => markOf(follower, run)));
  }
  forgetOld(plan, ended);
  return { due, runs };
}

const earliest = (jobs: readonly JobPlan[]): Date => new Date(Math.min(...jobs.map(({ since }) => since.getTime())));

const markOf = ({ name }: JobPlan, run: FinishedRun): string => `${name} ${run.id}`;

/** It is one of the declared results, and ended after the job was declared. */
const concerns = ({ after, since }: JobPlan, { job, state, finishedAt }: FinishedRun): boolean =>
  finishedAt > since && after.some((one) => one.job === job && (one.result as RunState[]).includes(state));

function dueJob(job: JobPlan, runs: FinishedRun[]): DueJob {
  const byTrigger = new Map(runs.map((run) => [`after:${run.job}:${run.id}`, run]));
  const times: Due[] = [...byTrigger].map(([trigger, { finishedAt }]) => {
    return { trigger, dueAt: finishedAt, excluded: job.exclusion(finishedAt)?.why ?? null };
  });
  return {
    job,
    times,
    triggerOf: ({ trigger }) => {
      const run = byTrigger.get(trigger)!;
      return { kind: "after", job: run.job, runId: run.id, result: run.state as AfterResult };
    },
  };
}

/** Only runs that the next look can find again are kept in mind. */
function forgetOld(plan: SchedulePlan, ended: FinishedRun[]): void {
  const still = new Set(ended.map(({ id }) => String(id)));
  for (const mark of plan.followed) if (!still.has(mark.slice(mark.lastIndexOf(" ") + 1))) plan.followed.delete(mark);
}
