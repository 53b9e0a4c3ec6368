// Runs git: exact output (NUL-separated), no prompts, no hooks, nothing of the repository's own that could run a program.
import { spawn } from "node:child_process";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";

/** Settings that keep a repository from running anything of its own during our reads and checkouts. */
const SAFE = [
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "protocol.ext.allow=never",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.quotePath=false",
];

/** The key of secrets, the mail server's password, the state's address: filters, helpers and ssh that Git starts have no business with them. */
const OURS = /^(?:SLIPWAY_.*|DATABASE_URL)$/;

export interface GitSetting {
  /** Folder to work in. */
  folder: string;
  /** Parent environment for PATH, HOME and Git's own certificates; GIT_* that redirect the repository are dropped. */
  env: Record<string, string | undefined>;
  /** Git is killed after this long; for questions to other machines. */
  timeoutMs?: number;
  /** What Git reads on its standard input [nothing]. */
  input?: string;
}

export interface GitResult {
  status: number;
  timedOut: boolean;
  stdout: Buffer;
  stderr: string;
}

function gitEnv(env: GitSetting["env"], extra: Record<string, string>): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF", "GIT_ASKPASS"].includes(entry[0]) &&
      !OURS.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C", ...extra };
}

/** Runs git and returns what it said, whatever its exit status. AppError only when git itself is missing. */
export function runGit(setting: GitSetting, args: string[], extra: Record<string, string> = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", [...SAFE, ...args], {
      cwd: setting.folder,
      env: gitEnv(setting.env, extra),
      stdio: [setting.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      ...(setting.timeoutMs === undefined ? {} : { timeout: setting.timeoutMs, killSignal: "SIGKILL" as const }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout!.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr!.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin?.on("error", () => {}).end(setting.input); // its end says why it does not read
    child.on("error", (cause) =>
      reject(new AppError("upstream", say("git.missing"), { hint: say("git.missing_hint"), cause })),
    );
    child.on("close", (status, signal) => {
      const timedOut = setting.timeoutMs !== undefined && signal === "SIGKILL";
      const [stdout, stderr] = [Buffer.concat(out), Buffer.concat(err).toString().trim()];
      resolve({ status: status ?? 1, timedOut, stdout, stderr });
    });
  });
}

/** Runs git and returns its output as text. AppError `upstream` with Git's own words when it fails. */
export async function git(setting: GitSetting, args: string[], extra: Record<string, string> = {}): Promise<string> {
  const result = await runGit(setting, args, extra);
  if (result.status !== 0) throw gitFailed(setting, args, result);
  return result.stdout.toString();
}

export function gitFailed(setting: GitSetting, args: string[], result: GitResult): AppError {
  if (result.stderr.includes("dubious ownership"))
    return new AppError("unauthorized", say("git.unsafe_owner", { folder: setting.folder }), {
      hint: say("git.unsafe_owner_hint", { folder: setting.folder }),
    });
  const command = args.find((arg) => !arg.startsWith("-")) ?? "";
  return new AppError("upstream", say("git.failed", { command, message: result.stderr.split("\n")[0] ?? "" }), {
    hint: say("git.failed_hint"),
  });
}
