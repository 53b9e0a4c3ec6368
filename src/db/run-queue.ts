// The queue of runs: asked for (enqueue.ts), claimed by one worker, taken back or given up. A run is its own row, whoever carries it out.
import { environmentLeaseName, nextToStart, type Standing } from "../core/jobs/queue.ts";
import type { AuditRow, Run } from "../core/records.ts";
import type { Text } from "../lib/text.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { json } from "./json.ts";
import { runsIn, takeTurns } from "./queue-rows.ts";

export { type Enqueued, enqueueRun, enqueueRuns, type RunWish } from "./enqueue.ts";
export { takeTurns } from "./queue-rows.ts";

export interface Claim {
  projectId: number;
  /** Only this one; otherwise the oldest that may start. */
  runId?: number;
  actor: string;
  pid: number;
  host: string;
}

/**
 * Takes a waiting run: it is `running` and belongs to this process from now on, with one audit row. null: none may start (see
 * `nextToStart`). Several ask at once; each run is given once, and never two to one environment.
 */
export async function claimRun(db: Db, { projectId, runId, actor, pid, host }: Claim): Promise<Run | null> {
  if (!(await isWaiting(db, projectId))) return null;
  return db.transaction(async (trx) => {
    const project = await takeTurns(trx, projectId);
    const waiting = await runsIn(trx, projectId, "queued");
    const wanted = runId === undefined ? waiting : waiting.filter(({ id }) => id === runId);
    const next = nextToStart(wanted, await standing(trx, projectId, project));
    if (!next) return null;
    const details = { pid, host };
    await recordAudit(trx, { who: actor, what: "run.claimed", subject: `run ${next.id}`, why: null, details });
    return trx.kysely
      .updateTable("runs")
      .set({ state: "running", startedAt: trx.clock.now(), pid, host })
      .where("id", "=", next.id)
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/** Looked at every second by every worker: no lock for an empty queue. */
async function isWaiting(db: Db, projectId: number): Promise<boolean> {
  const row = await db.kysely
    .selectFrom("runs")
    .select("id")
    .where("projectId", "=", projectId)
    .where("state", "=", "queued")
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

async function standing(trx: Db, projectId: number, project: string): Promise<Standing> {
  const environments = await trx.kysely
    .selectFrom("environments")
    .select(["id", "name", "paused"])
    .where("projectId", "=", projectId)
    .execute();
  const leases = await trx.kysely
    .selectFrom("leases")
    .select("name")
    .where("held", "=", true)
    .where("expiresAt", ">", trx.clock.now())
    .execute();
  const held = new Set(leases.map(({ name }) => name));
  const idsOf = (rows: typeof environments) => new Set(rows.map(({ id }) => id));
  return {
    running: await runsIn(trx, projectId, "running"),
    leased: idsOf(environments.filter(({ name }) => held.has(environmentLeaseName(project, name)))),
    paused: idsOf(environments.filter(({ paused }) => paused)),
  };
}

/** A waiting run is not wanted any more, with one audit row. false: it waits no longer. */
export async function cancelQueued(db: Db, runId: number, outcome: Text, audit: AuditRow): Promise<boolean> {
  return db.transaction(async (trx) => {
    const ended = await trx.kysely
      .updateTable("runs")
      .set({ state: "cancelled", outcome: json(outcome), finishedAt: trx.clock.now() })
      .where("id", "=", runId)
      .where("state", "=", "queued")
      .executeTakeFirst();
    if (ended.numUpdatedRows === 0n) return false;
    await recordAudit(trx, audit);
    return true;
  });
}

/**
 * Gives a claimed run back: it waits again under its number and begins from the start (what it built is reused). Only a run that was
 * claimed from the queue and has not ended. false: nothing to give back.
 */
export async function requeueRun(db: Db, runId: number, audit: AuditRow): Promise<boolean> {
  return db.transaction(async (trx) => {
    const given = await trx.kysely
      .updateTable("runs")
      .set({ state: "queued", phase: "plan", planId: null, releaseId: null, promotion: null, pid: 0, host: "" })
      .where("id", "=", runId)
      .where("state", "=", "running")
      .where("queuedAt", "is not", null)
      .executeTakeFirst();
    if (given.numUpdatedRows === 0n) return false;
    await trx.kysely.deleteFrom("jobSteps").where("runId", "=", runId).execute();
    await recordAudit(trx, audit);
    return true;
  });
}

/** Runs under way, claimed from the queue or typed by hand. Oldest first. */
export async function listRunning(db: Db, projectId: number): Promise<Run[]> {
  return db.kysely
    .selectFrom("runs")
    .selectAll()
    .where("projectId", "=", projectId)
    .where("state", "=", "running")
    .where("finishedAt", "is", null)
    .orderBy("id")
    .execute();
}

/** How many wait and how many run, of any kind. */
export async function countRuns(db: Db, projectId: number): Promise<{ queued: number; running: number }> {
  const rows = await db.kysely
    .selectFrom("runs")
    .select((e) => ["state", e.fn.countAll<number>().as("count")])
    .where("projectId", "=", projectId)
    .where("state", "in", ["queued", "running"])
    .where("finishedAt", "is", null)
    .groupBy("state")
    .execute();
  const of = (state: string) => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { queued: of("queued"), running: of("running") };
}

export interface RunAgainWish {
  projectId: number;
  since: Date;
  /** Lines of a run's journal: it is wanted again, it was seen to. */
  marks: { wanted: string; done: string };
}

/** Runs from the queue that were interrupted since, are marked as wanted again and have not been seen to; none that repeats another. */
export async function listToRunAgain(db: Db, { projectId, since, marks }: RunAgainWish): Promise<Run[]> {
  const rows = await db.kysely
    .selectFrom("runs")
    .selectAll("runs")
    .where("projectId", "=", projectId)
    .where("state", "=", "interrupted")
    .where("finishedAt", ">=", since)
    .where("queuedAt", "is not", null)
    .where("retryOf", "is", null)
    .orderBy("id")
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const steps = await db.kysely
    .selectFrom("runSteps")
    .select(["runId", "name"])
    .where("runId", "in", ids)
    .where("name", "in", [marks.wanted, marks.done])
    .execute();
  const marked = (run: Run, name: string) => steps.some((step) => step.runId === run.id && step.name === name);
  return rows.filter((run) => marked(run, marks.wanted) && !marked(run, marks.done));
}
