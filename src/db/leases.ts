// Leases: who may act on an environment now. A row with an end and a fencing number, never a lock of the database.
import { sql } from "kysely";
import type { AuditRow, Lease } from "../core/records.ts";
import type { Clock } from "../lib/clock.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";

const leaseColumns = ["name", "holder", "fence", "pid", "host", "what", "acquiredAt", "expiresAt"] as const;

export interface LeaseRequest {
  /** What is leased, e.g. `environment 3`. */
  name: string;
  /** Who asks: unique per process, e.g. a random id. */
  holder: string;
  pid: number;
  host: string;
  /** For people: `deploy of prod`. */
  what: string;
  ttlMs: number;
  clock: Clock;
}

export type LeaseAnswer = { granted: true; lease: Lease } | { granted: false; heldBy: Lease };

const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

/**
 * Grants the lease when nobody holds it or its end has passed. Every grant has a higher fence than all before it under that name.
 * A holder who asks again while holding is refused too: a grant is taken once.
 */
export async function acquireLease(db: Db, request: LeaseRequest): Promise<LeaseAnswer> {
  const { name, ttlMs, clock, ...who } = request;
  const now = clock.now();
  const grant = { ...who, held: true, acquiredAt: now, expiresAt: later(now, ttlMs), cancelRequested: false };
  const granted = await db.kysely
    .insertInto("leases")
    .values({ name, fence: 1, ...grant })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({ ...grant, fence: sql<number>`leases.fence + 1` })
        .where((e) => e.or([e("leases.held", "=", false), e("leases.expiresAt", "<=", now)])),
    )
    .returning(leaseColumns)
    .executeTakeFirst();
  if (granted) return { granted: true, lease: granted };
  const heldBy = await loadLease(db, name);
  return heldBy ? { granted: false, heldBy } : acquireLease(db, request); // Released in this very moment.
}

/** Moves the end of a lease. false: it was lost (expired and taken, or broken); stop before the next effect. */
export async function renewLease(db: Db, lease: Lease, ttlMs: number): Promise<boolean> {
  const row = await db.kysely
    .updateTable("leases")
    .set({ expiresAt: later(db.clock.now(), ttlMs) })
    .where("name", "=", lease.name)
    .where("fence", "=", lease.fence)
    .where("held", "=", true)
    .executeTakeFirst();
  return row.numUpdatedRows > 0n;
}

/** Gives the lease back; nothing happens when it was lost. The fence stays, so that the next grant is higher. */
export async function releaseLease(db: Db, lease: Lease): Promise<void> {
  await db.kysely
    .updateTable("leases")
    .set({ held: false, cancelRequested: false })
    .where("name", "=", lease.name)
    .where("fence", "=", lease.fence)
    .execute();
}

/** Takes a lease away from whoever holds it (`slipway unlock`), with one audit row; returns who that was, or null. */
export async function breakLease(db: Db, name: string, audit: AuditRow): Promise<Lease | null> {
  return db.transaction(async (trx) => {
    const row = await trx.kysely
      .updateTable("leases")
      .set({ held: false, cancelRequested: false })
      .where("name", "=", name)
      .where("held", "=", true)
      .returning(leaseColumns)
      .executeTakeFirst();
    if (row) await recordAudit(trx, audit);
    return row ?? null;
  });
}

/** The lease as it stands (its end may have passed), or null when nobody holds it. */
export async function loadLease(db: Db, name: string): Promise<Lease | null> {
  const row = await held(db).where("name", "=", name).executeTakeFirst();
  return row ?? null;
}

/** Every held lease; ends may have passed. */
export async function loadLeases(db: Db): Promise<Lease[]> {
  return held(db).orderBy("name").execute();
}

function held(db: Db) {
  return db.kysely.selectFrom("leases").select(leaseColumns).where("held", "=", true);
}

/** Asks the holder to stop cleanly (`slipway cancel`), with one audit row when given. false: nobody holds it. */
export async function requestCancel(db: Db, name: string, audit?: AuditRow): Promise<boolean> {
  return db.transaction(async (trx) => {
    const row = await trx.kysely
      .updateTable("leases")
      .set({ cancelRequested: true })
      .where("name", "=", name)
      .where("held", "=", true)
      .executeTakeFirst();
    const asked = row.numUpdatedRows > 0n;
    if (asked && audit) await recordAudit(trx, audit);
    return asked;
  });
}

/** True when somebody asked this grant to stop; ask when renewing. */
export async function cancelRequested(db: Db, lease: Lease): Promise<boolean> {
  const row = await db.kysely
    .selectFrom("leases")
    .select("cancelRequested")
    .where("name", "=", lease.name)
    .where("fence", "=", lease.fence)
    .executeTakeFirst();
  return row?.cancelRequested ?? false;
}
