// dbt's manifest (v12) as Slipway reads it: the fields it uses are typed, every other field is kept as it came.
import { z } from "zod";
import { AppError } from "../../lib/error.ts";
import { sameJson } from "../../lib/same-json.ts";
import { say } from "../../text/catalogue.ts";

const text = z.string();
const textOrNull = text.nullish();
const record = z.record(text, z.unknown());
const versionNumber = z.union([text, z.number()]).nullish();
const ownerFields = { name: textOrNull, email: z.union([text, z.array(text)]).nullish() };
const dependsOn = z.looseObject({ macros: z.array(text).optional(), nodes: z.array(text).optional() });

const columnSchema = z.looseObject({
  name: text,
  description: text,
  data_type: textOrNull,
  meta: record.nullish(),
  constraints: z.array(record).nullish(),
  quote: z.boolean().nullish(),
  tags: z.array(text).nullish(),
  config: record.nullish(),
});

const refSchema = z.looseObject({ name: text, package: textOrNull, version: versionNumber });

/** What every resource of a manifest has. Paths are relative to the package's folder. */
const named = {
  unique_id: text,
  name: text,
  resource_type: text,
  package_name: text,
  /** Relative to the resource folder (`models/`). */
  path: text,
  /** Relative to the package's root. */
  original_file_path: text,
};

/** What the resources have that users tag, describe and configure. */
const described = {
  fqn: z.array(text),
  description: textOrNull,
  config: record,
  meta: record.nullish(),
  tags: z.array(text).nullish(),
};

const relational = {
  ...named,
  ...described,
  database: textOrNull,
  schema: text,
  alias: text,
  relation_name: textOrNull,
  columns: z.record(text, columnSchema),
  raw_code: text,
  /** `sql` or `python`; seeds have none. */
  language: textOrNull,
  /** Unsound as identity: dbt 1.12 folds white space before it hashes. */
  checksum: z.looseObject({ name: text, checksum: text }),
  depends_on: dependsOn,
  refs: z.array(refSchema).nullish(),
  sources: z.array(z.array(text)).nullish(),
  functions: z.array(z.unknown()).nullish(),
  group: textOrNull,
  docs: record.nullish(),
  patch_path: textOrNull,
  unrendered_config: record.nullish(),
  created_at: z.number().nullish(),
  contract: z.looseObject({ enforced: z.boolean().nullish(), checksum: textOrNull }).nullish(),
  deferred: z.boolean().nullish(),
  compiled: z.boolean().nullish(),
  compiled_code: textOrNull,
  compiled_path: textOrNull,
};

const nodeSchema = z.looseObject({
  ...relational,
  // Models.
  access: textOrNull,
  version: versionNumber,
  latest_version: versionNumber,
  constraints: z.array(record).nullish(),
  primary_key: z.array(text).nullish(),
  deprecation_date: textOrNull,
  // Seeds: absolute folder of the package.
  root_path: textOrNull,
  // Generic tests; a singular test has no `test_metadata`.
  test_metadata: z.looseObject({ name: text, namespace: textOrNull, kwargs: record.nullish() }).nullish(),
  attached_node: textOrNull,
  column_name: textOrNull,
  file_key_name: textOrNull,
});

const sourceSchema = z.looseObject({
  ...named,
  ...described,
  source_name: text,
  source_description: textOrNull,
  loader: textOrNull,
  database: textOrNull,
  schema: text,
  identifier: text,
  relation_name: textOrNull,
  quoting: record.nullish(),
  columns: z.record(text, columnSchema),
  loaded_at_field: textOrNull,
  loaded_at_query: textOrNull,
  freshness: record.nullish(),
  external: record.nullish(),
  source_meta: record.nullish(),
  patch_path: textOrNull,
  unrendered_config: record.nullish(),
});

const macroSchema = z.looseObject({
  ...named,
  macro_sql: text,
  depends_on: dependsOn,
  description: textOrNull,
  arguments: z.array(record).nullish(),
  meta: record.nullish(),
  patch_path: textOrNull,
  supported_languages: z.array(text).nullish(),
});

const exposureSchema = z.looseObject({
  ...named,
  ...described,
  type: text,
  label: textOrNull,
  owner: z.looseObject(ownerFields),
  url: textOrNull,
  maturity: textOrNull,
  depends_on: dependsOn,
});

