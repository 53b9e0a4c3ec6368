// Fills a new folder with Slipway's Python environment: everything pinned by hash, by uv or else by pip.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../lib/error.ts";
import type { Text } from "../lib/text.ts";
import { say } from "../text/catalogue.ts";
import type { BasePython } from "./python-find.ts";
import { type CommandResult, runCommand } from "./run-command.ts";

/** Downloads of about 100 MB on a slow line. */
const INSTALL_TIMEOUT_MS = 1_800_000;
const OUTPUT_LINES = 8;

export interface InstallRequest {
  base: BasePython;
  /** Folder to fill; made here. */
  folder: string;
  /** Folder of requirements.lock and installer.lock. */
  sidecarDir: string;
  cacheDir: string;
  /** The parent's whole environment; what an installer may need of it is taken out. */
  env: Readonly<Record<string, string | undefined>>;
  onProgress: (text: Text) => void;
}

/** AppError `upstream` with the end of the installer's output when neither way works. */
export async function installEnvironment(request: InstallRequest): Promise<void> {
  const byUv = await installWithUv(request);
  if (byUv.code === 0) return;
  await rm(request.folder, { recursive: true, force: true });
  request.onProgress(say("dbt.python_with_pip"));
  const byPip = await installWithPip(request);
  if (byPip.code === 0) return;
  throw new AppError("upstream", say("dbt.python_install_failed", { output: lastLines(byPip) }), {
    hint: say("dbt.python_install_failed_hint"),
  });
}

/** uv comes from the package index by its hash, into an environment of its own that is thrown away. */
async function installWithUv(request: InstallRequest): Promise<CommandResult> {
  const tools = `${request.folder}-tools`;
  const [uv, lock] = [join(tools, "bin", "uv"), join(request.sidecarDir, "requirements.lock")];
  const python = join(request.folder, "bin", "python");
  try {
    return await steps(request, [
      [request.base.path, ["-I", "-m", "venv", tools]],
      [join(tools, "bin", "python"), pipInstall(join(request.sidecarDir, "installer.lock"))],
      [uv, ["venv", "--quiet", "--no-project", "--python", request.base.path, request.folder]],
      [uv, ["pip", "install", "--quiet", "--compile-bytecode", "--python", python, ...PINNED, "-r", lock]],
    ]);
  } finally {
    await rm(tools, { recursive: true, force: true });
  }
}

const installWithPip = (request: InstallRequest): Promise<CommandResult> =>
  steps(request, [
    [request.base.path, ["-I", "-m", "venv", request.folder]],
    [join(request.folder, "bin", "python"), pipInstall(join(request.sidecarDir, "requirements.lock"))],
  ]);

const PINNED = ["--no-deps", "--require-hashes", "--only-binary", ":all:"];
const pipInstall = (lock: string): string[] => ["-I", "-m", "pip", "install", "--quiet", ...PINNED, "-r", lock];

/** Runs commands until one fails. */
async function steps(request: InstallRequest, commands: [string, string[]][]): Promise<CommandResult> {
  const env = installerEnv(request.env, request.cacheDir);
  let result: CommandResult = { code: 0, stdout: "", stderr: "" };
  for (const [command, args] of commands) {
    result = await runCommand(command, args, { env, timeoutMs: INSTALL_TIMEOUT_MS });
    if (result.code !== 0) break;
  }
  return result;
}

const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|LANG|LC_.*|XDG_.*|NETRC|PIP_.*|UV_.*|SSL_.*|.*_CERT(S|_FILE|_DIR)?|.*_CA_(BUNDLE|CERTS)|(https?|all|no|ftp)_proxy)$/i;
/** Settings that would put packages elsewhere or change what is installed. */
const HELD_BACK =
  /^(PIP_(TARGET|PREFIX|ROOT|USER|PYTHON|REQUIREMENT|CONSTRAINT|EDITABLE|NO_BINARY|REQUIRE_VIRTUALENV|DRY_RUN)|UV_(PYTHON|TARGET|PREFIX|SYSTEM_PYTHON|CONSTRAINT|OVERRIDE|EXCLUDE_NEWER|NO_BINARY.*|WORKING_DIR.*|PROJECT.*))$/i;

/** What pip and uv may see: mirrors, proxies, certificates. Caches lie in `cacheDir`, because HOME may be read-only. */
export function installerEnv(env: InstallRequest["env"], cacheDir: string): Record<string, string> {
  const passed = Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => {
      const [name, value] = pair;
      return value !== undefined && PASSED_ON.test(name) && !HELD_BACK.test(name);
    }),
  );
  return {
    PIP_CACHE_DIR: join(cacheDir, "pip"),
    UV_CACHE_DIR: join(cacheDir, "uv"),
    ...(passed.PIP_INDEX_URL ? { UV_DEFAULT_INDEX: passed.PIP_INDEX_URL } : {}),
    ...passed,
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    UV_NO_PROGRESS: "1",
    UV_PYTHON_DOWNLOADS: "never",
  };
}

const lastLines = (result: CommandResult): string =>
  `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-OUTPUT_LINES).join("\n");
