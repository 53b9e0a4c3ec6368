// Finds the dbt project and its slipway.yml from where the command was typed, and says where Slipway keeps things.
import { isUtf8 } from "node:buffer";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseDocument, parse as parseYaml } from "yaml";
import { CONFIG_FILE, type Config, parseConfig } from "../../core/config/config.ts";
import type { Ctx } from "../../core/ctx.ts";
import { AppError, type Where } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";

export interface ProjectPlace {
  /** Absolute folder of dbt_project.yml. */
  root: string;
  config: Config;
  /** Name in Slipway. */
  name: string;
  /** Absolute state folder: $SLIPWAY_HOME, else `.slipway` in the project. */
  home: string;
}

/** The nearest folder at or above the current one (or `--project-dir`) that holds `file`; null when there is none. */
export function findUpward(start: string, file: string): string | null {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(join(folder, file))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** Folder of dbt_project.yml. AppError `not_found` when there is none. */
export function findDbtProject(ctx: Ctx): string {
  const start = ctx.projectDir ?? ctx.cwd;
  const root = ctx.projectDir === null ? findUpward(start, "dbt_project.yml") : existsHere(start, "dbt_project.yml");
  if (root !== null) return root;
  throw new AppError("not_found", say("flow.no_dbt_project", { folder: start }), {
    hint: say("flow.no_dbt_project_hint"),
  });
}

const existsHere = (folder: string, file: string): string | null => (existsSync(join(folder, file)) ? folder : null);

export const homeOf = (ctx: Ctx, root: string): string =>
  ctx.env.SLIPWAY_HOME ? resolve(ctx.cwd, ctx.env.SLIPWAY_HOME) : join(root, ".slipway");

/** Where the consumers' file of an environment is: as in the profile, a relative path starts from the project. */
export const replicaFile = ({ root }: { root: string }, replica: string): string => resolve(root, replica);

/** Reads slipway.yml. AppError `not_found` without one, `invalid` with every mistake in it. */
export async function openProject(ctx: Ctx): Promise<ProjectPlace> {
  const root = findDbtProject(ctx);
  const file = join(root, CONFIG_FILE);
  if (!existsSync(file))
    throw new AppError("not_found", say("flow.no_config", { folder: root }), { hint: say("flow.no_config_hint") });
  const { config } = parseConfig(await readUtf8(file), CONFIG_FILE);
  return { root, config, name: config.project ?? (await dbtProjectName(root)), home: homeOf(ctx, root) };
}

/** Text in another encoding would be read as keys that nobody wrote. */
async function readUtf8(file: string): Promise<string> {
  const bytes = await readFile(file);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw new AppError("invalid", say("config.not_utf8"), { where: { file }, hint: say("config.not_utf8_hint") });
}

/** `name:` of dbt_project.yml. */
export async function dbtProjectName(root: string): Promise<string> {
  const file = join(root, "dbt_project.yml");
  const value = await readDbtYaml(file);
  if (typeof value?.name === "string") return value.name;
  const where = { file: "dbt_project.yml", ...yamlMistake(await readFile(file, "utf8")) };
  throw new AppError("invalid", say("flow.no_project_name"), { where, hint: say("flow.no_project_name_hint") });
}

/** Where a text stops being YAML; nothing when it is. */
function yamlMistake(text: string): Omit<Where, "file"> {
  const [error] = parseDocument(text).errors;
  const place = error?.linePos?.[0];
  return place ? { line: place.line, column: place.col, excerpt: text.split("\n")[place.line - 1] ?? "" } : {};
}

/** dbt_project.yml as data; null when it is not YAML (dbt's parse will say where). */
export async function readDbtYaml(file: string): Promise<Record<string, unknown> | null> {
  try {
    const value: unknown = parseYaml(await readFile(file, "utf8"));
    return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
