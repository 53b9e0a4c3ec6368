// How releases and environments end: versions collected, an environment ejected. One audit row each.
import type { AuditRow } from "../core/records.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";

/** A version the release needs is about to be dropped: no way back to it in that environment from now on. */
export async function markCollected(db: Db, releaseId: number, environmentId: number, audit: AuditRow): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.kysely
      .updateTable("standings")
      .set({ collected: true })
      .where("releaseId", "=", releaseId)
      .where("environmentId", "=", environmentId)
      .execute();
    await recordAudit(trx, audit);
  });
}

/** The environment is plain dbt again: nothing is live, every release of it is out of reach; its history stays. */
export async function recordEjected(db: Db, environmentId: number, audit: AuditRow): Promise<void> {
  await db.transaction(async (trx) => {
    const now = trx.clock.now();
    await trx.kysely
      .updateTable("standings")
      .set({ state: "retired", liveUntil: now })
      .where("environmentId", "=", environmentId)
      .where("state", "=", "live")
      .execute();
    await trx.kysely
      .updateTable("standings")
      .set({ collected: true })
      .where("environmentId", "=", environmentId)
      .execute();
    await trx.kysely
      .updateTable("environments")
      .set({ liveReleaseId: null, liveId: null, paused: false })
      .where("id", "=", environmentId)
      .execute();
    await recordAudit(trx, audit);
  });
}

/** What an environment turned out to serve (null: nothing), when its warehouse was restored, made anew or moved. */
export async function recordServed(
  db: Db,
  { environmentId, releaseId }: { environmentId: number; releaseId: number | null },
  audit: AuditRow,
): Promise<void> {
  await db.transaction(async (trx) => {
    const now = trx.clock.now();
    const standings = trx.kysely.updateTable("standings").where("environmentId", "=", environmentId);
    await standings.set({ state: "retired", liveUntil: now }).where("state", "=", "live").execute();
    if (releaseId !== null)
      await standings
        .set({ state: "live", liveSince: now, liveUntil: null })
        .where("releaseId", "=", releaseId)
        .execute();
    await trx.kysely
      .updateTable("environments")
      .set({ liveReleaseId: releaseId })
      .where("id", "=", environmentId)
      .execute();
    await recordAudit(trx, audit);
  });
}
