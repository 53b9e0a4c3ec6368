// A long-lived checkout of commits outside the user's working tree; only files that changed are touched, so that partial parsing lives on.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { git, runGit } from "./git.ts";
import type { Repository } from "./repository.ts";

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

/** A changed file's blobs, before and after; zeros where there is none. */
type Change = [before: string, after: string];

/** Changed files that are read at a time, by one process: their texts are in memory together. */
const READ_MAX = 50;

/**
 * True when some changed file is equal to its old self after white-space folding: dbt 1.12 compares only folded text, so a partial
 * parse would build the old code (see docs/facts/dbt.md). Also true when the old commit is no longer in the repository.
 */
export async function hasBlankOnlyChange(repository: Repository, before: string, after: string): Promise<boolean> {
  const changes = await changesBetween(repository, before, after);
  if (changes === null) return true;
  for (let from = 0; from < changes.length; from += READ_MAX) {
    const part = changes.slice(from, from + READ_MAX);
    const texts = await foldedBlobs(repository, part.flat());
    if (part.some(([was, is]) => texts.has(was) && texts.get(was) === texts.get(is))) return true;
  }
  return false;
}

/** Of the whole repository: packages may lie beside the project. Null when one of the commits is not there. */
async function changesBetween(repository: Repository, before: string, after: string): Promise<Change[] | null> {
  const found = await runGit(repository.setting, ["diff-tree", "-r", "-z", "--raw", "--no-renames", before, after]);
  if (found.status !== 0) return null;
  const heads = found.stdout
    .toString()
    .split("\0")
    .filter((entry) => /^:\d{6} \d{6} /.test(entry));
  return heads.map((head) => head.split(" ").slice(2, 4) as Change);
}

/** The texts of blobs, white space folded, by id; ids of anything else (no file, a submodule) are left out. */
async function foldedBlobs(repository: Repository, ids: string[]): Promise<Map<string, string>> {
  const setting = { ...repository.setting, input: ids.map((id) => `${id}\n`).join("") };
  const { stdout } = await runGit(setting, ["cat-file", "--batch"]);
  const texts = new Map<string, string>();
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf(10, at);
    const [id = "", type, size] = stdout.toString("utf8", at, end).split(" ");
    const bytes = size === undefined ? -1 : Number(size); // `<id> missing` has neither size nor content
    if (type === "blob") texts.set(id, folded(stdout.subarray(end + 1, end + 1 + bytes)));
    at = end + 1 + bytes + 1;
  }
  return texts;
}

const folded = (bytes: Buffer): string => bytes.toString("utf8").split(/\s+/).filter(Boolean).join(" ");
