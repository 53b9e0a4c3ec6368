// Finds a Python that Slipway's own environment can be made with, and looks into interpreters. Installs nothing.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import { runCommand } from "./run-command.ts";

/** What dbt-core 1.12 and its adapters have wheels for. */
const MINOR_MIN = 10;
const MINOR_MAX = 14;
const PROBE_TIMEOUT_MS = 20_000;

export interface BasePython {
  /** The interpreter itself, not a shim and not that of a virtual environment. */
  path: string;
  /** e.g. `3.11.7`. */
  version: string;
}

export interface PythonVersions {
  dbt: string | null;
  dbtDuckdb: string | null;
  dbtPostgres: string | null;
  duckdb: string | null;
}

const PROBE = `
import importlib.util, json, sys
print(json.dumps({
  "path": getattr(sys, "_base_executable", None) or sys.executable,
  "version": list(sys.version_info[:3]),
  "implementation": sys.implementation.name,
  "venv": all(importlib.util.find_spec(m) for m in ("venv", "ensurepip")),
}))
`;

const VERSIONS = `
import json
from importlib.metadata import PackageNotFoundError, version
def of(name):
    try: return version(name)
    except PackageNotFoundError: return None
print(json.dumps({k: of(v) for k, v in {
  "dbt": "dbt-core", "dbtDuckdb": "dbt-duckdb", "dbtPostgres": "dbt-postgres", "duckdb": "duckdb"}.items()}))
`;

interface Probed {
  path: string;
  version: [number, number, number];
  implementation: string;
  venv: boolean;
}

/** The first usable Python on the path. AppError `upstream` when there is none, naming the package to install. */
export async function findPython(env: Record<string, string>): Promise<BasePython> {
  const seen: string[] = [];
  let withoutVenv: string | null = null;
  for (const name of candidateNames()) {
    const file = await onPath(name, env.PATH ?? "");
    const probed = file === null ? null : await probe(file, env);
    if (probed === null) continue;
    const version = probed.version.join(".");
    if (!usable(probed)) seen.push(`${name} ${version}`);
    else if (!probed.venv) withoutVenv ??= version;
    else return { path: probed.path, version };
  }
  const facts = { min: `3.${MINOR_MIN}`, max: `3.${MINOR_MAX}`, seen: seen.join(", ") };
  if (withoutVenv === null)
    throw new AppError("upstream", say("dbt.python_missing", facts), { hint: say("dbt.python_missing_hint", facts) });
  throw new AppError("upstream", say("dbt.python_without_venv", { version: withoutVenv }), {
    hint: say("dbt.python_without_venv_hint"),
  });
}

/** Versions of what a dbt environment holds, without importing dbt; null when the interpreter does not run. */
export async function readVersions(python: string, env: Record<string, string>): Promise<PythonVersions | null> {
  const result = await runCommand(python, ["-I", "-c", VERSIONS], { env, timeoutMs: PROBE_TIMEOUT_MS });
  return result.code === 0 ? (JSON.parse(result.stdout) as PythonVersions) : null;
}

/** `python3` first, because that is what people mean; then the newest that fits. */
function candidateNames(): string[] {
  const numbered = Array.from({ length: MINOR_MAX - MINOR_MIN + 1 }, (_, index) => `python3.${MINOR_MAX - index}`);
  return ["python3", ...numbered, "python"];
}

const usable = ({ version: [major, minor], implementation }: Probed): boolean =>
  major === 3 && minor >= MINOR_MIN && minor <= MINOR_MAX && implementation === "cpython";

async function probe(file: string, env: Record<string, string>): Promise<Probed | null> {
  const result = await runCommand(file, ["-I", "-c", PROBE], { env, timeoutMs: PROBE_TIMEOUT_MS });
  return result.code === 0 ? (JSON.parse(result.stdout) as Probed) : null;
}

async function onPath(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter).filter((part) => part !== "")) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}
