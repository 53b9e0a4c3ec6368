// Declared jobs as the state knows them (paused, looked at until when), what became of each occurrence, and branches that are watched.
import { sql } from "kysely";
import type { JobRecord, Occurrence, OccurrenceState } from "../core/jobs/jobs.ts";
import type { AuditRow, Run, RunState } from "../core/records.ts";
import type { Text } from "../lib/text.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { jsonOrNull } from "./json.ts";
import { anyText, inPieces } from "./lists.ts";

/** Rows of one insert: eight values each, far below the 65,535 of PostgreSQL. */
const ROWS_MAX = 1_000;

/**
 * The records of these jobs. One that is new, or comes back, has been looked at until now: it has missed nothing. So has one that was
 * looked at by a clock that was ahead.
 */
export async function ensureJobs(db: Db, projectId: number, names: readonly string[]): Promise<JobRecord[]> {
  const now = db.clock.now();
  const ahead = new Date(now.getTime() + CLOCK_AHEAD_MS);
  const known = new Map((await listJobs(db, projectId)).map((record) => [record.name, record]));
  const isWatched = ({ consideredUntil }: JobRecord) => consideredUntil !== null && consideredUntil <= ahead;
  const fresh = names.filter((name) => !known.has(name) || !isWatched(known.get(name)!));
  for (const piece of inPieces(fresh, ROWS_MAX))
    await db.kysely
      .insertInto("jobs")
      .values(piece.map((name) => ({ projectId, name, consideredUntil: now })))
      .onConflict((conflict) =>
        conflict
          .columns(["projectId", "name"])
          .doUpdateSet({ consideredUntil: now })
          .where((e) => e.or([e("jobs.consideredUntil", "is", null), e("jobs.consideredUntil", ">", ahead)])),
      )
      .execute();
  const wanted = new Set(names);
  const all = fresh.length === 0 ? [...known.values()] : await listJobs(db, projectId);
  return all.filter(({ name }) => wanted.has(name));
}

/** Times and looks that lie further ahead come from a clock that was wrong by a time zone or a year; clocks of servers differ by less. */
const CLOCK_AHEAD_MS = 900_000;

/** Jobs that slipway.yml declares no more are not looked at: when one comes back, its absence was not missed. Pauses stay. */
export async function forgetLooks(db: Db, projectId: number, declared: readonly string[]): Promise<void> {
  await db.kysely
    .updateTable("jobs")
    .set({ consideredUntil: null })
    .where("projectId", "=", projectId)
    .where("consideredUntil", "is not", null)
    .where((e) => e.not(e("name", "=", anyText(declared))))
    .execute();
}

/** By name; also jobs that slipway.yml does not declare any more. */
export async function listJobs(db: Db, projectId: number): Promise<JobRecord[]> {
  return db.kysely.selectFrom("jobs").selectAll().where("projectId", "=", projectId).orderBy("name").execute();
}

/** Those that are paused, of all that were ever declared. */
export async function listPaused(db: Db, projectId: number): Promise<JobRecord[]> {
  return db.kysely
    .selectFrom("jobs")
    .selectAll()
    .where("projectId", "=", projectId)
    .where("paused", "=", true)
    .execute();
}

export interface Pause {
  projectId: number;
  name: string;
  /** Null: it goes on. */
  paused: { by: string; reason: string | null } | null;
}

/** Pauses a job or lets it go on, with one audit row. false: it was so already. */
export async function setJobPaused(db: Db, { projectId, name, paused }: Pause, audit: AuditRow): Promise<boolean> {
  return db.transaction(async (trx) => {
    // No server may have looked at it yet.
    await trx.kysely
      .insertInto("jobs")
      .values({ projectId, name, consideredUntil: null })
      .onConflict((conflict) => conflict.columns(["projectId", "name"]).doNothing())
      .execute();
    const { numUpdatedRows } = await trx.kysely
      .updateTable("jobs")
      .set({ paused: paused !== null, pausedBy: paused?.by ?? null, pausedReason: paused?.reason ?? null })
      .where("projectId", "=", projectId)
      .where("name", "=", name)
      .where("paused", "=", paused === null)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) await recordAudit(trx, audit);
    return numUpdatedRows > 0n;
  });
}

/** Every occurrence of these jobs up to a time has been decided. Never goes back. */
export async function markConsidered(db: Db, projectId: number, names: readonly string[], until: Date): Promise<void> {
  await db.kysely
    .updateTable("jobs")
    .set({ consideredUntil: until })
    .where("projectId", "=", projectId)
    .where("name", "=", anyText(names))
    .where((e) => e.or([e("consideredUntil", "is", null), e("consideredUntil", "<", until)]))
    .execute();
}

type OccurrenceKey = Pick<Occurrence, "projectId" | "job" | "trigger" | "dueAt">;
export type NewOccurrence = Omit<Occurrence, "decidedAt">;

/** Records what nobody has recorded yet, and returns which these were: whoever records an occurrence starts its run. */
export async function recordOccurrences(db: Db, occurrences: readonly NewOccurrence[]): Promise<OccurrenceKey[]> {
  const recorded: OccurrenceKey[] = [];
  for (const piece of inPieces(occurrences, ROWS_MAX))
    recorded.push(
      ...(await db.kysely
        .insertInto("occurrences")
        .values(piece.map((one) => ({ ...one, note: jsonOrNull(one.note), decidedAt: db.clock.now() })))
        .onConflict((conflict) => conflict.columns(["projectId", "job", "trigger", "dueAt"]).doNothing())
        .returning(["projectId", "job", "trigger", "dueAt"])
        .execute()),
    );
  return recorded;
}

