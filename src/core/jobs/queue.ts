// The queue of runs, decided: which waiting run may start, and which takes a newcomer in. Pure.
import { canonicalJson } from "../../lib/hash.ts";
import type { Run } from "../records.ts";
import type { JobRequest } from "./jobs.ts";

/** What happens to a request for a job that waits or runs already. */
export type Overlap = "queue" | "merge" | "refuse";

/** The lease of an environment under its project's name; held while anybody acts on it. */
export const environmentLeaseName = (project: string, environment: string): string =>
  `environment:${project}/${environment}`;

/** What the queue knows of a run. */
export type QueuedRun = Pick<Run, "id" | "kind" | "environmentId" | "job" | "trigger" | "request">;

/** Equal for runs that must not go at once: of one job, or of automatic deployments to one environment. */
export const workKey = ({ job, kind, environmentId }: Pick<QueuedRun, "job" | "kind" | "environmentId">): string =>
  job === null ? `nameless ${kind} ${environmentId}` : `job ${job}`;

export const isSameWork = (one: QueuedRun, other: QueuedRun): boolean => workKey(one) === workKey(other);

/**
 * The waiting run that does what the newcomer asks for as well: the same request, whatever its commit (the newer one wins). Other
 * values or steps are other work, which nobody may lose: null, the newcomer waits for itself.
 */
export function takesIn(waiting: QueuedRun[], newcomer: Omit<QueuedRun, "id">): QueuedRun | null {
  const wish = askedFor(newcomer.request);
  return waiting.find((run) => isSameWork(run, { ...newcomer, id: 0 }) && askedFor(run.request) === wish) ?? null;
}

/** The commit that a run was asked for, by hand or by its branch; null: what is live, or the branch's tip, when it starts. */
export const commitAsked = ({ request, trigger }: Pick<QueuedRun, "request" | "trigger">): string | null =>
  request?.commit ?? (trigger?.kind === "branch" ? trigger.commit : null);

const askedFor = (request: JobRequest | null): string => canonicalJson(request && { ...request, commit: null });

/** What starts by itself, a new commit in an environment that a person has rolled back, waits for that person. */
const isHeldBack = ({ trigger, environmentId }: Omit<QueuedRun, "id">, paused: ReadonlySet<number>): boolean =>
  trigger?.kind === "branch" && paused.has(environmentId);

/** Of the waiting runs those that start like the newcomer: a run that may go on neither joins one that is kept waiting nor lets itself be stopped by it. */
export const meetable = <T extends QueuedRun>(
  waiting: T[],
  newcomer: Omit<QueuedRun, "id">,
  paused: ReadonlySet<number>,
): T[] => waiting.filter((run) => isHeldBack(run, paused) === isHeldBack(newcomer, paused));

export interface Standing {
  running: QueuedRun[];
  /** Environments that somebody acts on without a run: a plan that waits for its answer, a hand's deployment that begins. */
  leased: ReadonlySet<number>;
  /** Rolled back by a person: no new commits by themselves until `slipway resume`. */
  paused: ReadonlySet<number>;
}

/** The first waiting run that may start now; null when all must wait. One run per environment, one of each job. */
export function nextToStart(waiting: QueuedRun[], { running, leased, paused }: Standing): QueuedRun | null {
  const mayStart = (run: QueuedRun): boolean =>
    !leased.has(run.environmentId) &&
    !isHeldBack(run, paused) &&
    !running.some((other) => other.environmentId === run.environmentId || isSameWork(other, run));
  return waiting.find(mayStart) ?? null;
}
