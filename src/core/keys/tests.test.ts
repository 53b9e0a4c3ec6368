// Keys of tests: when an outcome is known already, and when it must be found out again.
import { describe, expect, test } from "vitest";
import { analyse, computeKeys, type KeyInput, type TestKey, testKeys } from "./key.ts";
import { keyInput, type ModelText, type ProjectText, token } from "./sample-project.ts";

const generic = (config: Record<string, unknown> = {}, kwargs: Record<string, unknown> = {}): ModelText => ({
  code: "{{ test_positive(**_dbt_generic_test_kwargs) }}",
  config: { severity: "ERROR", ...config },
  parents: ["a"],
  more: {
    test_metadata: {
      name: "positive",
      kwargs: { column_name: "x", model: "{{ get_where_subquery(ref('a')) }}", ...kwargs },
    },
    column_name: "x",
  },
});
const project = (given: ModelText | string, more: ProjectText = {}): ProjectText => ({
  models: { a: "select 1", b: "select 2" },
  tests: { t: given },
  macros: { test_positive: "{% test positive(model, column_name) %}select 1 from {{ model }}{% endtest %}" },
  ...more,
});
function keyOf(given: ProjectText, more: Partial<KeyInput> = {}, id = "test.shop.t"): TestKey {
  const input = keyInput(given, more);
  return testKeys(input, computeKeys(input)).get(id) as TestKey;
}
const changes = (a: ProjectText, b: ProjectText, more: Partial<KeyInput> = {}) =>
  expect(keyOf(a).key).not.toBe(keyOf(b, more).key);
const same = (a: ProjectText, b: ProjectText) => expect(keyOf(a).key).toBe(keyOf(b).key);

describe("data tests", () => {
  for (const field of ["severity", "where", "limit", "error_if", "warn_if", "fail_calc"])
    test(`${field} counts`, () => changes(project(generic()), project(generic({ [field]: "x" }))));
  for (const field of ["tags", "meta", "store_failures", "schema", "description"])
    test(`${field} does not`, () => same(project(generic()), project(generic({ [field]: "x" }))));
  test("arguments count", () => changes(project(generic()), project(generic({}, { least: 2 }))));
  test("the model counts", () =>
    changes(project(generic()), project(generic(), { models: { a: "select 9", b: "select 2" } })));
  test("another model does not", () =>
    same(project(generic()), project(generic(), { models: { a: "select 1", b: "select 9" } })));
  test("the generic test's macro counts", () =>
    changes(
      project(generic()),
      project(generic(), { macros: { test_positive: "{% test positive(model) %}select 2{% endtest %}" } }),
    ));
  test("a macro in an argument counts", () => {
    const given = (text: string) =>
      project(generic({}, { least: "{{ m() }}" }), { macros: { m: `{% macro m() %}${text}{% endmacro %}` } });
    changes(given("1"), given("2"));
  });
  test("a comment does not", () => same(project("select 1"), project("select 1 -- hi")));
  test("the source's token counts", () => {
    const given = project("select * from {{ source('raw', 't') }}", { sources: { "raw.t": {} } });
    changes(given, given, { tokens: { "source.shop.raw.t": token("2") } });
  });
});

describe("reusable", () => {
  test("pure ones are", () =>
    expect(keyOf(project(generic()))).toMatchObject({ reusable: true, klass: "pure", reasons: [] }));
  test("not with a date of today in the code", () =>
    expect(keyOf(project("select 1 where day < current_date"))).toMatchObject({ reusable: false, klass: "volatile" }));
  test("not with a date of today in the where", () =>
    expect(keyOf(project(generic({ where: "day < current_date" }))).reusable).toBe(false));
  test("not with a date of today in an argument", () =>
    expect(keyOf(project(generic({}, { until: "now()" }))).reusable).toBe(false));
  test("not when it reads a table by itself", () => expect(keyOf(project("select * from raw.t")).reusable).toBe(false));
  test("not when an argument names a table", () => {
    const macros = {
      test_positive:
        "{% test positive(model, column_name, other) %}select 1 from {{ model }} join {{ other }}{% endtest %}",
    };
    expect(keyOf(project(generic({}, { other: "raw.t" }), { macros })).reusable).toBe(false);
    expect(keyOf(project(generic({}, { other: "ref('b')" }), { macros })).reusable).toBe(true);
  });
  const reading = project("select * from {{ source('raw', 't') }}", { sources: { "raw.t": {} } });
  test("not when nothing exact stands for a source", () =>
    expect(keyOf(reading, { tokens: { "source.shop.raw.t": { ...token("1"), confidence: "none" } } }).reusable).toBe(
      false,
    ));
  test("not without a token", () => expect(keyOf(reading, { tokens: {} }).reusable).toBe(false));
  test("with an exact token", () => expect(keyOf(reading).reusable).toBe(true));
});

