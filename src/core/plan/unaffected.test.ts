import fc from "fast-check";
import { expect, test } from "vitest";
import { say } from "../../text/catalogue.ts";
import type { Manifest } from "../project/manifest.ts";
import type { ReleaseNode } from "../records.ts";
import { actionsOf, type PlanInput, type PlanSubject } from "./plan.ts";
import { heldNodes, unaffectedPlan } from "./unaffected.ts";

/** `a b<a c<b,d`: nodes with their parents, parents first. */
function graphOf(text: string): Map<string, string[]> {
  return new Map(
    text.split(" ").map((word) => {
      const [id = "", parents = ""] = word.split("<");
      return [id, parents.split(",").filter(Boolean)];
    }),
  );
}

interface Case {
  failed: string;
  /** Default: all. */
  changed?: string;
  live?: string;
  /** What live versions were made of, where that differs. */
  was?: string;
}

function check(text: string, { failed, changed, live, was = "" }: Case, expected: string): void {
  const graph = graphOf(text);
  const all = [...graph.keys()];
  const words = (given: string | undefined) => (given === undefined ? all : given.split(" ").filter(Boolean));
  const held = heldNodes({
    parentsOf: (id) => graph.get(id) ?? [],
    changed: words(changed),
    failed: new Set(words(failed)),
    live: new Set(words(live)),
    all,
    liveParentsOf: (id) => graphOf(was).get(id),
  });
  expect([...held].sort().join(" ")).toBe(expected);
}

test("what failed and what stands below it", () => check("a b c<b d<c", { failed: "b", live: "" }, "b c d"));
test("what is apart is free", () => check("a b", { failed: "b" }, "b"));
test("nothing new above what stays old", () => check("a b<a", { failed: "b" }, "a b"));
test("above what nobody has yet there may be something new", () => check("a b<a", { failed: "b", live: "a" }, "b"));
test("what is held holds its other children", () => check("a b<a c<a", { failed: "b" }, "a b c"));
test("and theirs their other parents", () => check("a d b<a c<a,d e<d", { failed: "b" }, "a b c d e"));
test("what is not new cannot be held", () => check("a b<a", { failed: "b", changed: "b" }, "b"));
test("below an unchanged node that fails nothing is published", () =>
  check("a b<a c", { failed: "a", changed: "b c" }, "b"));
test("a source that fails", () => check("a<s b", { failed: "s", live: "" }, "a"));
test("through what is not new", () => check("a b<a c<b", { failed: "c", changed: "a c" }, "a c"));
test("what the live version was made of stays, although the commit moved its parents", () =>
  check("a x y<a", { failed: "y", was: "y<x" }, "x y"));
test("and what that was made of", () => check("a x<a y", { failed: "y", changed: "a y", was: "y<x" }, "a y"));
test("what a removed node was made of stays with it", () =>
  check("a b", { failed: "b", live: "a b gone", was: "gone<a" }, "a b"));
test("nothing failed", () => check("a b<a", { failed: "" }, ""));

const cases = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.infiniteStream(fc.boolean())).map(([size, bits]) => {
  const bit = () => bits.next().value as boolean;
  const all = Array.from({ length: size }, (_, index) => `n${index}`);
  const parents = new Map(all.map((id, index) => [id, all.slice(0, index).filter(() => bit() && bit())]));
  const pick = () => all.filter(bit);
  return { all, parents, changed: pick(), live: new Set(pick()), failed: new Set(all.filter(() => bit() && bit())) };
});

/** All that stands above each node, itself left out. */
function ancestorsOf(parents: Map<string, string[]>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [id, own] of parents) found.set(id, new Set(own.flatMap((one) => [one, ...found.get(one)!])));
  return found;
}

/** The rule as it is written down: no failed or held ancestor, no published descendant left on the old version. */
function isAllowed(graph: Parameters<typeof isGiven>[0], published: Set<string>): boolean {
  const above = ancestorsOf(graph.parents);
  const isOld = (id: string) => graph.changed.includes(id) && !published.has(id) && graph.live.has(id);
  const isHeld = (id: string) => graph.failed.has(id) || (graph.changed.includes(id) && !published.has(id));
  return [...published].every(
    (id) =>
      !graph.failed.has(id) &&
      ![...above.get(id)!].some(isHeld) &&
      !graph.all.some((below) => above.get(below)!.has(id) && isOld(below)),
  );
}
const isGiven = (graph: {
  all: string[];
  parents: Map<string, string[]>;
  changed: string[];
  live: Set<string>;
  failed: Set<string>;
}) => graph;

