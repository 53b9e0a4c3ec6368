// Two sets of components side by side: what is named as changed, and how texts are compared.
import { describe, expect, test } from "vitest";
import { diffLines } from "./explain.ts";
import { computeKeys, explainKey, type KeyInput, type NodeKey } from "./key.ts";
import { keyInput, type ProjectText, token } from "./sample-project.ts";

const components = (project: ProjectText, more: Partial<KeyInput> = {}) =>
  (computeKeys(keyInput(project, more)).get("model.shop.a") as NodeKey).components;
const changed = (a: ReturnType<typeof components>, b: ReturnType<typeof components>) =>
  explainKey(a, b)
    .filter(({ status }) => status !== "same")
    .map(({ component, item, status }) => [component, item, status].filter(Boolean).join(" "));
const model = (code: string, more: ProjectText = {}): ProjectText => ({ models: { a: code }, ...more });

describe("components", () => {
  test("nothing changed", () =>
    expect(changed(components(model("select 1")), components(model("select 1")))).toEqual([]));
  test("code", () =>
    expect(changed(components(model("select 1")), components(model("select 2")))).toEqual(["code changed"]));
  test("one macro of two", () => {
    const given = (m: string) =>
      model("{{ m() }}{{ n() }}", {
        macros: { m: `{% macro m() %}${m}{% endmacro %}`, n: "{% macro n() %}{% endmacro %}" },
      });
    expect(changed(components(given("1")), components(given("2")))).toEqual(["macros macro.shop.m changed"]);
  });
  test("a variable, with both values", () => {
    const given = (x: number) =>
      components(model("{{ var('x') }}"), { vars: { project: { x }, packages: {}, cli: {} } });
    expect(explainKey(given(1), given(2)).filter(({ status }) => status !== "same")).toEqual([
      { component: "vars", item: "x", status: "changed", before: "1", after: "2", diff: [] },
    ]);
  });
  test("a config field that is new and one that is gone", () => {
    const given = (config: Record<string, unknown>) => components({ models: { a: { code: "select 1", config } } });
    expect(changed(given({ x: 1 }), given({ y: 1 }))).toEqual(["config x removed", "config y added"]);
  });
  test("a parent", () => {
    const given = (b: string) => components({ models: { a: "select * from {{ ref('b') }}", b } });
    expect(changed(given("select 1"), given("select 2"))).toEqual(["parents model.shop.b changed"]);
  });
  test("the own token", () => {
    const given = (value: string) => components(model("select now()"), { tokens: { "model.shop.a": token(value) } });
    expect(changed(given("1"), given("2"))).toEqual(["token changed"]);
  });
  test("the engine", () => {
    const { engine } = keyInput({});
    expect(
      changed(components(model("x")), components(model("x"), { engine: { ...engine, adapterVersion: "2" } })),
    ).toEqual(["engine adapterVersion changed"]);
  });
  test("never built: everything is new", () =>
    expect(explainKey(null, components(model("select 1"))).every(({ status }) => status === "added")).toBe(true));
  test("stored components explain as the ones computed now", () => {
    const now = components(model("select 1"));
    expect(changed(JSON.parse(JSON.stringify(now)), now)).toEqual([]);
  });
});

describe("lines", () => {
  const shown = (a: string, b: string) =>
    diffLines(a, b).map(({ kind, text }) => ({ same: " ", add: "+", remove: "-" })[kind] + text);
  test("changed line with its neighbours", () =>
    expect(shown("a\nb\nc\nd\ne\nf", "a\nb\nc\nX\ne\nf")).toEqual([" b", " c", "-d", "+X", " e", " f"]));
  test("added", () => expect(shown("a\nb", "a\nx\nb")).toEqual([" a", "+x", " b"]));
  test("removed", () => expect(shown("a\nx\nb", "a\nb")).toEqual([" a", "-x", " b"]));
  test("two places", () =>
    expect(shown("a\nb\nc\nd\ne", "A\nb\nc\nd\nE")).toEqual(["-a", "+A", " b", " c", " d", "-e", "+E"]));
  test("a canonical text is cut into clauses", () =>
    expect(shown("select a , b from t where x = 1", "select a , c from t where x = 1")).toEqual([
      " select a,",
      "-b",
      "+c",
      " from t",
      " where x = 1",
    ]));
  test("nothing in common", () => expect(shown("a", "b")).toEqual(["-a", "+b"]));
});