/** What the queue made of it. */
export async function settleOccurrence(
  db: Db,
  { projectId, job, trigger, dueAt }: OccurrenceKey,
  what: { state: OccurrenceState; note: Text | null; runId: number | null },
): Promise<void> {
  await db.kysely
    .updateTable("occurrences")
    .set({ ...what, note: jsonOrNull(what.note), decidedAt: db.clock.now() })
    .where("projectId", "=", projectId)
    .where("job", "=", job)
    .where("trigger", "=", trigger)
    .where("dueAt", "=", dueAt)
    .execute();
}

/** Of these jobs, those due in a span of time that are on record. */
export async function knownOccurrences(
  db: Db,
  { projectId, jobs, from, to }: { projectId: number; jobs: readonly string[]; from: Date; to: Date },
): Promise<OccurrenceKey[]> {
  return db.kysely
    .selectFrom("occurrences")
    .select(["projectId", "job", "trigger", "dueAt"])
    .where("projectId", "=", projectId)
    .where("job", "=", anyText(jobs))
    .where("dueAt", ">=", from)
    .where("dueAt", "<=", to)
    .execute();
}

export async function findOccurrence(
  db: Db,
  { projectId, job, trigger, dueAt }: OccurrenceKey,
): Promise<Occurrence | null> {
  const row = await db.kysely
    .selectFrom("occurrences")
    .selectAll()
    .where("projectId", "=", projectId)
    .where("job", "=", job)
    .where("trigger", "=", trigger)
    .where("dueAt", "=", dueAt)
    .executeTakeFirst();
  return row ?? null;
}

/** Of one job or of all; newest first. */
export async function listOccurrences(
  db: Db,
  { projectId, job, limit }: { projectId: number; job?: string; limit: number },
): Promise<Occurrence[]> {
  return db.kysely
    .selectFrom("occurrences")
    .selectAll()
    .where("projectId", "=", projectId)
    .$if(job !== undefined, (query) => query.where("job", "=", job ?? ""))
    .orderBy("dueAt", "desc")
    .orderBy("trigger")
    .limit(limit)
    .execute();
}

/** Those due before a time go, with one audit row when there were any. */
export async function forgetOccurrences(
  db: Db,
  { projectId, before }: { projectId: number; before: Date },
  audit: AuditRow,
): Promise<void> {
  await db.transaction(async (trx) => {
    const { numDeletedRows } = await trx.kysely
      .deleteFrom("occurrences")
      .where("projectId", "=", projectId)
      .where("dueAt", "<", before)
      .executeTakeFirst();
    const details = { ...audit.details, count: Number(numDeletedRows) };
    if (numDeletedRows > 0n) await recordAudit(trx, { ...audit, details });
  });
}

/** Times of schedules that a clock far ahead had decided before they came: they come again, with one audit row when there were any. */
export async function forgetFuture(db: Db, projectId: number, audit: AuditRow): Promise<void> {
  const now = db.clock.now();
  await db.transaction(async (trx) => {
    const { numDeletedRows } = await trx.kysely
      .deleteFrom("occurrences")
      .where("projectId", "=", projectId)
      .where("dueAt", ">", now)
      .where("decidedAt", ">", new Date(now.getTime() + CLOCK_AHEAD_MS))
      // An end of a run and a commit that were seen come no second time.
      .where("trigger", "not like", "%:%")
      .executeTakeFirst();
    const details = { ...audit.details, count: Number(numDeletedRows) };
    if (numDeletedRows > 0n) await recordAudit(trx, { ...audit, details });
  });
}

export type FinishedRun = Pick<Run, "id"> & { job: string; state: RunState; finishedAt: Date };

/** Runs of these jobs that ended at a time or later, in the order they ended. */
export async function finishedRuns(
  db: Db,
  { projectId, jobs, since }: { projectId: number; jobs: readonly string[]; since: Date },
): Promise<FinishedRun[]> {
  const rows = await db.kysely
    .selectFrom("runs")
    .select(["id", "job", "state", "finishedAt"])
    .where("projectId", "=", projectId)
    .where("job", "=", anyText(jobs))
    .where("finishedAt", ">=", since)
    .orderBy("finishedAt")
    .orderBy("id")
    .execute();
  return rows as FinishedRun[];
}

/** The newest run of each job. */
export async function lastRuns(db: Db, projectId: number): Promise<Map<string, Run>> {
  const rows = await db.kysely
    .selectFrom("runs")
    .distinctOn("job")
    .selectAll()
    .where("projectId", "=", projectId)
    .where("job", "is not", null)
    .orderBy("job")
    .orderBy("id", "desc")
    .execute();
  return new Map(rows.map((run) => [run.job as string, run]));
}

export interface Branch {
  commit: string;
  /** When this commit was first seen at its tip. */
  seenAt: Date;
}

/** What was last seen of a branch, locked until the transaction ends; null: it was never looked at. */
export async function lockBranch(trx: Db, projectId: number, branch: string): Promise<Branch | null> {
  const key = sql`hashtextextended(${`slipway branch ${projectId} ${branch}`}, 0)`;
  await sql`select pg_advisory_xact_lock(${key})`.execute(trx.kysely);
  const row = await trx.kysely
    .selectFrom("branches")
    .select(["commit", "seenAt"])
    .where("projectId", "=", projectId)
    .where("branch", "=", branch)
    .executeTakeFirst();
  return row ?? null;
}

export async function saveBranch(trx: Db, projectId: number, branch: string, seen: Branch): Promise<void> {
  await trx.kysely
    .insertInto("branches")
    .values({ projectId, branch, ...seen })
    .onConflict((conflict) => conflict.columns(["projectId", "branch"]).doUpdateSet(seen))
    .execute();
}
