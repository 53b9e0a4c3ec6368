// Names of things in the store: one physical relation per (node, key), within every warehouse's limits.
import { sha256 } from "../../lib/hash.ts";
import type { NodeId, Relation } from "./relation.ts";

/** PostgreSQL allows 63 bytes; dbt appends up to 24 (`__dbt_tmp` and a time), the key takes 2 + 10. */
const BASE_BYTES_MAX = 63 - 2 - 10 - 24;

/** `orders__k7f3q2m9xa`: the node's name cut to fit, then its key. The name is for people; the key makes it unique. */
export function versionRelation(storeSchema: string, name: string, key: string): Relation {
  return { schema: storeSchema, name: `${cutBytes(name, BASE_BYTES_MAX)}__${key}` };
}

/** A snapshot's one stable relation in an environment. */
export function snapshotRelation(storeSchema: string, name: string, environment: string): Relation {
  return { schema: storeSchema, name: `${fitted(name, 22)}__snapshot_${fitted(environment, 16)}` };
}

/** Where a copy of a snapshot is kept before a refresh writes it. */
export function snapshotCopy(snapshot: Relation, revision: number): Relation {
  return { schema: snapshot.schema, name: `${fitted(snapshot.name, 42)}__rev${revision}` };
}

/** The text itself where it fits. A longer one ends in a part of its hash: no key makes these names unique, and a history is not shared. */
const fitted = (text: string, bytes: number): string =>
  Buffer.byteLength(text) <= bytes ? text : `${cutBytes(text, bytes - 7)}_${sha256(text).slice(0, 6)}`;

/** `model.shop.orders.v2` -> `orders_v2`: what people call the node. */
export function shortName(id: NodeId): string {
  const [, , ...rest] = id.split(".");
  return rest.join("_") || id;
}

/** The longest prefix of whole characters that fits in `bytes` of UTF-8. */
export function cutBytes(text: string, bytes: number): string {
  let used = 0;
  let out = "";
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    out += character;
  }
  return out;
}
