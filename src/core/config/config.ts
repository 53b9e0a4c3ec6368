// slipway.yml: what a team says about its project. Parsed once, complete with defaults, camelCase; every mistake at its line.
import { AppError, type Problem } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import type { Language } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { durationMs } from "../duration.ts";
import type { FailureRule } from "../jobs/jobs.ts";
import type { UpkeepRules } from "../upkeep.ts";
import { sizeBytes } from "./fields.ts";
import { PROBLEMS_MAX } from "./limits.ts";
import { explainIssues } from "./problems.ts";
import { checkRules } from "./rules.ts";
import { type ConfigFile, configSchema, type EnvironmentFile } from "./schema.ts";
import { type Path, readSource, type Source } from "./source.ts";
import { completeUpkeep } from "./upkeep.ts";

export { jsonSchema } from "./schema.ts";

export const CONFIG_FILE = "slipway.yml";
export const SCHEMA_FILE = ".slipway/slipway.schema.json";

/** Where a declared environment value comes from. Only declared names are visible to project code. */
export type EnvSource =
  | { kind: "literal"; value: string }
  | { kind: "from"; name: string }
  | { kind: "secret"; name: string };

export interface EnvironmentConfig {
  name: string;
  target: string;
  /** Branch whose new commits are deployed; null: by hand only. */
  branch: string | null;
  requires: string[];
  /** Ask before acts. */
  confirm: boolean;
  publish: "view" | "table";
  onTestFailure: FailureRule;
  /** A run without tests is refused. */
  requireTests: boolean;
  replica: string | null;
  /** dbt selectors of incremental models that keep their rows when their logic changes. */
  forward: string[];
  /** Null: those of the profile. */
  threads: number | null;
  /** `dbt.env` and the environment's own, which win. */
  env: Record<string, EnvSource>;
  vars: Record<string, unknown>;
  evidence: { warehouseSchema: string | null };
  retention: { deploys: number; refreshes: number; days: number; maxSizeBytes: number | null };
}

export interface Config {
  version: 1;
  /** Null: the name in dbt_project.yml. */
  project: string | null;
  timezone: string;
  lang: Language;
  dbt: { profilesDir: string | null; python: string | null; threads: number | null; env: Record<string, EnvSource> };
  /** In the order of the file; never empty. The first is the default. */
  environments: [EnvironmentConfig, ...EnvironmentConfig[]];
  /** As written (snake_case), complete with defaults: used by the scheduler and the notices. */
  jobs: ConfigFile["jobs"];
  notices: Omit<ConfigFile["notices"], "repeat_every" | "escalate_after"> & {
    repeatEveryMs: number;
    escalateAfterMs: number;
  };
  contacts: ConfigFile["contacts"];
  upkeep: UpkeepRules;
}

/**
 * Reads slipway.yml. `file` is the name people see. Throws AppError `invalid` with *all* problems in the order of the file, each
 * with line, column, excerpt and, where something near exists, a suggestion.
 */
export function parseConfig(text: string, file: string): { config: Config } {
  const source = readSource(text, file);
  if (source.problems.length > 0) throw invalid(source.problems, file);
  if (source.value === null || source.value === undefined)
    throw invalid(
      [{ code: "empty", severity: "error", message: say("config.empty"), where: { file, line: 1, column: 1 } }],
      file,
    );
  const parsed = configSchema.safeParse(source.value);
  if (!parsed.success) throw invalid(explainIssues(parsed.error.issues, source), file);
  const problems = checkRules(parsed.data, source);
  if (problems.length > 0) throw invalid(problems, file);
  return { config: complete(parsed.data, source) };
}

function invalid(problems: Problem[], file: string): AppError {
  const [first] = problems;
  if (problems.length === 1 && first)
    return new AppError("invalid", first.message, {
      ...(first.where ? { where: first.where } : {}),
      ...(first.hint ? { hint: first.hint } : {}),
      problems,
    });
  const shown = problems.slice(0, PROBLEMS_MAX);
  return new AppError("invalid", say("config.mistakes", { file, count: problems.length }), { problems: shown });
}

