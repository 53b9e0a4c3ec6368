// Projects and their environments.
import type { AuditRow, Environment, Project } from "../core/records.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { missing } from "./missing.ts";

const environmentColumns = [
  "id",
  "projectId",
  "name",
  "target",
  "warehouse",
  "storeSchema",
  "liveId",
  "liveReleaseId",
  "revision",
  "paused",
] as const;

/** The project of that name, made when it is new. */
export async function ensureProject(db: Db, name: string): Promise<Project> {
  const known = () =>
    db.kysely.selectFrom("projects").select(["id", "name"]).where("name", "=", name).executeTakeFirst();
  const found = await known();
  if (found) return found;
  await db.kysely
    .insertInto("projects")
    .values({ name, createdAt: db.clock.now() })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  return (await known()) as Project;
}

/** The environment of that name, made when it is new; its target follows the configuration. */
export async function ensureEnvironment(
  db: Db,
  projectId: number,
  { name, target }: { name: string; target: string },
): Promise<Environment> {
  const found = await findEnvironment(db, projectId, name);
  if (found?.target === target) return found;
  return db.kysely
    .insertInto("environments")
    .values({ projectId, name, target, createdAt: db.clock.now() })
    .onConflict((conflict) => conflict.columns(["projectId", "name"]).doUpdateSet({ target }))
    .returning(environmentColumns)
    .executeTakeFirstOrThrow();
}

/** null when the project has no environment of that name. */
export async function findEnvironment(db: Db, projectId: number, name: string): Promise<Environment | null> {
  const row = await environments(db).where("projectId", "=", projectId).where("name", "=", name).executeTakeFirst();
  return row ?? null;
}

/** AppError `not_found` when there is none. */
export async function loadEnvironment(db: Db, projectId: number, name: string): Promise<Environment> {
  return environments(db)
    .where("projectId", "=", projectId)
    .where("name", "=", name)
    .executeTakeFirstOrThrow(missing("environment", name));
}

/** By id; AppError `not_found`. */
export async function loadEnvironmentById(db: Db, id: number): Promise<Environment> {
  return environments(db).where("id", "=", id).executeTakeFirstOrThrow(missing("environment", id));
}

/** In the order they were made. */
export async function listEnvironments(db: Db, projectId: number): Promise<Environment[]> {
  return environments(db).where("projectId", "=", projectId).orderBy("id").execute();
}

function environments(db: Db) {
  return db.kysely.selectFrom("environments").select(environmentColumns);
}

export type EnvironmentPatch = Partial<Omit<Environment, "id" | "projectId" | "name">>;

/** Changes what the patch holds, with one audit row. AppError `not_found`. */
export async function updateEnvironment(
  db: Db,
  id: number,
  patch: EnvironmentPatch,
  audit: AuditRow,
): Promise<Environment> {
  return db.transaction(async (trx) => {
    const row = await trx.kysely
      .updateTable("environments")
      .set(patch)
      .where("id", "=", id)
      .returning(environmentColumns)
      .executeTakeFirstOrThrow(missing("environment", id));
    await recordAudit(trx, audit);
    return row;
  });
}
