// The user's dbt profile: read as dbt reads it, and written again for Slipway's own runs of dbt.
import { mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { AppError, type Where } from "../lib/error.ts";
import { nearest } from "../lib/nearest.ts";
import type { Text } from "../lib/text.ts";
import { replaceFile } from "../lib/whole-file.ts";
import { say } from "../text/catalogue.ts";
import { type Failure, profileResultSchema } from "./messages.ts";
import { SidecarFailure } from "./sidecar-control.ts";
import { type StartSidecar, startSidecar } from "./sidecar-process.ts";

export interface Profile {
  /** Absolute path of the profiles.yml it was read from. */
  profilesFile: string;
  profileName: string;
  /** In the file's order. */
  targets: string[];
  /** What dbt takes when no target is given. */
  defaultTarget: string;
  target: string;
  /** The target's output, rendered: with secrets. */
  output: Record<string, unknown>;
  /** Environment variables it was rendered with. */
  envNames: string[];
  /** Paths into `output` that nobody may see, e.g. `password`, `secrets.0.secret`. */
  secretKeys: string[];
}

/**
 * Finds profiles.yml in the folders given (dbt's order is the caller's matter) and renders one target of the project's profile.
 * AppError `not_found` or `invalid` with file and line: no file (where it looked), no such profile or target (nearest name), a
 * variable that is not set.
 */
export async function loadProfile(request: {
  python: string;
  projectDir: string;
  profilesDirs: string[];
  env: Readonly<Record<string, string | undefined>>;
  target?: string;
  sidecarDir?: string;
  /** Where the process comes from [a new one]. */
  start?: StartSidecar;
}): Promise<Profile> {
  const { python, sidecarDir, start = startSidecar } = request;
  const sidecar = await start({ python, env: {}, onEvent: () => {}, ...(sidecarDir ? { sidecarDir } : {}) });
  try {
    const found = await sidecar.request("profile", {
      project_dir: request.projectDir,
      profiles_dirs: request.profilesDirs,
      env: Object.fromEntries(Object.entries(request.env).filter(([, value]) => value !== undefined)),
      target: request.target ?? null,
    });
    return toProfile(profileResultSchema.parse(found));
  } catch (error) {
    throw error instanceof SidecarFailure ? await profileError(error.failure) : error;
  } finally {
    await sidecar.close();
  }
}

const toProfile = (found: ReturnType<typeof profileResultSchema.parse>): Profile => ({
  profilesFile: found.profiles_file,
  profileName: found.profile_name,
  targets: found.targets,
  defaultTarget: found.default_target,
  target: found.target,
  output: found.output,
  envNames: found.env_names,
  secretKeys: found.secret_keys,
});

async function profileError(failure: Failure): Promise<AppError> {
  const [text, hint] = profileTexts(failure);
  const code = failure.code === "no_profiles_file" || failure.code === "no_project" ? "not_found" : "invalid";
  const where = await placeOf(failure);
  return new AppError(code, text, { ...(hint ? { hint } : {}), ...(where ? { where } : {}) });
}

function profileTexts(failure: Failure): [Text, Text?] {
  const facts = failure.facts ?? {};
  const name = String(facts.name ?? "");
  const known = (facts.known as string[] | undefined) ?? [];
  const message = failure.message ?? "";
  const choice = { known: known.join(", "), nearest: nearest(name, known) ?? "" };
  switch (failure.code) {
    case "no_project":
      return [say("dbt.project_missing", { file: failure.file ?? "" }), say("dbt.project_missing_hint")];
    case "no_profile_in_project":
      return [say("dbt.profile_not_named"), say("dbt.profile_not_named_hint")];
    case "no_profiles_file":
      return [
        say("dbt.profiles_file_missing", { looked: (facts.looked as string[]).join(", ") }),
        say("dbt.profiles_file_missing_hint"),
      ];
    case "profile_missing":
      return [say("dbt.profile_missing", { name }), say("dbt.profile_choice_hint", choice)];
    case "target_missing":
      return [
        say("dbt.target_missing", { name, profile: String(facts.profile) }),
        say("dbt.target_choice_hint", choice),
      ];
    case "env_missing":
      return [say("dbt.profile_env_missing", { name }), say("dbt.profile_env_missing_hint", { name })];
    case "no_outputs":
      return [say("dbt.profile_without_outputs", { profile: String(facts.profile) })];
    case "no_type":
      return [say("dbt.target_without_type", { target: String(facts.target) })];
    default:
      return [say("dbt.profile_unreadable", { message })];
  }
}

async function placeOf(failure: Failure): Promise<Where | null> {
  if (!failure.file) return null;
  const text = await readFile(failure.file, "utf8").catch(() => "");
  const excerpt = failure.line ? text.split("\n")[failure.line - 1] : undefined;
  return {
    file: failure.file,
    ...(failure.line ? { line: failure.line } : {}),
    ...(failure.column ? { column: failure.column } : {}),
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}

export interface ProfileOverrides {
  /** Absolute: what relative paths of the profile start from (the project folder of the user's checkout). */
  projectDir: string;
  /** Names PostgreSQL connections; the same for all runs of an environment, because dbt parses anew when it changes. */
  applicationName: string;
  /** Where DuckDB looks for files that models name by a relative path, in order. */
  fileSearchPath: string[];
  /** Whose `~` paths, DuckDB extensions and stored secrets are meant, because dbt itself gets an empty home [the user's]. */
  home?: string;
}

/**
 * Writes `profiles.yml` with the rendered target into a folder (mode 0600). Equal input gives equal bytes. Secrets stay out of
 * the file: they are returned as the variables dbt must be given.
 */
export async function writeProfile(
  dir: string,
  profile: Profile,
  overrides: ProfileOverrides,
): Promise<{ env: Record<string, string> }> {
  const env: Record<string, string> = {};
  const adapted = adaptOutput(profile.output, overrides);
  const output = encode(adapted, "", new Set(profile.secretKeys), env);
  const content = { [profile.profileName]: { target: profile.target, outputs: { [profile.target]: output } } };
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, "profiles.yml");
  // JSON is YAML in which no string can be taken for a date, a number or a boolean.
  await replaceFile(
    file,
    `# Written by Slipway for its own runs of dbt.\n${JSON.stringify(content, null, 2)}\n`,
    0o600,
  );
  return { env };
}

function adaptOutput(output: Record<string, unknown>, overrides: ProfileOverrides): Record<string, unknown> {
  if (output.type === "postgres") return { ...output, application_name: byteCut(overrides.applicationName, 63) };
  if (output.type !== "duckdb") return output;
  const home = overrides.home ?? homedir();
  const absolute = (path: unknown) => absolutePath(path, overrides.projectDir, home);
  const settings = { ...((output.settings as Record<string, unknown> | undefined) ?? {}) };
  settings.file_search_path = [settings.file_search_path, ...overrides.fileSearchPath].filter(Boolean).join(",");
  const attach = output.attach as Record<string, unknown>[] | undefined;
  const modules = output.module_paths as unknown[] | undefined;
  return {
    ...output,
    path: absolute(output.path),
    external_root: absolute(output.external_root ?? "."),
    settings,
    config_options: {
      extension_directory: join(home, ".duckdb", "extensions"),
      secret_directory: join(home, ".duckdb", "stored_secrets"),
      ...((output.config_options as Record<string, unknown> | undefined) ?? {}),
    },
    ...(attach ? { attach: attach.map((one) => ({ ...one, path: absolute(one.path) })) } : {}),
    ...(modules ? { module_paths: modules.map(absolute) } : {}),
  };
}

/** A path of the profile as an absolute one; `:memory:` and anything with a scheme (`md:`, `s3://`, `ducklake:`) stays. */
export function absolutePath(path: unknown, base: string, home: string): unknown {
  if (typeof path !== "string" || path === "" || path.startsWith(":memory:")) return path;
  if (path === "~" || path.startsWith("~/")) return join(home, path.slice(1));
  const schemed = /^[A-Za-z][A-Za-z0-9+.-]+:/.test(path);
  return schemed || isAbsolute(path) ? path : resolve(base, path);
}

/** Secrets become variables; what dbt would take for Jinja becomes a Jinja string. */
function encode(value: unknown, path: string, secrets: Set<string>, env: Record<string, string>): unknown {
  if (secrets.has(path) && value !== null) {
    const name = `DBT_ENV_SECRET_SLIPWAY_${path.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
    env[name] = String(value);
    return `{{ env_var('${name}') }}`;
  }
  if (Array.isArray(value)) return value.map((inner, index) => encode(inner, joined(path, index), secrets, env));
  if (value !== null && typeof value === "object")
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, encode(inner, joined(path, key), secrets, env)]),
    );
  return typeof value === "string" && /\{[{%#]/.test(value) ? `{{ ${JSON.stringify(value)} }}` : value;
}

const joined = (path: string, key: string | number): string => (path === "" ? String(key) : `${path}.${key}`);

/** PostgreSQL cuts names at 63 bytes; cutting here keeps both sides equal. */
function byteCut(text: string, bytes: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > bytes) cut = cut.slice(0, -1);
  return cut;
}
