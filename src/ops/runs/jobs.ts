// `slipway job list|show|next|pause|resume`: declared jobs, their schedules, and whether they are paused.
import { durationMs } from "../../core/duration.ts";
import { jobRequest } from "../../core/jobs/job-request.ts";
import type { EnvWish, JobRecord } from "../../core/jobs/jobs.ts";
import type { Run } from "../../core/records.ts";
import type { Calendar } from "../../core/schedule/calendar.ts";
import { exclusionText } from "../../core/schedule/exclusions.ts";
import { calendarFiles, type JobFile, type JobSchedule, nextStart } from "../../core/schedule/job-schedule.ts";
import { nextOccurrences } from "../../core/schedule/occurrences.ts";
import { dateText, wallOf } from "../../core/schedule/zone.ts";
import type {
  JobNextView,
  JobPauseView,
  JobSummary,
  JobsView,
  JobTrigger,
  JobView,
  NextOccurrence,
} from "../../core/views/schedule.ts";
import { lastRuns, listJobs, listOccurrences, setJobPaused } from "../../db/jobs.ts";
import { type JobSchedules, loadJobSchedules, scheduleOf } from "../../flow/job/job-schedules.ts";
import type { Session } from "../../flow/session/session.ts";
import type { Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { OCCURRENCES_SHOWN } from "../limits.ts";
import { aliveServers } from "../server/enlist.ts";

/** What is known of all jobs of a project. */
interface Facts {
  session: Session;
  found: JobSchedules;
  records: Map<string, JobRecord>;
  runs: Map<string, Run>;
  now: Date;
}

export async function jobList(session: Session): Promise<JobsView> {
  const facts = await factsOf(session);
  const { config, name } = session.place;
  return {
    ...frame(facts),
    problems: [...facts.found.problems, ...(await noServer(facts, Object.values(config.jobs)))],
    project: name,
    jobs: Object.keys(config.jobs).map((job) => summary(facts, job)),
  };
}

export async function jobShow(session: Session, request: { job: string }): Promise<JobView> {
  const declared = jobRequest(session.place.config, request.job);
  const facts = await factsOf(session);
  const job = session.place.config.jobs[request.job]!;
  const projectId = (await session.project()).id;
  const past = await listOccurrences(await session.db(), { projectId, job: request.job, limit: OCCURRENCES_SHOWN });
  return {
    ...frame(facts),
    problems: facts.found.problems.filter((problem) => problem.job === request.job),
    ...summary(facts, request.job),
    steps: job.steps,
    exclude: job.exclude.map((rule) => ({ text: exclusionText(rule) })),
    missed: job.missed,
    overlap: job.overlap,
    timeoutMs: job.timeout === undefined ? null : durationMs(job.timeout),
    threads: declared.threads,
    fullRefresh: declared.fullRefresh,
    sourceFreshness: declared.sourceFreshness,
    onTestFailure: declared.onTestFailure,
    requireTests: declared.requireTests,
    vars: Object.entries(declared.vars).map(([name, value]) => ({ name, value })),
    env: Object.entries(declared.env).map(([name, wish]) => ({ name, from: ENV_FROM[wish.kind] })),
    occurrences: past.map(({ trigger, dueAt, state, note, runId }) => ({ trigger, dueAt, state, note, runId })),
  };
}

const ENV_FROM: Record<EnvWish["kind"], JobView["env"][number]["from"]> = {
  literal: "literal",
  from: "environment",
  secret: "secret",
};

export async function jobNext(session: Session, request: { job: string | null; count: number }): Promise<JobNextView> {
  if (request.job !== null) jobRequest(session.place.config, request.job);
  const facts = await factsOf(session);
  const { found } = facts;
  const wanted = request.job === null ? found.schedules : [scheduleOf(found, request.job)];
  const jobs = wanted.map((one) => {
    const { lastRun: _, ...rest } = summary(facts, one.name);
    return { ...rest, next: nextTimes(one, facts.now, request.count) };
  });
  const broken = request.job === null ? found.problems : [];
  const ends = wanted.flatMap((one, at) => calendarEnds(one, found.calendars, jobs[at]!.next));
  const empty = jobs.every(({ next }) => next.length === 0);
  return {
    ...frame(facts),
    outcome: empty ? "nothing_to_do" : "done",
    problems: [
      ...broken,
      ...ends,
      ...(await noServer(
        facts,
        wanted.map(({ job }) => job),
      )),
    ],
    job: request.job,
    jobs,
  };
}

/** Of all its schedules, in order. */
function nextTimes({ schedules }: JobSchedule, now: Date, count: number): NextOccurrence[] {
  const all = schedules.flatMap((schedule) =>
    nextOccurrences(schedule, now, count).map((due) => ({ cron: schedule.cron.text, ...due })),
  );
  return all.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime()).slice(0, count);
}

