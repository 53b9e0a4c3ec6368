// Alerts: what is open, what was told, what is due; and what has ended and is not judged yet.
import { type Insertable, sql } from "kysely";
import type { Alert } from "../core/notices/alert.ts";
import { alertName } from "../core/notices/alert.ts";
import type { AuditRow } from "../core/records.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { json } from "./json.ts";
import { missing } from "./missing.ts";
import type { Tables } from "./schema.ts";

/** Decisions about a project's alerts are made one at a time, whoever makes them: call it first in the transaction. */
export async function lockAlerts(trx: Db, projectId: number): Promise<void> {
  await trx.kysely
    .selectFrom("projects")
    .select("id")
    .where("id", "=", projectId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow(missing("project", projectId));
}

export async function openAlerts(db: Db, projectId: number): Promise<Alert[]> {
  return db.kysely
    .selectFrom("alerts")
    .selectAll()
    .where("projectId", "=", projectId)
    .where("resolvedAt", "is", null)
    .orderBy("id")
    .execute();
}

/** Newest first, resolved ones too. */
export async function listAlerts(db: Db, projectId: number, limit: number): Promise<Alert[]> {
  return db.kysely
    .selectFrom("alerts")
    .selectAll()
    .where("projectId", "=", projectId)
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
}

/** null when the project has none of that number. */
export async function findAlert(db: Db, projectId: number, id: number): Promise<Alert | null> {
  const row = await db.kysely
    .selectFrom("alerts")
    .selectAll()
    .where("projectId", "=", projectId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row ?? null;
}

export type NewAlert = Pick<
  Alert,
  "projectId" | "cause" | "kind" | "severity" | "environment" | "job" | "owners" | "tags" | "body"
>;

/** Opens an alert; the caller holds `lockAlerts` and knows that none is open for this cause. */
export async function insertAlert(trx: Db, fresh: NewAlert): Promise<Alert> {
  const runId = fresh.body.run?.id ?? null;
  const at = trx.clock.now();
  return trx.kysely
    .insertInto("alerts")
    .values({
      ...fresh,
      owners: json(fresh.owners),
      tags: json(fresh.tags),
      body: json(fresh.body),
      openedAt: at,
      lastSeenAt: at,
      seen: 1,
      firstRunId: runId,
      lastRunId: runId,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export type AlertPatch = Partial<Omit<Alert, "id" | "projectId" | "cause">>;

/** Changes what the patch holds, with an audit row when given. */
export async function updateAlert(trx: Db, id: number, patch: AlertPatch, audit: AuditRow | null): Promise<Alert> {
  const { owners, tags, body, ...plain } = patch;
  const values: Partial<Insertable<Tables["alerts"]>> = {
    ...plain,
    ...(owners ? { owners: json(owners) } : {}),
    ...(tags ? { tags: json(tags) } : {}),
    ...(body ? { body: json(body) } : {}),
  };
  const row = await trx.kysely
    .updateTable("alerts")
    .set(values)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow(missing("alert", alertName(id)));
  if (audit) await recordAudit(trx, audit);
  return row;
}

/** Open alerts about which something is to be told again, or to somebody else, at this time. */
export async function dueAlerts(db: Db, projectId: number): Promise<Alert[]> {
  const now = db.clock.now();
  return db.kysely
    .selectFrom("alerts")
    .selectAll()
    .where("projectId", "=", projectId)
    .where("resolvedAt", "is", null)
    .where((e) => e.or([e("repeatAt", "<=", now), e("escalateAt", "<=", now)]))
    .orderBy("id")
    .execute();
}

/** What a removed silence kept is looked at again at once. */
export async function wakeAlerts(trx: Db, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  const now = trx.clock.now();
  await trx.kysely
    .updateTable("alerts")
    .set({ repeatAt: now, escalateAt: sql`case when escalate_at is null then null else ${now}::timestamptz end` })
    .where("id", "in", ids)
    .where("resolvedAt", "is", null)
    .where("acknowledgedAt", "is", null)
    .execute();
}

export interface Unjudged {
  id: number;
  runId: number | null;
  job: string | null;
  dueAt: Date | null;
}

/** In the order in which they ended, behind the one of id `after`. */
export async function nextUnjudged(
  db: Db,
  projectId: number,
  { after, limit }: { after: number; limit: number },
): Promise<Unjudged[]> {
  return db.kysely
    .selectFrom("unjudged")
    .select(["id", "runId", "job", "dueAt"])
    .where("projectId", "=", projectId)
    .where("id", ">", after)
    .orderBy("id")
    .limit(limit)
    .execute();
}

/** False: another server has judged it meanwhile. In the transaction of the judgement. */
export async function takeUnjudged(trx: Db, id: number): Promise<boolean> {
  const gone = await trx.kysely.deleteFrom("unjudged").where("id", "=", id).executeTakeFirst();
  return gone.numDeletedRows > 0n;
}