describe("unit tests", () => {
  const unit = (more: Record<string, unknown> = {}, code = "select * from {{ ref('b') }}"): ProjectText => ({
    models: { a: code, b: "select * from {{ source('raw', 't') }}" },
    sources: { "raw.t": {} },
    unitTests: {
      "unit_test.shop.a.u": {
        unique_id: "unit_test.shop.a.u",
        name: "u",
        resource_type: "unit_test",
        package_name: "shop",
        path: "x.yml",
        original_file_path: "models/x.yml",
        fqn: [],
        config: {},
        model: "a",
        given: [{ input: "ref('b')", rows: [{ x: 1 }] }],
        expect: { rows: [{ x: 1 }] },
        depends_on: { nodes: ["model.shop.a"] },
        ...more,
      },
    },
  });
  const key = (given: ProjectText, more: Partial<KeyInput> = {}) => keyOf(given, more, "unit_test.shop.a.u");
  test("rows count", () =>
    expect(key(unit()).key).not.toBe(key(unit({ given: [{ input: "ref('b')", rows: [{ x: 2 }] }] })).key));
  test("what is expected counts", () => expect(key(unit()).key).not.toBe(key(unit({ expect: { rows: [] } })).key));
  test("overrides count", () => expect(key(unit()).key).not.toBe(key(unit({ overrides: { vars: { x: 1 } } })).key));
  test("the tested model's logic counts", () =>
    expect(key(unit()).key).not.toBe(key(unit({}, "select 1 from {{ ref('b') }}")).key));
  test("data does not", () =>
    expect(key(unit()).key).toBe(key(unit(), { tokens: { "source.shop.raw.t": token("2") } }).key));
  test("a volatile model's is run again", () =>
    expect(key(unit({}, "select now() from {{ ref('b') }}")).reusable).toBe(false));
});

test("a second computation over the same reading gives what a first one would", () => {
  const given = project("select * from {{ source('raw', 't') }}", {
    models: { a: "select * from {{ source('raw', 't') }}", b: "select now()" },
    tests: { t: "select * from {{ source('raw', 't') }}", of_a: generic(), of_b: "select 1 from {{ ref('b') }}" },
    sources: { "raw.t": {} },
  });
  const analysis = analyse(keyInput(given));
  for (const value of ["1", "2", "2", "1"]) {
    const input = keyInput(given, { tokens: { "source.shop.raw.t": token(value), "model.shop.b": token(value) } });
    const again = { ...input, manifest: analysis.input.manifest };
    expect(testKeys(again, computeKeys(again, analysis), analysis)).toEqual(testKeys(input, computeKeys(input)));
  }
});

describe("a reading that takes over from another commit's", () => {
  const before: ProjectText = {
    models: {
      a: "select {{ m() }} as x from {{ source('raw', 't') }}",
      b: "select now()",
      c: "select * from {{ ref('a') }}",
    },
    tests: { t: "select * from {{ source('raw', 't') }}", of_a: generic(), of_b: "select 1 from {{ ref('b') }}" },
    macros: { m: "{% macro m() %}1{% endmacro %}", test_positive: "{% test positive(model) %}select 1{% endtest %}" },
    sources: { "raw.t": {} },
    hooks: ["create function f() as 1"],
  };
  const cases: Record<string, ProjectText> = {
    "nothing changed": {},
    "a model": { models: { ...before.models, c: "select 2 from {{ ref('a') }}" } },
    "a model's config": {
      models: { ...before.models, b: { code: "select now()", config: { materialized: "table" } } },
    },
    "a new model that stands for a source's name": { models: { ...before.models, t: "select 1" } },
    "a model less": { models: { a: before.models!.a!, b: before.models!.b! } },
    "a test": { tests: { ...before.tests, t: "select 2" } },
    "a macro": { macros: { ...before.macros, m: "{% macro m() %}2{% endmacro %}" } },
    "a macro more": { macros: { ...before.macros, now: "{% macro now() %}2{% endmacro %}" } },
    "a source": { sources: { "raw.t": { identifier: "other" } } },
    "a source more": { sources: { "raw.t": {}, "raw.u": {} } },
    "a hook": { hooks: ["create function f() as 2"] },
  };
  for (const [name, change] of Object.entries(cases))
    test(`gives what a new one would: ${name}`, () => {
      const tokens = { "source.shop.raw.t": token("1"), "source.shop.raw.u": token("1"), "model.shop.b": token("1") };
      const [first, second] = [keyInput(before, { tokens }), keyInput({ ...before, ...change }, { tokens })];
      const [earlier, later] = [analyse(first), analyse(second)];
      testKeys(first, computeKeys(first, earlier), earlier);
      later.adopt(earlier);
      const [keys, fresh] = [computeKeys(second, later), computeKeys(second)];
      expect(keys).toEqual(fresh);
      expect(testKeys(second, keys, later)).toEqual(testKeys(second, fresh));
    });
});
