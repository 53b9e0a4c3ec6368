// `plan --explain NODE`: every component of one node's key, which of them changed, where, and since which commit.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { explainComponents, type Place } from "../../core/keys/explain-components.ts";
import { type ExplainLine, explainKey, type KeyComponents } from "../../core/keys/key.ts";
import { physicalParents } from "../../core/project/graph.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import { type NodeId, relationText } from "../../core/project/relation.ts";
import { lineOf } from "../../core/project/source-line.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { CommitRef } from "../../core/views/base.ts";
import type { ExplainView } from "../../core/views/plan.ts";
import { loadKeyRecord } from "../../db/keys.ts";
import { lastChange } from "../../git/history.ts";
import { fileAt } from "../../git/repository.ts";
import { AppError } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import { say } from "../../text/catalogue.ts";
import { commitRef } from "../session/commit.ts";
import type { Session } from "../session/session.ts";
import { type Compared, compareBuilds } from "./compare.ts";
import type { Draft } from "./draft.ts";

/** `wanted`: unique_id, name or published name. AppError `not_found` with the nearest. */
export async function explainNode(
  session: Session,
  _environment: EnvironmentConfig,
  draft: Draft,
  wanted: string,
): Promise<ExplainView> {
  const node = findNode(draft, wanted);
  const key = draft.keyed.keys.get(node)!;
  const live = draft.live?.nodes.find((one) => one.node === node);
  const record = live && (await loadKeyRecord(await session.db(), (await session.project()).id, node, live.key));
  const before = (record?.components ?? null) as KeyComponents | null;
  const lines = before === null ? [] : explainKey(before, key.components);
  const places = await placesOf(session, draft, node, lines);
  const action = draft.plan.actions.find((one) => "key" in one && "node" in one && one.node === node)?.kind;
  return {
    outcome: "done",
    timezone: session.place.config.timezone,
    at: session.ctx.clock.now(),
    problems: [],
    node,
    name: shortName(node),
    action: action === undefined ? "none" : action === "reuse" ? "reuse" : "build",
    fromKey: live?.key ?? null,
    toKey: key.key,
    components: explainComponents({
      before,
      after: key.components,
      lines,
      tokens: draft.plan.tokens,
      causes: causesOf(draft.ingested.manifest, await compareBuilds(session, draft)),
      place: (line) => places.get(line) ?? { file: null, line: null },
    }),
    since: await since(session, draft, [...places.values()]),
  };
}

function findNode(draft: Draft, wanted: string): NodeId {
  const { manifest } = draft.ingested;
  const own = manifest.metadata.project_name;
  const names = new Map<string, NodeId>();
  const ids = [...draft.keyed.keys.keys()].sort(
    (a, b) => Number(manifest.nodes[b]?.package_name === own) - Number(manifest.nodes[a]?.package_name === own),
  );
  for (const id of ids) {
    const node = manifest.nodes[id];
    const published = node ? [node.name, relationText({ schema: node.schema, name: node.alias }), node.alias] : [];
    for (const name of [id, shortName(id), ...published]) if (!names.has(name)) names.set(name, id);
  }
  const found = names.get(wanted);
  if (found !== undefined) return found;
  const near = nearest(wanted, names.keys());
  throw new AppError("not_found", say("views.no_node", { node: wanted }), {
    hint: near === null ? say("plan.selector_empty_hint") : say("plan.selector_near", { near }),
  });
}

/** For each node that is built: those at or above it whose own change is the cause. */
function causesOf(manifest: Manifest, compared: Map<NodeId, Compared>): Map<NodeId, NodeId[]> {
  const causes = new Map<NodeId, NodeId[]>();
  for (const [node, { own }] of compared) {
    const above = physicalParents(manifest, node).flatMap((parent) => causes.get(parent) ?? []);
    causes.set(node, [...new Set(own ? [node, ...above] : above)]);
  }
  return causes;
}

/** File and line of every changed part that stands in a file of this repository. */
async function placesOf(
  session: Session,
  draft: Draft,
  node: NodeId,
  lines: ExplainLine[],
): Promise<Map<ExplainLine, Place>> {
  const places = new Map<ExplainLine, Place>();
  for (const line of lines.filter((one) => one.status !== "same")) {
    const resource = resourceOf(draft.ingested.manifest, node, line);
    if (!resource) continue;
    const repository = await session.repository();
    const bytes = await fileAt(repository, draft.ingested.commit.sha, resource.file);
    if (bytes === null) continue;
    const at = line.component === "seed" ? null : lineOf(bytes.toString("utf8"), line.diff, resource.from);
    places.set(line, { file: resource.file, line: at });
  }
  return places;
}

function resourceOf(manifest: Manifest, node: NodeId, line: ExplainLine): { file: string; from: RegExp | null } | null {
  const own = manifest.nodes[node];
  const macro = line.component === "macros" && line.item !== null ? manifest.macros[line.item] : undefined;
  const written = line.component === "code" || line.component === "seed" ? own : macro;
  if (!written || written.package_name !== manifest.metadata.project_name) return null;
  const from = macro
    ? new RegExp(`(?:macro|materialization|test)\\s+${macro.name.replace(/^test_/, "")}\\s*\\(`)
    : null;
  return { file: written.original_file_path, from };
}

/** The newest commit between what is live and what is planned that touched a file of the change. */
async function since(session: Session, draft: Draft, places: Place[]): Promise<CommitRef | null> {
  const files = new Set(places.flatMap((place) => place.file ?? []));
  const repository = await session.repository();
  const { sha } = draft.ingested.commit;
  const commits = await Promise.all(
    [...files].map((file) => lastChange(repository, file, sha, draft.live?.release.commit ?? null)),
  );
  const newest = commits.flatMap((commit) => commit ?? []).sort((a, b) => b.at.getTime() - a.at.getTime())[0];
  return newest ? commitRef(newest) : null;
}
