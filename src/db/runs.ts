// Runs: what is being done, how far it came (recovery starts from there), and how it ended.

import type { JobRequest, Trigger } from "../core/jobs/jobs.ts";
import type { Promotion } from "../core/plan/publish.ts";
import type { AuditRow, Run, RunKind, RunPhase, RunState } from "../core/records.ts";
import type { Text } from "../lib/text.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { settleSteps } from "./job-steps.ts";
import { json, jsonOrNull } from "./json.ts";
import { missing } from "./missing.ts";

export interface NewRun {
  projectId: number;
  environmentId: number;
  kind: RunKind;
  actor: string;
  reason: string | null;
  pid: number;
  host: string;
  planId?: string | null;
  releaseId?: number | null;
  /** Default `plan`. */
  phase?: RunPhase;
  /** What a run of dbt commands was asked to do. */
  request?: JobRequest;
  trigger?: Trigger;
}

/** Starts a run in state `running`, with one audit row when given (what it does later has rows of its own). */
export async function startRun(db: Db, run: NewRun, audit?: AuditRow): Promise<Run> {
  return db.transaction(async (trx) => {
    const row = await trx.kysely
      .insertInto("runs")
      .values({
        ...run,
        planId: run.planId ?? null,
        releaseId: run.releaseId ?? null,
        phase: run.phase ?? "plan",
        state: "running",
        promotion: null,
        startedAt: trx.clock.now(),
        finishedAt: null,
        job: null,
        trigger: jsonOrNull(run.trigger),
        request: jsonOrNull(run.request),
        queuedAt: null,
        retryOf: null,
        outcome: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    if (audit) await recordAudit(trx, audit);
    return row;
  });
}

export interface RunPatch {
  planId?: string;
  releaseId?: number;
  promotion?: Promotion;
  /** A resumed run belongs to the process that resumes it. */
  pid?: number;
  host?: string;
}

/** The mark for recovery: written before the phase begins. A finished run's phase stays. */
export async function setRunPhase(db: Db, runId: number, phase: RunPhase, patch: RunPatch = {}): Promise<void> {
  const { promotion, ...rest } = patch;
  await db.kysely
    .updateTable("runs")
    .set({ phase, ...rest, ...(promotion ? { promotion: json(promotion) } : {}) })
    .where("id", "=", runId)
    .where("finishedAt", "is", null)
    .execute();
}

/** Ends a run and its steps, with one audit row. A run that has ended keeps its first end, and gets no second row. */
export async function finishRun(
  db: Db,
  runId: number,
  state: Exclude<RunState, "queued" | "running">,
  outcome: Text | null,
  audit: AuditRow,
): Promise<void> {
  await db.transaction(async (trx) => {
    const ended = await trx.kysely
      .updateTable("runs")
      .set({ state, outcome: jsonOrNull(outcome), finishedAt: trx.clock.now() })
      .$if(state === "succeeded", (query) => query.set({ phase: "done" }))
      .where("id", "=", runId)
      .where("finishedAt", "is", null)
      .executeTakeFirst();
    if (ended.numUpdatedRows === 0n) return;
    await settleSteps(trx, runId, state, outcome);
    await recordAudit(trx, audit);
  });
}

/** The run repeats another one; for runs that were not asked for through the queue. */
export async function setRetryOf(db: Db, runId: number, retryOf: number): Promise<void> {
  await db.kysely.updateTable("runs").set({ retryOf }).where("id", "=", runId).execute();
}

/** AppError `not_found`. */
export async function loadRun(db: Db, id: number): Promise<Run> {
  return db.kysely.selectFrom("runs").selectAll().where("id", "=", id).executeTakeFirstOrThrow(missing("run", id));
}

export interface RunListing {
  projectId: number;
  environmentId?: number;
  /** Name of a job. */
  job?: string;
  /** [] and absent: any. */
  states?: RunState[];
  /** Started at this time or later. */
  since?: Date;
  /** Not ended by this time. */
  liveSince?: Date;
  limit: number;
}

/** Newest first. */
export async function listRuns(db: Db, listing: RunListing): Promise<Run[]> {
  const { projectId, environmentId, job, states = [], since, liveSince, limit } = listing;
  return db.kysely
    .selectFrom("runs")
    .selectAll()
    .where("projectId", "=", projectId)
    .$if(environmentId !== undefined, (query) => query.where("environmentId", "=", environmentId ?? 0))
    .$if(job !== undefined, (query) => query.where("job", "=", job ?? ""))
    .$if(states.length > 0, (query) => query.where("state", "in", states))
    .$if(since !== undefined, (query) => query.where("startedAt", ">=", since ?? new Date(0)))
    .$if(liveSince !== undefined, (query) =>
      query.where((e) => e.or([e("finishedAt", "is", null), e("finishedAt", ">=", liveSince ?? new Date(0))])),
    )
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
}

/**
 * The begun and unfinished run of an environment (the newest, should there be several), or null. Whether its process lives is not known
 * here. A run that a worker claimed and has not begun to build is no matter of recovery: its worker may be waiting for the lease.
 */
export async function openRun(db: Db, environmentId: number): Promise<Run | null> {
  const row = await db.kysely
    .selectFrom("runs")
    .selectAll()
    .where("environmentId", "=", environmentId)
    .where("finishedAt", "is", null)
    .where("state", "!=", "queued")
    .where((e) => e.or([e("queuedAt", "is", null), e("phase", "!=", "plan")]))
    .orderBy("id", "desc")
    .executeTakeFirst();
  return row ?? null;
}

export interface RunStep {
  id: number;
  runId: number;
  name: string;
  detail: unknown;
  at: Date;
}

/** Adds a line to the journal of a run. */
export async function recordStep(db: Db, runId: number, name: string, detail: unknown = {}): Promise<void> {
  await db.kysely
    .insertInto("runSteps")
    .values({ runId, name, detail: json(detail), at: db.clock.now() })
    .execute();
}

/** In the order they were recorded. */
export async function listSteps(db: Db, runId: number): Promise<RunStep[]> {
  return db.kysely.selectFrom("runSteps").selectAll().where("runId", "=", runId).orderBy("id").execute();
}

export { loadTimings, recordNodeTimings } from "./timings.ts";
