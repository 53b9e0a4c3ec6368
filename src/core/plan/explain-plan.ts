// The explain reader of a plan: every action as people read it. Pure; a new kind of action does not compile until it is read here.
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { type NodeId, type Relation, relationText } from "../project/relation.ts";
import { shortName } from "../project/store-name.ts";
import type { PlanName, PlanNode, PlanView } from "../views/plan.ts";
import type { Action, Plan } from "./plan.ts";

export interface PlanFacts {
  /** Why each node is built. */
  reasons: ReadonlyMap<NodeId, Text[]>;
  /** Milliseconds by node, from history. */
  times: ReadonlyMap<NodeId, number>;
  /** For which environment a reused version was built, where known. */
  builtFor: ReadonlyMap<NodeId, string>;
}

export type PlanSheet = Pick<PlanView, "nodes" | "publish" | "unpublish" | "adopt" | "checks">;

interface Reading extends PlanFacts {
  plan: Plan;
  placed: ReadonlyMap<NodeId, Plan["nodes"][number]>;
  sheet: PlanSheet;
}

type Readers = { [K in Action["kind"]]: (action: Extract<Action, { kind: K }>, reading: Reading) => void };

const READERS: Readers = {
  build: (action, reading) =>
    addNode(reading, action.node, "build", action.cloneFrom === null ? "full" : "clone_and_increment"),
  snapshot: (action, reading) => {
    addNode(reading, action.node, "build", "in_place");
    const from = action.seed && relationText(action.seed);
    if (from !== null) reading.sheet.nodes.at(-1)?.reasons.push(say("plan.reason_history", { from }));
  },
  reuse: (action, reading) => {
    const { from } = action;
    const environment = from.live ? null : (from.environment ?? reading.builtFor.get(action.node) ?? null);
    addNode(reading, action.node, "reuse", null, { live: from.live, environment });
  },
  test: (action, { sheet }) => {
    sheet.checks.tests += 1;
    if (action.test.startsWith("unit_test.")) sheet.checks.unitTests += 1;
    if (action.reused) sheet.checks.reused += 1;
  },
  adopt: (action, { sheet }) => {
    sheet.adopt.push(name(action, say("plan.adopt_table", { kind: action.found })));
  },
  publish: (action, { sheet }) => {
    sheet.publish.push(name(action, null));
  },
  unpublish: (action, { sheet }) => {
    sheet.unpublish.push(name(action, action.why));
  },
  dress: (action, { sheet }) => {
    sheet.publish.push(name(action, say("plan.publish_dress")));
  },
};

const read = <K extends Action["kind"]>(kind: K, action: Extract<Action, { kind: K }>, reading: Reading): void =>
  READERS[kind](action, reading);

/** What a plan does to nodes and names, in the plan's own order. */
export function explainPlan(plan: Plan, facts: PlanFacts): PlanSheet {
  const sheet: PlanSheet = {
    nodes: [],
    publish: [],
    unpublish: [],
    adopt: [],
    checks: { tests: 0, unitTests: 0, reused: 0 },
  };
  const placed = new Map(plan.nodes.map((node) => [node.node, node]));
  for (const action of plan.actions) read(action.kind, action as never, { ...facts, plan, placed, sheet });
  return sheet;
}

function addNode(
  reading: Reading,
  node: NodeId,
  action: "build" | "reuse",
  how: PlanNode["how"],
  reusedFrom: PlanNode["reusedFrom"] = null,
): void {
  const placed = reading.placed.get(node);
  reading.sheet.nodes.push({
    node,
    name: shortName(node),
    resourceType: placed?.resourceType ?? "",
    materialized: placed?.materialized ?? "",
    action,
    how,
    reasons: action === "build" ? [...(reading.reasons.get(node) ?? [])] : [],
    reusedFrom,
    estimateMs: action === "build" ? (reading.times.get(node) ?? null) : null,
  });
}

const name = (action: { node: NodeId; published: Relation }, why: Text | null): PlanName => ({
  node: action.node,
  ...action.published,
  why,
});
