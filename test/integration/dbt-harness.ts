// Small dbt projects for the tests of the dbt room, with Slipway's own Python environment (made once per machine).
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import type { Manifest } from "../../src/core/project/manifest.ts";
import type { EngineEvent, EngineRun, EngineSetting } from "../../src/dbt/engine.ts";
import { readManifest } from "../../src/dbt/manifest-file.ts";
import { ensurePython, type PythonEnv } from "../../src/dbt/python-env.ts";
import { createSidecarEngine, type SidecarEngineOptions } from "../../src/dbt/sidecar-engine.ts";
import { AppError } from "../../src/lib/error.ts";

export const cacheDir = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
export const python = (): Promise<PythonEnv> => ensurePython({ cacheDir, env: process.env, onProgress: () => {} });

const folders: string[] = [];
const runs: EngineRun[] = [];
afterAll(async () => {
  await Promise.all(runs.map((run) => run.close()));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

/** Of a short path; removed at the end of the test file. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-warm-"));
  folders.push(folder);
  return folder;
}

/** The process that started this one. */
export async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
}

export interface TestProject {
  /** Holds the project (in `project/`), profiles, the DuckDB file and outputs. */
  root: string;
  dir: string;
  setting: EngineSetting;
  write(files: Record<string, string>): Promise<void>;
}

/** A project whose profile has one target `dev`; DuckDB in a file of its own unless another output is given. */
export async function makeProject(
  files: Record<string, string>,
  output?: Record<string, unknown>,
): Promise<TestProject> {
  const root = await mkdtemp(join(tmpdir(), "slipway-dbt test 日本-"));
  folders.push(root);
  const dir = join(root, "project");
  const write = async (more: Record<string, string>) => {
    for (const [path, text] of Object.entries(more)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
  };
  await write({ "dbt_project.yml": "name: shop\nprofile: shop\n", ...files });
  const dev = output ?? { type: "duckdb", path: join(root, "shop.duckdb"), threads: 2 };
  const profiles = { shop: { target: "dev", outputs: { dev } } };
  await mkdir(join(root, "profiles"));
  await writeFile(join(root, "profiles", "profiles.yml"), JSON.stringify(profiles));
  const setting: EngineSetting = {
    projectDir: dir,
    profilesDir: join(root, "profiles"),
    target: "dev",
    targetPath: join(root, "target"),
    logPath: join(root, "logs"),
    vars: {},
    env: {},
  };
  return { root, dir, setting, write };
}

/** A run that the end of the test file closes. */
export async function openRun(
  onEvent: (event: EngineEvent) => void = () => {},
  options: Partial<SidecarEngineOptions> = {},
): Promise<EngineRun> {
  const run = createSidecarEngine({ python: (await python()).python, ...options }).open(onEvent);
  runs.push(run);
  return run;
}

export const parse = async (run: EngineRun, project: TestProject, fullParse = false): Promise<Manifest> => {
  const partialParseFile = join(project.root, "kept", "partial_parse.msgpack");
  const result = await run.parse({ setting: project.setting, partialParseFile, fullParse, deps: false });
  return readManifest(result.manifestPath);
};

/** Gives every built node a store name, tags everything and writes the manifest for a build. */
export async function redirect(project: TestProject, manifest: Manifest, tag: string): Promise<string> {
  for (const node of Object.values(manifest.nodes)) {
    node.tags = [...(node.tags ?? []), tag];
    if (node.resource_type === "test" || node.config.materialized === "ephemeral") continue;
    node.schema = "store";
    node.alias = `${node.name}__k1`;
    node.relation_name = `"${node.database}"."store"."${node.alias}"`;
  }
  for (const test of Object.values(manifest.unit_tests)) test.config.tags = [tag];
  const path = join(project.root, `${tag}.json`);
  await writeFile(path, JSON.stringify(manifest));
  return path;
}

export const build = (run: EngineRun, project: TestProject, manifestPath: string, tag: string) =>
  run.build({ setting: project.setting, manifestPath, tag, threads: null, failFast: false });

/** The AppError that a promise is rejected with. */
export async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error(`expected an AppError, got ${error}`);
}

export const readText = (path: string): Promise<string> => readFile(path, "utf8");