/** The environment of that name, or the first when null. Throws AppError `not_found` with the nearest name. */
export function environmentOf(config: Config, name: string | null): EnvironmentConfig {
  if (name === null) return config.environments[0];
  const found = config.environments.find((environment) => environment.name === name);
  if (found) return found;
  const names = config.environments.map((environment) => environment.name);
  const near = nearest(name, names);
  throw new AppError("not_found", say("config.no_such_environment", { name }), {
    hint: near ? say("config.did_you_mean", { name: near }) : say("config.environments_are", { names }),
  });
}

function complete(file: ConfigFile, source: Source): Config {
  const { repeat_every, escalate_after, ...notices } = file.notices;
  const common = envSources(file.dbt.env, ["dbt", "env"], source);
  const environments = Object.entries(file.environments).map(([name, entry], index) =>
    completeEnvironment({ name, entry, first: index === 0, common, threads: file.dbt.threads ?? null }, source),
  );
  return {
    version: 1,
    project: file.project ?? null,
    timezone: file.timezone,
    lang: file.lang,
    dbt: {
      profilesDir: file.dbt.profiles_dir ?? null,
      python: file.dbt.python ?? null,
      threads: file.dbt.threads ?? null,
      env: common,
    },
    environments: environments as Config["environments"],
    jobs: Object.fromEntries(Object.entries(file.jobs).map(([name, job]) => [name, asTyped(name, job, source)])),
    notices: { ...notices, repeatEveryMs: durationMs(repeat_every)!, escalateAfterMs: durationMs(escalate_after)! },
    contacts: file.contacts,
    upkeep: completeUpkeep(file.upkeep),
  };
}

/** Environment values of a job as they were typed: `1.10` is no number. */
function asTyped(name: string, job: ConfigFile["jobs"][string], source: Source): ConfigFile["jobs"][string] {
  const env = Object.entries(job.env).map(([key, value]) => [
    key,
    typeof value === "object" ? value : (source.written(["jobs", name, "env", key]) ?? String(value)),
  ]);
  return { ...job, env: Object.fromEntries(env) };
}

interface EnvironmentParts {
  name: string;
  entry: EnvironmentFile;
  first: boolean;
  common: Record<string, EnvSource>;
  threads: number | null;
}

function completeEnvironment(
  { name, entry, first, common, threads }: EnvironmentParts,
  source: Source,
): EnvironmentConfig {
  const { max_size, ...kept } = entry.retention;
  return {
    name,
    target: entry.target,
    branch: entry.branch ?? null,
    requires: entry.requires,
    confirm: entry.confirm ?? !first,
    publish: entry.publish,
    onTestFailure: entry.on_test_failure,
    requireTests: entry.require_tests,
    replica: entry.replica ?? null,
    forward: entry.forward,
    threads: entry.threads ?? threads,
    env: { ...common, ...envSources(entry.env, ["environments", name, "env"], source) },
    vars: entry.vars,
    evidence: { warehouseSchema: entry.evidence.warehouse_schema ?? null },
    retention: { ...kept, maxSizeBytes: max_size === undefined ? null : sizeBytes(max_size) },
  };
}

function envSources(env: string[] | EnvironmentFile["env"], path: Path, source: Source): Record<string, EnvSource> {
  if (Array.isArray(env)) return Object.fromEntries(env.map((name) => [name, { kind: "from", name }]));
  return Object.fromEntries(
    Object.entries(env).map(([name, value]): [string, EnvSource] => {
      if (typeof value === "string") return [name, { kind: "literal", value }];
      if (typeof value !== "object")
        return [name, { kind: "literal", value: source.written([...path, name]) ?? String(value) }];
      if ("from" in value) return [name, { kind: "from", name: value.from }];
      return [name, { kind: "secret", name: value.secret }];
    }),
  );
}
