// Whom a plan concerns: exposures below what changes, and changed datasets by owner. Pure.
import { descendants } from "../project/graph.ts";
import type { Manifest, ManifestNode } from "../project/manifest.ts";
import { type NodeId, relationText } from "../project/relation.ts";
import type { Impact } from "../views/plan.ts";
import type { Plan } from "./plan.ts";

interface OwnerFields {
  name?: string | null | undefined;
  email?: string | string[] | null | undefined;
}

/** Exposures that read a changed node, directly or through others, and changed published datasets by owner; both sorted. */
export function impactOf(manifest: Manifest, plan: Plan): Impact {
  const changed = new Set<NodeId>();
  const datasets = new Map<NodeId, string>();
  for (const action of plan.actions) {
    if (action.kind === "publish" || action.kind === "unpublish")
      datasets.set(action.node, relationText(action.published));
    if (action.kind === "publish" || action.kind === "unpublish" || action.kind === "snapshot")
      changed.add(action.node);
  }
  const reached = new Set([...changed, ...descendants(manifest, changed)]);
  return { exposures: exposuresOf(manifest, reached), datasets: byOwner(manifest, datasets) };
}

function exposuresOf(manifest: Manifest, reached: Set<NodeId>): Impact["exposures"] {
  return Object.values(manifest.exposures)
    .filter((exposure) => (exposure.depends_on.nodes ?? []).some((node) => reached.has(node)))
    .map((exposure) => ({
      name: exposure.label || exposure.name,
      type: exposure.type,
      owner: ownerText(exposure.owner),
    }))
    .sort((a, b) => compare(a.name, b.name));
}

function byOwner(manifest: Manifest, datasets: Map<NodeId, string>): Impact["datasets"] {
  const owners = new Map<string | null, string[]>();
  for (const [id, name] of datasets) {
    const node = manifest.nodes[id];
    const owner = node ? ownerOf(manifest, node) : null;
    owners.set(owner, [...(owners.get(owner) ?? []), name]);
  }
  return [...owners]
    .map(([owner, names]) => ({ owner, names: names.sort() }))
    .sort((a, b) => (a.owner === null ? 1 : b.owner === null ? -1 : compare(a.owner, b.owner)));
}

/** `meta.owner` of the node, else its group's owner, else the group's name. */
export function ownerOf(manifest: Manifest, node: ManifestNode): string | null {
  const meta = { ...node.meta, ...(node.config.meta as Record<string, unknown> | undefined) };
  const own = meta.owner;
  if (typeof own === "string" && own !== "") return own;
  if (own !== null && typeof own === "object") return ownerText(own as OwnerFields);
  const name = node.group ?? (node.config.group as string | null | undefined) ?? null;
  if (name === null) return null;
  const group = Object.values(manifest.groups).find((one) => one.name === name);
  return (group && ownerText(group.owner)) ?? name;
}

function ownerText(owner: OwnerFields): string | null {
  const email = Array.isArray(owner.email) ? owner.email[0] : owner.email;
  return owner.name || email || null;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
