// What no kept release of any environment in a warehouse needs: versions, leftovers of builds, old copies. Looks only.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { type KeptCandidate, keptReleases, keptWithin } from "../../core/plan/retention.ts";
import { type Relation, relationText } from "../../core/project/relation.ts";
import type { Environment, ReleaseNode, Version } from "../../core/records.ts";
import type { GcView } from "../../core/views/upkeep.ts";
import { listEnvironments } from "../../db/projects.ts";
import { listReleases } from "../../db/releases.ts";
import { openRun } from "../../db/runs.ts";
import { listVersions } from "../../db/versions.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { Act } from "../act/act.ts";
import { releaseIn } from "../session/live.ts";

export interface Garbage {
  items: {
    relation: Relation;
    node: string;
    key: string;
    sizeBytes: number | null;
    why: Text;
    version: Version | null;
  }[];
  /** (release, environment) pairs that lose a version. */
  collected: { releaseId: number; environmentId: number; number: number }[];
  keep: GcView["keep"];
}

export async function sharing(act: Act): Promise<Environment[]> {
  const { id } = await act.session.project();
  return (await listEnvironments(await act.session.db(), id)).filter((one) => one.warehouse === act.warehouse.identity);
}

/** Reads only: what could go, what would lose its way back by that, and what stays. */
export async function findGarbage(act: Act): Promise<Garbage> {
  const versions = await measured(
    act,
    await listVersions(await act.session.db(), {
      warehouse: act.warehouse.identity,
      projectId: act.record.projectId,
      states: ["ready", "failed", "building"],
    }),
  );
  const { needed, dropped, kept } = await sortReleases(act, versions);
  const isNeeded = (version: Version): boolean => needed.has(relationText(version.relation));
  const items = versions.filter((version) => !isNeeded(version)).map(versionItem);
  const going = new Set(items.map((item) => relationText(item.relation)));
  const known = new Set([...needed, ...versions.map((one) => relationText(one.relation))]);
  const stray = await strayRelations(act, known);
  const stay = versions.filter(isNeeded);
  return {
    items: [...items, ...stray],
    collected: dropped.filter((one) => one.relations.some((relation) => going.has(relation))),
    keep: {
      versions: stay.length,
      sizeBytes: stay.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0),
      releases: kept,
    },
  };
}

/** Sizes that nobody measured when they were built are measured now. */
async function measured(act: Act, versions: Version[]): Promise<Version[]> {
  const unknown = versions.filter((one) => one.sizeBytes === null && one.state === "ready");
  if (unknown.length === 0) return versions;
  const relations = unknown.map((one) => one.relation);
  const facts = await act.warehouse.inspect(relations, { sizes: true });
  const sizes = new Map(facts.map((fact) => [relationText(fact.relation), fact.sizeBytes]));
  return versions.map((one) => ({ ...one, sizeBytes: one.sizeBytes ?? sizes.get(relationText(one.relation)) ?? null }));
}

const versionItem = (version: Version): Garbage["items"][number] => ({
  relation: version.relation,
  node: version.node,
  key: version.key,
  sizeBytes: version.sizeBytes,
  why: whyGone(version),
  version,
});

interface SortedReleases {
  /** Relations that kept releases point at. */
  needed: Set<string>;
  dropped: { releaseId: number; environmentId: number; number: number; relations: string[] }[];
  kept: number;
}

/** Releases of every environment in this warehouse, by their retention rules. */
async function sortReleases(act: Act, versions: Version[]): Promise<SortedReleases> {
  const sorted: SortedReleases = { needed: new Set(), dropped: [], kept: 0 };
  const sizes = new Map(versions.map((one) => [relationText(one.relation), one.sizeBytes ?? 0]));
  for (const record of await sharing(act)) {
    const candidates = await candidatesOf(act, record);
    const rules = rulesOf(act, record.name);
    const byRules = keptReleases(candidates, rules, act.session.ctx.clock.now());
    const usable = candidates.filter((one) => !one.collected || byRules.has(one.releaseId));
    const maps = new Map<number, ReleaseNode[]>();
    for (const { releaseId } of usable) maps.set(releaseId, (await releaseIn(act.session, releaseId, record.id)).nodes);
    const relationsOf = (id: number) => (maps.get(id) ?? []).map((node) => relationText(node.relation));
    const needs = { relationsOf, sizeBytes: (relation: string) => sizes.get(relation) ?? 0 };
    const keep = rules.maxSizeBytes === null ? byRules : keptWithin(byRules, candidates, needs, rules.maxSizeBytes);
    // A run that stopped around its switch may be what consumers see, recorded or not.
    const open = await openRun(await act.session.db(), record.id);
    if (open?.releaseId != null) {
      keep.add(open.releaseId);
      maps.set(open.releaseId, (await releaseIn(act.session, open.releaseId, record.id)).nodes);
    }
    const numbers = new Map(candidates.map((one) => [one.releaseId, one.number]));
    for (const [releaseId, nodes] of maps) {
      const one = { releaseId, environmentId: record.id, number: numbers.get(releaseId) ?? 0 };
      sortRelease(one, nodes, keep.has(releaseId), sorted);
    }
  }
  return sorted;
}

