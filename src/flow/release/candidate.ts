// The release that a run makes: its map of nodes to versions, and the release itself, new or found again.

import { relationText } from "../../core/project/relation.ts";
import type { Release, ReleaseNode, RunKind, Version } from "../../core/records.ts";
import { createRelease } from "../../db/releases.ts";
import type { Act } from "../act/act.ts";
import type { Draft } from "../plan/draft.ts";
import { releaseIn } from "../session/live.ts";
import type { Built } from "./build.ts";

/** The release map with what the build brought to light: version ids and columns. */
export async function releaseNodes(act: Act, draft: Draft, built: Built): Promise<ReleaseNode[]> {
  const reused = new Map(draft.versions.map((version) => [`${version.node} ${version.key}`, version]));
  const versionOf = (node: string, key: string): Version | undefined => {
    const version = built.versions.get(node);
    return version?.key === key ? version : reused.get(`${node} ${key}`);
  };
  const planned = draft.plan.nodes.map((node) => ({ node, version: versionOf(node.node, node.key) }));
  const live = new Map((draft.live?.nodes ?? []).map((node) => [node.node, node]));
  const known = (one: (typeof planned)[number]) =>
    one.version?.columns.length
      ? one.version.columns
      : one.node.how === "reused"
        ? live.get(one.node.node)?.columns
        : undefined;
  const unknown = planned.filter((one) => !known(one)?.length).map((one) => one.node.relation);
  const facts = new Map(
    (unknown.length === 0 ? [] : await act.warehouse.inspect(unknown)).map((fact) => [
      relationText(fact.relation),
      fact.columns,
    ]),
  );
  return planned.map((one) => ({
    ...one.node,
    how: built.found.has(one.node.node) ? "reused" : one.node.how,
    versionId: one.version?.id ?? live.get(one.node.node)?.versionId ?? null,
    columns: known(one) ?? facts.get(relationText(one.node.relation)) ?? [],
  }));
}

/**
 * The release of this run: the one handed over, the candidate of an interrupted run with the very same content, or a new one. What this
 * environment has served under a number stays under it: handed over again with other content, it becomes a new release.
 */
export async function candidate(
  act: Act,
  draft: Draft,
  handedOver: Release | null,
  nodes: ReleaseNode[],
): Promise<Release> {
  const release = await releaseOf(act, draft, handedOver, nodes);
  act.session.log.release(release.number);
  return release;
}

async function releaseOf(act: Act, draft: Draft, handedOver: Release | null, nodes: ReleaseNode[]): Promise<Release> {
  if (handedOver && !(await servedOtherwise(act, handedOver, nodes))) return handedOver;
  const left = act.recovered && !act.recovered.finished ? act.recovered.run.releaseId : null;
  if (left !== null) {
    const { release, nodes: had } = await releaseIn(act.session, left, act.record.id);
    if (release.commit === draft.ingested.commit.sha && keysOf(had) === keysOf(nodes)) return release;
  }
  const { commit, stored } = draft.ingested;
  const { id: projectId } = await act.session.project();
  return createRelease(
    await act.session.db(),
    {
      projectId,
      commit: commit.sha,
      commitSubject: commit.subject,
      commitAuthor: commit.author,
      commitAt: commit.at,
      kind: releaseKind(act, draft),
      target: act.environment.target,
      nodes,
      tokens: draft.plan.tokens,
      manifestId: stored.id,
      whole: draft.whole,
    },
    {
      who: await act.session.actor(),
      what: "release.created",
      subject: `environment ${act.environment.name}`,
      why: act.reason,
      details: { commit: commit.sha },
    },
  );
}

/** New data of the commit that is live is a refresh, whoever asked for it. */
const releaseKind = ({ kind }: Act, { live, ingested }: Draft): RunKind => {
  if (kind !== "job") return kind;
  return live?.release.commit === ingested.commit.sha ? "refresh" : "deploy";
};

const keysOf = (nodes: ReleaseNode[]): string =>
  nodes
    .map((node) => `${node.node} ${node.key} ${relationText(node.published)}`)
    .sort()
    .join();

async function servedOtherwise(act: Act, release: Release, nodes: ReleaseNode[]): Promise<boolean> {
  const { standing, nodes: had } = await releaseIn(act.session, release.id, act.record.id);
  return standing !== null && standing.liveSince !== null && keysOf(had) !== keysOf(nodes);
}
