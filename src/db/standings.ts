// What became of a release in an environment: its state there, the evidence, and the switch that made it live.
import type { AuditRow, ReleaseStanding, Revision, RunKind } from "../core/records.ts";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { jsonOrNull } from "./json.ts";
import { missing } from "./missing.ts";

export const standingColumns = [
  "releaseId",
  "environmentId",
  "state",
  "verdict",
  "evidence",
  "override",
  "liveSince",
  "liveUntil",
  "rollback",
  "collected",
  "own",
] as const;

/** Stores the whole standing, new or changed, with one audit row. `live` is reached through `makeLive` only. */
export async function saveStanding(db: Db, standing: ReleaseStanding, audit: AuditRow): Promise<void> {
  const { releaseId, environmentId, ...rest } = standing;
  const values = {
    ...rest,
    evidence: jsonOrNull(rest.evidence),
    rollback: jsonOrNull(rest.rollback),
    own: jsonOrNull(rest.own),
  };
  await db.transaction(async (trx) => {
    await trx.kysely
      .insertInto("standings")
      .values({ releaseId, environmentId, ...values })
      .onConflict((conflict) => conflict.columns(["releaseId", "environmentId"]).doUpdateSet(values))
      .execute();
    await recordAudit(trx, audit);
  });
}

/** null when that release has never been meant for that environment. */
export async function loadStanding(db: Db, releaseId: number, environmentId: number): Promise<ReleaseStanding | null> {
  const row = await db.kysely
    .selectFrom("standings")
    .select(standingColumns)
    .where("releaseId", "=", releaseId)
    .where("environmentId", "=", environmentId)
    .executeTakeFirst();
  return row ?? null;
}

export interface Promoted {
  environmentId: number;
  releaseId: number;
  fromReleaseId: number | null;
  /** The environment's new revision: one more than it has. */
  revision: number;
  kind: RunKind;
  runId: number;
  actor: string;
  reason: string | null;
  switchMs: number;
  liveId: number;
  warehouse: string;
  /** null: stays as the environment has it. */
  storeSchema: string | null;
}

/**
 * Records a switch that has happened: the new release live, the one before retired, the environment pointing at it, one revision,
 * one audit row; all or nothing. Doing it again for the same revision or the same run changes nothing. AppError `conflict` when
 * the environment has moved on.
 */
export async function makeLive(db: Db, promoted: Promoted, audit: AuditRow): Promise<void> {
  const { environmentId, releaseId, revision } = promoted;
  await db.transaction(async (trx) => {
    const environment = await trx.kysely
      .selectFrom("environments")
      .select(["name", "revision", "liveReleaseId"])
      .where("id", "=", environmentId)
      .forUpdate()
      .executeTakeFirstOrThrow(missing("environment", environmentId));
    if (environment.revision === revision && environment.liveReleaseId === releaseId) return;
    if (await isRecorded(trx, promoted)) return;
    if (environment.revision !== revision - 1) throw movedOn(environment, revision - 1);
    await retireOthers(trx, environmentId, releaseId);
    await raise(trx, environmentId, releaseId);
    await point(trx, promoted);
    await recordRevision(trx, promoted);
    await recordAudit(trx, audit);
  });
}

/** A run that died between this record and its own end is resumed: it counts from the revision that it has made itself. */
async function isRecorded(trx: Db, { environmentId, runId }: Promoted): Promise<boolean> {
  const recorded = trx.kysely
    .selectFrom("revisions")
    .select("revision")
    .where("environmentId", "=", environmentId)
    .where("runId", "=", runId);
  return (await recorded.executeTakeFirst()) !== undefined;
}

function movedOn({ name, revision }: { name: string; revision: number }, expected: number): AppError {
  return new AppError("conflict", say("db.revision_conflict", { environment: name, expected, found: revision }));
}

async function retireOthers(trx: Db, environmentId: number, releaseId: number): Promise<void> {
  await trx.kysely
    .updateTable("standings")
    .set({ state: "retired", liveUntil: trx.clock.now() })
    .where("environmentId", "=", environmentId)
    .where("state", "=", "live")
    .where("releaseId", "!=", releaseId)
    .execute();
}

async function raise(trx: Db, environmentId: number, releaseId: number): Promise<void> {
  const live = { state: "live", liveSince: trx.clock.now(), liveUntil: null } as const;
  const none = { verdict: null, evidence: null, override: null, rollback: null, collected: false, own: null };
  await trx.kysely
    .insertInto("standings")
    .values({ releaseId, environmentId, ...none, ...live })
    .onConflict((conflict) => conflict.columns(["releaseId", "environmentId"]).doUpdateSet(live))
    .execute();
}

async function point(trx: Db, promoted: Promoted): Promise<void> {
  const { environmentId, releaseId, revision, liveId, warehouse, storeSchema } = promoted;
  await trx.kysely
    .updateTable("environments")
    .set({ liveReleaseId: releaseId, revision, liveId, warehouse, ...(storeSchema === null ? {} : { storeSchema }) })
    .where("id", "=", environmentId)
    .execute();
}

async function recordRevision(trx: Db, promoted: Promoted): Promise<void> {
  const { environmentId, revision, releaseId, fromReleaseId, kind, runId, actor, reason, switchMs } = promoted;
  await trx.kysely
    .insertInto("revisions")
    .values({
      environmentId,
      revision,
      releaseId,
      fromReleaseId,
      kind,
      runId,
      actor,
      reason,
      switchMs,
      at: trx.clock.now(),
    })
    .execute();
}

/** The switch that a run made (`own`), and the last one up to a time; null where there was none. */
export async function revisionsAround(
  db: Db,
  { environmentId, runId, until }: { environmentId: number; runId: number; until: Date },
): Promise<{ own: Revision | null; last: Revision | null }> {
  const all = () => db.kysely.selectFrom("revisions").selectAll().where("environmentId", "=", environmentId);
  const newest = all().orderBy("revision", "desc");
  const own = await newest.where("runId", "=", runId).limit(1).executeTakeFirst();
  const last = own ?? (await newest.where("at", "<=", until).limit(1).executeTakeFirst());
  return { own: own ?? null, last: last ?? null };
}

/** Newest first. */
export async function listRevisions(db: Db, environmentId: number, limit: number): Promise<Revision[]> {
  return db.kysely
    .selectFrom("revisions")
    .selectAll()
    .where("environmentId", "=", environmentId)
    .orderBy("revision", "desc")
    .limit(limit)
    .execute();
}
