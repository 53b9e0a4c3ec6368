// What went into each key, so that "why is this rebuilt?" always has an answer.
import { sql } from "kysely";
import type { NodeId } from "../core/project/relation.ts";
import type { KeyRecord } from "../core/records.ts";
import type { Db } from "./db.ts";
import { json } from "./json.ts";
import { anyText, inPieces } from "./lists.ts";

/** Records of one statement; one of them may hold a whole model's code. */
const recordsMax = 500;

/** Content-addressed by (node, key): a record that is known is not written again. */
export async function saveKeyRecords(db: Db, projectId: number, rows: KeyRecord[]): Promise<void> {
  await db.transaction(async (trx) => {
    const known = await knownKeys(trx, projectId, rows);
    const fresh = rows.filter((row) => !known.has(`${row.node} ${row.key}`)).sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const piece of inPieces(fresh, recordsMax)) await insert(trx, projectId, piece);
  });
}

async function knownKeys(trx: Db, projectId: number, rows: KeyRecord[]): Promise<Set<string>> {
  const found = await trx.kysely
    .selectFrom("keyRecords")
    .select(["node", "key"])
    .where("projectId", "=", projectId)
    .where("key", "=", anyText(rows.map((row) => row.key)))
    .where("node", "=", anyText(rows.map((row) => row.node)))
    .execute();
  return new Set(found.map((row) => `${row.node} ${row.key}`));
}

async function insert(trx: Db, projectId: number, rows: KeyRecord[]): Promise<void> {
  const nodes = rows.map((row) => row.node);
  const keys = rows.map((row) => row.key);
  const components = rows.map((row) => json(row.components));
  await sql`
    insert into slipway_state.key_records (project_id, node, key, components)
    select ${projectId}::bigint, node, key, components::jsonb
    from unnest(${nodes}::text[], ${keys}::text[], ${components}::text[]) as fresh (node, key, components)
    on conflict do nothing`.execute(trx.kysely);
}

/** What versions were made of: the parents in the key's record with their keys, by `node key`. */
export async function loadKeyParents(
  db: Db,
  projectId: number,
  rows: readonly { node: NodeId; key: string }[],
): Promise<Map<string, Record<NodeId, string>>> {
  const { rows: found } = await sql<{ node: string; key: string; parents: string }>`
    select node, key, components ->> 'parents' as parents from slipway_state.key_records
    where project_id = ${projectId} and key = ${anyText(rows.map((row) => row.key))}
      and node = ${anyText(rows.map((row) => row.node))}`.execute(db.kysely);
  return new Map(found.map(({ node, key, parents }) => [`${node} ${key}`, JSON.parse(parents ?? "{}")]));
}

/** null when that key was never recorded for that node. */
export async function loadKeyRecord(db: Db, projectId: number, node: NodeId, key: string): Promise<KeyRecord | null> {
  const row = await db.kysely
    .selectFrom("keyRecords")
    .select(["node", "key", "components"])
    .where("projectId", "=", projectId)
    .where("node", "=", node)
    .where("key", "=", key)
    .executeTakeFirst();
  return row ?? null;
}
