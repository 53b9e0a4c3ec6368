import { expect, test } from "vitest";
import type { Manifest, ManifestNode } from "../project/manifest.ts";
import { impactOf, ownerOf } from "./impact.ts";
import type { Action, Plan } from "./plan.ts";

const model = (name: string, parents: string[] = [], more: object = {}) => ({
  unique_id: `model.shop.${name}`,
  name,
  resource_type: "model",
  config: {},
  depends_on: { nodes: parents.map((parent) => `model.shop.${parent}`) },
  ...more,
});
const manifest = {
  nodes: Object.fromEntries(
    [
      model("orders", [], { group: "sales" }),
      model("revenue", ["orders"], { config: { meta: { owner: "Aoi" } } }),
      model("apart"),
    ].map((node) => [node.unique_id, node]),
  ),
  groups: { g: { name: "sales", owner: { name: null, email: ["sales@example.com"] } } },
  exposures: {
    kpi: {
      name: "kpi",
      label: "Sales KPI",
      type: "dashboard",
      owner: { name: "Aoi" },
      depends_on: { nodes: ["model.shop.revenue"] },
    },
    other: { name: "other", type: "notebook", owner: {}, depends_on: { nodes: ["model.shop.apart"] } },
  },
} as unknown as Manifest;
const relation = (name: string) => ({ schema: "main", name });
const dressing = { comment: null, columnComments: {}, selectGrantees: null };
const publish = (name: string): Action => ({
  kind: "publish",
  node: `model.shop.${name}`,
  published: relation(name),
  next: relation("n"),
  previous: null,
  dressing,
});
const impact = (...actions: Action[]) => impactOf(manifest, { actions } as unknown as Plan);

test("exposures below a changed node, by their label", () =>
  expect(impact(publish("orders")).exposures).toEqual([{ name: "Sales KPI", type: "dashboard", owner: "Aoi" }]));
test("datasets by owner, those without one last", () =>
  expect(impact(publish("apart"), publish("revenue"), publish("orders")).datasets).toEqual([
    { owner: "Aoi", names: ["main.revenue"] },
    { owner: "sales@example.com", names: ["main.orders"] },
    { owner: null, names: ["main.apart"] },
  ]));
test("a name that goes away concerns somebody, too", () => {
  const gone: Action = {
    kind: "unpublish",
    node: "model.shop.old",
    published: relation("old"),
    previous: relation("p"),
    why: { id: "plan.unpublish_removed", params: {} },
  };
  expect(impact(gone).datasets).toEqual([{ owner: null, names: ["main.old"] }]);
});
test("a snapshot keeps its name, but what reads it is concerned", () => {
  const written: Action = {
    kind: "snapshot",
    node: "model.shop.revenue",
    key: "k",
    relation: relation("s"),
    copy: null,
    seed: null,
  };
  expect(impact(written)).toEqual({
    exposures: [{ name: "Sales KPI", type: "dashboard", owner: "Aoi" }],
    datasets: [],
  });
});
test("nothing changes, nobody is concerned", () => expect(impact()).toEqual({ exposures: [], datasets: [] }));
test("a group without an owner's name or address", () => {
  const node = model("a", [], { group: "finance" }) as unknown as ManifestNode;
  expect(ownerOf({ ...manifest, groups: {} }, node)).toBe("finance");
});