const groupSchema = z.looseObject({
  ...named,
  owner: z.looseObject(ownerFields),
  description: textOrNull,
  config: record.nullish(),
});

const unitTestSchema = z.looseObject({
  ...named,
  fqn: z.array(text),
  description: textOrNull,
  /** Tags and meta of a unit test live in here, not beside it. */
  config: record,
  /** Name of the tested model. */
  model: text,
  given: z.array(z.looseObject({ input: text, rows: z.unknown(), format: textOrNull, fixture: textOrNull })),
  expect: record,
  overrides: record.nullish(),
  /** Holds the tested model only, not the inputs. */
  depends_on: dependsOn,
  schema: textOrNull,
  version: versionNumber,
});

const functionSchema = z.looseObject({
  ...relational,
  arguments: z.array(record).nullish(),
  returns: record.nullish(),
});

/** Resources of which Slipway only needs to know that they exist. */
const namedSchema = z.looseObject({ unique_id: text, name: text, depends_on: dependsOn.nullish() });

const manifestSchema = z.looseObject({
  metadata: z.looseObject({
    dbt_schema_version: text,
    dbt_version: text,
    adapter_type: textOrNull,
    project_name: textOrNull,
    project_id: textOrNull,
    generated_at: textOrNull,
    invocation_id: textOrNull,
    quoting: record.nullish(),
  }),
  nodes: z.record(text, nodeSchema),
  sources: z.record(text, sourceSchema),
  macros: z.record(text, macroSchema),
  docs: z.record(text, z.unknown()),
  exposures: z.record(text, exposureSchema),
  groups: z.record(text, groupSchema),
  metrics: z.record(text, namedSchema),
  semantic_models: z.record(text, namedSchema),
  saved_queries: z.record(text, namedSchema),
  unit_tests: z.record(text, unitTestSchema),
  functions: z.record(text, functionSchema).optional(),
  selectors: record,
  disabled: z.record(text, z.array(z.unknown())).nullish(),
  parent_map: z.record(text, z.array(text)).nullish(),
  child_map: z.record(text, z.array(text)).nullish(),
  group_map: z.record(text, z.array(text)).nullish(),
});

export type Manifest = z.infer<typeof manifestSchema>;
/** A model, seed, snapshot, test, analysis or operation (hook) of `manifest.nodes`. */
export type ManifestNode = z.infer<typeof nodeSchema>;
export type ManifestSource = z.infer<typeof sourceSchema>;
export type ManifestMacro = z.infer<typeof macroSchema>;
export type ManifestUnitTest = z.infer<typeof unitTestSchema>;
export type ManifestExposure = z.infer<typeof exposureSchema>;
export type ManifestFunction = z.infer<typeof functionSchema>;

/** What a large manifest is mostly made of. */
const SECTIONS = ["nodes", "sources", "macros", "unit_tests"] as const;

/**
 * Checks the shape of dbt's manifest.json and returns it as it came, every field kept in its order, so that it can be changed and written
 * back for dbt. What is the same in `known`, a manifest that was checked before, is taken from there: two commits share it in memory, and
 * who compares them sees at once what is unchanged. Throws AppError `upstream` naming the first field that is not as expected.
 */
export function parseManifest(json: unknown, known: Manifest | null = null): Manifest {
  const fresh = known && isRecord(json) ? withoutKnown(json, known) : json;
  const parsed = manifestSchema.safeParse(fresh);
  if (parsed.success) return json as Manifest;
  const issue = parsed.error.issues[0];
  const field = issue?.path.map(String).join(".") ?? "";
  throw new AppError("upstream", say("dbt.manifest_shape", { field, problem: issue?.message ?? "" }), {
    hint: say("dbt.manifest_shape_hint"),
    cause: parsed.error,
  });
}

/** Puts what is known into `json`, and returns what is left to be checked. */
function withoutKnown(json: Record<string, unknown>, known: Manifest): Record<string, unknown> {
  const left = { ...json };
  for (const section of SECTIONS) {
    const entries = json[section];
    if (!isRecord(entries)) continue;
    const unknown: Record<string, unknown> = {};
    for (const [id, entry] of Object.entries(entries)) {
      const before = known[section][id];
      if (before !== undefined && sameJson(entry, before)) entries[id] = before;
      else unknown[id] = entry;
    }
    left[section] = unknown;
  }
  return left;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);
