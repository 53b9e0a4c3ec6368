// What Slipway reads from the user's Git repository: where it is, commits, what changed, what is not committed. Never writes to it.
import { relative } from "node:path";
import { AppError } from "../lib/error.ts";
import { nearest } from "../lib/nearest.ts";
import { say } from "../text/catalogue.ts";
import { type GitSetting, git, gitFailed, runGit } from "./git.ts";

export interface Repository {
  setting: GitSetting;
  /** Absolute top folder of the working tree. */
  top: string;
  /** Absolute .git folder (of the main repository for a linked worktree's objects). */
  gitDir: string;
  /** Path of the dbt project inside the repository, `""` at the top, `/`-separated. */
  prefix: string;
}

export interface Commit {
  sha: string;
  subject: string;
  author: string;
  at: Date;
}

/** The repository that holds `projectDir`. AppError `not_found` when there is none. */
export async function openRepository(projectDir: string, env: GitSetting["env"]): Promise<Repository> {
  const setting = { folder: projectDir, env };
  const args = ["rev-parse", "--show-toplevel", "--absolute-git-dir", "--show-prefix"];
  const result = await runGit(setting, args);
  if (result.status !== 0) {
    if (!result.stderr.includes("not a git repository")) throw gitFailed(setting, args, result);
    throw new AppError("not_found", say("git.not_found", { folder: projectDir }), {
      hint: say("git.not_found_hint"),
    });
  }
  const [top = "", gitDir = "", prefix = ""] = result.stdout.toString().split("\n");
  return { setting, top, gitDir, prefix: prefix.replace(/\/$/, "") };
}

/** Resolves a branch, tag, short or long hash to its commit. AppError `not_found` with the nearest name. */
export async function resolveCommit(repository: Repository, ref: string): Promise<Commit> {
  const { setting } = repository;
  const found = await runGit(setting, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  const sha = found.stdout.toString().trim();
  if (found.status !== 0 || sha === "") throw await unknownCommit(repository, ref);
  const shown = await git(setting, ["log", "-1", "--format=%s%x00%an%x00%cI", sha]);
  const [subject = "", author = "", at = ""] = shown.trimEnd().split("\0");
  return { sha, subject, author, at: new Date(at) };
}

async function unknownCommit(repository: Repository, ref: string): Promise<AppError> {
  const { setting } = repository;
  const head = await runGit(setting, ["rev-parse", "--verify", "--quiet", "HEAD"]);
  if (head.status !== 0)
    return new AppError("not_found", say("git.no_commits", { folder: setting.folder }), {
      hint: say("git.no_commits_hint"),
    });
  const names = await git(setting, ["for-each-ref", "--format=%(refname:short)"]);
  const near = nearest(ref, names.split("\n").filter(Boolean));
  return new AppError("not_found", say("git.unknown_commit", { ref }), {
    hint: say("git.unknown_commit_hint", near === null ? {} : { near }),
  });
}

/** Files of the dbt project that differ from `HEAD` in the working tree or are untracked; project-relative, ignored files left out. */
export async function uncommittedFiles(repository: Repository): Promise<string[]> {
  const text = await git(repository.setting, ["status", "--porcelain=v1", "-z", "--no-renames", "--", "."]);
  return text
    .split("\0")
    .filter((entry) => entry.length > 3)
    .map((entry) => relative(repository.prefix, entry.slice(3)))
    .sort();
}

/** The bytes of a project file at a commit, or null when it is not there. */
export async function fileAt(repository: Repository, commit: string, path: string): Promise<Buffer | null> {
  const place = repository.prefix === "" ? path : `${repository.prefix}/${path}`;
  const result = await runGit(repository.setting, ["cat-file", "blob", `${commit}:${place}`]);
  return result.status === 0 ? result.stdout : null;
}

/** Name and e-mail Git would put on a commit, for the audit; null when not configured. */
export async function gitIdentity(repository: Repository): Promise<string | null> {
  const result = await runGit(repository.setting, ["config", "--get", "user.name"]);
  const name = result.stdout.toString().trim();
  return name === "" ? null : name;
}
