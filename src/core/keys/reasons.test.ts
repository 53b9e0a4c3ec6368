import { expect, test } from "vitest";
import { render, say } from "../../text/catalogue.ts";
import type { ExplainLine, KeyComponents } from "./key.ts";
import { firstNames, hasOwnChange, reasonsOf, sourceName } from "./reasons.ts";

const line = (component: keyof KeyComponents, item: string | null = null, after: string | null = "b"): ExplainLine => ({
  component,
  item,
  status: "changed",
  before: "a",
  after,
  diff: [],
});
const facts = { format: 2, volatile: [] };
const check = (lines: ExplainLine[], ...expected: string[]) =>
  expect(reasonsOf(lines, facts).map((text) => render(text, "en"))).toEqual(expected);
const parent = line("parents", "model.shop.stg_payments");

test("nothing differs", () => check([{ ...line("code"), status: "same" }]));
test("a parent alone", () => check([parent], "parent stg_payments"));
test("a parent is not named beside something more telling", () => check([parent, line("code")], "SQL changed"));
test("the base of an increment is never the reason where a parent is", () =>
  check([line("base"), parent], "parent stg_payments"));
test("new data of a source counts besides a change of its own", () =>
  check([line("code"), line("parents", "source.shop.raw.payments")], "SQL changed", "new data in raw.payments"));
test("data and a parent: the data", () =>
  check([parent, line("parents", "source.shop.raw.payments")], "new data in raw.payments"));
test("the most telling first, whatever order they come in", () =>
  check(
    [line("engine", "dbtVersion"), line("macros", "macro.shop.net_of_tax"), line("code"), line("vars", "start")],
    "SQL changed",
    "macro net_of_tax changed",
    "var start changed",
    "dbt or adapter changed",
  ));
test("at most three names", () =>
  check(
    ["a", "b", "c", "d"].map((name) => line("parents", `model.shop.${name}`)),
    "parent a, b, c, ..",
  ));
test("config fields by name", () => check([line("config", "materialized")], "config materialized changed"));
test("a full refresh that is asked for", () =>
  check([line("forced"), line("code")], "full refresh asked for", "SQL changed"));
test("a full refresh of the past is no reason", () =>
  check([line("forced", null, null), parent], "parent stg_payments"));
test("another key format", () => check([line("format")], "key format 2"));
test("a volatile node says what it reads", () => {
  const text = say("plan.reason_volatile", { what: "current_date" });
  const volatile = [{ klass: "volatile" as const, text, where: { file: "models/a.sql" } }];
  expect(reasonsOf([line("token")], { format: 1, volatile }).map((one) => render(one, "ja"))).toEqual([
    "current_date を参照",
  ]);
});
test("files that a pure node reads", () => check([line("token")], "new data in its files"));
test("only what is above changed", () => expect(hasOwnChange([parent, line("base")])).toBe(false));
test("new data is a change of the node's own", () =>
  expect(hasOwnChange([line("parents", "source.shop.raw.payments")])).toBe(true));
test("names of sources", () => expect(sourceName("source.shop.raw.payments")).toBe("raw.payments"));
test("three names need no dots", () => expect(firstNames(["a", "b", "c"])).toEqual(["a", "b", "c"]));
