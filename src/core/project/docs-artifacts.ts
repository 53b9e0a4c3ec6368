// The catalog that dbt made of the candidate, under the names that consumers know. Pure.
import type { NodeId, Relation } from "./relation.ts";

interface CatalogEntry {
  metadata: { schema: string; name: string };
  [field: string]: unknown;
}

interface Catalog {
  nodes: Record<NodeId, CatalogEntry>;
  [field: string]: unknown;
}

/** Sources keep their names; nodes get those under which they are published. */
export function publishedCatalog(catalog: Catalog, published: ReadonlyMap<NodeId, Relation>): Catalog {
  const nodes = Object.entries(catalog.nodes).map(([id, entry]) => {
    const name = published.get(id);
    return [id, name ? { ...entry, metadata: { ...entry.metadata, schema: name.schema, name: name.name } } : entry];
  });
  return { ...catalog, nodes: Object.fromEntries(nodes) };
}
