// Secrets as they are kept: sealed texts with the name of their key. Nothing here can open them.
import type { AuditRow } from "../core/records.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { missing } from "./missing.ts";

export interface SecretRecord {
  name: string;
  /** Names the key it was sealed with. */
  keyId: string;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  updatedBy: string;
}

export interface SealedSecret extends SecretRecord {
  sealed: string;
}

export interface NewSecret {
  projectId: number;
  name: string;
  sealed: string;
  keyId: string;
}

/** Adds it, or replaces the value of that name; one audit row, by `audit.who`. */
export async function saveSecret(db: Db, secret: NewSecret, audit: AuditRow): Promise<void> {
  await db.transaction(async (trx) => {
    const [at, by] = [trx.clock.now(), audit.who];
    const { sealed, keyId } = secret;
    await trx.kysely
      .insertInto("secrets")
      .values({ ...secret, createdAt: at, createdBy: by, updatedAt: at, updatedBy: by })
      .onConflict((conflict) =>
        conflict.columns(["projectId", "name"]).doUpdateSet({ sealed, keyId, updatedAt: at, updatedBy: by }),
      )
      .execute();
    await recordAudit(trx, audit);
  });
}

/** By name. */
export async function listSecrets(db: Db, projectId: number): Promise<SealedSecret[]> {
  return db.kysely
    .selectFrom("secrets")
    .select(["name", "sealed", "keyId", "createdAt", "createdBy", "updatedAt", "updatedBy"])
    .where("projectId", "=", projectId)
    .orderBy("name")
    .execute();
}

/** null when there is none of that name. */
export async function findSecret(db: Db, projectId: number, name: string): Promise<SealedSecret | null> {
  return (await listSecrets(db, projectId)).find((one) => one.name === name) ?? null;
}

/** AppError `not_found`. */
export async function removeSecret(db: Db, projectId: number, name: string, audit: AuditRow): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.kysely
      .deleteFrom("secrets")
      .where("projectId", "=", projectId)
      .where("name", "=", name)
      .returning("name")
      .executeTakeFirstOrThrow(missing("secret", name));
    await recordAudit(trx, audit);
  });
}
