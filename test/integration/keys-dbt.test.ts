// Keys of what real dbt parses: edits that dbt's own record misses change keys, edits without meaning change none.
import { beforeAll, describe, expect, test } from "vitest";
import { computeKeys, type KeyInput, nodeFacts, testKeys } from "../../src/core/keys/key.ts";
import type { Manifest } from "../../src/core/project/manifest.ts";
import type { EngineRun } from "../../src/dbt/engine.ts";
import { makeProject, openRun, parse, type TestProject } from "./dbt-harness.ts";

const files = {
  "dbt_project.yml": "name: shop\nprofile: shop\nmodels:\n  shop:\n    +materialized: table\n",
  "models/behind_execute.sql": "select 1 as x {% if execute %}, {{ unseen() }} as y{% endif %}\n",
  "models/behind_incremental.sql":
    "{{ config(materialized='incremental') }}\nselect 1 as x {% if is_incremental() %} where {{ unseen() }} = 1{% endif %}\n",
  "models/behind_hook.sql": "{{ config(post_hook=\"select '{{ unseen() }}'\") }}\nselect 1 as x\n",
  "models/hidden_source.sql":
    "select {% if execute %}(select max(x) from {{ source('raw', 't') }}){% else %}0{% endif %} as x\n",
  "models/literal.sql": "select 'a b' as x\n",
  "models/plain.sql": "select\n  1 as x -- one\nfrom {{ ref('literal') }}\nwhere {{ positive('x') }}\n",
  "models/versions_v1.sql": "select 1 as x\n",
  "models/versions_v2.sql": "select 2 as x\n",
  "models/reader.sql": "select * from {{ ref('versions') }}\n",
  "models/models.yml": `
sources: [{name: raw, tables: [{name: t}]}]
models:
  - {name: plain, description: 説明, columns: [{name: x, data_tests: [not_null]}]}
  - {name: versions, latest_version: 1, versions: [{v: 1}, {v: 2}]}
unit_tests:
  - {name: u, model: plain, given: [{input: ref('literal'), rows: [{x: a}]}], expect: {rows: [{x: 1}]}}
`,
  "macros/unseen.sql": "{% macro unseen() %}1{% endmacro %}\n",
  "macros/positive.sql": "{% macro positive(name) %}\n  {{ name }} > 0\n{% endmacro %}\n",
};

let project: TestProject;
let run: EngineRun;
let before: Manifest;

beforeAll(async () => {
  project = await makeProject(files);
  run = await openRun();
  before = await parse(run, project, true);
});

const token = { kind: "content_hash", confidence: "exact" as const, value: "1", detail: "", readAt: "" };

function inputOf(manifest: Manifest): KeyInput {
  const engine = {
    dbtVersion: "1",
    adapterType: "duckdb",
    adapterVersion: "1",
    libraryVersion: "1",
    profileFields: {},
    projectFields: { dispatch: [] },
  };
  return {
    manifest,
    engine,
    targetValues: {},
    vars: { project: {}, packages: {}, cli: {} },
    env: {},
    seedHashes: {},
    forced: {},
    bases: {},
    tokens: { "source.shop.raw.t": token },
  };
}

function keysOf(manifest: Manifest): Map<string, string> {
  const input = inputOf(manifest);
  const keys = computeKeys(input);
  const all = [...keys.values(), ...testKeys(input, keys).values()].map((one): [string, string] => [
    "node" in one ? one.node : one.test,
    one.key,
  ]);
  return new Map(all);
}

async function changedBy(edits: Record<string, string>): Promise<string[]> {
  const run = await openRun();
  await project.write({ ...files, ...edits });
  const [was, is] = [keysOf(before), keysOf(await parse(run, project, true))];
  return [...is]
    .filter(([id, key]) => was.get(id) !== key)
    .map(([id]) => id.replace(/^(\w+)\.shop\./, "$1 ").replace(/\.\w{10}$/, ""))
    .sort();
}

describe("dbt's record has holes", () => {
  test("macros and sources behind execute are not in it", () => {
    const recorded = (name: string) => before.nodes[`model.shop.${name}`]?.depends_on;
    expect(recorded("behind_execute")?.macros).toEqual([]);
    expect(recorded("behind_incremental")?.macros).not.toContain("macro.shop.unseen");
    expect(recorded("hidden_source")?.nodes).toEqual([]);
  });
});

describe("keys have none", () => {
  test("a macro that dbt does not see reaches its users", async () => {
    const changed = await changedBy({ "macros/unseen.sql": "{% macro unseen() %}2{% endmacro %}\n" });
    expect(changed).toEqual(["model behind_execute", "model behind_hook", "model behind_incremental"]);
  });
  test("a blank in a literal, and what is below it", async () => {
    const changed = await changedBy({ "models/literal.sql": "select 'a  b' as x\n" });
    expect(changed).toEqual(["model literal", "model plain", "test not_null_plain_x", "unit_test plain.u"]);
  });
  test("another latest version reaches who asks for the latest", async () => {
    const changed = await changedBy({
      "models/models.yml": files["models/models.yml"].replace("latest_version: 1", "latest_version: 2"),
    });
    expect(changed).toEqual(["model reader"]);
  });
  test("a source that dbt does not see is read", () => {
    expect(nodeFacts(inputOf(before)).get("model.shop.hidden_source")?.sources).toEqual(["source.shop.raw.t"]);
  });
});

test("comments, blanks, documentation, tags and moved files change nothing", async () => {
  const changed = await changedBy({
    "models/plain.sql":
      "-- 一行目\nselect 1 as x /* one */ from\n   {{ref('literal')}} {# c #}\nwhere {{ positive('x') }}",
    "macros/positive.sql":
      "{# what it is for #}\n{% macro positive(name) %}  {{ name }}   > 0 -- really\n {% endmacro %}\n\n\n",
    "models/models.yml": `
unit_tests:
- name: u
  description: new
  model: plain
  given:
  - input: ref('literal')
    rows:
    - {x: a}
  expect:
    rows: [{x: 1}]
models:
- name: versions
  latest_version: 1
  versions: [{v: 1}, {v: 2}]
- name: plain
  description: other
  config: {tags: [a], meta: {owner: b}}
  columns:
  - name: x
    description: new
    data_tests: [not_null]
sources: [{name: raw, description: s, tables: [{name: t}]}]
`,
    "models/literal.sql": "{{ config(tags=['b']) }}\n\nselect 'a b' as x",
  });
  expect(changed).toEqual([]);
});