/** A list of holidays that ends before the times that are shown. */
function calendarEnds(
  { job, timezone }: JobSchedule,
  calendars: ReadonlyMap<string, Calendar>,
  shown: NextOccurrence[],
): Problem[] {
  const last = shown.at(-1);
  if (!last) return [];
  const date = dateText(wallOf(last.dueAt.getTime(), timezone));
  return calendarFiles(job).flatMap((file): Problem[] => {
    const endsOn = calendars.get(file)?.endsOn ?? null;
    if (endsOn === null || endsOn >= date) return [];
    const message = say("schedule.calendar_ends", { file, date: endsOn });
    return [{ code: "calendar_ends", severity: "warning", message }];
  });
}

export const jobPause = (session: Session, request: { job: string; reason: string | null }): Promise<JobPauseView> =>
  changePause(session, request, true);

export const jobResume = (session: Session, request: { job: string; reason: string | null }): Promise<JobPauseView> =>
  changePause(session, request, false);

async function changePause(
  session: Session,
  { job, reason }: { job: string; reason: string | null },
  pause: boolean,
): Promise<JobPauseView> {
  jobRequest(session.place.config, job);
  const projectId = (await session.project()).id;
  const who = await session.actor();
  const changed = await setJobPaused(
    await session.db(),
    { projectId, name: job, paused: pause ? { by: who, reason } : null },
    { who, what: pause ? "job.paused" : "job.resumed", subject: `job ${job}`, why: reason, details: {} },
  );
  const facts = await factsOf(session);
  const { environment, paused, jobTimezone, nextAt } = summary(facts, job);
  const outcome = changed ? "done" : "nothing_to_do";
  return { ...frame(facts), outcome, job, environment, paused, jobTimezone, nextAt };
}

async function factsOf(session: Session): Promise<Facts> {
  const db = await session.db();
  const projectId = (await session.project()).id;
  const records = new Map((await listJobs(db, projectId)).map((record) => [record.name, record]));
  const [found, runs] = [await loadJobSchedules(session), await lastRuns(db, projectId)];
  return { session, found, records, runs, now: session.ctx.clock.now() };
}

const frame = ({ session, now }: Facts) => ({
  outcome: "done" as const,
  timezone: session.place.config.timezone,
  at: now,
  problems: [] as Problem[],
});

function summary({ session, found, records, runs, now }: Facts, name: string): JobSummary {
  const { jobs, timezone } = session.place.config;
  const job = jobs[name]!;
  const schedule = found.schedules.find((one) => one.name === name);
  const record = records.get(name);
  const run = runs.get(name);
  return {
    job: name,
    environment: job.environment,
    jobTimezone: job.timezone ?? timezone,
    triggers: job.triggers.map(triggerView),
    nextAt: schedule ? nextStart(schedule, now) : null,
    paused: record?.paused ? { by: record.pausedBy, reason: record.pausedReason } : null,
    lastRun: run ? { runId: run.id, state: run.state, startedAt: run.startedAt, finishedAt: run.finishedAt } : null,
  };
}

function triggerView(trigger: JobFile["triggers"][number]): JobTrigger {
  if ("cron" in trigger) return { kind: "cron", cron: trigger.cron.trim().replace(/\s+/g, " ") };
  if ("after" in trigger) return { kind: "after", ...trigger.after };
  return { kind: "branch", branch: trigger.branch };
}

/** Triggers are words until somebody serves. */
async function noServer({ session }: Facts, jobs: readonly JobFile[]): Promise<Problem[]> {
  if (jobs.every((job) => job.triggers.length === 0)) return [];
  const alive = await aliveServers(await session.db(), session, (await session.project()).id);
  if (alive.length > 0) return [];
  const [message, hint] = [say("schedule.no_server"), say("schedule.no_server_hint")];
  return [{ code: "no_server", severity: "warning", message, hint }];
}
