// What a scheduler keeps in memory between two looks: parsed schedules, the next time of each job, up to when it has decided.
import type { JobRecord } from "../../core/jobs/jobs.ts";
import type { Environment } from "../../core/records.ts";
import type { JobSchedule } from "../../core/schedule/job-schedule.ts";
import { ensureJobs, forgetFuture, forgetLooks, forgetOccurrences, markConsidered } from "../../db/jobs.ts";
import { calendarMark, loadJobSchedules } from "../../flow/job/job-schedules.ts";
import type { Session } from "../../flow/session/session.ts";
import type { Problem } from "../../lib/error.ts";
import {
  CALENDAR_POLL_MS,
  CLOCK_SET_BACK_MS,
  OCCURRENCES_FORGET_MS,
  OCCURRENCES_KEEP_MS,
  RUN_END_LATE_MS,
} from "../limits.ts";

export interface JobPlan extends JobSchedule {
  environment: Environment;
  /** Its occurrences up to this time have been decided, by us or before us. */
  decidedUntil: Date;
  /** Runs of other jobs that ended before this are no matter of it: it was not declared then. */
  since: Date;
  /** The next time of any of its schedules, excluded or not; null: none. */
  nextAt: Date | null;
}

export interface SchedulePlan {
  jobs: JobPlan[];
  problems: (Problem & { job: string })[];
  /** What it was made of. */
  config: Session["place"]["config"];
  calendars: string;
  /** When the calendars were last looked at. */
  lookedAt: Date;
  /** The last look at the schedules that decided everything. */
  tickedAt: Date | null;
  /** When `considered_until` was last written. */
  markedAt: Date;
  /** When old times were last looked for. */
  forgotAt: Date | null;
  /** Runs of other jobs whose followers have been decided: `daily 412`. */
  followed: Set<string>;
}

const plans = new WeakMap<Session["place"], SchedulePlan>();

/** The plan in memory, or null: nothing has been looked at yet. */
export const knownPlan = (session: Session): SchedulePlan | null => plans.get(session.place) ?? null;

/** The plan, made anew when slipway.yml or a calendar has changed. */
export async function schedulePlan(session: Session): Promise<SchedulePlan> {
  const now = session.ctx.clock.now();
  const known = planOf(session, now);
  const same = known !== null && known.config === session.place.config;
  if (same && now.getTime() - known.lookedAt.getTime() < CALENDAR_POLL_MS) return known;
  const calendars = await calendarMark(session);
  if (same && known.calendars === calendars) {
    known.lookedAt = now;
    return known;
  }
  // A changed schedule begins now: what it would have had an hour ago was not missed.
  if (known) await writeConsidered(session, known);
  const plan = await makePlan(session, calendars);
  plans.set(session.place, plan);
  return plan;
}

/** A clock that was set far back leaves nothing of what was planned. */
function planOf(session: Session, now: Date): SchedulePlan | null {
  const known = knownPlan(session);
  const setBack = known?.tickedAt && known.tickedAt.getTime() - now.getTime() > CLOCK_SET_BACK_MS;
  return setBack ? null : known;
}

/** Every job has been decided up to the last look, also those that had nothing to decide. */
export async function writeConsidered(session: Session, plan: SchedulePlan): Promise<void> {
  if (plan.tickedAt === null) return;
  const names = plan.jobs.map(({ name }) => name);
  await markConsidered(await session.db(), (await session.project()).id, names, plan.tickedAt);
  plan.markedAt = plan.tickedAt;
}

/** Times that nobody asks for any more go, once a day. */
export async function forgetOld(session: Session, plan: SchedulePlan, now: Date): Promise<void> {
  if (plan.forgotAt !== null && now.getTime() - plan.forgotAt.getTime() < OCCURRENCES_FORGET_MS) return;
  plan.forgotAt = now;
  const before = new Date(now.getTime() - OCCURRENCES_KEEP_MS);
  const { id: projectId } = await session.project();
  const subject = `project ${session.place.name}`;
  const row = { who: await session.actor(), what: "occurrences.forgotten", subject, why: null, details: { before } };
  await forgetOccurrences(await session.db(), { projectId, before }, row);
}

async function makePlan(session: Session, calendars: string): Promise<SchedulePlan> {
  const { config } = session.place;
  const { schedules, problems } = await loadJobSchedules(session);
  const environments = new Map<string, Environment>();
  for (const name of new Set(schedules.map(({ job }) => job.environment)))
    environments.set(name, await session.record(session.environment(name)));
  const startedAt = session.ctx.clock.now();
  const names = schedules.map(({ name }) => name);
  const records = await watch(session, names);
  const known = new Map(records.map((record) => [record.name, record]));
  const jobs = schedules.map((one) =>
    jobPlan(one, { environment: environments.get(one.job.environment)!, record: known.get(one.name)!, startedAt }),
  );
  const times = { lookedAt: startedAt, markedAt: startedAt, tickedAt: null, forgotAt: null };
  return { jobs, problems, config, calendars, ...times, followed: new Set() };
}

/** What the state knows of these jobs; what it knows of others, or of a time to come, counts no more. */
async function watch(session: Session, names: string[]): Promise<JobRecord[]> {
  const { name, config } = session.place;
  const [db, { id }, who] = [await session.db(), await session.project(), await session.actor()];
  await forgetLooks(db, id, Object.keys(config.jobs));
  const why = "decided by a clock that was ahead";
  await forgetFuture(db, id, { who, what: "occurrences.forgotten", subject: `project ${name}`, why, details: {} });
  return ensureJobs(db, id, names);
}

interface JobFacts {
  environment: Environment;
  record: JobRecord;
  startedAt: Date;
}

function jobPlan(schedule: JobSchedule, { environment, record, startedAt }: JobFacts): JobPlan {
  const decidedUntil = record.consideredUntil ?? startedAt;
  const isNew = decidedUntil >= startedAt;
  const since = isNew ? decidedUntil : new Date(decidedUntil.getTime() - RUN_END_LATE_MS);
  return { ...schedule, environment, decidedUntil, since, nextAt: nextTime(schedule, decidedUntil) };
}

/** The first time of any schedule after an instant, excluded or not. */
export function nextTime({ schedules }: Pick<JobSchedule, "schedules">, after: Date): Date | null {
  const times = schedules.map(({ cron }) => cron.next(after)).filter((at) => at !== null);
  return times.length === 0 ? null : new Date(Math.min(...times.map((at) => at.getTime())));
}
