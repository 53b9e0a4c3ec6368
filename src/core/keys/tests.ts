// Keys of tests: equal keys mean that the outcome is known already.
import { canonicalJson, sha256 } from "../../lib/hash.ts";
import type { ManifestNode, ManifestUnitTest } from "../project/manifest.ts";
import type { NodeId } from "../project/relation.ts";
import type { Analysis, SubjectAnalysis } from "./analysis.ts";
import { testConfig, visibleFacts } from "./config.ts";
import { templateStrings } from "./facts.ts";
import { shownValues, shownVars } from "./inputs.ts";
import { KEY_FORMAT, type KeyInput, type NodeKey, type TestKey } from "./types.ts";
import { classify } from "./volatile.ts";

type Keys = ReadonlyMap<NodeId, NodeKey>;

/** One key per data test and unit test, in order of id. */
export function computeTestKeys(analysis: Analysis, input: KeyInput, keys: Keys): Map<NodeId, TestKey> {
  const data = Object.values(input.manifest.nodes).filter(({ resource_type }) => resource_type === "test");
  const units = Object.values(input.manifest.unit_tests);
  const made = [
    ...data.map((test) => dataTest(test, analysis, input, keys)),
    ...units.map((test) => unitTest(test, analysis, keys)),
  ];
  return new Map(made.sort((a, b) => (a.test < b.test ? -1 : 1)).map((key) => [key.test, key]));
}

/** Most tests of a second computation have the parents that they had in the first: nothing of them is read again. */
function dataTest(test: ManifestNode, analysis: Analysis, input: KeyInput, keys: Keys): TestKey {
  const known = analysis.tests.get(test.unique_id);
  if (known && known.against === canonicalJson(dataParents(test, known.sources, input, keys))) return known.key;
  const found = readDataTest(test, analysis);
  const parents = dataParents(test, found.sources, input, keys);
  const key = dataTestKey(test, analysis, found, parents);
  analysis.tests.set(test.unique_id, { sources: found.sources, against: canonicalJson(parents), key });
  return key;
}

function readDataTest(test: ManifestNode, analysis: Analysis): SubjectAnalysis {
  const config = testConfig(test.config);
  const metadata = test.test_metadata ?? null;
  return analysis.subject({
    file: test.original_file_path,
    code: test.raw_code,
    python: false,
    strings: [
      ...templateStrings(config),
      ...templateStrings(metadata?.kwargs),
      ...sqlStrings(test),
      ...spelledOut(test),
    ],
    hooks: [],
    names: [...analysis.macros.materializationNames("test"), ...(metadata ? [`test_${metadata.name}`] : [])],
    recorded: test.depends_on.macros ?? [],
  });
}

function dataTestKey(
  test: ManifestNode,
  analysis: Analysis,
  found: SubjectAnalysis,
  parents: ReturnType<typeof dataParents>,
): TestKey {
  const shown = {
    format: KEY_FORMAT,
    node: test.unique_id,
    code: found.code,
    config: testConfig(test.config),
    metadata: test.test_metadata ?? null,
    column: test.column_name ?? null,
    macros: found.macros,
    visible: visibleFacts(test, found.uses),
    parents: parents.shown,
  };
  const { klass, reasons, filePatterns } = classify({ ...found.classInput, readsSources: parents.sources });
  const { vars, env, target, flags } = found.values;
  return {
    test: test.unique_id,
    key: sha256(canonicalJson([KEY_FORMAT, analysis.hashOf({ ...shown, vars, env, target, flags }), parents.data])),
    reusable: klass === "pure" && filePatterns.length === 0 && parents.known,
    klass,
    reasons,
    components: { ...shown, vars: shownVars(vars), env: shownValues(env), target, flags, engine: analysis.engine },
  };
}

/** The call with its arguments, so that a table's name among them is seen where the macro reads from it. */
function spelledOut({ test_metadata: metadata }: ManifestNode): string[] {
  const value = (given: unknown): string => {
    if (typeof given !== "string") return "none";
    const expression = /^\s*\{\{(.*)\}\}\s*$/s.exec(given)?.[1] ?? (/^\s*(ref|source)\s*\(/.test(given) ? given : null);
    return expression ?? JSON.stringify(given);
  };
  if (!metadata) return [];
  const given = Object.entries(metadata.kwargs ?? {}).map(([name, one]) => `${name}=${value(one)}`);
  return [`{{ test_${metadata.name}(${given.join(", ")}) }}`];
}

/** SQL in the config and in arguments of a generic test: `where: "day > current_date"`. */
function sqlStrings(test: ManifestNode): string[] {
  const values = [test.config.where, test.config.fail_calc, ...Object.values(test.test_metadata?.kwargs ?? {})];
  return values.filter((value) => typeof value === "string");
}

function dataParents(test: ManifestNode, sources: readonly NodeId[], input: KeyInput, keys: Keys) {
  const found = { data: [] as string[][], shown: {} as Record<NodeId, string>, known: true, sources: false };
  for (const id of [...new Set([...(test.depends_on.nodes ?? []), ...sources])].sort()) {
    const parent = keys.get(id);
    const token = input.tokens[id];
    if (parent) found.data.push([id, parent.key, parent.plainKey]);
    else if (input.manifest.sources[id]) {
      found.sources = true;
      found.known &&= token?.confidence === "exact";
      found.data.push([id, token ? `${token.kind}:${token.value}` : ""]);
    }
    found.shown[id] = parent?.key ?? token?.value ?? "";
  }
  return found;
}

/** A unit test sees the tested model's logic and its own rows, never data. */
function unitTest(test: ManifestUnitTest, analysis: Analysis, keys: Keys): TestKey {
  const tested = [...new Set(test.depends_on.nodes ?? [])].sort();
  const logic = tested.map((id) => [id, keys.get(id)?.logicKey ?? ""]);
  const pure = tested.every((id) => keys.get(id)?.klass === "pure");
  const reasons = tested.flatMap((id) => keys.get(id)?.reasons ?? []);
  const against = canonicalJson([logic, pure, reasons]);
  const known = analysis.tests.get(test.unique_id);
  if (known?.against === against) return known.key;
  const { given, expect, overrides, config, model, version } = test;
  const found = analysis.subject({
    file: test.original_file_path,
    code: "",
    python: false,
    strings: [...templateStrings(given), ...templateStrings(expect), ...templateStrings(overrides)],
    hooks: [],
    names: [...analysis.macros.materializationNames("unit"), "unit_test"],
    recorded: test.depends_on.macros ?? [],
  });
  const shown = {
    format: KEY_FORMAT,
    node: test.unique_id,
    model,
    version,
    given,
    expect,
    overrides,
    config: testConfig(config),
    macros: found.macros,
    tested: Object.fromEntries(logic),
  };
  const key: TestKey = {
    test: test.unique_id,
    key: sha256(canonicalJson([KEY_FORMAT, analysis.hashOf({ ...shown, ...found.values })])),
    reusable: pure && tested.length > 0,
    klass: pure ? "pure" : "volatile",
    reasons,
    components: { ...shown, engine: analysis.engine },
  };
  analysis.tests.set(test.unique_id, { sources: [], against, key });
  return key;
}
