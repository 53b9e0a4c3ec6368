// Which existing version serves a node whose inputs are known: the rule of reuse, in one place. Pure.

import type { NodeId } from "../project/relation.ts";
import type { ReleaseNode, RunKind } from "../records.ts";

/** A ready version as far as choosing needs it. */
export interface KnownVersion {
  node: NodeId;
  key: string;
  plainKey: string;
  chain: string[];
}

/** What a node would be built from now. */
export interface Wanted {
  node: NodeId;
  resourceType: string;
  materialized: string;
  plainKey: string;
  logicKey: string;
}

export interface Chosen {
  key: string;
  chain: string[];
  /** Set when the version was built by other logic than the node has now (a node left out by `--select`): what stands below builds on that. */
  logicKey?: string;
}

/**
 * Picks the version that stands for `wanted`, or null when it must be built.
 * - Equal inputs: the live version first, else the newest ready one.
 * - Incrementals with unchanged logic stay on this environment's own chain of increments (its history may reach further back than
 *   another environment's); a version from elsewhere is taken only when it grew out of ours, or when ours has other logic anyway.
 * - Snapshots belong to one environment: only its live one counts. A deployment leaves one alone while its logic is unchanged; a
 *   refresh writes it when its inputs moved.
 */
export function chooseVersion(
  wanted: Wanted,
  live: ReleaseNode | undefined,
  ready: readonly KnownVersion[],
  kind: RunKind,
): Chosen | null {
  if (wanted.resourceType === "snapshot") return chooseSnapshot(wanted, live, kind);
  if (live && live.plainKey === wanted.plainKey && ready.some((version) => version.key === live.key))
    return { key: live.key, chain: live.chain };
  const same = ready.filter((version) => version.plainKey === wanted.plainKey);
  const ownChain = wanted.materialized === "incremental" && live !== undefined && live.logicKey === wanted.logicKey;
  const found = ownChain ? same.find((version) => version.chain.includes(live.key)) : same[0];
  return found ? { key: found.key, chain: found.chain } : null;
}

function chooseSnapshot(wanted: Wanted, live: ReleaseNode | undefined, kind: RunKind): Chosen | null {
  if (!live) return null;
  const unchanged = kind === "refresh" ? live.plainKey === wanted.plainKey : live.logicKey === wanted.logicKey;
  return unchanged ? { key: live.key, chain: live.chain } : null;
}
