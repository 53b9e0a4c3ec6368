import { expect, test } from "vitest";
import { render } from "../../text/catalogue.ts";
import { explainComponents } from "./explain-components.ts";
import { explainKey, type KeyComponents } from "./key.ts";

const base: KeyComponents = {
  format: 1,
  node: "model.shop.revenue_daily",
  resourceType: "model",
  language: "sql",
  code: "select 1",
  config: { materialized: "table" },
  macros: { "macro.shop.net_of_tax": { file: "macros/money.sql", hash: "aaaaaaaaaaaa", text: "a / 1.08" } },
  vars: {},
  env: {},
  target: {},
  flags: {},
  visible: {},
  engine: { dbtVersion: "1.12.6" },
  contract: null,
  extra: {},
  seed: null,
  hooks: [],
  sources: {},
  parents: { "model.shop.orders": "k1" },
  token: null,
  state: null,
  base: null,
  forced: null,
};

const explained = (change: Partial<KeyComponents>, before: KeyComponents | null = base) => {
  const after = { ...base, ...change };
  return explainComponents({
    before,
    after,
    lines: before === null ? [] : explainKey(before, after),
    tokens: {
      "source.shop.raw.payments": {
        kind: "loaded_at",
        confidence: "monotone",
        value: "v",
        detail: "37 rows",
        readAt: "",
      },
    },
    causes: new Map([["model.shop.orders", ["model.shop.stg_payments"]]]),
    place: (line) => (line.component === "macros" ? { file: "macros/money.sql", line: 4 } : { file: null, line: null }),
  });
};
const told = (change: Partial<KeyComponents>, before: KeyComponents | null = base) =>
  explained(change, before)
    .filter(({ state }) => state !== "same")
    .map(({ name, state, summary }) => [name, state, ...(summary ? [render(summary, "en")] : [])].join(" "));

test("nothing changed: what everybody looks for is shown as the same", () =>
  expect(explained({}).map(({ name }) => name)).toEqual([
    "code",
    "macros",
    "config",
    "vars",
    "env",
    "engine",
    "parents",
  ]));
test("a new node: everything is new", () =>
  expect(new Set(explained({}, null).map(({ state }) => state))).toEqual(new Set(["new"])));
test("a changed macro has its place and its lines", () => {
  const macro = { file: "macros/money.sql", hash: "bbbbbbbbbbbb", text: "a / 1.10" };
  const changed = explained({ macros: { "macro.shop.net_of_tax": macro } }).find(({ name }) => name === "macros");
  expect(changed).toMatchObject({
    state: "changed",
    summary: null,
    value: "macro.shop.net_of_tax (macros/money.sql): bbbbbbbbbb",
  });
  expect(changed?.changes).toEqual([
    {
      what: "net_of_tax",
      file: "macros/money.sql",
      line: 4,
      diff: [
        { mark: "-", text: "a / 1.08" },
        { mark: "+", text: "a / 1.10" },
      ],
    },
  ]);
});
test("a changed parent says which change it follows, and shows no keys", () => {
  const parents = { "model.shop.orders": "k2" };
  expect(told({ parents })).toEqual(["parents changed orders, because stg_payments changed"]);
  expect(explained({ parents }).find(({ name }) => name === "parents")?.changes[0]?.diff).toEqual([]);
});
test("new data of a source is a matter of sources", () =>
  expect(
    told(
      { parents: { ...base.parents, "source.shop.raw.payments": "loaded_at:2" } },
      { ...base, parents: { ...base.parents, "source.shop.raw.payments": "loaded_at:1" } },
    ),
  ).toEqual(["sources changed raw.payments, 37 rows"]));
test("a value that came", () => expect(told({ vars: { start: "2026" } })).toEqual(["vars new"]));
test("a value that went", () => expect(told({}, { ...base, vars: { start: "2026" } })).toEqual(["vars removed"]));
test("a full refresh", () => expect(told({ forced: "prod:3" })).toEqual(["forced new full refresh asked for"]));
test("a removed group is shown with what it was", () =>
  expect(explained({}, { ...base, seed: "abc" }).find(({ name }) => name === "seed")?.value).toBe("seed: abc"));
