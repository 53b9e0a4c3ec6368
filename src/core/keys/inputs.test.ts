// Which variables, environment values and target fields reach a key, and how secrets are shown.
import { describe, expect, test } from "vitest";
import { computeKeys, type KeyInput } from "./key.ts";
import { keyInput, type ModelText, type ProjectText } from "./sample-project.ts";

const key = (project: ProjectText, more: Partial<KeyInput>) => computeKeys(keyInput(project, more)).get("model.shop.a");
const model = (a: string | ModelText, macros: Record<string, string> = {}): ProjectText => ({ models: { a }, macros });

const sides = {
  var: (value: string) => ({ vars: { project: { x: value }, packages: {}, cli: {} } }),
  env: (value: string) => ({ env: { X: value, OTHER: "1" } }),
  target: (value: string) => ({ targetValues: { name: "dev", x: value } }),
  flag: (value: string) => ({ flags: { X: value } }),
};
const sees = (kind: keyof typeof sides, project: ProjectText): boolean =>
  key(project, sides[kind]("1"))?.key !== key(project, sides[kind]("2"))?.key;
const yes = (kind: keyof typeof sides, code: string | ModelText, macros: Record<string, string> = {}) =>
  expect(sees(kind, model(code, macros))).toBe(true);
const no = (kind: keyof typeof sides, code: string | ModelText, macros: Record<string, string> = {}) =>
  expect(sees(kind, model(code, macros))).toBe(false);
const hook = (sql: string): ModelText => ({
  code: "select 1",
  config: { "pre-hook": [{ sql, transaction: true, index: null }] },
});

describe("variables", () => {
  test("named", () => yes("var", "select {{ var('x') }}"));
  test("with a default", () => yes("var", 'select {{ var("x", 1) }}'));
  test("by keyword", () => yes("var", "select {{ var(var_name='x') }}"));
  test("asked for", () => yes("var", "{% if var.has_var('x') %}1{% endif %}"));
  test("by a computed name", () => yes("var", "select {{ var(name) }}"));
  test("by a name put together", () => yes("var", "select {{ var('a' ~ b) }}"));
  test("handed on", () => yes("var", "{% set f = var %}{{ f('x') }}"));
  test("through builtins", () => yes("var", "{{ builtins.var('x') }}"));
  test("in a hook", () => yes("var", hook("select {{ var('x') }}")));
  test("in a string of the config", () => yes("var", { code: "select 1", config: { location: "{{ var('x') }}.csv" } }));
  test("in a macro", () => yes("var", "{{ m() }}", { m: "{% macro m() %}{{ var('x') }}{% endmacro %}" }));
  test("in the default of a macro's argument", () =>
    yes("var", "{{ m() }}", { m: "{% macro m(a=var('x')) %}{{ a }}{% endmacro %}" }));
  test("in a branch", () => yes("var", "{% if execute %}{{ var('x') }}{% endif %}"));
  test("in a rendered string", () => yes("var", "{{ render(\"{{ var('x') }}\") }}"));
  test("another one", () => no("var", "select {{ var('y') }}"));
  test("in SQL", () => no("var", "select var('x')"));
  test("in a Jinja comment", () => no("var", "select 1 {# var('x') #}"));
  test("in a macro nobody calls", () => no("var", "select 1", { m: "{% macro m() %}{{ var('x') }}{% endmacro %}" }));
  test("inside config(): its value is in the config", () => no("var", "{{ config(schema=var('x')) }} select 1"));
  test("set to null is not the same as not set", () => {
    const project = model("select {{ var('x', 1) }}");
    const vars = (values: Record<string, unknown>) => ({ vars: { project: values, packages: {}, cli: {} } });
    expect(key(project, vars({}))?.key).not.toBe(key(project, vars({ x: null }))?.key);
  });
  test("on the command line, in a package's block, in a package", () => {
    const project = model("select {{ var('x') }}");
    const layers = [
      {},
      { cli: { x: 1 } },
      { project: { shop: { x: 1 } } },
      { packages: { pkg: { x: 1 } } },
      { project: { x: 1 } },
    ];
    const found = layers.map((layer) => key(project, { vars: { project: {}, packages: {}, cli: {}, ...layer } })?.key);
    expect(new Set(found).size).toBe(layers.length);
  });
});

describe("environment values", () => {
  test("named", () => yes("env", "select '{{ env_var(\"X\") }}'"));
  test("by a computed name", () => yes("env", "{{ env_var(x) }}"));
  test("in a hook", () => yes("env", hook("set x = '{{ env_var('X', '') }}'")));
  test("another one", () => no("env", "{{ env_var('OTHER') }}"));
  test("absent is not empty", () => {
    const project = model("{{ env_var('X', 'y') }}");
    expect(key(project, { env: {} })?.key).not.toBe(key(project, { env: { X: "" } })?.key);
  });
  test("secrets count, and are shown as a fingerprint", () => {
    const project = model("{{ env_var('API_TOKEN') }} {{ var('password') }}");
    const found = (value: string) =>
      key(project, { env: { API_TOKEN: value }, vars: { project: { password: value }, packages: {}, cli: {} } });
    expect(found("hunter2")?.key).not.toBe(found("hunter3")?.key);
    expect(JSON.stringify(found("hunter2")?.components)).not.toContain("hunter2");
  });
});

describe("target and flags", () => {
  test("a field", () => yes("target", "{{ target.x }}"));
  test("a field by subscript", () => yes("target", "{{ target['x'] }}"));
  test("a field by get", () => yes("target", "{{ target.get('x') }}"));
  test("a computed field", () => yes("target", "{{ target[y] }}"));
  test("the whole", () => yes("target", "{{ target }}"));
  test("handed on", () => yes("target", "{% set t = target %}{{ t.x }}"));
  test("looped over", () => yes("target", "{% for k in target.keys() %}{{ k }}{% endfor %}"));
  test("another field", () => no("target", "{{ target.name }}"));
  test("not used", () => no("target", "select 1"));
  test("as an attribute of something else", () => no("target", "{{ a.target }}"));
  test("a macro's own argument of that name", () =>
    no("target", "{{ m() }}", { m: "{% macro m(target) %}{{ target.x }}{% endmacro %}" }));
  test("a flag", () => yes("flag", "{% if flags.X %}1{% endif %}"));
  test("another flag", () => no("flag", "{% if flags.Y %}1{% endif %}"));
});

describe("the node's own names", () => {
  const seesNames = (code: string, macros: Record<string, string> = {}) =>
    key(model({ code, more: { schema: "one" } }, macros), {})?.key !==
    key(model({ code, more: { schema: "two" } }, macros), {})?.key;
  test("{{ this }} as a relation is the version itself", () =>
    expect(seesNames("select max(x) from {{ this }}")).toBe(false));
  test("its parts are environment dependent", () => expect(seesNames("select '{{ this.schema }}'")).toBe(true));
  test("so is its text", () => expect(seesNames("select '{{ this }}'")).toBe(true));
  test("and what is handed on", () =>
    expect(seesNames("{{ m(this) }}", { m: "{% macro m(r) %}{{ r.schema }}{% endmacro %}" })).toBe(true));
  test("schema by itself", () => expect(seesNames("select '{{ schema }}'")).toBe(true));
  test("model.schema", () => expect(seesNames("select '{{ model.schema }}'")).toBe(true));
  test("the whole model", () =>
    expect(seesNames("{{ m(model) }}", { m: "{% macro m(x) %}{{ x.alias }}{% endmacro %}" })).toBe(true));
  test("nothing of the kind", () => expect(seesNames("select 1 as schema")).toBe(false));
});
