// The npm package: packed from a copy of the checkout, installed into an empty folder, started there.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { git, loadDuckdb, makeShop } from "../../scripts/shop.ts";
import { ensurePython } from "../../src/dbt/python-env.ts";
import { userEnv } from "../harness.ts";

const root = join(import.meta.dirname, "..", "..");
const home = mkdtempSync(join(tmpdir(), "包み package-"));
const copy = join(home, "checkout");
const empty = join(home, "空の folder");

/** What the package is made of. A copy is packed, because a `dist` in the checkout would be found by tests that run meanwhile. */
const parts = ["bin", "migrations", "scripts", "sidecar", "src", "LICENSE", "NOTICE", "README.md", ".npmrc"];

beforeAll(() => {
  mkdirSync(copy);
  const config = readdirSync(root).filter((name) => /^(package|package-lock|tsconfig.*)\.json$/.test(name));
  for (const name of readdirSync(root).filter((name) => parts.includes(name) || config.includes(name)))
    cpSync(join(root, name), join(copy, name), { recursive: true, filter: (path) => basename(path) !== "__pycache__" });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  run("npm", ["pack", "--loglevel=error", "--pack-destination", home], copy);
  mkdirSync(empty);
  writeFileSync(
    join(empty, "package.json"),
    JSON.stringify({ name: "empty", private: true, allowScripts: { node: true } }),
  );
  const [tarball] = readdirSync(home).filter((name) => name.endsWith(".tgz"));
  run(
    "npm",
    ["install", "--loglevel=error", "--no-audit", "--no-fund", "--prefer-offline", join(home, tarball!)],
    empty,
  );
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

test("the package holds what runs, and nothing else", () => {
  const installed = join(empty, "node_modules", "slipway");
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  expect(files).toEqual(
    expect.arrayContaining(["LICENSE", "NOTICE", "package.json", "bin/slipway.mjs", "dist/src/main.js"]),
  );
  expect(files).toEqual(expect.arrayContaining(["dist/sidecar/__main__.py", "dist/sidecar/requirements.lock"]));
  expect(files.filter((file) => /\.ts$|\.test\.|__pycache__|^(src|test|scripts|examples)\//.test(file))).toEqual([]);
});

test("`slipway --help` starts from an installed package, in both languages", () => {
  expect(slipway("--help")).toContain("deploy [options] [env]");
  expect(slipway("--help", "--lang", "ja")).toMatch(/デプロイ/);
});

test("it knows its own version", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(slipway("--version")).toContain(version);
});

test("it deploys a project", { timeout: 240_000 }, async () => {
  const project = join(home, "店");
  const cacheDir = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const { python } = await ensurePython({ cacheDir, env: process.env, onProgress: () => {} });
  makeShop(project);
  loadDuckdb(project, python, "raw");
  slipwayIn(project, "init", "--yes");
  git(project, "add", "-A");
  git(project, "commit", "-q", "-m", "Slipway");
  const document = JSON.parse(slipwayIn(project, "deploy", "staging", "--yes", "--json"));
  expect(document).toMatchObject({ ok: true, exit: 0 });
  const sql = "select sum(net_yen) from staging_finance.revenue_monthly";
  const program = "import sys, duckdb; print(duckdb.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])";
  expect(run(python, ["-I", "-c", program, join(project, "shop.duckdb"), sql], project).trim()).toBe("167100");
});

test("packing leaves no dist behind, which would go stale in a checkout", () => {
  expect(readdirSync(copy)).not.toContain("dist");
});

function slipway(...args: string[]): string {
  return slipwayIn(empty, ...args);
}

function slipwayIn(folder: string, ...args: string[]): string {
  return run(join(empty, "node_modules", ".bin", "slipway"), args, folder);
}

/** Without what vitest and the outer npm put into the environment. */
function run(program: string, args: string[], cwd: string): string {
  const env = Object.fromEntries(
    Object.entries(userEnv()).filter(([name]) => !/^(npm_|NODE_(ENV|OPTIONS)$|VITEST|INIT_CWD)/i.test(name)),
  );
  try {
    return String(execFileSync(program, args, { cwd, env, timeout: 240_000, stdio: ["ignore", "pipe", "pipe"] }));
  } catch (error) {
    throw new Error(`${program} ${args.join(" ")}\n${(error as { stdout?: Buffer }).stdout ?? ""}`, { cause: error });
  }
}
