// Who did what, when and why. Rows are only ever added: a trigger refuses anything else.
import type { AuditRow } from "../core/records.ts";
import type { Db } from "./db.ts";
import { json } from "./json.ts";
import { inPieces } from "./lists.ts";

export interface AuditEntry extends AuditRow {
  id: number;
  at: Date;
}

/** Call it with the transaction of the change that it records. */
export const recordAudit = (trx: Db, row: AuditRow): Promise<void> => recordAudits(trx, [row]);

/** The same for several changes. */
export async function recordAudits(trx: Db, rows: readonly AuditRow[]): Promise<void> {
  const at = trx.clock.now();
  for (const piece of inPieces(rows, ROWS_MAX))
    await trx.kysely
      .insertInto("audit")
      .values(piece.map((row) => ({ ...row, details: json(row.details), at })))
      .execute();
}

/** Rows of one insert: six values each, far below the 65,535 of PostgreSQL. */
const ROWS_MAX = 1_000;

/** Newest first; all subjects, or one (`environment prod`). */
export async function listAudit(
  db: Db,
  { subject, limit }: { subject?: string; limit: number },
): Promise<AuditEntry[]> {
  return db.kysely
    .selectFrom("audit")
    .selectAll()
    .$if(subject !== undefined, (query) => query.where("subject", "=", subject ?? ""))
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
}
