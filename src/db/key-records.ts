// Many key records at once: what a whole plan or release is compared with.

import type { NodeId } from "../core/project/relation.ts";
import type { KeyRecord } from "../core/records.ts";
import type { Db } from "./db.ts";
import { anyText } from "./lists.ts";

/** Components by node for the keys asked for; what was never recorded is left out. One key per node. */
export async function loadKeyRecords(
  db: Db,
  projectId: number,
  wanted: readonly { node: NodeId; key: string }[],
): Promise<Map<NodeId, KeyRecord["components"]>> {
  if (wanted.length === 0) return new Map();
  const rows = await db.kysely
    .selectFrom("keyRecords")
    .select(["node", "key", "components"])
    .where("projectId", "=", projectId)
    .where("key", "=", anyText(wanted.map((one) => one.key)))
    .where("node", "=", anyText(wanted.map((one) => one.node)))
    .execute();
  const keys = new Map(wanted.map((one) => [one.node, one.key]));
  return new Map(rows.filter((row) => keys.get(row.node) === row.key).map((row) => [row.node, row.components]));
}
