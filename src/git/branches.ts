// Branches that are watched: where their newest commit is, and fetching it. Fetched commits get names of their own (`refs/slipway/..`):
// the user's branches, remote-tracking branches and working tree stay as they are.
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import { type GitResult, git, gitFailed, runGit } from "./git.ts";
import type { Repository } from "./repository.ts";

/** A server that does not answer for this long is asked again later. */
export const FETCH_TIMEOUT_MS = 60_000;

/** Nobody is there to be asked for a passphrase. */
const NOBODY = { SSH_ASKPASS: "/bin/false", SSH_ASKPASS_REQUIRE: "force" };

/** The remote that a project's branches come from: `origin`, or the only one; null: the repository itself. */
export async function branchRemote(repository: Repository): Promise<string | null> {
  const remotes = (await git(repository.setting, ["remote"])).split("\n").filter(Boolean);
  if (remotes.includes("origin")) return "origin";
  return remotes.length === 1 ? remotes[0]! : null;
}

/**
 * The newest commit of each branch, by one question to the remote (`null`: to the repository itself). A branch that is not there has no
 * entry. AppErrors `upstream`, `timeout`.
 */
export async function branchTips(
  repository: Repository,
  remote: string | null,
  branches: readonly string[],
): Promise<Map<string, string>> {
  const refs = branches.map((branch) => `refs/heads/${branch}`);
  const lines =
    remote === null
      ? await git(repository.setting, ["for-each-ref", "--format=%(objectname)%09%(refname)", ...refs])
      : await overNetwork(repository, ["ls-remote", "--refs", remote, ...refs]);
  const found = lines.split("\n").map((line) => line.split("\t") as [string, string?]);
  return new Map(found.flatMap(([sha, ref]) => (ref ? [[ref.slice("refs/heads/".length), sha] as const] : [])));
}

/** Brings the newest commit of a branch here, and returns it: it may be newer than what `branchTips` saw. */
export async function fetchBranch(repository: Repository, remote: string, branch: string): Promise<string> {
  const ref = `refs/slipway/heads/${branch}`;
  const quiet = ["--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance"];
  await overNetwork(repository, ["fetch", ...quiet, "--refmap=", remote, `+refs/heads/${branch}:${ref}`]);
  return (await git(repository.setting, ["rev-parse", "--verify", `${ref}^{commit}`])).trim();
}

async function overNetwork(repository: Repository, args: string[]): Promise<string> {
  const setting = { ...repository.setting, timeoutMs: FETCH_TIMEOUT_MS };
  const result = await runGit(setting, args, NOBODY);
  if (result.timedOut)
    throw new AppError("timeout", say("git.timed_out", { command: args[0]!, seconds: FETCH_TIMEOUT_MS / 1000 }));
  if (result.status !== 0) throw gitFailed(setting, args, withoutPasswords(result));
  return result.stdout.toString();
}

/** Git repeats addresses as they are configured. */
const withoutPasswords = (result: GitResult): GitResult => ({
  ...result,
  stderr: result.stderr.replace(/(\w+:\/\/)[^/\s@]+@/g, "$1***@"),
});
