// A long-lived checkout of commits outside the user's working tree; only files that changed are touched, so that partial parsing lives on.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { git, runGit } from "./git.ts";
import { blobAt, changedFiles, type Repository } from "./repository.ts";

/**
 * Brings `folder` to a commit: tracked files exactly as committed, stray files gone except `keep` (project-relative, e.g. installed
 * packages). Uses the repository's objects with an index of its own: the user's working tree, index and HEAD are untouched. Returns the
 * absolute folder of the dbt project in the checkout.
 */
export async function checkoutCommit(
  repository: Repository,
  folder: string,
  sha: string,
  keep: string[],
): Promise<string> {
  const tree = join(folder, "tree");
  await mkdir(tree, { recursive: true });
  const index = { GIT_DIR: repository.gitDir, GIT_WORK_TREE: tree, GIT_INDEX_FILE: join(folder, "index") };
  const setting = { ...repository.setting, folder: tree };
  // Whoever sees only a part of the repository (a sparse checkout) still deploys all of the commit.
  const run = (args: string[]) =>
    git(setting, ["-c", "core.autocrlf=false", "-c", "core.sparseCheckout=false", ...args], index);
  await run(["read-tree", "--reset", "-u", sha]);
  await run(["checkout-index", "--all", "--force", "--quiet"]);
  const prefix = repository.prefix === "" ? "" : `${repository.prefix}/`;
  await run(["clean", "-ffdxq", ...keep.flatMap((path) => ["-e", `/${prefix}${path}`])]);
  return repository.prefix === "" ? tree : join(tree, repository.prefix);
}

const folded = (bytes: Buffer): string => bytes.toString("utf8").split(/\s+/).filter(Boolean).join(" ");

/**
 * True when some changed file is equal to its old self after white-space folding: dbt 1.12 compares only folded text, so a partial
 * parse would build the old code (see docs/facts/dbt.md). Also true when the old commit is no longer in the repository.
 */
export async function hasBlankOnlyChange(repository: Repository, before: string, after: string): Promise<boolean> {
  const known = await runGit(repository.setting, ["cat-file", "-e", `${before}^{commit}`]);
  if (known.status !== 0) return true;
  for (const path of await changedFiles(repository, before, after)) {
    const [was, is] = [await blobAt(repository, before, path), await blobAt(repository, after, path)];
    if (was !== null && is !== null && folded(was) === folded(is)) return true;
  }
  return false;
}
