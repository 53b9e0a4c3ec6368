// Build keys: what changes them, what does not, and how versions are chosen. Each case is a project before and after.
import { describe, expect, test } from "vitest";
import { computeKeys, type KeyInput, type NodeKey, nodeFacts } from "./key.ts";
import { keyInput, type ModelText, type ProjectText, token } from "./sample-project.ts";

const keysOf = (project: ProjectText, more: Partial<KeyInput> = {}) => computeKeys(keyInput(project, more));
const keyOf = (project: ProjectText, name = "a", more: Partial<KeyInput> = {}): NodeKey =>
  [...keysOf(project, more).values()].find(({ node }) => node.endsWith(`.${name}`)) as NodeKey;

type Side = [ProjectText, Partial<KeyInput>?];
/** Names of nodes whose key differs between two sides. */
function changed([a, inputA]: Side, [b, inputB]: Side): string[] {
  const [before, after] = [keysOf(a, inputA), keysOf(b, inputB)];
  return [...after.values()]
    .filter(({ node, key }) => before.get(node)?.key !== key)
    .map(({ node }) => node.split(".").at(-1) as string)
    .sort();
}
const check = (before: Side, after: Side, expected: string[]) => expect(changed(before, after)).toEqual(expected);
const models = (given: Record<string, string | ModelText>): ProjectText => ({ models: given });
const one = (code: string, config: Record<string, unknown> = {}, more: Record<string, unknown> = {}): ProjectText =>
  models({ a: { code, config, more } });

describe("code", () => {
  const chain = (a: string) =>
    models({ a, b: "select * from {{ ref('a') }}", c: "select * from {{ ref('b') }}", d: "select 1" });
  test("a change reaches everything below and nothing else", () =>
    check([chain("select 1")], [chain("select 2")], ["a", "b", "c"]));
  test("a comment rebuilds nothing", () => check([chain("select 1")], [chain("select 1 -- hi")], []));
  test("blanks rebuild nothing", () => check([chain("select 1 , 2")], [chain("select\n 1\n , 2")], []));
  test("blanks in a literal do", () => check([one("select 'a b'")], [one("select 'a  b'")], ["a"]));
  test("Python keeps blanks and comments", () => {
    const python = (code: string) => one(code, {}, { language: "python" });
    check([python("def model():\n    x\n    y")], [python("def model():\n    x\n  y")], ["a"]);
  });
  test("a name is part of the identity", () =>
    expect(keyOf(models({ a: "select 1" })).key).not.toBe(keyOf(models({ b: "select 1" }), "b").key));
  test("through an ephemeral model", () => {
    const project = (a: string) =>
      models({ a: { code: a, config: { materialized: "ephemeral" } }, b: "select * from {{ ref('a') }}" });
    check([project("select 1")], [project("select 2")], ["a", "b"]);
  });
  test("a new latest version behind an open ref", () => {
    const version = (v: number, latest: number) => ({
      code: `select ${v}`,
      more: { version: v, latest_version: latest },
    });
    const project = (latest: number) =>
      models({
        v1: version(1, latest),
        v2: version(2, latest),
        a: { code: "x", parents: ["v1", "v2"], more: { refs: [{ name: "v1" }, { name: "v2" }] } },
      });
    check([project(1)], [project(2)], ["a"]);
  });
  test("ten characters, safe in names", () => expect(keyOf(one("select 1")).key).toMatch(/^[a-z2-7]{10}$/));
});

describe("config", () => {
  const withConfig = (config: Record<string, unknown>, code = "select 1") => one(code, config);
  for (const field of [
    "materialized",
    "unique_key",
    "on_schema_change",
    "incremental_strategy",
    "indexes",
    "sql_header",
    "anything_else",
  ])
    test(`${field} counts`, () => check([withConfig({})], [withConfig({ [field]: "x" })], ["a"]));
  for (const field of [
    "meta",
    "tags",
    "docs",
    "group",
    "access",
    "grants",
    "persist_docs",
    "description",
    "schema",
    "alias",
    "database",
    "severity",
    "enabled",
  ])
    test(`${field} does not`, () => check([withConfig({})], [withConfig({ [field]: ["x"] })], []));
  test("meta counts for code that reads it", () => {
    const code = "select '{{ config.get('meta') }}'";
    check([withConfig({}, code)], [withConfig({ meta: { x: 1 } }, code)], ["a"]);
  });
  test("description counts for code that reads the model", () => {
    const project = (description: string) => one("select '{{ model.description }}'", {}, { description });
    check([project("x")], [project("y")], ["a"]);
  });
  test("config() in the code counts by its values", () =>
    check([withConfig({}, "{{ config(tags=['x']) }} select 1")], [withConfig({}, "select 1")], []));
  test("a call inside config() runs again at build time", () => {
    const project = (text: string): ProjectText => ({
      models: { a: "{{ config(x=m()) }} select 1" },
      macros: { m: `{% macro m() %}${text}{% endmacro %}` },
    });
    check([project("1")], [project("2")], ["a"]);
  });
  test("hooks count, comments in them do not", () => {
    const hook = (sql: string) => withConfig({ "post-hook": [{ sql, transaction: true, index: null }] });
    check([hook("analyze x")], [hook("vacuum x")], ["a"]);
    check([hook("analyze x")], [hook("analyze x -- soon")], []);
  });
  test("columns count under an enforced contract only, in order", () => {
    const column = (name: string, data_type: string) => [name, { name, data_type, description: "" }] as const;
    const project = (enforced: boolean, ...columns: (readonly [string, unknown])[]) =>
      one("select 1", { contract: { enforced } }, { columns: Object.fromEntries(columns) });
    check([project(true, column("x", "int"))], [project(true, column("x", "text"))], ["a"]);
    check(
      [project(true, column("x", "int"), column("y", "int"))],
      [project(true, column("y", "int"), column("x", "int"))],
      ["a"],
    );
    check([project(false, column("x", "int"))], [project(false, column("x", "text"))], []);
  });
  test("a file that moved", () =>
    check(
      [one("select 1", {}, { original_file_path: "models/x/a.sql", fqn: ["shop", "x", "a"] })],
      [one("select 1")],
      [],
    ));
});

