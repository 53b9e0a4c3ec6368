// New commits of watched branches: jobs that they start, environments that follow them.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { Environment } from "../../core/records.ts";
import type { Db } from "../../db/db.ts";
import { findOccurrence, lockBranch, recordOccurrences, saveBranch, settleOccurrence } from "../../db/jobs.ts";
import { loadRelease } from "../../db/releases.ts";
import { enqueueRun } from "../../db/run-queue.ts";
import type { Session } from "../../flow/session/session.ts";
import { branchRemote, branchTips, fetchBranch } from "../../git/branches.ts";
import type { Repository } from "../../git/repository.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { BRANCH_BACK_OFF_MAX_MS, BRANCH_POLL_MS, LOCAL_BRANCH_POLL_MS, REMOTE_LOOK_MS } from "../limits.ts";
import { type DueJob, decideJobs, deciderOf } from "./decide-due.ts";
import { type JobPlan, type SchedulePlan, schedulePlan } from "./schedule-plan.ts";

export interface BranchReport {
  /** Runs asked for. */
  queued: number;
  /** Commits that were not at the tip of their branch before. */
  seen: { branch: string; commit: string }[];
  /** What kept the branches from being looked at; null: they were, or it is not time yet. */
  failed: AppError | null;
}

interface Patience {
  config: Session["place"]["config"];
  nextAt: Date;
  failures: number;
  remote: { name: string | null; at: Date } | null;
  /** Commits by branch that have nothing left to decide: nobody asks the state again. */
  settled: Map<string, string>;
  /** Branches that were not there, and that was told. */
  gone: Set<string>;
}

const patience = new WeakMap<Session["place"], Patience>();

/**
 * Looks at all branches that jobs or environments name, when it is time: a repository of its own every few seconds, a remote one every
 * half minute, less often while it does not answer. Call it often.
 */
export async function pollBranches(session: Session): Promise<BranchReport> {
  const report: BranchReport = { queued: 0, seen: [], failed: null };
  const { clock } = session.ctx;
  const now = clock.now();
  const waits = patienceOf(session);
  const plan = await schedulePlan(session);
  const watched = watchedBranches(plan);
  if (watched.length === 0 || now < waits.nextAt) return report;
  try {
    const everyMs = await look(session, { plan, watched, waits, report });
    Object.assign(waits, { nextAt: new Date(now.getTime() + everyMs), failures: 0 });
  } catch (error) {
    // What git cannot do now is for later; a state that is away is the caller's to wait for.
    if (!(error instanceof AppError) || !["upstream", "timeout", "unauthorized"].includes(error.code)) throw error;
    const waitMs = Math.min(BRANCH_BACK_OFF_MAX_MS, BRANCH_POLL_MS * 2 ** waits.failures);
    Object.assign(waits, { nextAt: new Date(now.getTime() + waitMs), failures: waits.failures + 1 });
    report.failed = error;
  }
  return report;
}

/** Begins anew with every change of slipway.yml. */
function patienceOf({ place, ctx }: Session): Patience {
  const known = patience.get(place);
  if (known?.config === place.config) return known;
  const fresh: Patience = {
    ...{ config: place.config, nextAt: ctx.clock.now(), failures: 0 },
    ...{ remote: null, settled: new Map<string, string>(), gone: new Set<string>() },
  };
  patience.set(place, fresh);
  return fresh;
}

function watchedBranches({ config, jobs }: SchedulePlan): string[] {
  const environments = config.environments.map(({ branch }) => branch).filter((branch) => branch !== null);
  return [...new Set([...environments, ...jobs.flatMap(({ branches }) => branches)])];
}

interface Look {
  plan: SchedulePlan;
  watched: string[];
  waits: Patience;
  report: BranchReport;
}

/** How long to wait until the next look. */
async function look(session: Session, { plan, watched, waits, report }: Look): Promise<number> {
  const repository = await session.repository();
  const remote = await remoteOf(waits, repository, session.ctx.clock.now());
  const { clock } = session.ctx;
  const lookedAt = clock.now();
  const tips = await branchTips(repository, remote, watched);
  for (const branch of watched) {
    const tip = tips.get(branch);
    if (tip === undefined || waits.settled.get(branch) === tip) continue;
    const seen =
      remote === null
        ? { commit: tip, lookedAt }
        : { lookedAt: clock.now(), commit: await fetchBranch(repository, remote, branch) };
    const { commit } = seen;
    const { settled, isNew, queued } = await decideCommit(session, { plan, branch, ...seen });
    report.queued += queued;
    if (isNew) report.seen.push({ branch, commit });
    if (settled) waits.settled.set(branch, commit);
  }
  report.failed = goneBranch(waits, { watched, tips, remote });
  return remote === null ? LOCAL_BRANCH_POLL_MS : BRANCH_POLL_MS;
}

