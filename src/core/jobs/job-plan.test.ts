import { expect, test } from "vitest";
import type { Manifest } from "../project/manifest.ts";
import { readDbtCommand } from "./dbt-command.ts";
import { jobPasses, jobWork, leftOut } from "./job-plan.ts";

const node = (kind: string, name: string, parents: string[] = [], more: object = {}) => ({
  unique_id: `${kind}.shop.${name}`,
  name,
  resource_type: kind,
  fqn: ["shop", "marts", name],
  original_file_path: `models/marts/${name}.sql`,
  package_name: "shop",
  tags: [],
  config: {},
  depends_on: { nodes: parents },
  ...more,
});
const [raw, orders, totals, history] = [
  "seed.shop.raw",
  "model.shop.orders",
  "model.shop.totals",
  "snapshot.shop.history",
];
const nodes = [
  node("seed", "raw"),
  node("model", "orders", [raw], { config: { materialized: "incremental" }, tags: ["daily"] }),
  node("model", "bridge", [orders], { config: { materialized: "ephemeral" } }),
  node("model", "totals", ["model.shop.bridge"], { config: { full_refresh: false } }),
  node("snapshot", "history", [orders]),
  node("model", "apart", [], { access: "public", config: { group: "sales" } }),
  node("test", "unique_orders", [orders], { test_metadata: { name: "unique" } }),
  node("test", "totals_fit", [totals, raw]),
  node("test", "source_rows", ["source.shop.app.events"]),
];
const manifest = {
  nodes: Object.fromEntries(nodes.map((one) => [one.unique_id, one])),
  sources: {
    "source.shop.app.events": {
      ...node("source", "events"),
      unique_id: "source.shop.app.events",
      source_name: "app",
    },
  },
  exposures: {
    "exposure.shop.kpi": { ...node("exposure", "kpi", ["model.shop.bridge"]), type: "dashboard" },
  },
  unit_tests: {
    "unit_test.shop.totals.adds_up": {
      ...node("unit_test", "adds_up", [totals]),
      unique_id: "unit_test.shop.totals.adds_up",
    },
  },
} as unknown as Manifest;

const short = (ids: Iterable<string>) =>
  [...ids]
    .map((id) => id.split(".").at(-1)!)
    .sort()
    .join(" ");
const work = (...steps: string[]) => jobWork(manifest, steps.map(readDbtCommand), "allowed");
/** `nodes / tests` that one command names. */
const check = (step: string, expected: string) => {
  const { nodes: named, tests } = work(step);
  expect(`${short(named)} / ${short(tests)}`).toBe(expected);
};

test("a seed builds seeds", () => check("dbt seed", "raw / "));
test("a run builds models", () => check("dbt run", "apart orders totals / "));
test("a snapshot", () => check("dbt snapshot", "history / "));
test("a build names all of it", () =>
  check("dbt build", "apart history orders raw totals / adds_up source_rows totals_fit unique_orders"));
test("a test names tests", () => check("dbt test", " / adds_up source_rows totals_fit unique_orders"));
test("what builds nothing names nothing", () => check("dbt docs generate --select orders", " / "));
test("only of its own kind", () => check("dbt run --select +totals", "orders totals / "));
test("through an ephemeral model, named itself", () => check("dbt run --select bridge+", "totals / "));
test("steps are counted as in dbt", () => check("dbt run --select orders+1", "orders / "));
test("up from an exposure", () => check("dbt build --resource-type model --select +exposure:kpi", "orders / "));
test("by group and access", () => check("dbt run --select group:sales,access:public", "apart / "));
test("a word with a slash is a path", () => check("dbt run --select models/marts/orders.sql", "orders / "));
test("a file", () => check("dbt run --select totals.sql", "totals / "));
test("a unit test", () => check("dbt test --select unit_test:adds_up", " / adds_up"));
test("left out", () => check("dbt run --exclude tag:daily", "apart totals / "));
test("tests of what is selected", () => check("dbt test --select totals", " / adds_up totals_fit"));
test("a test that touches what is left out", () =>
  check("dbt test --exclude raw", " / adds_up source_rows unique_orders"));