test("as much as the rule allows is published, and never more", () =>
  fc.assert(
    fc.property(cases, (graph) => {
      const held = heldNodes({ ...graph, parentsOf: (id) => graph.parents.get(id) ?? [] });
      const published = new Set(graph.changed.filter((id) => !held.has(id)));
      expect(isAllowed(graph, published)).toBe(true);
      // Every other allowed choice is a part of this one.
      for (let mask = 0; mask < 1 << graph.changed.length; mask += 1) {
        const other = new Set(graph.changed.filter((_, index) => mask & (1 << index)));
        if (isAllowed(graph, other)) expect(other.isSubsetOf(published)).toBe(true);
      }
    }),
    { numRuns: 300 },
  ));

const dressing = { comment: null, columnComments: {}, selectGrantees: null };
const id = (name: string) => `model.shop.${name}`;
const subject = (name: string, more: Partial<PlanSubject> = {}): PlanSubject => ({
  id: id(name),
  name,
  resourceType: "model",
  materialized: "table",
  published: { schema: "pub", name },
  dressing,
  key: { node: id(name), key: "new", plainKey: "p", logicKey: "l", mode: "full", chain: [] },
  version: null,
  base: null,
  ...more,
});
const liveNode = (name: string): ReleaseNode => ({
  ...{ node: id(name), resourceType: "model", materialized: "table", versionId: 1, columns: [], how: "built" },
  relation: { schema: "store", name: `${name}__old` },
  published: { schema: "pub", name },
  ...{ key: "old", plainKey: "p", logicKey: "l", chain: [], dressing },
});
const manifest = {
  nodes: Object.fromEntries(
    [
      ["a", "model", []],
      ["b", "model", ["a"]],
      ["c", "model", []],
      ["test_b", "test", ["b"]],
    ].map(([name, kind, parents]) => {
      const unique_id = kind === "test" ? `test.shop.${name}` : id(String(name));
      return [
        unique_id,
        { unique_id, resource_type: kind, config: {}, depends_on: { nodes: (parents as string[]).map(id) } },
      ];
    }),
  ),
  unit_tests: {},
} as unknown as Manifest;
const input = (live: string[], subjects: PlanSubject[]): PlanInput => ({
  ...{
    kind: "refresh",
    project: "shop",
    environment: "prod",
    target: "prod",
    commit: "c",
    storeSchema: "store",
    revision: 2,
  },
  subjects,
  live: { release: 1, nodes: live.map(liveNode) },
  ...{ tests: [], tokens: {}, foreign: new Map(), removedReason: () => say("plan.unpublish_removed") },
});
const failed = (status: "fail" | "skipped" | "warn") =>
  ({ tests: [{ test: "test.shop.test_b", status }], errors: [] }) as unknown as Parameters<typeof unaffectedPlan>[1];
const error = (node: string) => ({ tests: [], errors: [{ node, message: "", file: null, line: null }] });
/** `published | kept` names of the plan, or null. */
const planned = (live: string[], subjects: PlanSubject[], evidence: Parameters<typeof unaffectedPlan>[1]) => {
  const part = unaffectedPlan(input(live, subjects), evidence, { manifest, liveParents: new Map() });
  if (!part) return null;
  const published = actionsOf(part.plan, "publish").map((action) => action.published.name);
  return `${published.join(" ")} | ${part.plan.nodes
    .filter((node) => node.key === "old")
    .map((node) => node.published.name)
    .join(" ")}`;
};
const abc = ["a", "b", "c"].map((name) => subject(name));

test("the plan publishes the rest and keeps what is held as it is live", () =>
  expect(planned(["a", "b", "c"], abc, failed("fail"))).toBe("c | a b"));
test("a test that could not run proves nothing", () =>
  expect(planned(["a", "b", "c"], abc, failed("skipped"))).toBe("c | a b"));
test("a model that did not build", () => expect(planned(["a", "b", "c"], abc, error(id("b")))).toBe("c | a b"));
test("a new node that is held is not there yet", () => expect(planned(["a", "c"], abc, failed("fail"))).toBe("a c | "));
test("what the commit removes stays until all is well", () =>
  expect(planned(["a", "b", "c", "gone"], abc, failed("fail"))).toBe("c | a b gone"));
test("nothing to publish holds all", () => expect(planned(["a", "b"], abc.slice(0, 2), failed("fail"))).toBeNull());
test("a hook or a command that failed belongs to no node", () =>
  expect(planned(["a", "b", "c"], abc, error("operation.shop.start"))).toBeNull());
test("a name that changed hands cannot be told apart", () => {
  const renamed = subject("c", { published: { schema: "pub", name: "b" } });
  expect(planned(["a", "b", "c"], [...abc.slice(0, 2), renamed], failed("fail"))).toBeNull();
});
