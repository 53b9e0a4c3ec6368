// What came before what: who changed a file last, and which of two commits is the earlier one.
import { runGit } from "./git.ts";
import type { Commit, Repository } from "./repository.ts";

/** True when `commit` is part of the history of `later`; false where Git knows one of them no more. */
export async function isAncestor(repository: Repository, commit: string, later: string): Promise<boolean> {
  return (await runGit(repository.setting, ["merge-base", "--is-ancestor", commit, later])).status === 0;
}

/** The last commit up to `until` (and after `after`) that touched a project-relative path; null when none did or it is unknown. */
export async function lastChange(
  repository: Repository,
  path: string,
  until: string,
  after: string | null,
): Promise<Commit | null> {
  const range = after === null ? until : `${after}..${until}`;
  const result = await runGit(repository.setting, ["log", "-1", "--format=%H%x00%s%x00%an%x00%cI", range, "--", path]);
  const [sha = "", subject = "", author = "", at = ""] = result.stdout.toString().trimEnd().split("\0");
  return result.status === 0 && sha !== "" ? { sha, subject, author, at: new Date(at) } : null;
}
