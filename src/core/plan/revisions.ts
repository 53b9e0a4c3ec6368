// What the history of an environment says: how long a release was live, where a rollback goes, how old its data is. Pure.

import type { Token } from "../keys/token.ts";
import type { NodeId } from "../project/relation.ts";
import type { Revision } from "../records.ts";

type Step = Pick<Revision, "revision" | "releaseId" | "fromReleaseId" | "kind" | "at">;

/** Milliseconds a release was served in all; null when it never was. `revisions`: newest first. */
export function liveMs(releaseId: number, revisions: readonly Step[], now: Date): number | null {
  let total: number | null = null;
  revisions.forEach((step, index) => {
    if (step.releaseId !== releaseId) return;
    const until = revisions[index - 1]?.at ?? now;
    total = (total ?? 0) + Math.max(0, until.getTime() - step.at.getTime());
  });
  return total;
}

/**
 * The release a rollback without a name goes to: the one with a lower number than the live one that was served last. After a rollback
 * the release that was left behind is not meant. `numbers` by release id; null when there is none.
 */
export function releaseBefore(
  liveReleaseId: number,
  revisions: readonly Step[],
  numbers: ReadonlyMap<number, number>,
): number | null {
  const live = numbers.get(liveReleaseId) ?? 0;
  const found = revisions.find(
    (step) => step.releaseId !== liveReleaseId && (numbers.get(step.releaseId) ?? live) < live,
  );
  return found?.releaseId ?? null;
}

/** When the newest source data of a release was read; null when it reads no source. */
export function dataAsOf(tokens: Record<NodeId, Token>): Date | null {
  const read = Object.entries(tokens).flatMap(([node, token]) => (node.startsWith("source.") ? [token.readAt] : []));
  return read.length === 0 ? null : new Date(read.reduce((a, b) => (a > b ? a : b)));
}
