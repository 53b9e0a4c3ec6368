// What the commands of a run come to on a project: which nodes and tests each names, and what dbt is given in which order. Pure.

import { REASON_NAMES_MAX } from "../limits.ts";
import { buildOrder, isBuildable, physicalParents } from "../project/graph.ts";
import type { Manifest } from "../project/manifest.ts";
import type { NodeId } from "../project/relation.ts";
import { type Selection, selectIn, selectionOf } from "../project/select.ts";
import { shortName } from "../project/store-name.ts";
import { type DbtCommand, isBuildKind } from "./dbt-command.ts";
import type { BuildKind } from "./dbt-options.ts";
import type { JobRequest } from "./jobs.ts";

/** What one command names. */
export interface Named {
  nodes: Set<NodeId>;
  tests: Set<NodeId>;
}

export interface JobWork {
  /** By command, in their order; nothing for commands that build nothing. */
  named: Named[];
  /** Everything that any command names. */
  nodes: Set<NodeId>;
  tests: Set<NodeId>;
  /** Nodes that are built from nothing although their key exists. */
  forced: Set<NodeId>;
}

/** AppError `not_found` or `invalid` where a criterion matches nothing or cannot be read. */
export function jobWork(
  manifest: Manifest,
  commands: readonly DbtCommand[],
  fullRefresh: JobRequest["fullRefresh"],
): JobWork {
  let prepared: Selection | null = null;
  const select = (selector: string | null): Set<NodeId> | null => {
    if (selector === null) return null;
    prepared ??= selectionOf(manifest);
    return selectIn(prepared, selector);
  };
  const named = commands.map((command) => namedBy(manifest, command, select));
  const nodes = union(named.map((one) => one.nodes));
  const forced = commands.flatMap((command, index) =>
    command.fullRefresh || fullRefresh === "always"
      ? [...named[index]!.nodes].filter((id) => mayBeForced(manifest, id))
      : [],
  );
  return { named, nodes, tests: union(named.map((one) => one.tests)), forced: new Set(forced) };
}

const union = (sets: Set<NodeId>[]): Set<NodeId> => new Set(sets.flatMap((set) => [...set]));

/**
 * Snapshots never start anew, and a node may say that it never does. A seed is its file, loaded from nothing each time: a script with
 * `dbt seed --full-refresh` would build all that stands below it every day.
 */
const mayBeForced = (manifest: Manifest, id: NodeId): boolean => {
  const node = manifest.nodes[id]!;
  return node.resource_type === "model" && node.config.full_refresh !== false;
};

const BUILDS: Record<BuildKind, string[]> = {
  seed: ["seed"],
  run: ["model"],
  snapshot: ["snapshot"],
  build: ["seed", "model", "snapshot", "test", "unit_test"],
  test: ["test", "unit_test"],
};

function namedBy(
  manifest: Manifest,
  command: DbtCommand,
  select: (selector: string | null) => Set<NodeId> | null,
): Named {
  if (!isBuildKind(command.kind)) return { nodes: new Set(), tests: new Set() };
  const types = BUILDS[command.kind].filter(
    (type) =>
      (command.resourceTypes.length === 0 || command.resourceTypes.includes(type)) &&
      !command.excludeResourceTypes.includes(type),
  );
  const [chosen, left] = [select(command.select), select(command.exclude)];
  const isNode = (id: NodeId) => {
    const node = manifest.nodes[id];
    return node !== undefined && isBuildable(node) && types.includes(node.resource_type);
  };
  const testType = (id: NodeId) => (manifest.unit_tests[id] ? "unit_test" : "test");
  const candidates = chosen ?? Object.keys(manifest.nodes);
  return {
    nodes: new Set([...candidates].filter((id) => isNode(id) && !left?.has(id))),
    tests: new Set(
      testIds(manifest).filter(
        (id) => types.includes(testType(id)) && (chosen === null || chosen.has(id)) && !left?.has(id),
      ),
    ),
  };
}

export interface LeftOut {
  kind: string;
  names: string[];
  more: number;
}

/** What a release of these nodes does not have although the project does, by kind: no command names it, and it is live nowhere. */
export function leftOut(manifest: Manifest, included: ReadonlySet<NodeId>): LeftOut[] {
  const left = Object.values(manifest.nodes).filter((node) => isBuildable(node) && !included.has(node.unique_id));
  return ["seed", "model", "snapshot"].flatMap((kind) => {
    const names = left.filter((node) => node.resource_type === kind).map((node) => shortName(node.unique_id));
    if (names.length === 0) return [];
    const shown = names.sort().slice(0, REASON_NAMES_MAX);
    return [{ kind, names: shown, more: names.length - shown.length }];
  });
}

const testIds = (manifest: Manifest): NodeId[] => [
  ...Object.values(manifest.nodes)
    .filter((node) => node.resource_type === "test")
    .map((node) => node.unique_id),
  ...Object.keys(manifest.unit_tests),
];

const testedBy = (manifest: Manifest, test: NodeId): NodeId[] =>
  (manifest.nodes[test] ?? manifest.unit_tests[test])?.depends_on.nodes ?? [];

/** What dbt is given for one command. */
export interface Pass {
  nodes: NodeId[];
  tests: NodeId[];
}

/**
 * What is to be built and tested, by command: each in the first that names it, but never after what needs it (a seed that a later command
 * names is built with the models that read it), and no test before what it tests. What no command names goes with the first that needs it.
 */
export function jobPasses(manifest: Manifest, work: JobWork, todo: Pass): Pass[] {
  const passes = work.named.map((): Pass => ({ nodes: [], tests: [] }));
  if (todo.nodes.length + todo.tests.length === 0) return passes;
  const places = placeNodes(manifest, work, new Set(todo.nodes));
  for (const [id, place] of places) passes[place]!.nodes.push(id);
  for (const id of todo.tests) {
    const after = testedBy(manifest, id).flatMap((one) => parentPlaces(manifest, one, places));
    const own = work.named.findIndex((one) => one.tests.has(id));
    passes[Math.max(own, 0, ...after)]!.tests.push(id);
  }
  return passes;
}

function placeNodes(manifest: Manifest, { named }: JobWork, todo: Set<NodeId>): Map<NodeId, number> {
  const order = buildOrder(manifest).filter((id) => todo.has(id));
  const places = new Map<NodeId, number>();
  for (const id of order) {
    const place = named.findIndex((one) => one.nodes.has(id));
    places.set(id, place < 0 ? Number.POSITIVE_INFINITY : place);
  }
  for (const id of order.toReversed())
    for (const parent of physicalParents(manifest, id))
      if (places.has(parent)) places.set(parent, Math.min(places.get(parent)!, places.get(id)!));
  // What nothing that is built now reads (a new parent of a node that stays as it is) goes with the first command that builds.
  const builds = Math.max(
    0,
    named.findIndex((one) => one.nodes.size > 0),
  );
  for (const [id, place] of places) if (!Number.isFinite(place)) places.set(id, builds);
  return places;
}

/** Where what a test reads is built; an ephemeral model stands for what it reads. */
function parentPlaces(manifest: Manifest, id: NodeId, places: Map<NodeId, number>): number[] {
  const node = manifest.nodes[id];
  if (node && !isBuildable(node)) return physicalParents(manifest, id).flatMap((one) => places.get(one) ?? []);
  return places.has(id) ? [places.get(id)!] : [];
}
