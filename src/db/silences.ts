// Silences: what nobody wants to hear of until when. They are kept after their end.
import type { Matchers, Silence } from "../core/notices/alert.ts";
import type { AuditRow } from "../core/records.ts";
import { wakeAlerts } from "./alerts.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { json } from "./json.ts";
import { missing } from "./missing.ts";

/** Those that hold now. */
export async function activeSilences(db: Db, projectId: number): Promise<Silence[]> {
  return db.kysely
    .selectFrom("silences")
    .selectAll()
    .where("projectId", "=", projectId)
    .where("endedAt", "is", null)
    .where("until", ">", db.clock.now())
    .orderBy("id")
    .execute();
}

export interface NewSilence {
  projectId: number;
  matchers: Matchers;
  reason: string | null;
  until: Date;
}

/** With one audit row, by `who`. */
export async function addSilence(db: Db, fresh: NewSilence, who: string): Promise<Silence> {
  return db.transaction(async (trx) => {
    const row = await trx.kysely
      .insertInto("silences")
      .values({
        ...fresh,
        matchers: json(fresh.matchers),
        createdBy: who,
        createdAt: trx.clock.now(),
        endedAt: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const { matchers, until, reason } = row;
    await recordAudit(trx, audit(row.id, { who, what: "silence.added", why: reason, details: { matchers, until } }));
    return row;
  });
}

/** Ends it now, with one audit row; open alerts that it kept quiet (`wake`) are looked at again. AppError `not_found`. */
export async function removeSilence(
  db: Db,
  { projectId, id, wake }: { projectId: number; id: number; wake: number[] },
  { who, why }: { who: string; why: string | null },
): Promise<Silence> {
  return db.transaction(async (trx) => {
    const row = await trx.kysely
      .updateTable("silences")
      .set({ endedAt: trx.clock.now() })
      .where("id", "=", id)
      .where("projectId", "=", projectId)
      .where("endedAt", "is", null)
      .where("until", ">", trx.clock.now())
      .returningAll()
      .executeTakeFirstOrThrow(missing("silence", id));
    await wakeAlerts(trx, wake);
    await recordAudit(trx, audit(id, { who, what: "silence.removed", why, details: { matchers: row.matchers } }));
    return row;
  });
}

const audit = (id: number, row: Omit<AuditRow, "subject">): AuditRow => ({ ...row, subject: `silence ${id}` });
