// What alerts need of a manifest: owners, tags, freshness rules. Read once per manifest: at 5,000 nodes it has 30 MB.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ownerOf } from "../../core/plan/impact.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import type { NodeId } from "../../core/project/relation.ts";
import { loadManifest } from "../../db/manifests.ts";
import type { Session } from "../../flow/session/session.ts";
import { MANIFESTS_KEPT } from "./notice-limits.ts";

export interface ManifestFacts {
  people: ReadonlyMap<NodeId, { owner: string | null; tags: string[] }>;
  sources: Record<NodeId, { freshness?: unknown }>;
}

const NONE: ManifestFacts = { people: new Map(), sources: {} };
const kept = new Map<string, ManifestFacts>();

/** Nothing is known where the file is gone or cut short; a later act makes it anew, and an alert goes out all the same. */
export async function manifestFacts(session: Session, manifestId: number): Promise<ManifestFacts> {
  const { path } = await loadManifest(await session.db(), manifestId);
  const file = join(session.place.home, path, "manifest.json");
  const known = kept.get(file);
  if (known) return known;
  const manifest = await readFile(file, "utf8")
    .then((text) => JSON.parse(text) as Manifest)
    .catch(() => null);
  if (manifest === null) return NONE;
  const facts = factsOf(manifest);
  kept.set(file, facts);
  const [oldest] = kept.keys();
  if (kept.size > MANIFESTS_KEPT && oldest !== undefined) kept.delete(oldest);
  return facts;
}

function factsOf(manifest: Manifest): ManifestFacts {
  const all = [...Object.values(manifest.nodes), ...Object.values(manifest.sources)] as Manifest["nodes"][string][];
  const people = all.map((node): [NodeId, { owner: string | null; tags: string[] }] => [
    node.unique_id,
    { owner: ownerOf(manifest, node), tags: node.tags ?? [] },
  ]);
  const rules = Object.entries(manifest.sources as ManifestFacts["sources"]);
  return {
    people: new Map(people.filter(([, { owner, tags }]) => owner !== null || tags.length > 0)),
    sources: Object.fromEntries(rules.map(([id, { freshness }]) => [id, { freshness }])),
  };
}
