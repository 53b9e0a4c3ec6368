// A project in a few words, as dbt would have written its manifest, and the input of its keys: for the tests of keys.

import type { Manifest, ManifestMacro, ManifestNode, ManifestSource } from "../project/manifest.ts";
import type { KeyInput } from "./key.ts";

export interface ModelText {
  code: string;
  config?: Record<string, unknown>;
  /** Names of models, seeds and snapshots; `source:raw.t` for sources; unique_ids as they are. */
  parents?: string[];
  macros?: string[];
  more?: Record<string, unknown>;
}

export interface ProjectText {
  models?: Record<string, string | ModelText>;
  seeds?: Record<string, string>;
  snapshots?: Record<string, string | ModelText>;
  tests?: Record<string, string | ModelText>;
  /** `name` of the project, `package.name` of others, dbt's own as `dbt.name`. */
  macros?: Record<string, string>;
  sources?: Record<string, Record<string, unknown>>;
  hooks?: string[];
  unitTests?: Record<string, Record<string, unknown>>;
  adapter?: string;
}

const named = (type: string, name: string, folder: string) => ({
  unique_id: `${type}.shop.${name}`,
  name,
  resource_type: type,
  package_name: "shop",
  path: `${name}.sql`,
  original_file_path: `${folder}/${name}.sql`,
  fqn: ["shop", name],
});

const MATERIALIZED: Record<string, string> = {
  model: "view",
  seed: "seed",
  snapshot: "snapshot",
  test: "test",
  operation: "view",
};

function node(type: string, name: string, given: string | ModelText): ManifestNode {
  const { code, config, parents, macros, more }: ModelText = typeof given === "string" ? { code: given } : given;
  return {
    ...named(type, name, `${type}s`),
    config: { enabled: true, materialized: MATERIALIZED[type], "pre-hook": [], "post-hook": [], ...config },
    database: "db",
    schema: "main",
    alias: name,
    columns: {},
    raw_code: code,
    language: "sql",
    checksum: { name: "sha256", checksum: "" },
    depends_on: { nodes: (parents ?? parentNames(code)).map(parentId), macros: macros ?? [] },
    refs: parentNames(code).map((ref) => ({ name: ref })),
    ...more,
  } as ManifestNode;
}

/** `ref('a')` outside `{% if %}`, as dbt would record it. */
function parentNames(code: string): string[] {
  const seen = code.replace(/\{% if (execute|is_incremental\(\)).*?\{% endif %\}/gs, "");
  const refs = [...seen.matchAll(/ref\('(\w+)'\)/g)].map((match) => match[1] as string);
  const sources = [...seen.matchAll(/source\('(\w+)', ?'(\w+)'\)/g)].map((match) => `source:${match[1]}.${match[2]}`);
  return [...refs, ...sources];
}

function parentId(name: string): string {
  if (name.startsWith("source:")) return `source.shop.${name.slice(7)}`;
  if (name.includes(".")) return name;
  return `${name.startsWith("seed_") ? "seed" : name.startsWith("snap_") ? "snapshot" : "model"}.shop.${name}`;
}

/** dbt records the calls of its own macros; those of a project are left out here, so that names in texts must do. */
const calledNames = (text: string): string[] => [...text.matchAll(/\{\{ (\w+)\(/g)].map((match) => match[1] as string);

function macro(id: string, text: string): [string, ManifestMacro] {
  const [first, second] = id.split(".");
  const [packageName, name] = second === undefined ? ["shop", first] : [first, second];
  const made = {
    ...named("macro", name as string, "macros"),
    unique_id: `macro.${packageName}.${name}`,
    package_name: packageName,
    macro_sql: text,
    depends_on: { macros: packageName === "dbt" ? calledNames(text).map((called) => `macro.dbt.${called}`) : [] },
  };
  return [made.unique_id, made as unknown as ManifestMacro];
}

function source(id: string, more: Record<string, unknown>): [string, ManifestSource] {
  const [sourceName, name] = id.split(".") as [string, string];
  const made = {
    ...named("source", id, "models"),
    name,
    source_name: sourceName,
    identifier: name,
    schema: sourceName,
    database: "db",
    columns: {},
    config: {},
    relation_name: `"db"."${sourceName}"."${name}"`,
    ...more,
  };
  return [`source.shop.${id}`, made as unknown as ManifestSource];
}

const nodesOf = (type: string, given: Record<string, string | ModelText> = {}) =>
  Object.entries(given).map(([name, text]): [string, ManifestNode] => [`${type}.shop.${name}`, node(type, name, text)]);

/** The manifest of a project. dbt's own macros are few: those that tests need. */
export function manifestOf(project: ProjectText): Manifest {
  const own = Object.entries({
    "dbt.is_incremental": "{% macro is_incremental() %}{{ return(adapter.get_relation(this)) }}{% endmacro %}",
    ...project.macros,
  });
  const hooks = (project.hooks ?? []).map((code, i): [string, ManifestNode] => [
    `operation.shop.hook${i}`,
    node("operation", `hook${i}`, code),
  ]);
  return {
    metadata: {
      dbt_schema_version: "v12",
      dbt_version: "1.12.6",
      adapter_type: project.adapter ?? "duckdb",
      project_name: "shop",
    },
    nodes: Object.fromEntries([
      ...nodesOf("model", project.models),
      ...nodesOf("seed", project.seeds),
      ...nodesOf("snapshot", project.snapshots),
      ...nodesOf("test", project.tests),
      ...hooks,
    ]),
    sources: Object.fromEntries(Object.entries(project.sources ?? {}).map(([id, more]) => source(id, more))),
    macros: Object.fromEntries(own.map(([id, text]) => macro(id, text))),
    unit_tests: project.unitTests ?? {},
    docs: {},
    exposures: {},
    groups: {},
    metrics: {},
    semantic_models: {},
    saved_queries: {},
    selectors: {},
  } as unknown as Manifest;
}

const token = (value: string) => ({
  kind: "content_hash",
  confidence: "exact" as const,
  value,
  detail: "",
  readAt: "",
});

/** Input of keys for a project; every token and seed hash is given unless `more` says otherwise. */
export function keyInput(project: ProjectText, more: Partial<KeyInput> = {}): KeyInput {
  const manifest = manifestOf(project);
  const ids = [...Object.keys(manifest.nodes), ...Object.keys(manifest.sources)];
  return {
    manifest,
    targetValues: { name: "dev", schema: "main", type: "duckdb" },
    vars: { project: {}, packages: {}, cli: {} },
    env: {},
    engine: {
      dbtVersion: "1.12.6",
      adapterType: project.adapter ?? "duckdb",
      adapterVersion: "1.11.1",
      libraryVersion: "1.5.6",
      profileFields: {},
      projectFields: { dispatch: [] },
    },
    seedHashes: Object.fromEntries(
      Object.entries(project.seeds ?? {}).map(([name, content]) => [`seed.shop.${name}`, `hash of ${content}`]),
    ),
    tokens: Object.fromEntries(ids.map((id) => [id, token("1")])),
    forced: {},
    bases: {},
    ...more,
  };
}

export { token };
