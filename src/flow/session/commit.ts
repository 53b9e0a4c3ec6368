// Commits and releases as views show them, and what of the working tree a commit leaves out.
import type { Release, ReleaseStanding } from "../../core/records.ts";
import type { CommitRef, ReleaseRef } from "../../core/views/base.ts";
import { loadStanding } from "../../db/releases.ts";
import { type Commit, uncommittedFiles } from "../../git/repository.ts";
import type { Session } from "./session.ts";

export const commitRef = (commit: Commit): CommitRef => ({
  commit: commit.sha,
  subject: commit.subject,
  author: commit.author,
  committedAt: commit.at,
});

/** What a release says of its commit; enough without Git. */
type ReleaseFacts = Pick<Release, "number" | "commit" | "commitSubject" | "commitAuthor" | "commitAt" | "kind">;

/** A release as one environment sees it; without a standing there it is a candidate. */
export const releaseRef = (release: ReleaseFacts, standing: ReleaseStanding | null): ReleaseRef => ({
  number: release.number,
  commit: release.commit,
  subject: release.commitSubject,
  author: release.commitAuthor,
  committedAt: release.commitAt,
  kind: release.kind,
  state: standing?.state ?? "candidate",
  liveSince: standing?.state === "live" ? standing.liveSince : null,
});

export const commitOfRelease = (release: ReleaseFacts): Commit => ({
  sha: release.commit,
  subject: release.commitSubject,
  author: release.commitAuthor,
  at: release.commitAt,
});

/** The same with the standing read from the state. */
export async function releaseRefIn(
  session: Session,
  release: ReleaseFacts & { id: number },
  environmentId: number,
): Promise<ReleaseRef> {
  return releaseRef(release, await loadStanding(await session.db(), release.id, environmentId));
}

/** Project-relative paths that a deployment of HEAD leaves out; [] when a commit was named. */
export async function leftOut(session: Session, commit: string | null): Promise<string[]> {
  return commit === null ? uncommittedFiles(await session.repository()) : [];
}
