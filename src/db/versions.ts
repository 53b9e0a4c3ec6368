// Versions: which relation holds which node under which build key. Only `ready` ones are ever reused.

import type { Selectable } from "kysely";
import { sql } from "kysely";
import type { AuditRow, Version, VersionState } from "../core/records.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";
import { json } from "./json.ts";
import { anyId, anyText, inPieces } from "./lists.ts";
import type { Tables } from "./schema.ts";

/** Rows of one insert: 17 parameters each. */
const insertRowsMax = 2_000;

export type NewVersion = Pick<
  Version,
  | "warehouse"
  | "projectId"
  | "node"
  | "resourceType"
  | "materialized"
  | "key"
  | "plainKey"
  | "logicKey"
  | "chain"
  | "relation"
  | "runId"
>;

/** A version whose build failed keeps the message. */
export interface StoredVersion extends Version {
  message: string | null;
}

function versionOf(row: Selectable<Tables["versions"]>): StoredVersion {
  const { relationSchema, relationName, rowCount, retiredAt: _, ...rest } = row;
  return { ...rest, relation: { schema: relationSchema, name: relationName }, rows: rowCount };
}

export interface VersionSearch {
  warehouse: string;
  projectId: number;
  plainKeys: string[];
}

/** Ready versions with one of those plain keys, newest first. */
export async function findVersions(
  db: Db,
  { warehouse, projectId, plainKeys }: VersionSearch,
): Promise<StoredVersion[]> {
  const rows = await db.kysely
    .selectFrom("versions")
    .selectAll()
    .where("warehouse", "=", warehouse)
    .where("projectId", "=", projectId)
    .where("state", "=", "ready")
    .where("plainKey", "=", anyText(plainKeys))
    .orderBy("readyAt", "desc")
    .orderBy("id", "desc")
    .execute();
  return rows.map(versionOf);
}

/** By id, in no promised order; ids that do not exist are left out. */
export async function loadVersions(db: Db, ids: number[]): Promise<StoredVersion[]> {
  const rows = await db.kysely.selectFrom("versions").selectAll().where("id", "=", anyId(ids)).execute();
  return rows.map(versionOf);
}

export interface VersionListing {
  warehouse: string;
  projectId: number;
  states: VersionState[];
}

export async function listVersions(db: Db, { warehouse, projectId, states }: VersionListing): Promise<StoredVersion[]> {
  const rows = await db.kysely
    .selectFrom("versions")
    .selectAll()
    .where("warehouse", "=", warehouse)
    .where("projectId", "=", projectId)
    .where("state", "in", states.length > 0 ? states : ["building"])
    .$if(states.length === 0, (query) => query.where(sql.lit(false)))
    .orderBy("id")
    .execute();
  return rows.map(versionOf);
}

/**
 * Registers versions as `building`, in the order given. One that stands under the same key as building, failed or retired is taken
 * over; a `ready` one is returned as it is. One audit row for all.
 */
export async function registerVersions(db: Db, rows: NewVersion[], audit: AuditRow): Promise<StoredVersion[]> {
  if (rows.length === 0) return [];
  return db.transaction(async (trx) => {
    // The same order in every transaction: two that register the same keys wait for each other instead of deadlocking.
    const sorted = [...rows].sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const piece of inPieces(sorted, insertRowsMax)) await register(trx, piece);
    const { warehouse, projectId } = rows[0]!;
    const found = await trx.kysely
      .selectFrom("versions")
      .selectAll()
      .where("warehouse", "=", warehouse)
      .where("projectId", "=", projectId)
      .where("key", "=", anyText(rows.map((row) => row.key)))
      .execute();
    const byKey = new Map(found.map((row) => [row.key, versionOf(row)]));
    await recordAudit(trx, audit);
    return rows.map((row) => byKey.get(row.key)!);
  });
}

