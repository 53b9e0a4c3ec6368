// `init`: finds the dbt project and its profile, writes a slipway.yml that works as it is. Never overwrites one.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { CONFIG_FILE, type Config, jsonSchema, parseConfig, SCHEMA_FILE } from "../../core/config/config.ts";
import { initialConfig } from "../../core/config/init-config.ts";
import { declareEnv } from "../../core/config/init-env.ts";
import type { Ctx } from "../../core/ctx.ts";
import { INIT_DEPTH_MAX } from "../../core/limits.ts";
import type { InitView } from "../../core/views/upkeep.ts";
import { loadProfile, type Profile } from "../../dbt/profile.ts";
import type { PythonEnv } from "../../dbt/python-env.ts";
import { runGit } from "../../git/git.ts";
import { openRepository } from "../../git/repository.ts";
import { AppError, type Problem } from "../../lib/error.ts";
import { createFile, readText, replaceFile } from "../../lib/whole-file.ts";
import { say } from "../../text/catalogue.ts";
import { dbtProjectName, findDbtProject } from "../session/project.ts";
import { preparePython, profilesDirs } from "../session/session.ts";
import { projectEnvReads } from "./init-files.ts";

type Change = InitView["files"][number];

/**
 * AppErrors: `not_found` (no dbt project, several below `dir`, no profile), `invalid` (a slipway.yml with mistakes, a profile that does
 * not render), `upstream` (no Python).
 */
export async function initProject(ctx: Ctx, request: { dir: string | null; yes: boolean }): Promise<InitView> {
  const root = request.dir === null ? findDbtProject(ctx) : await findBelow(resolve(ctx.cwd, request.dir));
  const name = await dbtProjectName(root);
  const kept = existsSync(join(root, CONFIG_FILE)) ? await readConfig(root) : null;
  const python = await preparePython(ctx, { root, config: { dbt: { python: kept?.dbt.python ?? null } } });
  const profile = await readProfile(ctx, root, { python, configured: kept?.dbt.profilesDir ?? null });
  const targets = await targetTypes(ctx, root, { python, profile, configured: kept?.dbt.profilesDir ?? null });
  const files = [
    await writeConfig(ctx, root, { name, profile, targets }),
    await writeSchema(root),
    await ignoreState(ctx, root),
  ];
  const config = await readConfig(root);
  return {
    outcome: files.every((file) => file.change === "kept") ? "nothing_to_do" : "done",
    timezone: config.timezone,
    at: ctx.clock.now(),
    problems: [...(await repositoryProblems(ctx, root)), ...adapterProblems(profile, targets)],
    projectDir: root,
    project: config.project ?? name,
    dbtVersion: python.versions.dbt,
    adapter: adapterText(python, String(profile.output.type)),
    profile: profile.profileName,
    targets,
    files,
    environments: config.environments.map((environment) => environment.name),
  };
}

/** The one dbt project in a folder or below it; packages, builds and hidden folders are not looked into. */
async function findBelow(folder: string): Promise<string> {
  const found = await projectsBelow(folder, INIT_DEPTH_MAX);
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw new AppError("not_found", say("init.none_below", { folder }), { hint: say("init.none_below_hint") });
  throw new AppError("not_found", say("init.several_below", { folder, count: found.length }), {
    hint: say("init.several_below_hint", { folders: found.slice(0, 5).join(", ") }),
  });
}

const SKIPPED = new Set(["dbt_packages", "dbt_modules", "target", "node_modules", "venv", "site-packages"]);

async function projectsBelow(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.name === "dbt_project.yml")) return [folder];
  if (depth === 0) return [];
  const below = entries.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith(".") && !SKIPPED.has(entry.name),
  );
  const found = await Promise.all(below.map((entry) => projectsBelow(join(folder, entry.name), depth - 1)));
  return found.flat().sort();
}

async function readConfig(root: string): Promise<Config> {
  return parseConfig((await readText(join(root, CONFIG_FILE))) ?? "", CONFIG_FILE).config;
}

const readProfile = (
  ctx: Ctx,
  root: string,
  by: { python: PythonEnv; configured: string | null },
  target?: string,
): Promise<Profile> =>
  loadProfile({
    python: by.python.python,
    projectDir: root,
    profilesDirs: profilesDirs(ctx, root, by.configured),
    env: ctx.env,
    ...(target === undefined ? {} : { target }),
  });

