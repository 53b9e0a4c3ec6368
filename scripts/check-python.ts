// Looks at the sidecar's Python with ruff and mypy, which come pinned by hash into an environment of their own, made once per machine.
// Usage: node scripts/check-python.ts; ends with 1 and what was found when something was found.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findPython } from "../src/dbt/python-find.ts";
import { installerEnv } from "../src/dbt/python-install.ts";
import { sidecarDir } from "../src/dbt/sidecar-process.ts";
import { sha256 } from "../src/lib/hash.ts";
import { createFile, draftOf, readText, replaceFolder } from "../src/lib/whole-file.ts";
import { testPython } from "../test/support/python.ts";

const lock = join(import.meta.dirname, "python-tools.lock");
const cacheDir = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const env = installerEnv(process.env, cacheDir);

const tools = await toolsPython();
const dbt = await testPython();
run(tools, ["-m", "ruff", "check", "."]);
run(tools, ["-m", "ruff", "format", "--check", "."]);
run(tools, ["-m", "mypy", "--cache-dir", join(cacheDir, "slipway", "mypy"), "--python-executable", dbt, "."]);

/** The interpreter that has ruff and mypy. */
async function toolsPython(): Promise<string> {
  const base = await findPython(env);
  const key = sha256(readFileSync(lock, "utf8") + base.path + base.version).slice(0, 12);
  const folder = join(cacheDir, "slipway", "python-tools", key);
  const python = join(folder, "bin", "python");
  if ((await readText(join(folder, "ready"))) !== null) return python;
  const draft = draftOf(folder);
  mkdirSync(draft, { recursive: true });
  run(base.path, ["-I", "-m", "venv", draft]);
  const pip = ["-I", "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"];
  run(join(draft, "bin", "python"), [...pip, "-r", lock]);
  await createFile(join(draft, "ready"), "");
  await replaceFolder(draft, folder);
  return python;
}

function run(program: string, args: string[]): void {
  const done = spawnSync(program, args, { cwd: sidecarDir, encoding: "utf8", env });
  if (done.status === 0) return;
  console.log(`${done.stdout}${done.stderr}${done.error?.message ?? ""}`.trimEnd());
  process.exit(1);
}
