// The part of a node's configuration that can change its content, and what of its description the code may read.

import type { ManifestFunction, ManifestNode } from "../project/manifest.ts";
import type { InputUses } from "./inputs.ts";

type ConfigHolder = Pick<ManifestNode | ManifestFunction, "config" | "unique_id">;

/** Names, documentation and rights: applied to what is published, or without effect on content. */
const NO_CONTENT = new Set([
  "enabled",
  "alias",
  "schema",
  "database",
  "tags",
  "meta",
  "group",
  "access",
  "docs",
  "grants",
  "persist_docs",
  "description",
  "static_analysis",
  "freshness",
  "on_error",
  "latest_version_pointer",
  "target_schema",
  "target_database",
  "deprecation_date",
]);
/** Of tests; on other nodes dbt ignores them. */
const TEST_ONLY = new Set([
  "severity",
  "where",
  "limit",
  "fail_calc",
  "warn_if",
  "error_if",
  "store_failures",
  "store_failures_as",
]);
/** Where failures are stored changes no verdict. */
const TEST_STORAGE = new Set(["store_failures", "store_failures_as"]);

/** Rendered config of a model, seed, snapshot or function, without what cannot change content. Unknown fields stay. */
export function buildConfig({ config }: ConfigHolder): Record<string, unknown> {
  return keepFields(config, (field) => !NO_CONTENT.has(field) && !TEST_ONLY.has(field));
}

/** Rendered config of a test, without what cannot change its verdict. */
export function testConfig(config: Record<string, unknown>): Record<string, unknown> {
  return keepFields(config, (field) => !NO_CONTENT.has(field) && !TEST_STORAGE.has(field));
}

/** Empty values are left out: dbt versions differ in which defaults they write. */
function keepFields(config: Record<string, unknown>, wanted: (field: string) => boolean): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const field of Object.keys(config)) if (!isEmpty(config[field]) && wanted(field)) kept[field] = config[field];
  return kept;
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0);

/** Hooks' SQL, in order. */
export function hookTexts(config: Record<string, unknown>): string[] {
  return ["pre-hook", "post-hook"].flatMap((field) => {
    const hooks = config[field];
    return (Array.isArray(hooks) ? hooks : []).map((hook: unknown) =>
      typeof hook === "object" && hook !== null && "sql" in hook ? String(hook.sql) : String(hook),
    );
  });
}

/** The config with its hooks in the form that counts. */
export function withHooks(config: Record<string, unknown>, form: (text: string) => string): Record<string, unknown> {
  const hooked = Object.entries(config).filter(([field]) => field === "pre-hook" || field === "post-hook");
  const formed = (hook: unknown): unknown =>
    typeof hook === "object" && hook !== null && "sql" in hook ? { ...hook, sql: form(String(hook.sql)) } : hook;
  return {
    ...config,
    ...Object.fromEntries(hooked.map(([field, hooks]) => [field, Array.isArray(hooks) ? hooks.map(formed) : hooks])),
  };
}

/** Columns with types and constraints of an enforced contract, in order; null when nothing is enforced. */
export function contractOf(node: ManifestNode | ManifestFunction): unknown {
  const config = node.config.contract as { enforced?: boolean } | null | undefined;
  if (config?.enforced !== true && node.contract?.enforced !== true) return null;
  const columns = Object.values(node.columns).map(({ name, data_type, constraints, quote }) => ({
    name,
    data_type,
    constraints,
    quote,
  }));
  return { columns, constraints: node.constraints ?? [] };
}

const ABOUT = [
  "description",
  "tags",
  "meta",
  "docs",
  "group",
  "access",
  "fqn",
  "path",
  "original_file_path",
  "patch_path",
  "columns",
  "constraints",
  "unrendered_config",
  "raw_code",
  "database",
] as const;

/** What the code can read about its own node: published names, or everything, or the named config fields. */
export function visibleFacts(node: ManifestNode | ManifestFunction, { visible }: InputUses): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  if (visible.all || visible.names.has("names")) Object.assign(found, { schema: node.schema, name: node.alias });
  for (const field of visible.names) if (field !== "names") found[`config.${field}`] = node.config[field] ?? null;
  if (visible.all)
    Object.assign(
      found,
      { config: node.config },
      ...ABOUT.map((field) => ({ [field]: (node as Record<string, unknown>)[field] ?? null })),
    );
  return found;
}
