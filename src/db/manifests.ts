// Where the parsed manifest of a commit lies, and everything that its parsing depended on.
import type { StoredManifest } from "../core/records.ts";
import type { Db } from "./db.ts";
import { missing } from "./missing.ts";

const columns = [
  "id",
  "projectId",
  "commit",
  "target",
  "fingerprint",
  "path",
  "dbtVersion",
  "adapterType",
  "adapterVersion",
  "libraryVersion",
] as const;

export type ManifestSearch = Pick<StoredManifest, "projectId" | "commit" | "target" | "fingerprint">;

/** null when that commit was not parsed with exactly these surroundings. */
export async function findManifest(db: Db, search: ManifestSearch): Promise<StoredManifest | null> {
  const row = await db.kysely
    .selectFrom("manifests")
    .select(columns)
    .where("projectId", "=", search.projectId)
    .where("commit", "=", search.commit)
    .where("target", "=", search.target)
    .where("fingerprint", "=", search.fingerprint)
    .executeTakeFirst();
  return row ?? null;
}

/** New, or again (its files were made anew): the same identity keeps its id. */
export async function saveManifest(db: Db, manifest: Omit<StoredManifest, "id">): Promise<StoredManifest> {
  const { projectId, commit, target, fingerprint, ...rest } = manifest;
  return db.kysely
    .insertInto("manifests")
    .values({ projectId, commit, target, fingerprint, ...rest, createdAt: db.clock.now() })
    .onConflict((conflict) =>
      conflict
        .columns(["projectId", "commit", "target", "fingerprint"])
        .doUpdateSet({ ...rest, createdAt: db.clock.now() }),
    )
    .returning(columns)
    .executeTakeFirstOrThrow();
}

/** AppError `not_found`. */
export async function loadManifest(db: Db, id: number): Promise<StoredManifest> {
  return db.kysely
    .selectFrom("manifests")
    .select(columns)
    .where("id", "=", id)
    .executeTakeFirstOrThrow(missing("manifest", id));
}

/** The one parsed last, whatever its fingerprint. */
export async function latestManifest(
  db: Db,
  projectId: number,
  commit: string,
  target: string,
): Promise<StoredManifest | null> {
  const row = await db.kysely
    .selectFrom("manifests")
    .select(columns)
    .where("projectId", "=", projectId)
    .where("commit", "=", commit)
    .where("target", "=", target)
    .orderBy("createdAt", "desc")
    .orderBy("id", "desc")
    .executeTakeFirst();
  return row ?? null;
}
