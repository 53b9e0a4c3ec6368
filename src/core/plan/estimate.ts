// How long a build will take, from what its nodes took before: dbt's own order on so many threads. Pure.
import type { NodeId } from "../project/relation.ts";

export interface EstimateInput {
  /** Nodes to build, parents before children. */
  nodes: readonly NodeId[];
  parents: (node: NodeId) => readonly NodeId[];
  /** Milliseconds by node, from history. A node without history is taken for a middling one. */
  times: ReadonlyMap<NodeId, number>;
  threads: number;
}

/** Milliseconds from start to end; 0 for nothing to build, null when none of the nodes was built before. */
export function estimateBuildMs({ nodes, parents, times, threads }: EstimateInput): number | null {
  if (nodes.length === 0) return 0;
  const known = nodes.flatMap((node) => times.get(node) ?? []).sort((a, b) => a - b);
  const middling = known[Math.floor(known.length / 2)];
  if (middling === undefined) return null;
  const free = new Array<number>(Math.max(1, threads)).fill(0);
  const ends = new Map<NodeId, number>();
  for (const node of nodes) {
    const ready = Math.max(0, ...parents(node).map((parent) => ends.get(parent) ?? 0));
    const thread = free.indexOf(Math.min(...free));
    const end = Math.max(ready, free[thread]!) + (times.get(node) ?? middling);
    free[thread] = end;
    ends.set(node, end);
  }
  return Math.max(...ends.values());
}