test("tests by their own name", () => check("dbt test --select totals_fit", " / totals_fit"));
test("tests by kind", () => check("dbt test --select test_type:unit", " / adds_up"));
test("singular tests", () => check("dbt test --select test_type:singular", " / source_rows totals_fit"));
test("tests by generic name", () => check("dbt test --select test_name:unique", " / unique_orders"));
test("tests of one kind of a node", () => check("dbt test --select totals,test_type:unit", " / adds_up"));
test("a kind of tests, without those of a node", () =>
  check("dbt test --select test_type:data --exclude totals", " / source_rows unique_orders"));
test("tests of a source", () => check("dbt test --select source:app", " / source_rows"));
test("resource types", () => check("dbt build --resource-type model", "apart orders totals / "));
test("without resource types", () =>
  check("dbt build --exclude-resource-type test unit_test snapshot", "apart orders raw totals / "));

test("a full refresh forces what may be", () => {
  expect(short(work("dbt run --full-refresh").forced)).toBe("apart orders");
  expect(
    short(jobWork(manifest, ["dbt seed", "dbt build -s orders totals history"].map(readDbtCommand), "always").forced),
  ).toBe("orders");
  expect(short(work("dbt seed --full-refresh").forced)).toBe("");
  expect(short(work("dbt run").forced)).toBe("");
});

/** What each command is given, as `nodes / tests`, when everything is to be done. */
function passes(steps: string[], todo: { nodes: string[]; tests: string[] }): string[] {
  return jobPasses(manifest, work(...steps), todo).map((pass) => `${short(pass.nodes)} / ${short(pass.tests)}`);
}
const all = { nodes: [raw, orders, totals], tests: ["test.shop.unique_orders", "test.shop.totals_fit"] };

test("each node with the first command that names it", () =>
  expect(passes(["dbt seed", "dbt run", "dbt test"], all)).toEqual([
    "raw / ",
    "orders totals / ",
    " / totals_fit unique_orders",
  ]));
test("a parent is never built after what reads it", () =>
  expect(passes(["dbt run", "dbt seed", "dbt test"], all)).toEqual([
    "orders raw totals / ",
    " / ",
    " / totals_fit unique_orders",
  ]));
test("a test waits for what it tests", () =>
  expect(passes(["dbt test", "dbt seed", "dbt run -s orders", "dbt run"], all)).toEqual([
    " / ",
    "raw / ",
    "orders / unique_orders",
    "totals / totals_fit",
  ]));
test("what nobody names goes with what needs it", () =>
  expect(passes(["dbt deps", "dbt run -s totals"], { nodes: [raw, orders, totals], tests: [] })).toEqual([
    " / ",
    "orders raw totals / ",
  ]));
test("a test of what nothing reads that is built now", () =>
  expect(
    passes(["dbt run -s apart", "dbt test"], {
      nodes: [orders, "model.shop.apart"],
      tests: ["test.shop.unique_orders"],
    }),
  ).toEqual(["apart orders / ", " / unique_orders"]));
test("a node twice is built once", () =>
  expect(
    passes(["dbt run -s orders", "dbt build"], { nodes: [orders, history], tests: ["test.shop.unique_orders"] }),
  ).toEqual(["orders / ", "history / unique_orders"]));

test("what no command names is told by kind", () => {
  expect(leftOut(manifest, new Set([orders, totals]))).toEqual([
    { kind: "seed", names: ["raw"], more: 0 },
    { kind: "model", names: ["apart"], more: 0 },
    { kind: "snapshot", names: ["history"], more: 0 },
  ]);
  expect(leftOut(manifest, new Set(Object.keys(manifest.nodes)))).toEqual([]);
});