/** One that is not there, told once until it is back: looks come every few seconds. */
function goneBranch(
  { gone }: Patience,
  { watched, tips, remote }: { watched: string[]; tips: ReadonlyMap<string, string>; remote: string | null },
): AppError | null {
  for (const branch of tips.keys()) gone.delete(branch);
  const branch = watched.find((one) => !tips.has(one) && !gone.has(one));
  if (branch === undefined) return null;
  gone.add(branch);
  return new AppError("not_found", say("git.no_such_branch", { branch, remote }));
}

/** Asked again now and then: each question is a process, and a server looks all day. */
async function remoteOf(waits: Patience, repository: Repository, now: Date): Promise<string | null> {
  const { remote: known } = waits;
  if (known !== null && now.getTime() - known.at.getTime() < REMOTE_LOOK_MS) return known.name;
  const name = await branchRemote(repository);
  waits.remote = { name, at: now };
  return name;
}

interface Tip {
  plan: SchedulePlan;
  branch: string;
  commit: string;
  /** When the branch was asked for it. */
  lookedAt: Date;
}

/** `settled`: nothing about this commit is left to decide. Jobs start for commits that appear, environments also for the first one seen. */
async function decideCommit(session: Session, { plan, branch, commit, lookedAt }: Tip) {
  const db = await session.db();
  const decider = await deciderOf(session, plan);
  const { projectId, actor } = decider;
  const followers = plan.config.environments.filter((environment) => environment.branch === branch);
  const records = new Map<EnvironmentConfig, Environment>();
  for (const follower of followers) records.set(follower, await session.record(follower));
  const now = session.ctx.clock.now();
  return db.transaction(async (trx) => {
    const before = await lockBranch(trx, projectId, branch);
    const isNew = before?.commit !== commit;
    // Another server has looked since, and saw another commit: this one may be the older.
    if (before !== null && isNew && before.seenAt >= lookedAt) return { queued: 0, isNew: false, settled: false };
    const seenAt = isNew ? now : before.seenAt;
    if (isNew) await saveBranch(trx, projectId, branch, { commit, seenAt });
    const due = before !== null && isNew ? dueByCommit(plan.jobs, { branch, commit, seenAt }) : [];
    let { queued } = due.length > 0 ? await decideJobs(trx, decider, { due, now }) : { queued: 0 };
    let settled = true;
    for (const [{ name }, record] of records) {
      const outcome = await decideDeployment(trx, { projectId, name, record, branch, commit, seenAt, actor });
      if (outcome === "queued") queued++;
      if (outcome === "paused") settled = false;
    }
    return { queued, isNew, settled };
  });
}

const triggerName = (branch: string, commit: string): string => `branch:${branch}:${commit}`;

function dueByCommit(
  jobs: readonly JobPlan[],
  { branch, commit, seenAt }: { branch: string; commit: string; seenAt: Date },
): DueJob[] {
  const started = jobs.filter(({ branches }) => branches.includes(branch));
  return started.map((job) => ({
    job,
    times: [{ trigger: triggerName(branch, commit), dueAt: seenAt, excluded: job.exclusion(seenAt)?.why ?? null }],
    triggerOf: () => ({ kind: "branch", branch, commit }),
  }));
}

interface Deployment {
  projectId: number;
  name: string;
  record: Environment;
  branch: string;
  commit: string;
  seenAt: Date;
  actor: string;
}

/** Each environment gets each commit once. While it is paused the commit waits; a newer one takes its place. */
async function decideDeployment(trx: Db, wish: Deployment): Promise<"queued" | "paused" | "settled"> {
  const { projectId, name, record, branch, commit, seenAt, actor } = wish;
  const key = { projectId, job: `deploy ${name}`, trigger: triggerName(branch, commit), dueAt: seenAt };
  const before = await findOccurrence(trx, key);
  if (before !== null && before.state !== "paused") return "settled";
  const paused = say("schedule.environment_paused", { environment: name });
  if (before === null) await recordOccurrences(trx, [{ ...key, state: "paused", note: paused, runId: null }]);
  if (record.paused) return "paused";
  if (await serves(trx, record, commit)) {
    const note = say("schedule.already_live", { environment: name });
    await settleOccurrence(trx, key, { state: "merged", note, runId: null });
    return "settled";
  }
  const { outcome, run } = await enqueueRun(trx, {
    ...{ projectId, environmentId: record.id, kind: "deploy", job: null, request: null, reason: null, actor },
    ...{ trigger: { kind: "branch", branch, commit }, retryOf: null, overlap: "merge" },
  });
  const note = outcome === "merged" ? say("schedule.overlaps", { run: run.id, merged: true }) : null;
  await settleOccurrence(trx, key, { state: outcome, note, runId: run.id });
  return outcome === "queued" ? "queued" : "settled";
}

async function serves(trx: Db, { liveReleaseId }: Environment, commit: string): Promise<boolean> {
  return liveReleaseId !== null && (await loadRelease(trx, liveReleaseId)).commit === commit;
}
