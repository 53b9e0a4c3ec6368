// Which macros reach a node's key: edits of one macro, seen from the keys of all nodes.
import { describe, expect, test } from "vitest";
import { computeKeys } from "./key.ts";
import { keyInput, type ModelText, type ProjectText } from "./sample-project.ts";

const keys = (project: ProjectText) => computeKeys(keyInput(project));
const macro = (name: string, body: string, args = "") => `{% macro ${name}(${args}) %}${body}{% endmacro %}`;

/** True when giving macro `id` another text changes the key of model a. */
function reaches(id: string, project: ProjectText): boolean {
  const name = id.split(".").at(-1) as string;
  const edited = (body: string): ProjectText => ({
    ...project,
    macros: { ...project.macros, [id]: macro(name, body) },
  });
  const [before, after] = [keys(edited("1")), keys(edited("2"))].map(
    (found) => found.get("model.shop.a") ?? found.get("snapshot.shop.a"),
  );
  return before?.key !== after?.key;
}
const model = (a: string | ModelText, macros: Record<string, string> = {}): ProjectText => ({ models: { a }, macros });
const hook = (sql: string): ModelText => ({
  code: "select 1",
  config: { "post-hook": [{ sql, transaction: true, index: null }] },
});
const yes = (id: string, project: ProjectText) => expect(reaches(id, project)).toBe(true);
const no = (id: string, project: ProjectText) => expect(reaches(id, project)).toBe(false);

describe("reached", () => {
  test("called", () => yes("m", model("select {{ m() }}")));
  test("by package", () => yes("pkg.m", model("select {{ pkg.m() }}")));
  test("behind execute, which dbt does not record", () =>
    yes("m", model("{% if execute %}{{ m() }}{% endif %} select 1")));
  test("behind is_incremental()", () => yes("m", model("select 1 {% if is_incremental() %}{{ m() }}{% endif %}")));
  test("by another macro", () => yes("m", model("select {{ n() }}", { n: macro("n", "{{ m() }}") })));
  test("by another macro in a branch", () =>
    yes("m", model("select {{ n() }}", { n: macro("n", "{% if execute %}{{ m() }}{% endif %}") })));
  test("in a hook", () => yes("m", model(hook("{{ m() }}"))));
  test("in a string of the config", () => yes("m", model({ code: "select 1", config: { location: "{{ m() }}" } })));
  test("in a call block", () => yes("m", model("{% call m() %}x{% endcall %}")));
  test("in a comment, which Jinja runs all the same", () => yes("m", model("select 1 -- {{ m() }}")));
  test("in a literal", () => yes("m", model("select '{{ m() }}'")));
  test("context by literal name", () => yes("m", model("select {{ context['m']() }}")));
  test("context by computed name: all of them", () => yes("pkg.m", model("select {{ context['a' ~ x]() }}")));
  test("a package by computed name: all of them", () =>
    yes("m", model("select {{ pkg[x]() }}", { "pkg.n": macro("n", "") })));
  test("handed on as a value", () => yes("m", model("select {{ n(m) }}", { n: macro("n", "{{ f() }}", "f") })));
  test("in a string that is rendered", () => yes("m", model('select {{ render("{{ m() }}") }}')));
  test("in a text that is put together and rendered: all of them", () =>
    yes("m", model("select {{ render('{' ~ '{ ' ~ x) }}")));
  test("dispatched to the default", () =>
    yes("default__m", model("select {{ m() }}", { m: macro("m", "{{ return(adapter.dispatch('m')()) }}") })));
  test("dispatched to the adapter's own", () =>
    yes("duckdb__m", model("select {{ m() }}", { m: macro("m", "{{ adapter.dispatch('m', 'shop')() }}") })));
  test("dispatched by a computed name: all of them", () => yes("n", model("select {{ adapter.dispatch(x)() }}")));
  test("dispatch got hold of another way", () => yes("n", model("select {{ adapter['dispatch']('x')() }}")));
  test("standing in for one of dbt's", () =>
    yes("create_table_as", model("select 1", { "dbt.create_table_as": macro("create_table_as", "x") })));
  test("standing in for the default of one of dbt's", () =>
    yes(
      "default__create_table_as",
      model("select 1", { "dbt.default__create_table_as": macro("default__create_table_as", "x") }),
    ));
  test("standing in for ref", () => yes("ref", model("select * from {{ ref('b') }}")));
  test("the project's own materialization", () =>
    yes("materialization_odd_default", model({ code: "select 1", config: { materialized: "odd" } })));
  test("the adapter's materialization", () =>
    yes("materialization_odd_duckdb", model({ code: "select 1", config: { materialized: "odd" } })));
  test("an incremental strategy", () =>
    yes("get_incremental_odd_sql", model({ code: "select 1", config: { incremental_strategy: "odd" } })));
  test("a snapshot strategy", () =>
    yes("snapshot_odd_strategy", { snapshots: { a: { code: "select 1", config: { strategy: "odd" } } } }));
  test("by dbt's record alone", () => yes("m", model({ code: "select 1", macros: ["macro.shop.m"] })));
  test("in the value of a variable that is a template", () => {
    const [one, two] = ["1", "2"].map((body) =>
      computeKeys(
        keyInput(model("select {{ var('t') }}", { m: macro("m", body) }), {
          vars: { project: { t: "{{ m() }}" }, packages: {}, cli: {} },
        }),
      ),
    );
    expect(one?.get("model.shop.a")?.key).not.toBe(two?.get("model.shop.a")?.key);
  });
});

