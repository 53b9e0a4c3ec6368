// Releases: immutable, numbered per project without gaps. What became of each in an environment is in standings.ts.
import type { AuditRow, Release, ReleaseStanding } from "../core/records.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { json } from "./json.ts";
import { anyId } from "./lists.ts";
import { missing } from "./missing.ts";
import { standingColumns } from "./standings.ts";

const summaryColumns = [
  "id",
  "projectId",
  "number",
  "commit",
  "commitSubject",
  "commitAuthor",
  "commitAt",
  "kind",
  "target",
  "manifestId",
  "whole",
  "createdAt",
] as const;
const releaseColumns = [...summaryColumns, "nodes", "tokens"] as const;

export type ReleaseDraft = Omit<Release, "id" | "number" | "createdAt">;

/** A release without its nodes, for lists. */
export interface ReleaseSummary extends Omit<Release, "nodes" | "tokens"> {
  builtCount: number;
  reusedCount: number;
  /** One per environment that has heard of it. */
  standings: ReleaseStanding[];
}

/** Stores a release under the next number of its project; the project's row is locked, so numbers have no gaps. */
export async function createRelease(db: Db, draft: ReleaseDraft, audit: AuditRow): Promise<Release> {
  return db.transaction(async (trx) => {
    const { projectId, nodes, tokens, ...rest } = draft;
    await trx.kysely
      .selectFrom("projects")
      .select("id")
      .where("id", "=", projectId)
      .forUpdate()
      .executeTakeFirstOrThrow(missing("project", projectId));
    const last = await trx.kysely
      .selectFrom("releases")
      .select((e) => e.fn.max("number").as("number"))
      .where("projectId", "=", projectId)
      .executeTakeFirst();
    const builtCount = nodes.filter((node) => node.how === "built").length;
    const counts = { builtCount, reusedCount: nodes.length - builtCount };
    const fresh = { ...rest, projectId, number: (last?.number ?? 0) + 1, createdAt: trx.clock.now() };
    const { id } = await trx.kysely
      .insertInto("releases")
      .values({ ...fresh, ...counts, nodes: json(nodes), tokens: json(tokens) })
      .returning("id")
      .executeTakeFirstOrThrow();
    await recordAudit(trx, audit);
    return { ...fresh, id, nodes, tokens };
  });
}

/** AppError `not_found`. */
export async function loadRelease(db: Db, id: number): Promise<Release> {
  return db.kysely
    .selectFrom("releases")
    .select(releaseColumns)
    .where("id", "=", id)
    .executeTakeFirstOrThrow(missing("release", id));
}

/** Without its nodes; AppError `not_found`. */
export async function loadReleaseNumber(db: Db, id: number): Promise<number> {
  const found = db.kysely.selectFrom("releases").select("number").where("id", "=", id);
  return (await found.executeTakeFirstOrThrow(missing("release", id))).number;
}

/** Numbers of releases by id. */
export async function loadReleaseNumbers(db: Db, ids: number[]): Promise<Map<number, number>> {
  const rows = await db.kysely.selectFrom("releases").select(["id", "number"]).where("id", "=", anyId(ids)).execute();
  return new Map(rows.map((row) => [row.id, row.number]));
}

/** `r42` of a project; AppError `not_found`. */
export async function loadReleaseByNumber(db: Db, projectId: number, number: number): Promise<Release> {
  return db.kysely
    .selectFrom("releases")
    .select(releaseColumns)
    .where("projectId", "=", projectId)
    .where("number", "=", number)
    .executeTakeFirstOrThrow(missing("release", `r${number}`));
}

export interface ReleaseListing {
  projectId: number;
  /** Only releases that have a standing there. */
  environmentId?: number;
  limit: number;
}

/** Newest first, with all their standings. */
export async function listReleases(
  db: Db,
  { projectId, environmentId, limit }: ReleaseListing,
): Promise<ReleaseSummary[]> {
  const rows = await db.kysely
    .selectFrom("releases")
    .select([...summaryColumns, "builtCount", "reusedCount"])
    .where("projectId", "=", projectId)
    .$if(environmentId !== undefined, (query) =>
      query.where("id", "in", (e) =>
        e
          .selectFrom("standings")
          .select("releaseId")
          .where("environmentId", "=", environmentId ?? 0),
      ),
    )
    .orderBy("number", "desc")
    .limit(limit)
    .execute();
  const standings = await standingsOf(
    db,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ ...row, standings: standings.filter((standing) => standing.releaseId === row.id) }));
}

async function standingsOf(db: Db, releaseIds: number[]): Promise<ReleaseStanding[]> {
  if (releaseIds.length === 0) return [];
  return db.kysely
    .selectFrom("standings")
    .select(standingColumns)
    .where("releaseId", "in", releaseIds)
    .orderBy("environmentId")
    .execute();
}

export { listRevisions, loadStanding, makeLive, type Promoted, revisionsAround, saveStanding } from "./standings.ts";
