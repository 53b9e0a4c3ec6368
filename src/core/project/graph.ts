// The project's graph as the plan walks it: which nodes have relations, who is above whom, in an order that never changes.
import type { Manifest, ManifestNode } from "./manifest.ts";
import type { NodeId } from "./relation.ts";

/** True for nodes that become a relation: models (not ephemeral), seeds, snapshots. */
export function isBuildable(node: ManifestNode): boolean {
  if (node.resource_type === "seed" || node.resource_type === "snapshot") return true;
  return node.resource_type === "model" && materialization(node) !== "ephemeral";
}

export const materialization = (node: ManifestNode): string =>
  node.resource_type === "model" ? String(node.config.materialized ?? "view") : node.resource_type;

/** Direct parents of a node among nodes and sources, through ephemeral models, sorted. */
export function physicalParents(manifest: Manifest, id: NodeId): NodeId[] {
  const found = new Set<NodeId>();
  const visit = (parents: readonly string[]) => {
    for (const parent of parents) {
      const node = manifest.nodes[parent];
      if (node && node.resource_type === "model" && !isBuildable(node)) visit(node.depends_on.nodes ?? []);
      else found.add(parent);
    }
  };
  visit(manifest.nodes[id]?.depends_on.nodes ?? []);
  return [...found].sort();
}

/**
 * Ids of all buildable nodes, parents first; among equals by id, so the order does not depend on the manifest's order.
 * A cycle cannot come out of dbt; its nodes would be left at the end.
 */
export function buildOrder(manifest: Manifest): NodeId[] {
  const ids = Object.values(manifest.nodes)
    .filter(isBuildable)
    .map((node) => node.unique_id)
    .sort();
  const parents = new Map(
    ids.map((id) => [id, physicalParents(manifest, id).filter((parent) => manifest.nodes[parent])]),
  );
  const children = new Map<NodeId, NodeId[]>();
  const waiting = new Map<NodeId, number>();
  for (const [id, above] of parents) {
    waiting.set(id, above.length);
    for (const parent of above) children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const ready = ids.filter((id) => waiting.get(id) === 0);
  const order: NodeId[] = [];
  for (let next = 0; next < ready.length; next += 1) {
    const id = ready[next] as NodeId;
    order.push(id);
    for (const child of (children.get(id) ?? []).sort()) {
      const left = (waiting.get(child) ?? 0) - 1;
      waiting.set(child, left);
      if (left === 0) ready.push(child);
    }
  }
  return order;
}

/** All descendants (buildable nodes) of the given nodes or sources, without themselves. */
export function descendants(manifest: Manifest, roots: Iterable<NodeId>): Set<NodeId> {
  return reach(childrenOf(manifest), roots);
}

/** All ancestors (nodes and sources) of the given nodes, without themselves. */
export function ancestors(manifest: Manifest, roots: Iterable<NodeId>): Set<NodeId> {
  const parents = new Map<NodeId, NodeId[]>();
  for (const id of Object.keys(manifest.nodes)) parents.set(id, physicalParents(manifest, id));
  return reach(parents, roots);
}

function childrenOf(manifest: Manifest): Map<NodeId, NodeId[]> {
  const children = new Map<NodeId, NodeId[]>();
  for (const node of Object.values(manifest.nodes).filter(isBuildable))
    for (const parent of physicalParents(manifest, node.unique_id)) {
      const list = children.get(parent);
      if (list) list.push(node.unique_id);
      else children.set(parent, [node.unique_id]);
    }
  return children;
}

function reach(edges: Map<NodeId, NodeId[]>, roots: Iterable<NodeId>): Set<NodeId> {
  const found = new Set<NodeId>();
  const stack = [...roots];
  for (let id = stack.pop(); id !== undefined; id = stack.pop())
    for (const next of edges.get(id) ?? [])
      if (!found.has(next)) {
        found.add(next);
        stack.push(next);
      }
  return found;
}
