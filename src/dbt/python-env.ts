// The Python environment that runs dbt: made once per lock file, Python and platform, shared by all projects; or the user's own.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../lib/clock.ts";
import { AppError } from "../lib/error.ts";
import { sha256 } from "../lib/hash.ts";
import type { Text } from "../lib/text.ts";
import { say } from "../text/catalogue.ts";
import { type BasePython, findPython, type PythonVersions, readVersions } from "./python-find.ts";
import { installEnvironment, installerEnv } from "./python-install.ts";
import { runCommand } from "./run-command.ts";
import { sidecarDir as ownSidecarDir } from "./sidecar-process.ts";

/** The dbt line this driver is written for. */
const DBT_LINE = "1.12.";
const CHECK_TIMEOUT_MS = 120_000;
/** No installation takes this long: what is older was left behind by a killed one. */
const LEFTOVER_AGE_MS = 3_600_000;
const UNFINISHED = "env.tmp-";

export interface PythonEnv {
  /** Absolute path of the interpreter. */
  python: string;
  versions: { dbt: string; dbtDuckdb: string | null; dbtPostgres: string | null; duckdb: string | null };
  /** Names the environment: equal keys hold the same packages on the same Python. */
  key: string;
}

export interface PythonOptions {
  /** e.g. `~/.cache`; the environment lies in `slipway/python/` below it. */
  cacheDir: string;
  /** The parent's environment: PATH to find Python, mirrors, proxies and certificates for the installer. */
  env: Readonly<Record<string, string | undefined>>;
  /** The user's own interpreter (`dbt.python`): looked at, never changed. */
  userPython?: string;
  onProgress: (text: Text) => void;
  sidecarDir?: string;
}

/** What stands in a finished environment. */
interface Label {
  versions: PythonEnv["versions"];
  /** Where `bin/python` ended when it was made: another base interpreter makes it useless. */
  basePath: string;
}

/**
 * A Python with dbt and its adapters. Makes it when there is none yet (seconds to minutes), else costs a few file look-ups.
 * Safe when several processes do it at once, or are killed doing it. AppError `upstream` when it cannot be made (no Python, no
 * `venv`, no package index), `invalid` when the user's own interpreter does not fit.
 */
export async function ensurePython(options: PythonOptions): Promise<PythonEnv> {
  if (options.userPython !== undefined) return checkUserPython(options.userPython, options);
  const sidecarDir = options.sidecarDir ?? ownSidecarDir;
  const lock = sha256(await readFile(join(sidecarDir, "requirements.lock"))).slice(0, 12);
  const root = join(options.cacheDir, "slipway", "python");
  const suffix = `${process.platform}-${process.arch}`;
  const known = await findReady(root, lock, suffix);
  if (known) return known;
  options.onProgress(say("dbt.python_preparing"));
  const base = await findPython(installerEnv(options.env, options.cacheDir));
  await mkdir(root, { recursive: true });
  await removeLeftovers(root);
  const key = `${lock}-${base.version}-${suffix}`;
  const folder = join(root, `${UNFINISHED}${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await installEnvironment({ ...options, base, folder, sidecarDir });
    await writeLabel(folder, base, options);
    await putInPlace(folder, root, key);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const made = await readReady(root, key);
  if (made === null) throw new AppError("internal", say("dbt.python_unusable", { folder: join(root, key) }));
  options.onProgress(say("dbt.python_ready", { dbt: made.versions.dbt, python: base.version }));
  return made;
}

async function findReady(root: string, lock: string, suffix: string): Promise<PythonEnv | null> {
  const names = await readdir(root).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(`${lock}-`) && one.endsWith(`-${suffix}`)).sort()) {
    const ready = await readReady(root, name);
    if (ready) return ready;
  }
  return null;
}

/** Null when the environment is not there, or its base interpreter was changed or removed. */
async function readReady(root: string, key: string): Promise<PythonEnv | null> {
  const python = join(root, key, "bin", "python");
  try {
    const label = JSON.parse(await readFile(join(root, key, "slipway.json"), "utf8")) as Label;
    return (await realpath(python)) === label.basePath ? { python, versions: label.versions, key } : null;
  } catch {
    return null;
  }
}

/** Proves that the environment works before anybody can see it. */
async function writeLabel(folder: string, base: BasePython, options: PythonOptions): Promise<void> {
  const python = join(folder, "bin", "python");
  const env = installerEnv(options.env, options.cacheDir);
  const check = "import dbt.version, dbt.adapters.duckdb, dbt.adapters.postgres, duckdb, psycopg2";
  const result = await runCommand(python, ["-I", "-c", check], { env, timeoutMs: CHECK_TIMEOUT_MS });
  const versions = result.code === 0 ? await readVersions(python, env) : null;
  if (versions?.dbt == null) {
    const output = result.stderr.trim().split("\n").slice(-4).join("\n");
    throw new AppError("upstream", say("dbt.python_broken", { python: base.version, output }));
  }
  const label: Label = { versions: { ...versions, dbt: versions.dbt }, basePath: await realpath(python) };
  await writeFile(join(folder, "slipway.json"), `${JSON.stringify(label, null, 2)}\n`);
}

/** One rename makes it visible. Who comes second keeps the first one's; only a useless one is set aside. */
async function putInPlace(folder: string, root: string, key: string): Promise<void> {
  const final = join(root, key);
  const inTheWay = await rename(folder, final).then(
    () => false,
    () => true,
  );
  if (!inTheWay || (await readReady(root, key))) return;
  await rename(final, `${folder}-old`);
  await rm(`${folder}-old`, { recursive: true, force: true });
  await rename(folder, final);
}

async function removeLeftovers(root: string): Promise<void> {
  for (const name of (await readdir(root)).filter((one) => one.startsWith(UNFINISHED))) {
    const path = join(root, name);
    const changed = await stat(path).catch(() => null);
    if (changed && systemClock.now().getTime() - changed.mtimeMs > LEFTOVER_AGE_MS)
      await rm(path, { recursive: true, force: true });
  }
}

async function checkUserPython(python: string, options: PythonOptions): Promise<PythonEnv> {
  const found = await readVersions(python, installerEnv(options.env, options.cacheDir));
  if (found === null) throw new AppError("invalid", say("dbt.own_python_silent", { python }));
  if (found.dbt === null)
    throw new AppError("invalid", say("dbt.own_python_without_dbt", { python }), { hint: say("dbt.own_python_hint") });
  if (!found.dbt.startsWith(DBT_LINE))
    throw new AppError("invalid", say("dbt.own_python_version", { python, found: found.dbt, wanted: `${DBT_LINE}x` }), {
      hint: say("dbt.own_python_hint"),
    });
  return { python, versions: { ...found, dbt: found.dbt }, key: userKey(python, found) };
}

const userKey = (python: string, versions: PythonVersions): string =>
  `own-${sha256(JSON.stringify([python, versions])).slice(0, 12)}`;