function sortRelease(
  one: { releaseId: number; environmentId: number; number: number },
  nodes: ReleaseNode[],
  isKept: boolean,
  sorted: SortedReleases,
): void {
  if (isKept) {
    sorted.kept += 1;
    for (const node of nodes) sorted.needed.add(relationText(node.relation));
    return;
  }
  const own = nodes.filter((node) => node.resourceType !== "snapshot");
  sorted.dropped.push({ ...one, relations: own.map((node) => relationText(node.relation)) });
}

async function candidatesOf(act: Act, record: Environment): Promise<KeptCandidate[]> {
  const summaries = await listReleases(await act.session.db(), {
    projectId: record.projectId,
    environmentId: record.id,
    limit: 10_000,
  });
  return summaries.flatMap((summary) => {
    const standing = summary.standings.find((one) => one.environmentId === record.id);
    if (!standing) return [];
    const { id: releaseId, number, kind, createdAt } = summary;
    return [
      {
        releaseId,
        number,
        kind,
        createdAt,
        state: standing.state,
        liveSince: standing.liveSince,
        collected: standing.collected,
      },
    ];
  });
}

/** An environment that slipway.yml no longer names keeps what it serves and the release before. */
function rulesOf(act: Act, name: string): EnvironmentConfig["retention"] {
  const config = act.session.place.config.environments.find((one) => one.name === name);
  return config?.retention ?? { deploys: 1, refreshes: 1, days: 0, maxSizeBytes: null };
}

function whyGone(version: Version): Text {
  if (version.state === "failed") return say("flow.gc_failed");
  return version.state === "building" ? say("flow.gc_unfinished") : say("flow.gc_unneeded");
}

/** Versions that an earlier gc retired; those that still stand were left by an interruption. */
async function retiredRelations(act: Act): Promise<Set<string>> {
  const search = { warehouse: act.warehouse.identity, projectId: act.record.projectId };
  const versions = await listVersions(await act.session.db(), { ...search, states: ["retired"] });
  return new Set(versions.map((version) => relationText(version.relation)));
}

/** Left behind in the store without a record: dbt's temporary relations and old copies of snapshots. Adopted originals stay. */
async function strayRelations(act: Act, known: Set<string>): Promise<Garbage["items"]> {
  const { storeSchema } = act.record;
  if (storeSchema === null) return [];
  const retired = await retiredRelations(act);
  const relations = (await act.warehouse.listSchema(storeSchema)).filter(
    (relation) => !known.has(relationText(relation)),
  );
  const copies = new Map<string, Relation[]>();
  const items: Garbage["items"] = [];
  const add = (relation: Relation, why: Text) =>
    items.push({ relation, node: relation.name, key: "", sizeBytes: null, why, version: null });
  for (const relation of relations) {
    const copy = /^(.*__snapshot_.*)__rev(\d+)$/.exec(relation.name);
    if (retired.has(relationText(relation))) add(relation, say("flow.gc_interrupted"));
    else if (copy) copies.set(copy[1]!, [...(copies.get(copy[1]!) ?? []), relation]);
    else if (/__dbt_(tmp|backup)/.test(relation.name)) add(relation, say("flow.gc_leftover"));
  }
  const revision = (relation: Relation) => Number(/__rev(\d+)$/.exec(relation.name)?.[1] ?? 0);
  for (const list of copies.values())
    for (const old of list.sort((a, b) => revision(b) - revision(a)).slice(1)) add(old, say("flow.gc_copy"));
  return items;
}
