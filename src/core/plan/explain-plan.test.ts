import { expect, test } from "vitest";
import { render, say } from "../../text/catalogue.ts";
import { explainPlan } from "./explain-plan.ts";
import type { Action, Plan } from "./plan.ts";

const relation = (name: string) => ({ schema: "main", name });
const dressing = { comment: null, columnComments: {}, selectGrantees: null };
const id = (name: string) => `model.shop.${name}`;
const sheet = (...actions: Action[]) => {
  const nodes = actions.flatMap((action) =>
    "key" in action && "node" in action ? [{ node: action.node, resourceType: "model", materialized: "table" }] : [],
  );
  return explainPlan({ actions, nodes } as unknown as Plan, {
    reasons: new Map([[id("a"), [say("plan.reason_code")]]]),
    times: new Map([[id("a"), 1200]]),
    builtFor: new Map([[id("a"), "staging"]]),
  });
};
const at = { node: id("a"), key: "k", relation: relation("a__k") };

test("a build says how, why and how long", () => {
  const [node] = sheet({ kind: "build", ...at, cloneFrom: null }).nodes;
  expect(node).toMatchObject({ name: "a", action: "build", how: "full", materialized: "table", estimateMs: 1200 });
  expect(node?.reasons.map((text) => render(text, "en"))).toEqual(["SQL changed"]);
});
test("a build on a copy", () =>
  expect(sheet({ kind: "build", ...at, cloneFrom: relation("a__j") }).nodes[0]?.how).toBe("clone_and_increment"));
test("a snapshot is written in place", () =>
  expect(sheet({ kind: "snapshot", ...at, copy: null, seed: null }).nodes[0]).toMatchObject({
    action: "build",
    how: "in_place",
  }));
test("a snapshot that plain dbt kept goes on with its rows", () => {
  const [node] = sheet({ kind: "snapshot", ...at, copy: null, seed: relation("prices") }).nodes;
  expect(node?.reasons.map((text) => render(text, "en")).at(-1)).toBe("takes over main.prices");
});
test("what is live needs no reason", () =>
  expect(sheet({ kind: "reuse", ...at, from: { live: true } }).nodes[0]).toMatchObject({
    action: "reuse",
    how: null,
    reasons: [],
    reusedFrom: { live: true, environment: null },
    estimateMs: null,
  }));
test("what was built for another environment says for which", () =>
  expect(sheet({ kind: "reuse", ...at, from: { live: false, environment: null } }).nodes[0]?.reusedFrom).toEqual({
    live: false,
    environment: "staging",
  }));
test("tests are counted, unit tests and known results besides", () =>
  expect(
    sheet(
      { kind: "test", test: "test.shop.x", key: "1", reused: true },
      { kind: "test", test: "unit_test.shop.y", key: "2", reused: false },
    ).checks,
  ).toEqual({ tests: 2, unitTests: 1, reused: 1 }));
test("names that come, go, are taken over or only dressed anew", () => {
  const published = relation("orders");
  const { publish, unpublish, adopt } = sheet(
    { kind: "adopt", node: id("a"), published, found: "table" },
    { kind: "publish", node: id("a"), published, next: relation("n"), previous: null, dressing },
    { kind: "dress", node: id("b"), published: relation("b"), dressing },
    {
      kind: "unpublish",
      node: id("c"),
      published: relation("c"),
      previous: relation("p"),
      why: say("plan.unpublish_removed"),
    },
  );
  const shown = [publish, unpublish, adopt].map((names) =>
    names.map(({ name, why }) => [name, why && render(why, "en")].filter(Boolean).join(": ")),
  );
  expect(shown).toEqual([
    ["orders", "b: comments or grants only"],
    ["c: model removed"],
    ["orders: a table that Slipway did not make stands there; it is set aside in the switch"],
  ]);
});
