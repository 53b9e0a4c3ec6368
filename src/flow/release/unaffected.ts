// What a failed test leaves to publish, where the environment's rule says so: the draft cut down to it, and the record of it.
import { REASON_NAMES_MAX } from "../../core/limits.ts";
import { unaffectedPlan } from "../../core/plan/unaffected.ts";
import type { NodeId } from "../../core/project/relation.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { Evidence } from "../../core/records.ts";
import { loadKeyParents } from "../../db/keys.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { Act } from "../act/act.ts";
import type { Draft } from "../plan/draft.ts";
import type { Verified } from "./verify.ts";

export interface UnaffectedPart {
  draft: Draft;
  evidence: Evidence;
  override: Text;
}

/** Null where the rule is another one, or where nothing is unaffected: then all is held. */
export async function unaffectedPart(act: Act, draft: Draft, { evidence }: Verified): Promise<UnaffectedPart | null> {
  const { environment } = act;
  if (environment.onTestFailure !== "publish_unaffected") return null;
  const { manifest } = draft.ingested;
  const part = unaffectedPlan(draft.input, evidence, { manifest, liveParents: await liveParents(act, draft) });
  if (part === null) return null;
  const tokens = { ...part.plan.tokens };
  for (const id of part.held) {
    const before = draft.live?.tokens[id];
    if (before) tokens[id] = before;
    else delete tokens[id];
  }
  const sameCommit = draft.live?.release.commit === draft.ingested.commit.sha;
  const override = say("flow.published_unaffected", {
    environment: environment.name,
    published: part.published,
    held: part.held.length,
    names: part.held.slice(0, REASON_NAMES_MAX).map(shortName),
    failed: evidence.tests.filter(({ status }) => status === "fail" || status === "error").length,
  });
  return {
    draft: {
      ...draft,
      plan: { ...part.plan, tokens },
      // A commit of which some nodes are held is nothing to hand on.
      whole: draft.whole && sameCommit && draft.live!.release.whole,
    },
    evidence: { ...evidence, held: part.held },
    override,
  };
}

/** What live nodes were made of, by their keys' records: ephemeral models stand for what they read. */
async function liveParents({ session }: Act, { live }: Draft): Promise<Map<NodeId, NodeId[]>> {
  const nodes = live?.nodes ?? [];
  const isLive = new Set(nodes.map((node) => node.node));
  const [db, { id: projectId }] = [await session.db(), await session.project()];
  const records = new Map<string, Record<NodeId, string>>();
  let wanted: { node: NodeId; key: string }[] = nodes;
  while (wanted.length > 0) {
    const found = await loadKeyParents(db, projectId, wanted);
    for (const [name, parents] of found) records.set(name, parents);
    wanted = [...found.values()].flatMap(between).filter(({ node, key }) => !records.has(`${node} ${key}`));
  }
  const keyLength = nodes[0]?.key.length ?? 0;
  function between(parents: Record<NodeId, string>): { node: NodeId; key: string }[] {
    const others = Object.entries(parents).filter(([id]) => !isLive.has(id) && !id.startsWith("source."));
    // What stands for the latest version of a model follows the key.
    return others.map(([node, text]) => ({ node, key: text.slice(0, keyLength) }));
  }
  const parentsOf = (node: NodeId, key: string): NodeId[] | undefined => {
    const parents = records.get(`${node} ${key}`);
    if (!parents) return undefined;
    const through = between(parents).flatMap((one) => parentsOf(one.node, one.key) ?? []);
    return [...Object.keys(parents).filter((id) => isLive.has(id)), ...through];
  };
  return new Map(
    nodes.flatMap(({ node, key }) => {
      const parents = parentsOf(node, key);
      return parents ? [[node, parents] as const] : [];
    }),
  );
}
