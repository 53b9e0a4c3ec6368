// The manifest that dbt is given for a build: pruned to the plan, its nodes carrying store names. Pure; the original is untouched.
import { isBuildable } from "./graph.ts";
import type { Manifest, ManifestNode, ManifestUnitTest } from "./manifest.ts";
import type { NodeId, Relation } from "./relation.ts";

export interface BuildManifestInput {
  manifest: Manifest;
  /** Where every node is or will be in the store: the planned ones and whatever they read. */
  relations: Map<NodeId, Relation>;
  /** Nodes dbt shall build. */
  build: NodeId[];
  /** Data tests and unit tests dbt shall run. */
  tests: NodeId[];
  /** Tag that selects exactly those. */
  tag: string;
  /** Quotes a relation the way the adapter prints it. */
  relationName: (node: ManifestNode, relation: Relation) => string;
  /** Keep on-run-start and on-run-end hooks. */
  hooks: boolean;
}

/**
 * Keeps planned nodes, their direct parents (through ephemerals), planned tests, all macros and sources. Kept nodes that are not
 * built lose their own parents, so dbt's graph stays small however large the project is. Published-name settings (grants,
 * persist_docs, version pointers) are taken off: they belong to the published names and Slipway applies them there.
 */
export function buildManifest(input: BuildManifestInput): Manifest {
  const { manifest } = input;
  const built = new Set(input.build);
  const kept = keptNodes(input, built);
  const nodes: Record<string, ManifestNode> = {};
  for (const id of kept) {
    const node = manifest.nodes[id];
    if (node) nodes[id] = placeNode(node, input, built.has(id) || input.tests.includes(id));
  }
  if (input.hooks)
    for (const node of Object.values(manifest.nodes))
      if (node.resource_type === "operation") nodes[node.unique_id] = node;
  const unitTests: Record<string, ManifestUnitTest> = {};
  for (const id of input.tests) {
    const test = manifest.unit_tests[id];
    if (test) unitTests[id] = { ...test, config: { ...test.config, tags: [...tagsOf(test.config.tags), input.tag] } };
  }
  return { ...manifest, ...emptied(), nodes, unit_tests: unitTests, ...maps(nodes, unitTests) };
}

/** The whole manifest with every node where it is or will be in the store: for commands that read and build nothing. */
export function placedManifest(input: Pick<BuildManifestInput, "manifest" | "relations" | "relationName">): Manifest {
  const { manifest, relations, relationName } = input;
  const nodes = Object.values(manifest.nodes).map((node) => {
    const relation = relations.get(node.unique_id);
    if (!relation) return [node.unique_id, node] as const;
    const placed = { schema: relation.schema, alias: relation.name, relation_name: relationName(node, relation) };
    return [node.unique_id, { ...node, ...placed }] as const;
  });
  return { ...manifest, nodes: Object.fromEntries(nodes) };
}

/** Sources with the macros that read them. */
export const onlySources = (manifest: Manifest): Manifest => ({ ...manifest, ...emptied(), nodes: {}, unit_tests: {} });

function emptied() {
  return { exposures: {}, metrics: {}, semantic_models: {}, saved_queries: {}, selectors: {}, disabled: {}, docs: {} };
}

/** Planned nodes and tests, and what they read. */
function keptNodes(input: BuildManifestInput, built: Set<NodeId>): Set<NodeId> {
  const { manifest } = input;
  const kept = new Set<NodeId>();
  const keepParents = (ids: readonly string[]): void => {
    for (const id of ids) {
      const node = manifest.nodes[id];
      if (!node || kept.has(id)) continue;
      kept.add(id);
      if (!isBuildable(node)) keepParents(node.depends_on.nodes ?? []);
    }
  };
  for (const id of built) keepParents([id, ...(manifest.nodes[id]?.depends_on.nodes ?? [])]);
  for (const id of input.tests) {
    const unit = manifest.unit_tests[id];
    if (!unit) keepParents([id, ...(manifest.nodes[id]?.depends_on.nodes ?? [])]);
    else
      for (const model of unit.depends_on.nodes ?? [])
        keepParents([model, ...(manifest.nodes[model]?.depends_on.nodes ?? [])]);
  }
  return kept;
}

const tagsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : value ? [String(value)] : []);

function placeNode(node: ManifestNode, input: BuildManifestInput, planned: boolean): ManifestNode {
  const tags = planned ? [...tagsOf(node.tags), input.tag] : tagsOf(node.tags);
  const config: Record<string, unknown> = { ...node.config, tags, grants: {}, persist_docs: {} };
  if (node.resource_type === "test")
    return { ...node, tags, config: { ...config, store_failures: false, store_failures_as: null } };
  if ("latest_version_pointer" in config) config.latest_version_pointer = { enabled: false };
  const relation = input.relations.get(node.unique_id);
  const placed = relation
    ? { schema: relation.schema, alias: relation.name, relation_name: input.relationName(node, relation) }
    : {};
  const settled =
    planned || !isBuildable(node) ? {} : { depends_on: { ...node.depends_on, nodes: [] }, refs: [], sources: [] };
  return { ...node, ...placed, ...settled, tags, config };
}

function maps(nodes: Record<string, ManifestNode>, unitTests: Record<string, ManifestUnitTest>) {
  const parents: Record<string, string[]> = {};
  const children: Record<string, string[]> = {};
  for (const one of [...Object.values(nodes), ...Object.values(unitTests)]) {
    parents[one.unique_id] = one.depends_on.nodes ?? [];
    children[one.unique_id] ??= [];
    for (const parent of one.depends_on.nodes ?? []) {
      children[parent] ??= [];
      children[parent].push(one.unique_id);
    }
  }
  return { parent_map: parents, child_map: children };
}