describe("data and engine", () => {
  const reading: ProjectText = {
    models: { a: "select * from {{ source('raw', 't') }}", b: "select 1" },
    sources: { "raw.t": {}, "raw.u": {} },
  };
  const tokens = (value: string) => ({ tokens: { ...keyInput(reading).tokens, "source.shop.raw.t": token(value) } });
  test("a source's token", () => check([reading, tokens("1")], [reading, tokens("2")], ["a"]));
  test("another source's relation", () =>
    check([reading], [{ ...reading, sources: { "raw.t": { schema: "other" }, "raw.u": {} } }], ["a"]));
  test("a new source", () => check([reading], [{ ...reading, sources: { ...reading.sources, "raw.v": {} } }], []));
  test("a source behind execute, which dbt does not record", () => {
    const hidden: ProjectText = {
      models: { a: "select {% if execute %}(select max(x) from {{ source('raw', 't') }}){% endif %} as y" },
      sources: { "raw.t": {} },
    };
    check([hidden, tokens("1")], [hidden, tokens("2")], ["a"]);
    expect(nodeFacts(keyInput(hidden)).get("model.shop.a")?.sources).toEqual(["source.shop.raw.t"]);
  });
  test("a seed by its bytes", () =>
    check(
      [{ seeds: { seed_s: "x" }, models: { a: "select * from {{ ref('seed_s') }}" } }],
      [{ seeds: { seed_s: "y" }, models: { a: "select * from {{ ref('seed_s') }}" } }],
      ["a", "seed_s"],
    ));
  test("versions of the engine", () => {
    const { engine } = keyInput({});
    for (const field of ["dbtVersion", "adapterVersion", "libraryVersion"])
      check([one("x")], [one("x"), { engine: { ...engine, [field]: "9" } }], ["a"]);
    check([one("x")], [one("x"), { engine: { ...engine, profileFields: { extensions: ["spatial"] } } }], ["a"]);
  });
  test("hooks of a run", () =>
    check(
      [{ ...one("x"), hooks: ["create macro m() as 1"] }],
      [{ ...one("x"), hooks: ["create macro m() as 2"] }],
      ["a"],
    ));
  test("a missing token or seed hash is refused", () => {
    expect(() => keysOf(reading, { tokens: {} })).toThrow("key.token_missing");
    expect(() => keysOf({ seeds: { seed_s: "x" } }, { seedHashes: {} })).toThrow("key.seed_hash_missing");
    expect(() => keysOf(one("select now()"), { tokens: {} })).toThrow("key.token_missing");
  });
  test("the salt of a volatile node reaches its children", () => {
    const project = models({ a: "select now()", b: "select * from {{ ref('a') }}", c: "select 1" });
    check([project], [project, { tokens: { "model.shop.a": token("2") } }], ["a", "b"]);
  });
  test("data changes no logic key", () => {
    const [a, b] = [keyOf(reading, "a", tokens("1")), keyOf(reading, "a", tokens("2"))];
    expect(a.logicKey).toBe(b.logicKey);
    expect(a.plainKey).not.toBe(b.plainKey);
  });
});