describe("not reached", () => {
  test("never named", () => no("m", model("select 1")));
  test("named in SQL only", () => no("m", model("select m() as m")));
  test("named in a Jinja comment", () => no("m", model("select 1 {# m() #}")));
  test("another adapter's dispatch", () =>
    no("snowflake__m", model("select {{ m() }}", { m: macro("m", "{{ adapter.dispatch('m')() }}") })));
  test("names of schemas", () =>
    no("generate_schema_name", model("select 1", { "dbt.generate_schema_name": macro("generate_schema_name", "x") })));
  test("generic tests", () =>
    no("test_not_null", model("select 1", { "dbt.test_not_null": macro("test_not_null", "x") })));
  test("another materialization", () => no("materialization_odd_default", model("select 1")));
  test("dbt's own, which the engine's versions stand for", () =>
    no("dbt.is_incremental", model("{% if is_incremental() %}x{% endif %}")));
});

describe("which text of a macro counts", () => {
  const same = (a: string, b: string, code: string, more: Record<string, string> = {}) => {
    const [x, y] = [a, b].map((body) => keys(model(code, { m: macro("m", body), ...more })).get("model.shop.a")?.key);
    return x === y;
  };
  test("plain use: comments and blanks count nothing", () =>
    expect(same(" 1 ", "\n 1 -- one\n", "select {{ m() }}")).toBe(true));
  test("by package name too", () => expect(same(" 1 ", "\n 1 -- one\n", "select {{ shop.m() }}")).toBe(true));
  for (const [what, code] of [
    ["assigned", "{% set x = m() %}select {{ x }}"],
    ["in a literal", "select '{{ m() }}'"],
    ["filtered", "select {{ m() | trim }}"],
    ["nested", "select {{ n(m()) }}"],
    ["in a set block", "{% set x %}{{ m() }}{% endset %}select '{{ x }}'"],
    ["in a filter block", "{% filter trim %}{{ m() }}{% endfilter %}"],
    ["in a comment", "select 1 -- {{ m() }}\n"],
    ["by its name", "select {{ context['m']() }}"],
    ["compared", "select {% if m() == ' 1 ' %}1{% endif %}"],
  ] as const)
    test(`${what}: blanks count`, () =>
      expect(same(" 1 ", "  1 ", code, { n: macro("n", "{{ x }}", "x") })).toBe(false));
  test("bent in another macro: blanks count", () =>
    expect(same(" 1 ", "  1 ", "select {{ n() }}", { n: macro("n", "{{ return(m()) }}") })).toBe(false));
  test("Jinja comments count nothing in any case", () =>
    expect(same(" 1 ", " 1 {# one #}", "{% set x = m() %}select {{ x }}")).toBe(true));
  test("a macro that opens a quote makes the callers' blanks count", () => {
    const key = (code: string) => keys(model(code, { q: macro("q", "'") })).get("model.shop.a")?.key;
    expect(key("select {{ q() }}a  b{{ q() }}")).not.toBe(key("select {{ q() }}a b{{ q() }}"));
  });
  test("a macro that ends in a line comment makes the callers' line breaks count", () => {
    const key = (code: string) => keys(model(code, { q: macro("q", "1 -- one") })).get("model.shop.a")?.key;
    expect(key("select {{ q() }} , 2\n , 3")).not.toBe(key("select {{ q() }}\n , 2 , 3"));
  });
  test("a value with a quote makes blanks count", () => {
    const key = (code: string) =>
      computeKeys(keyInput(model(code), { vars: { project: { q: "'" }, packages: {}, cli: {} } })).get("model.shop.a")
        ?.key;
    expect(key("select {{ var('q') }}a  b{{ var('q') }}")).not.toBe(key("select {{ var('q') }}a b{{ var('q') }}"));
  });
  test("code that reads its own text", () => {
    const key = (code: string) => keys(model(code, { m: macro("m", "{{ model.raw_code }}") })).get("model.shop.a")?.key;
    expect(key("select {{ m() }} -- a")).not.toBe(key("select {{ m() }} -- b"));
  });
});
