// Which releases an environment keeps, by its retention rules. Pure.
import type { ReleaseState, RunKind } from "../records.ts";

/** A release as it stood in one environment, newest first in lists. */
export interface KeptCandidate {
  releaseId: number;
  number: number;
  kind: RunKind;
  state: ReleaseState;
  createdAt: Date;
  /** When it was last live here; null when never. */
  liveSince: Date | null;
  /** Versions of it are gone already. */
  collected: boolean;
}

export interface RetentionRules {
  /** Code releases kept. */
  deploys: number;
  /** Data-only releases kept. */
  refreshes: number;
  /** Younger code releases are kept besides. */
  days: number;
}

const DAY_MS = 86_400_000;

/**
 * Release ids to keep: the live one and the one live before it always; besides the newest `deploys` code releases (and those younger
 * than `days`) and the newest `refreshes` refreshes that were live; candidates and verified ones younger than a day, which may be about
 * to be promoted. Rejected ones need nothing.
 */
export function keptReleases(releases: readonly KeptCandidate[], rules: RetentionRules, now: Date): Set<number> {
  const usable = releases.filter((release) => !release.collected && release.state !== "rejected");
  const served = usable
    .filter((release) => release.liveSince !== null)
    .sort((a, b) => b.liveSince!.getTime() - a.liveSince!.getTime() || b.number - a.number);
  const kept = new Set(served.slice(0, 2).map((release) => release.releaseId));
  // Even one of which gc took a version before: what consumers are served now stays, whatever is on record about it.
  for (const release of releases) if (release.state === "live") kept.add(release.releaseId);
  const code = served.filter((release) => release.kind !== "refresh");
  const data = served.filter((release) => release.kind === "refresh");
  for (const release of [...code.slice(0, rules.deploys), ...data.slice(0, rules.refreshes)])
    kept.add(release.releaseId);
  for (const release of code) if (ageMs(release, now) < rules.days * DAY_MS) kept.add(release.releaseId);
  for (const release of usable)
    if (release.liveSince === null && now.getTime() - release.createdAt.getTime() < DAY_MS) kept.add(release.releaseId);
  return kept;
}

/**
 * Of `kept`, those that fit into `maxBytes` together: the oldest go first. The live one, the one before it and candidates stay whatever
 * they need. Relations that several releases point at count once.
 */
export function keptWithin(
  kept: ReadonlySet<number>,
  releases: readonly KeptCandidate[],
  needs: { relationsOf: (releaseId: number) => readonly string[]; sizeBytes: (relation: string) => number },
  maxBytes: number,
): Set<number> {
  const counted = new Set<string>();
  let bytes = 0;
  const add = (releaseId: number): void => {
    for (const relation of needs.relationsOf(releaseId)) {
      if (!counted.has(relation)) bytes += needs.sizeBytes(relation);
      counted.add(relation);
    }
  };
  const known = releases.filter((release) => kept.has(release.releaseId));
  const served = known
    .filter((release) => release.liveSince !== null)
    .sort((a, b) => b.liveSince!.getTime() - a.liveSince!.getTime() || b.number - a.number);
  const always = new Set(served.filter((one, index) => index < 2 || one.state === "live").map((one) => one.releaseId));
  const fit = new Set([...kept].filter((id) => always.has(id) || !served.some((one) => one.releaseId === id)));
  for (const id of fit) add(id);
  for (const release of served) {
    if (fit.has(release.releaseId)) continue;
    add(release.releaseId);
    if (bytes > maxBytes) break;
    fit.add(release.releaseId);
  }
  return fit;
}

const ageMs = (release: KeptCandidate, now: Date): number => now.getTime() - release.liveSince!.getTime();