/** The type of every target, of one that does not render here (its values may be set elsewhere) as the file says; `?`: it does not. */
async function targetTypes(
  ctx: Ctx,
  root: string,
  by: { python: PythonEnv; profile: Profile; configured: string | null },
): Promise<InitView["targets"]> {
  const targets: InitView["targets"] = [];
  const written = await writtenTypes(by.profile);
  for (const name of by.profile.targets) {
    const isDefault = name === by.profile.defaultTarget;
    const found = name === by.profile.target ? by.profile : await readProfile(ctx, root, by, name).catch(() => null);
    targets.push({ name, isDefault, type: String(found?.output.type ?? written[name] ?? "?") });
  }
  return targets;
}

/** Types that stand in the profile as plain words, by target. */
async function writtenTypes({ profilesFile, profileName }: Profile): Promise<Record<string, string>> {
  const outputs = parse((await readText(profilesFile)) ?? "")?.[profileName]?.outputs ?? {};
  const types = Object.entries<{ type?: unknown }>(outputs).map(([name, output]) => [name, output?.type]);
  return Object.fromEntries(types.filter(([, type]) => typeof type === "string" && /^\w+$/.test(type)));
}

/** What stands there already is kept, whatever it says. */
async function writeConfig(
  ctx: Ctx,
  root: string,
  { name, profile, targets }: { name: string; profile: Profile; targets: InitView["targets"] },
): Promise<Change> {
  const unsupported = Object.fromEntries(targets.filter(isUnsupported).map((one) => [one.name, one.type]));
  const { defaultTarget } = profile;
  const text = initialConfig({ projectName: name, targets: profile.targets, defaultTarget, unsupported });
  const reads = await projectEnvReads(root, SKIPPED);
  const complete = declareEnv(text, reads, (variable) => ctx.env[variable] !== undefined);
  return { path: CONFIG_FILE, change: (await createFile(join(root, CONFIG_FILE), complete)) ? "created" : "kept" };
}

/** For editors; follows the program's version. */
async function writeSchema(root: string): Promise<Change> {
  const file = join(root, SCHEMA_FILE);
  const text = `${JSON.stringify(jsonSchema(), null, 2)}\n`;
  const before = await readText(file);
  if (before === text) return { path: SCHEMA_FILE, change: "kept" };
  await replaceFile(file, text);
  return { path: SCHEMA_FILE, change: before === null ? "created" : "changed" };
}

/** Slipway's state stays out of Git. */
async function ignoreState(ctx: Ctx, root: string): Promise<Change> {
  const file = join(root, ".gitignore");
  const before = await readText(file);
  const listed = /^\/?\.slipway\/?\s*$/m.test(before ?? "");
  if (listed || (await isIgnored(ctx, root))) return { path: ".gitignore", change: "kept" };
  const gap = before === null || before === "" || before.endsWith("\n") ? "" : "\n";
  await replaceFile(file, `${before ?? ""}${gap}.slipway/\n`);
  return { path: ".gitignore", change: before === null ? "created" : "changed" };
}

async function isIgnored(ctx: Ctx, root: string): Promise<boolean> {
  const result = await runGit({ folder: root, env: ctx.env }, ["check-ignore", "--quiet", ".slipway/"]).catch(
    () => null,
  );
  return result?.status === 0;
}

/** Slipway deploys commits; without a repository everything else can already be set up. */
async function repositoryProblems(ctx: Ctx, root: string): Promise<Problem[]> {
  try {
    await openRepository(root, ctx.env);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { hint } = error.details;
    return [{ code: "no_repository", severity: "warning", message: error.text, ...(hint ? { hint } : {}) }];
  }
}

const isUnsupported = ({ type }: InitView["targets"][number]): boolean =>
  type !== "duckdb" && type !== "postgres" && type !== "?";

function adapterProblems(profile: Profile, targets: InitView["targets"]): Problem[] {
  return targets.filter(isUnsupported).map(({ name, type }) => ({
    code: "adapter_unsupported",
    severity: "warning",
    message: say("flow.adapter_unsupported", { type, target: name }),
    where: { file: profile.profilesFile },
    hint: say("flow.adapter_unsupported_hint"),
  }));
}

function adapterText({ versions }: PythonEnv, type: string): string | null {
  const version = type === "duckdb" ? versions.dbtDuckdb : type === "postgres" ? versions.dbtPostgres : null;
  return version === null ? null : `dbt-${type} ${version}`;
}
