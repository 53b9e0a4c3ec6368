// `on_test_failure: publish_unaffected`: what may be published although something failed, and the plan that publishes just that. Pure.
import { physicalParents } from "../project/graph.ts";
import type { Manifest } from "../project/manifest.ts";
import { type NodeId, relationText, sameRelation } from "../project/relation.ts";
import { shortName } from "../project/store-name.ts";
import type { Evidence, ReleaseNode } from "../records.ts";
import { type Plan, type PlanInput, type PlanSubject, planRelease } from "./plan.ts";

export interface FailureGraph {
  /** Parents (nodes and sources) of a node. */
  parentsOf: (id: NodeId) => readonly NodeId[];
  /** Nodes that have a new version, parents first. */
  changed: readonly NodeId[];
  /** Nodes and sources that failed, or that a test that does not pass looks at. */
  failed: ReadonlySet<NodeId>;
  /** Nodes that consumers have now: a new version that is held leaves the old one before them. */
  live: ReadonlySet<NodeId>;
  /** Every node of the release to be, parents first. */
  all: readonly NodeId[];
  /** What the live version of a node was made of, where that is known: a new commit may have moved its parents. Default: `parentsOf`. */
  liveParentsOf?: (id: NodeId) => readonly NodeId[] | undefined;
}

/**
 * The nodes that are held: what failed, what stands below that, and whatever would be new above a node that stays old. The rest may be
 * published: no consumer then meets a new table beside an old one that was made of its predecessor.
 */
export function heldNodes(graph: FailureGraph): Set<NodeId> {
  const { parentsOf, changed, failed, all } = graph;
  const isChanged = new Set(changed);
  const held = new Set([...failed].filter((id) => isChanged.has(id)));
  const below = new Set<NodeId>(failed);
  for (let size = -1; size !== held.size; ) {
    size = held.size;
    for (const id of all) {
      const touched = below.has(id) || parentsOf(id).some((parent) => below.has(parent));
      if (touched) below.add(id);
      if (touched && isChanged.has(id)) held.add(id);
    }
    for (const id of aboveOld(graph, held)) if (isChanged.has(id)) held.add(id);
    for (const id of held) below.add(id);
  }
  return held;
}

/** Everything that what stays old was made of. What a commit removes stays old as well, as long as anything fails. */
function aboveOld(
  { parentsOf, liveParentsOf, live, all, failed }: FailureGraph,
  held: ReadonlySet<NodeId>,
): ReadonlySet<NodeId> {
  const known = new Set(all);
  const madeOf = (id: NodeId) => (live.has(id) ? liveParentsOf?.(id) : undefined) ?? parentsOf(id);
  const above = new Set<NodeId>();
  if (failed.size === 0) return above;
  let next = [...live].filter((id) => held.has(id) || !known.has(id));
  while (next.length > 0) {
    next = [...new Set(next.flatMap(madeOf))].filter((id) => !above.has(id));
    for (const id of next) above.add(id);
  }
  return above;
}

export interface Unaffected {
  plan: Plan;
  /** Sorted. */
  held: NodeId[];
  /** How many nodes get a new version all the same. */
  published: number;
}

/**
 * The plan that publishes what is unaffected, or null when there is nothing, or nothing that can be told apart. `liveParents`: what live
 * nodes were made of.
 */
export function unaffectedPlan(
  input: PlanInput,
  evidence: Pick<Evidence, "tests" | "errors">,
  { manifest, liveParents }: { manifest: Manifest; liveParents: ReadonlyMap<NodeId, readonly NodeId[]> },
): Unaffected | null {
  // A hook or a command that failed belongs to no node.
  if (evidence.errors.some((error) => !manifest.nodes[error.node] || error.node.startsWith("operation."))) return null;
  const live = new Map((input.live?.nodes ?? []).map((node) => [node.node, node]));
  const whole = planRelease(input);
  const isNew = ({ node, relation, published }: Plan["nodes"][number]) => {
    const was = live.get(node);
    return !was || !sameRelation(was.relation, relation) || !sameRelation(was.published, published);
  };
  const changed = whole.nodes.filter(isNew).map((node) => node.node);
  const held = heldNodes({
    parentsOf: (id) => physicalParents(manifest, id),
    changed,
    failed: failedNodes(evidence, manifest),
    live: new Set(live.keys()),
    all: whole.nodes.map((node) => node.node),
    liveParentsOf: (id) => liveParents.get(id),
  });
  const published = changed.filter((id) => !held.has(id)).length;
  if (published === 0) return null;
  const subjects = input.subjects.flatMap((subject) =>
    held.has(subject.id) ? asLive(live.get(subject.id)) : [subject],
  );
  const known = new Set(subjects.map((subject) => subject.id));
  // What is removed waits too: something that stays old may stand for it.
  for (const was of live.values()) if (!known.has(was.node)) subjects.push(...asLive(was));
  const names = subjects.map((subject) => relationText(subject.published).toLowerCase());
  if (new Set(names).size < names.length) return null;
  const plan = planRelease({ ...input, subjects });
  return { plan, held: [...held].sort(), published };
}

/** What did not build, and what every test that does not pass looks at. A test that could not run proves nothing. */
function failedNodes({ tests, errors }: Pick<Evidence, "tests" | "errors">, manifest: Manifest): Set<NodeId> {
  const bad = tests.filter(({ status }) => status !== "pass" && status !== "warn");
  const tested = bad.flatMap(({ test }) =>
    manifest.nodes[test] ? physicalParents(manifest, test) : (manifest.unit_tests[test]?.depends_on.nodes ?? []),
  );
  return new Set([...errors.map((error) => error.node), ...tested]);
}

/** A node that stays as consumers have it; nothing when they do not have it yet. */
function asLive(was: ReleaseNode | undefined): PlanSubject[] {
  if (!was) return [];
  const { node, resourceType, materialized, published, dressing, relation } = was;
  const version = { relation, environment: null };
  const key = { ...was, mode: "full" as const };
  return [
    { id: node, name: shortName(node), resourceType, materialized, published, dressing, key, version, base: null },
  ];
}
