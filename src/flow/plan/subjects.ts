// The nodes and tests of a plan to be: what the manifest has now, and with --select what stays as it is live.

import type { PlanSubject } from "../../core/plan/plan.ts";
import { dressingOf } from "../../core/project/dressing.ts";
import { ancestors, buildOrder, isBuildable, materialization } from "../../core/project/graph.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import type { NodeId, Relation } from "../../core/project/relation.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { ReleaseNode, TestResult, Version } from "../../core/records.ts";
import type { Keyed } from "./inputs.ts";

interface SubjectWork {
  manifest: Manifest;
  keyed: Keyed;
  names: Map<NodeId, Relation>;
  versions: Version[];
  live: ReleaseNode[];
  /** Nodes that `--select` leaves as they are live. */
  excluded: Set<NodeId>;
  /** False with `--select`: what is live and not selected stays exactly as it is, removed or renamed nodes too. */
  whole: boolean;
}

/** Every node of the release to be, parents first. */
export function planSubjects(work: SubjectWork): PlanSubject[] {
  const byKey = new Map(work.versions.map((version) => [`${version.node} ${version.key}`, version]));
  const live = new Map(work.live.map((node) => [node.node, node]));
  const subjects: PlanSubject[] = [];
  for (const id of buildOrder(work.manifest)) {
    const was = live.get(id);
    if (work.excluded.has(id) && !was) continue;
    const node = work.manifest.nodes[id]!;
    if (work.excluded.has(id) && was) {
      subjects.push(asLive(was, byKey));
      continue;
    }
    const key = work.keyed.keys.get(id)!;
    const version = byKey.get(`${id} ${key.key}`);
    subjects.push({
      id,
      name: shortName(id),
      resourceType: node.resource_type,
      materialized: materialization(node),
      published: work.names.get(id)!,
      dressing: dressingOf(node),
      key,
      version: version ? { relation: version.relation, environment: null } : null,
      base: key.mode === "increment" ? (was?.relation ?? null) : null,
    });
  }
  if (!work.whole) for (const was of work.live) if (!work.manifest.nodes[was.node]) subjects.push(asLive(was, byKey));
  return subjects;
}

/** A node that stays exactly as consumers have it. */
function asLive(was: ReleaseNode, byKey: Map<string, Version>): PlanSubject {
  const version = byKey.get(`${was.node} ${was.key}`);
  return {
    id: was.node,
    name: shortName(was.node),
    resourceType: was.resourceType,
    materialized: was.materialized,
    published: was.published,
    dressing: was.dressing,
    key: { ...was, mode: "full" },
    version: version ? { relation: version.relation, environment: null } : null,
    base: null,
  };
}

/** Tests whose parents are all part of the release (or sources), sorted. */
export function plannedTests(manifest: Manifest, keyed: Keyed, known: Map<string, TestResult>, included: Set<NodeId>) {
  const parents = (id: NodeId): string[] => (manifest.nodes[id] ?? manifest.unit_tests[id])?.depends_on.nodes ?? [];
  const complete = (id: NodeId) => {
    const roots = parents(id).filter((parent) => manifest.nodes[parent]);
    const needed = [...roots, ...ancestors(manifest, roots)].filter(
      (one) => manifest.nodes[one] && isBuildable(manifest.nodes[one]),
    );
    return needed.every((one) => included.has(one));
  };
  const every = Object.values(manifest.nodes).every((node) => !isBuildable(node) || included.has(node.unique_id));
  return [...keyed.tests.values()]
    .filter((test) => every || complete(test.test))
    .map((test) => ({ id: test.test, key: test.key, known: known.has(test.key) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
