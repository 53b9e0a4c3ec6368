// The outbox of messages: written with what they tell of, sent later, by whichever server comes first.
import { sql } from "kysely";
import type { Notice } from "../core/notices/alert.ts";
import type { AuditRow } from "../core/records.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { json, jsonOrNull } from "./json.ts";

export type NewNotice = Pick<Notice, "projectId" | "alertId" | "occasion" | "kind" | "channel" | "recipient" | "body">;

/** Writes messages to be sent. One that is there already stays as it is. */
export async function enqueueNotices(trx: Db, fresh: NewNotice[]): Promise<void> {
  if (fresh.length === 0) return;
  const at = trx.clock.now();
  await trx.kysely
    .insertInto("notices")
    .values(
      fresh.map((one) => ({
        ...one,
        body: json(one.body),
        state: "waiting" as const,
        nextAttemptAt: at,
        createdAt: at,
        lastError: null,
        sentAt: null,
      })),
    )
    .onConflict((conflict) => conflict.columns(["alertId", "occasion", "channel", "recipient"]).doNothing())
    .execute();
}

/**
 * Takes messages to these channels that are due, oldest first, for `holdMs`: whoever takes them and dies leaves them to the next one after
 * that time. Of one recipient only the oldest is taken, so that "resolved" never overtakes what it resolves.
 */
export async function claimNotices(
  db: Db,
  projectId: number,
  { channels, limit, holdMs }: { channels: readonly string[]; limit: number; holdMs: number },
): Promise<Notice[]> {
  const now = db.clock.now();
  return db.transaction(async (trx) => {
    const due = await trx.kysely
      .selectFrom("notices as n")
      .select("n.id")
      .where("n.projectId", "=", projectId)
      .where("n.state", "=", "waiting")
      .where("n.nextAttemptAt", "<=", now)
      .where("n.channel", "in", channels)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("notices as earlier")
              .select("earlier.id")
              .whereRef("earlier.alertId", "=", "n.alertId")
              .whereRef("earlier.channel", "=", "n.channel")
              .whereRef("earlier.recipient", "=", "n.recipient")
              .whereRef("earlier.id", "<", "n.id")
              .where("earlier.state", "=", "waiting"),
          ),
        ),
      )
      .orderBy("n.id")
      .limit(limit)
      .forUpdate("n")
      .skipLocked()
      .execute();
    if (due.length === 0) return [];
    return trx.kysely
      .updateTable("notices")
      .set({ attempts: sql`attempts + 1`, nextAttemptAt: new Date(now.getTime() + holdMs) })
      .where(
        "id",
        "in",
        due.map(({ id }) => id),
      )
      .returningAll()
      .execute();
  });
}

/** Channels for which something is due. Looked at every few seconds, true rarely: no transaction for it. */
export async function dueChannels(db: Db, projectId: number): Promise<string[]> {
  const rows = await db.kysely
    .selectFrom("notices")
    .select("channel")
    .distinct()
    .where("projectId", "=", projectId)
    .where("state", "=", "waiting")
    .where("nextAttemptAt", "<=", db.clock.now())
    .orderBy("channel")
    .execute();
  return rows.map(({ channel }) => channel);
}

/** What became of an attempt. False: it took so long that somebody else has taken the message, whose word counts. */
export async function settleNotice(
  db: Db,
  { id, attempts }: Pick<Notice, "id" | "attempts">,
  end: Pick<Notice, "state" | "lastError"> & { nextAttemptAt?: Date },
  audit: AuditRow | null,
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const done = await trx.kysely
      .updateTable("notices")
      .set({
        state: end.state,
        lastError: jsonOrNull(end.lastError),
        ...(end.nextAttemptAt ? { nextAttemptAt: end.nextAttemptAt } : {}),
        ...(end.state === "sent" ? { sentAt: trx.clock.now() } : {}),
      })
      .where("id", "=", id)
      .where("attempts", "=", attempts)
      .where("state", "=", "waiting")
      .executeTakeFirst();
    const counts = done.numUpdatedRows > 0n;
    if (counts && audit) await recordAudit(trx, audit);
    return counts;
  });
}

/** The matter is over before anybody was told: what was never tried is not sent any more. */
export async function dropUntold(trx: Db, alertId: number): Promise<void> {
  await trx.kysely
    .updateTable("notices")
    .set({ state: "dropped" })
    .where("alertId", "=", alertId)
    .where("state", "=", "waiting")
    .where("attempts", "=", 0)
    .execute();
}

/** Everybody who was told of an alert, each once, in the order they were told. */
export async function toldOf(db: Db, alertId: number): Promise<{ channel: string; recipient: string }[]> {
  return db.kysely
    .selectFrom("notices")
    .select(["channel", "recipient"])
    .where("alertId", "=", alertId)
    .where("state", "!=", "dropped")
    .groupBy(["channel", "recipient"])
    .orderBy((e) => e.fn.min("id"))
    .execute();
}

/** Messages of these alerts, oldest first. */
export async function noticesOf(db: Db, alertIds: number[]): Promise<Notice[]> {
  if (alertIds.length === 0) return [];
  return db.kysely.selectFrom("notices").selectAll().where("alertId", "in", alertIds).orderBy("id").execute();
}

/** Forgets alerts that were over before this time, with their messages, and silences that had ended. Returns how many rows went. */
export async function pruneAlerts(db: Db, projectId: number, before: Date): Promise<number> {
  return db.transaction(async (trx) => {
    const over = trx.kysely
      .selectFrom("alerts")
      .select("id")
      .where("projectId", "=", projectId)
      .where("resolvedAt", "<", before);
    const notices = trx.kysely.deleteFrom("notices").where("alertId", "in", over);
    const alerts = trx.kysely.deleteFrom("alerts").where("projectId", "=", projectId).where("resolvedAt", "<", before);
    const silences = trx.kysely.deleteFrom("silences").where("projectId", "=", projectId).where("until", "<", before);
    let removed = 0;
    for (const gone of [notices, alerts, silences]) removed += Number((await gone.executeTakeFirst()).numDeletedRows);
    return removed;
  });
}
