// Plans: the shortest list in safe order, from what is live and what is wanted.
import { expect, test } from "vitest";
import { say } from "../../text/catalogue.ts";
import type { ReleaseNode } from "../records.ts";
import { type Action, isNothingToDo, type PlanInput, type PlanSubject, planRelease } from "./plan.ts";

const bare = { comment: null, columnComments: {}, selectGrantees: null };

/** `a=k1` wants node a under key k1; `a=k1!` has a ready version of it; `a=k1^k0` increments a copy of k0. */
function subject(text: string): PlanSubject {
  const [, id = "", key = "", mark = "", from] = /^(\w+)=(\w+)(!|\^)?(\w+)?$/.exec(text) ?? [];
  return {
    id,
    name: id,
    resourceType: id.startsWith("snap") ? "snapshot" : "model",
    materialized: mark === "^" ? "incremental" : "table",
    published: { schema: "pub", name: id },
    dressing: bare,
    key: { node: id, key, plainKey: `p${key}`, logicKey: "l", mode: mark === "^" ? "increment" : "full", chain: [] },
    version: mark === "!" ? { relation: { schema: "store", name: `${id}__${key}` }, environment: null } : null,
    base: from ? { schema: "store", name: `${id}__${from}` } : null,
  };
}

function liveNode(text: string): ReleaseNode {
  const [id = "", key = ""] = text.split("=");
  const relation = { schema: "store", name: id.startsWith("snap") ? `${id}__snapshot_prod` : `${id}__${key}` };
  return {
    node: id,
    resourceType: id.startsWith("snap") ? "snapshot" : "model",
    materialized: "table",
    versionId: 1,
    relation,
    published: { schema: "pub", name: id },
    columns: [],
    key,
    plainKey: `p${key}`,
    logicKey: "l",
    chain: [],
    how: "built",
    dressing: bare,
  };
}

function input(live: string, wanted: string, more: Partial<PlanInput> = {}): PlanInput {
  const words = (text: string) => text.split(" ").filter(Boolean);
  return {
    kind: "deploy",
    project: "shop",
    environment: "prod",
    target: "prod",
    commit: "c",
    storeSchema: "store",
    revision: 2,
    subjects: words(wanted).map(subject),
    live: live === "" ? null : { release: 1, nodes: words(live).map(liveNode) },
    tests: [],
    tokens: {},
    foreign: new Map(),
    removedReason: () => say("plan.unpublish_removed"),
    ...more,
  };
}

function words(action: Action): string {
  switch (action.kind) {
    case "build":
      return `build ${action.relation.name}${action.cloneFrom ? ` from ${action.cloneFrom.name}` : ""}`;
    case "snapshot":
      return `snapshot ${action.relation.name}${action.copy ? ` copy ${action.copy.name}` : ""}${action.seed ? ` seeded from ${action.seed.name}` : ""}`;
    case "reuse":
      return `reuse ${action.relation.name}${action.from.live ? "" : " elsewhere"}`;
    case "test":
      return `test ${action.test}${action.reused ? " known" : ""}`;
    case "adopt":
      return `adopt ${action.published.name} ${action.found}`;
    case "publish":
      return `publish ${action.published.name} ${action.previous?.name ?? "new"} -> ${action.next.name}`;
    case "unpublish":
      return `unpublish ${action.published.name}`;
    case "dress":
      return `dress ${action.published.name}`;
  }
}

const check = (live: string, wanted: string, expected: string[], more: Partial<PlanInput> = {}) =>
  expect(planRelease(input(live, wanted, more)).actions.map(words)).toEqual(expected);

test("a first deployment builds and publishes everything", () =>
  check("", "a=k1 b=k2", ["build a__k1", "build b__k2", "publish a new -> a__k1", "publish b new -> b__k2"]));
test("an equal key that is live changes nothing", () => check("a=k1", "a=k1!", ["reuse a__k1"]));
test("a changed key is built and published", () => check("a=k1", "a=k2", ["build a__k2", "publish a a__k1 -> a__k2"]));
test("a version built elsewhere is only published", () =>
  check("a=k1", "a=k2!", ["reuse a__k2 elsewhere", "publish a a__k1 -> a__k2"]));
test("an increment starts from a copy", () =>
  check("a=k1", "a=k2^k1", ["build a__k2 from a__k1", "publish a a__k1 -> a__k2"]));
test("a removed node is unpublished after the rest", () =>
  check("a=k1 b=k2", "a=k3", ["build a__k3", "publish a a__k1 -> a__k3", "unpublish b"]));
test("a snapshot keeps its one relation and is copied first", () =>
  check("snap=k1", "snap=k2", ["snapshot snap__snapshot_prod copy snap__snapshot_prod__rev2"]));
test("a new snapshot is published once", () =>
  check("", "snap=k1", ["snapshot snap__snapshot_prod", "publish snap new -> snap__snapshot_prod"]));
test("somebody else's table is adopted just before it is published over", () =>
  check("", "a=k1", ["build a__k1", "adopt a table", "publish a new -> a__k1"], {
    foreign: new Map([["pub.a", "table"]]),
  }));
test("a snapshot takes over the history that plain dbt kept", () =>
  check(
    "",
    "snap=k1",
    ["snapshot snap__snapshot_prod seeded from snap", "adopt snap table", "publish snap new -> snap__snapshot_prod"],
    { foreign: new Map([["pub.snap", "table"]]) },
  ));
test("new comments alone dress the name", () => {
  const plan = planRelease(input("a=k1", "a=k1!"));
  expect(isNothingToDo(plan)).toBe(true);
  const dressed = input("a=k1", "a=k1!");
  dressed.subjects[0]!.dressing = { ...bare, comment: "売上" };
  expect(planRelease(dressed).actions.map(words)).toEqual(["reuse a__k1", "dress a"]);
});
test("planning twice gives the same plan, whenever tokens were read", () => {
  const token = (readAt: string) => ({
    kind: "content_hash",
    confidence: "exact" as const,
    value: "v",
    detail: "",
    readAt,
  });
  const one = planRelease(input("a=k1", "a=k2", { tokens: { s: token("2026-11-20T00:00:00Z") } }));
  const two = planRelease(input("a=k1", "a=k2", { tokens: { s: token("2026-11-21T00:00:00Z") } }));
  expect(one.id).toBe(two.id);
});
test("an applied plan leaves nothing to do", () => {
  const applied = planRelease(
    input("a=k1", "a=k1! b=k2!", { live: { release: 2, nodes: [liveNode("a=k1"), liveNode("b=k2")] } }),
  );
  expect(isNothingToDo(applied)).toBe(true);
});
