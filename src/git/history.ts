// Who changed a file last: for "since when is this so?".
import { runGit } from "./git.ts";
import type { Commit, Repository } from "./repository.ts";

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
