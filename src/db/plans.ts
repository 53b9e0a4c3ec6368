// Plans, stored before anything runs.
import type { Db } from "./db.ts";
import { json } from "./json.ts";
import { missing } from "./missing.ts";

export interface StoredPlan {
  id: string;
  projectId: number;
  environmentId: number;
  /** Plain JSON of any size. Object keys come back in another order; arrays keep theirs. */
  body: unknown;
}

/** A plan of the same id is the same plan: it is stored once. */
export async function savePlan(db: Db, { id, projectId, environmentId, body }: StoredPlan): Promise<void> {
  await db.kysely
    .insertInto("plans")
    .values({ id, projectId, environmentId, body: json(body), createdAt: db.clock.now() })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

/** AppError `not_found`. */
export async function loadPlan(db: Db, id: string): Promise<StoredPlan> {
  return db.kysely
    .selectFrom("plans")
    .select(["id", "projectId", "environmentId", "body"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow(missing("plan", id));
}
