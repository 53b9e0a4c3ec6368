import { expect, test } from "vitest";
import { render } from "../../text/catalogue.ts";
import type { ReleaseNode } from "../records.ts";
import type { Action, Plan } from "./plan.ts";
import { type RollbackInput, rollbackClass } from "./rollback-class.ts";

const dressing = { comment: null, columnComments: {}, selectGrantees: null };
const relation = { schema: "store", name: "orders__a" };
const node = (name: string, resourceType = "model"): ReleaseNode => ({
  node: `${resourceType}.shop.${name}`,
  resourceType,
  materialized: "table",
  versionId: 1,
  relation,
  published: { schema: "main", name },
  columns: [],
  key: `${name}-key`,
  plainKey: "",
  logicKey: "",
  chain: [],
  how: "built",
  dressing,
});
const live = (...nodes: ReleaseNode[]) => ({ release: { number: 41 }, nodes });
const plan = (...actions: Action[]) => ({ actions }) as unknown as Plan;
const check = (input: RollbackInput, kind: string, to: number | null, ...why: string[]) => {
  const found = rollbackClass(input);
  expect([found.kind, found.to, ...found.why.map((text) => render(text, "en"))]).toEqual([kind, to, ...why]);
};

test("the first release has nothing to go back to", () =>
  check({ plan: plan(), live: null, versions: [] }, "reversible", null, "eject returns to plain dbt"));
test("adopted originals are kept", () =>
  check(
    { plan: plan({ kind: "adopt", node: "n", published: relation, found: "table" }), live: null, versions: [] },
    "reversible",
    null,
    "eject returns to plain dbt",
    "1 adopted original kept until eject",
  ));
test("every version is there", () => {
  const versions = [{ node: "model.shop.orders", key: "orders-key" }];
  check({ plan: plan(), live: live(node("orders")), versions }, "reversible", 41);
});
test("a version of the live release was collected", () =>
  check(
    {
      plan: plan(),
      live: live(node("orders"), node("lines")),
      versions: [{ node: "model.shop.lines", key: "lines-key" }],
    },
    "rebuild",
    41,
    "r41: 1 collected version would be built again",
  ));
test("a snapshot has no version, and its new rows stay", () => {
  const action: Action = { kind: "snapshot", node: "snapshot.shop.prices", key: "k", relation, copy: null, seed: null };
  check(
    { plan: plan(action), live: live(node("prices", "snapshot")), versions: [] },
    "reversible",
    41,
    "rows added to snapshot prices stay",
  );
});
