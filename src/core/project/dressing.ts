// What a published name carries besides its rows: comments by persist_docs, readers by grants. Pure.

import type { Dressing } from "../plan/publish.ts";
import type { ManifestNode } from "./manifest.ts";

/** From the dbt config of a node. Grants other than select stop the plan elsewhere (see unsupportedGrants). */
export function dressingOf(node: ManifestNode): Dressing {
  const docs = (node.config.persist_docs ?? {}) as { relation?: boolean; columns?: boolean };
  const columns = docs.columns ? Object.values(node.columns).filter((column) => column.description !== "") : [];
  return {
    comment: docs.relation ? (node.description ?? "") : null,
    columnComments: Object.fromEntries(columns.map((column) => [column.name, column.description])),
    selectGrantees: selectGrantees(node),
  };
}

function selectGrantees(node: ManifestNode): string[] | null {
  const grants = node.config.grants as Record<string, unknown> | undefined;
  if (!grants || grants.select === undefined) return null;
  return (Array.isArray(grants.select) ? grants.select : [grants.select]).map(String).sort();
}

/** Privileges besides select that a node's grants ask for: consumers get select only, since plain views are writable. */
export function otherGrants(node: ManifestNode): string[] {
  const grants = (node.config.grants ?? {}) as Record<string, unknown>;
  return Object.keys(grants)
    .filter((privilege) => privilege !== "select")
    .sort();
}
