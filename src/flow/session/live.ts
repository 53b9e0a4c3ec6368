// What an environment serves now, and what a release is there: records of the state joined into one thing.

import type { Token } from "../../core/keys/token.ts";
import type { NodeId } from "../../core/project/relation.ts";
import type { Environment, Release, ReleaseNode, ReleaseStanding } from "../../core/records.ts";
import { loadRelease, loadStanding } from "../../db/releases.ts";
import type { Session } from "./session.ts";

export interface LiveRelease {
  release: Release;
  standing: ReleaseStanding | null;
  /** The release's map as this environment has it. */
  nodes: ReleaseNode[];
  tokens: Record<NodeId, Token>;
  manifestId: number;
}

/** The live release of an environment, or null before the first. */
export async function liveRelease(session: Session, record: Environment): Promise<LiveRelease | null> {
  return record.liveReleaseId === null ? null : releaseIn(session, record.liveReleaseId, record.id);
}

/** A release as an environment has it: its own map where it has one, else the release's. */
export async function releaseIn(session: Session, releaseId: number, environmentId: number): Promise<LiveRelease> {
  const db = await session.db();
  const [release, standing] = [await loadRelease(db, releaseId), await loadStanding(db, releaseId, environmentId)];
  const own = standing?.own ?? null;
  return {
    release,
    standing,
    nodes: own?.nodes ?? release.nodes,
    tokens: own?.tokens ?? release.tokens,
    manifestId: own?.manifestId ?? release.manifestId,
  };
}