async function register(trx: Db, rows: NewVersion[]): Promise<void> {
  const createdAt = trx.clock.now();
  const empty = { rowCount: null, sizeBytes: null, buildMs: null, message: null, readyAt: null, retiredAt: null };
  await trx.kysely
    .insertInto("versions")
    .values(
      rows.map(({ relation, chain, ...row }) => ({
        ...row,
        ...empty,
        chain: json(chain),
        relationSchema: relation.schema,
        relationName: relation.name,
        state: "building" as const,
        columns: json([]),
        createdAt,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(["warehouse", "projectId", "key"])
        .doUpdateSet((e) => ({
          ...empty,
          node: e.ref("excluded.node"),
          resourceType: e.ref("excluded.resourceType"),
          materialized: e.ref("excluded.materialized"),
          plainKey: e.ref("excluded.plainKey"),
          logicKey: e.ref("excluded.logicKey"),
          chain: e.ref("excluded.chain"),
          relationSchema: e.ref("excluded.relationSchema"),
          relationName: e.ref("excluded.relationName"),
          columns: e.ref("excluded.columns"),
          runId: e.ref("excluded.runId"),
          createdAt: e.ref("excluded.createdAt"),
          state: "building" as const,
        }))
        .where("versions.state", "!=", "ready"),
    )
    .execute();
}

/** A version as one run registered it. A later run may have taken it over: then the earlier one has no say any more. */
export type OwnVersion = Pick<Version, "id" | "runId">;

const own = (db: Db, { id, runId }: OwnVersion) =>
  db.kysely.updateTable("versions").where("id", "=", id).where("runId", "is not distinct from", runId);

/** Only on proven success. A version that is not `building` under this run stays as it is. */
export async function markVersionReady(
  db: Db,
  version: OwnVersion,
  { rows, buildMs }: Pick<Version, "rows" | "buildMs">,
): Promise<void> {
  await own(db, version)
    .set({ state: "ready", rowCount: rows, buildMs, message: null, readyAt: db.clock.now() })
    .where("state", "=", "building")
    .execute();
}

/** What was read back from the warehouse about a version that this run has made ready. `rows` null: as dbt counted them. */
export async function describeVersion(
  db: Db,
  version: OwnVersion,
  { columns, rows, sizeBytes }: Pick<Version, "columns" | "rows" | "sizeBytes">,
): Promise<void> {
  await own(db, version)
    .set({ columns: json(columns), sizeBytes, ...(rows === null ? {} : { rowCount: rows }) })
    .where("state", "=", "ready")
    .execute();
}

/** A version that this run was building, or whose relation was missing right after dbt had called it built. */
export async function markVersionFailed(db: Db, version: OwnVersion, message: string): Promise<void> {
  await own(db, version)
    .set({ state: "failed", message, readyAt: null })
    .where("state", "in", ["building", "ready"])
    .execute();
}

/** What gc has dropped (or is about to drop: retire first, then drop, so that nothing is reused meanwhile). */
export async function retireVersions(db: Db, ids: number[], audit: AuditRow): Promise<void> {
  if (ids.length === 0) return;
  await db.transaction(async (trx) => {
    await trx.kysely
      .updateTable("versions")
      .set({ state: "retired", retiredAt: trx.clock.now() })
      .where("id", "=", anyId(ids))
      .execute();
    await recordAudit(trx, audit);
  });
}

/** Ready versions, as far as their relations stand there, and known test results follow their warehouse to another name. One audit row. */
export async function moveVersions(
  db: Db,
  place: { projectId: number; from: string; to: string; schema: string; names: string[] },
  audit: AuditRow,
): Promise<void> {
  const { projectId, from, to, schema, names } = place;
  await db.transaction(async (trx) => {
    const moving = trx.kysely
      .selectFrom("versions")
      .select("key")
      .where("projectId", "=", projectId)
      .where("warehouse", "=", from)
      .where("state", "=", "ready")
      .where("relationSchema", "=", schema)
      .where("relationName", "=", anyText(names));
    const keys = (await moving.execute()).map((row) => row.key);
    const here = trx.kysely.deleteFrom("versions").where("projectId", "=", projectId).where("warehouse", "=", to);
    await here.where("state", "!=", "ready").where("key", "=", anyText(keys)).execute();
    await sql`
      update slipway_state.versions v set warehouse = ${to}
      where v.project_id = ${projectId} and v.warehouse = ${from} and v.state = 'ready' and v.key = ${anyText(keys)}
        and not exists (select from slipway_state.versions o
          where o.project_id = v.project_id and o.warehouse = ${to} and o.key = v.key)`.execute(trx.kysely);
    await sql`
      update slipway_state.test_results t set warehouse = ${to}
      where t.project_id = ${projectId} and t.warehouse = ${from}
        and not exists (select from slipway_state.test_results o
          where o.project_id = t.project_id and o.warehouse = ${to} and o.test_key = t.test_key)`.execute(trx.kysely);
    await recordAudit(trx, audit);
  });
}