describe("versions", () => {
  const incremental = (code = "select * from {{ source('raw', 't') }}"): ProjectText => ({
    models: { a: { code, config: { materialized: "incremental" } } },
    sources: { "raw.t": {} },
  });
  const moved = { tokens: { "source.shop.raw.t": token("2") } };
  const first = keyOf(incremental());
  const bases = {
    "model.shop.a": { key: first.key, plainKey: first.plainKey, logicKey: first.logicKey, chain: ["old"] },
  };

  test("the first build is full", () => expect(first).toMatchObject({ mode: "full", existing: false, chain: [] }));
  test("equal inputs keep the live version", () =>
    expect(keyOf(incremental(), "a", { bases })).toMatchObject({ key: first.key, existing: true, chain: ["old"] }));
  test("new data grows from the live version", () => {
    const next = keyOf(incremental(), "a", { ...moved, bases });
    expect(next).toMatchObject({ mode: "increment", existing: false, chain: [first.key, "old"] });
    expect(next.key).not.toBe(keyOf(incremental(), "a", moved).key);
  });
  test("new logic is built in full", () =>
    expect(keyOf(incremental("select 2 from {{ source('raw', 't') }}"), "a", { ...moved, bases })).toMatchObject({
      mode: "full",
      chain: [],
    }));
  test("a forced build is new and full", () => {
    const forced = keyOf(incremental(), "a", { bases, forced: { "model.shop.a": "run 7" } });
    expect(forced).toMatchObject({ mode: "full", existing: false, plainKey: first.plainKey, chain: [] });
    expect(forced.key).not.toBe(first.key);
  });
  test("a table keeps a forced live version", () => {
    const table = one("select 1");
    const plain = keyOf(table);
    const live = { "model.shop.a": { ...plain, key: "forced", chain: [] } };
    expect(keyOf(table, "a", { bases: live })).toMatchObject({ key: "forced", existing: true });
  });
  test("what is chosen below decides what stands above", () => {
    const project = models({ a: "select 1", b: "select * from {{ ref('a') }}" });
    const choose = (key: string) => ({
      choose: ({ node }: { node: string }) => (node.endsWith(".a") ? { key, chain: [] } : null),
    });
    check([project, choose("one")], [project, choose("two")], ["a", "b"]);
  });
  test("a node that --select left out keeps the logic of its version", () => {
    const choose = () => ({ key: "old", chain: [], logicKey: "old logic" });
    expect(keyOf(one("select 1"), "a", { choose })).toMatchObject({
      key: "old",
      logicKey: "old logic",
      existing: true,
    });
  });
  test("a snapshot continues its own history; its state reaches what is below", () => {
    const project: ProjectText = {
      snapshots: { snap_s: "select 1" },
      models: { a: "select * from {{ ref('snap_s') }}" },
    };
    const live = { "snapshot.shop.snap_s": { key: "k", plainKey: "p", logicKey: "l", chain: [] } };
    expect(keyOf(project, "snap_s", { bases: live })).toMatchObject({ mode: "increment", chain: ["k"] });
    check(
      [project, { snapshotStates: { "snapshot.shop.snap_s": "prod" } }],
      [project, { snapshotStates: { "snapshot.shop.snap_s": "staging" } }],
      ["a", "snap_s"],
    );
  });
});

describe("laws", () => {
  const project: ProjectText = {
    models: {
      a: "select {{ m() }} from {{ source('raw', 't') }}",
      b: "select * from {{ ref('a') }} -- {{ ref('seed_s') }}",
      c: { code: "select {{ var('x') }}", config: { b: 1, a: 2 } },
    },
    seeds: { seed_s: "x" },
    macros: { m: "{% macro m() %}1{% endmacro %}", "pkg.n": "{% macro n() %}2{% endmacro %}" },
    sources: { "raw.t": {} },
  };
  const reversed = <T>(record: Record<string, T>) => Object.fromEntries(Object.entries(record).reverse());
  test("the order of the input does not matter", () => {
    const input = keyInput(project);
    const { nodes, macros, sources } = input.manifest;
    const turned = computeKeys({
      ...input,
      manifest: { ...input.manifest, nodes: reversed(nodes), macros: reversed(macros), sources: reversed(sources) },
    });
    for (const [id, key] of computeKeys(input)) expect(turned.get(id)?.fullKey).toBe(key.fullKey);
  });
  test("computing twice gives one answer, as plain JSON", () => {
    expect([...keysOf(project)]).toEqual([...keysOf(project)]);
    const { components } = keyOf(project);
    expect(JSON.parse(JSON.stringify(components))).toEqual(components);
  });
  test("the input is left as it was", () => {
    const input = keyInput(project);
    const before = structuredClone({ ...input, choose: undefined });
    computeKeys(input);
    expect({ ...input, choose: undefined }).toEqual(before);
  });
  test("parents come first", () =>
    expect([...keysOf(project).keys()].indexOf("model.shop.a")).toBeLessThan(
      [...keysOf(project).keys()].indexOf("model.shop.b"),
    ));
  test("the time grows with the number of models, not with its square (1,000 take half a second)", () => {
    const costOf = (length: number): number => {
      const many = Object.fromEntries(
        Array.from({ length }, (_, i) => [
          `m${i}`,
          `select {{ m() }} as x -- ${i}\nfrom {{ ref('m${Math.max(0, i - 7)}') }} where day > '${i}'`,
        ]),
      );
      const input = keyInput({ ...project, models: { ...many, m0: "select 1" } });
      const start = process.cpuUsage();
      computeKeys(input);
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const least = (length: number): number => Math.min(...[1, 2, 3].map(() => costOf(length)));
    // 4 times as many: 4 where it grows evenly, 16 where it grows with the square.
    expect(least(1_000) / least(250)).toBeLessThan(10);
  });
});
