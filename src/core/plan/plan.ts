// What must happen so that an environment serves a commit: an ordered list of plain actions, stored before anything runs. Pure.
import { canonicalJson, sha256 } from "../../lib/hash.ts";
import type { Text } from "../../lib/text.ts";
import type { Token } from "../keys/token.ts";
import { type NodeId, type Relation, relationText, sameRelation } from "../project/relation.ts";
import { snapshotCopy, snapshotRelation, versionRelation } from "../project/store-name.ts";
import type { ReleaseNode, RunKind } from "../records.ts";
import type { Dressing } from "./publish.ts";

/** One step. Three readers walk the same list: explain, run, probe; a new kind does not compile until all three know it. */
export type Action =
  /** Build a version from nothing, or increment a copy (`cloneFrom`) of the live one. */
  | { kind: "build"; node: NodeId; key: string; relation: Relation; cloneFrom: Relation | null }
  /**
   * Run a snapshot on its one stable relation, after a copy was taken. `seed`: what stands under the published name (plain dbt's table,
   * or the view of a Slipway whose state was lost); its history is taken over before the first run.
   */
  | {
      kind: "snapshot";
      node: NodeId;
      key: string;
      relation: Relation;
      copy: Relation | null;
      seed: Relation | null;
    }
  | { kind: "reuse"; node: NodeId; key: string; relation: Relation; from: ReuseSource }
  /** Run a data test or unit test on the candidate; `reused`: its result is known for exactly this input. */
  | { kind: "test"; test: NodeId; key: string; reused: boolean }
  /** Set an existing relation that Slipway did not make aside, in the instant of the switch. Always followed by its `publish`. */
  | { kind: "adopt"; node: NodeId; published: Relation; found: string }
  | {
      kind: "publish";
      node: NodeId;
      published: Relation;
      next: Relation;
      previous: Relation | null;
      dressing: Dressing;
    }
  | { kind: "unpublish"; node: NodeId; published: Relation; previous: Relation; why: Text }
  /** Comments or grants changed, the target did not. */
  | { kind: "dress"; node: NodeId; published: Relation; dressing: Dressing };

export type ReuseSource = { live: true } | { live: false; environment: string | null };

/** What the key room says about one node (see `keys/`). */
export interface PlannedKey {
  node: NodeId;
  key: string;
  plainKey: string;
  logicKey: string;
  mode: "full" | "increment";
  chain: string[];
}

/** What planning needs to know of one buildable node. */
export interface PlanSubject {
  id: NodeId;
  /** Name part of the store relation. */
  name: string;
  resourceType: string;
  materialized: string;
  published: Relation;
  dressing: Dressing;
  key: PlannedKey;
  /** The ready version with that key in this warehouse, if there is one. */
  version: { relation: Relation; environment: string | null } | null;
  /** The live version to copy when `mode` is increment. */
  base: Relation | null;
}

export interface PlanInput {
  kind: RunKind;
  project: string;
  environment: string;
  target: string;
  commit: string;
  storeSchema: string;
  /** Revision this plan leads to; names the copies of snapshots. */
  revision: number;
  /** In build order. */
  subjects: PlanSubject[];
  live: { release: number; nodes: ReleaseNode[] } | null;
  tests: { id: NodeId; key: string; known: boolean }[];
  tokens: Record<NodeId, Token>;
  /** Relations that stand under published names and are not ours, by `relationText`. */
  foreign: Map<string, string>;
  /** Published names that somebody else has changed or dropped since the live release put them there, by `relationText`. */
  astray?: ReadonlySet<string>;
  removedReason: (node: NodeId) => Text;
}

export interface Plan {
  /** Short and made of the content: the same plan has the same id. */
  id: string;
  format: 1;
  kind: RunKind;
  project: string;
  environment: string;
  target: string;
  commit: string;
  fromRelease: number | null;
  storeSchema: string;
  actions: Action[];
  /** The release map this plan leads to (columns are known after the build). */
  nodes: Omit<ReleaseNode, "versionId" | "columns">[];
  tokens: Record<NodeId, Token>;
}

/** The shortest list of actions, in safe order. Same input, same list, on any machine. Never drops data. */
export function planRelease(input: PlanInput): Plan {
  const live = new Map((input.live?.nodes ?? []).map((node) => [node.node, node]));
  const placed = input.subjects.map((subject) => placeSubject(subject, input, live));
  const actions = [
    ...placed.map((one) => one.action),
    ...input.tests.map((test): Action => ({ kind: "test", test: test.id, key: test.key, reused: test.known })),
    ...placed.flatMap((one) => publishActions(one.node, input, live)),
    ...unpublishActions(input, live),
  ];
  const plan = {
    format: 1 as const,
    kind: input.kind,
    project: input.project,
    environment: input.environment,
    target: input.target,
    commit: input.commit,
    fromRelease: input.live?.release ?? null,
    storeSchema: input.storeSchema,
    actions,
    nodes: placed.map((one) => one.node),
    tokens: input.tokens,
  };
  return { id: planId(plan), ...plan };
}

/** Times of reading are left out: they differ between two plans of the same thing. */
function planId(plan: Omit<Plan, "id">): string {
  const tokens = Object.entries(plan.tokens).map(([node, token]) => [node, token.kind, token.value]);
  return sha256(canonicalJson({ ...plan, tokens })).slice(0, 6);
}

type PlacedNode = Plan["nodes"][number];

function placeSubject(
  subject: PlanSubject,
  input: PlanInput,
  live: Map<NodeId, ReleaseNode>,
): { action: Action; node: PlacedNode } {
  const { id, key } = subject;
  const was = live.get(id);
  const reusable = subject.resourceType === "snapshot" ? was?.key === key.key : subject.version !== null;
  const relation = subjectRelation(subject, input, was);
  const node: PlacedNode = {
    node: id,
    resourceType: subject.resourceType,
    materialized: subject.materialized,
    relation,
    published: subject.published,
    key: key.key,
    plainKey: key.plainKey,
    logicKey: key.logicKey,
    chain: key.chain,
    how: reusable ? "reused" : "built",
    dressing: subject.dressing,
  };
  if (reusable)
    return { node, action: { kind: "reuse", node: id, key: key.key, relation, from: reuseSource(subject, was) } };
  return { node, action: buildAction(subject, relation, input, was) };
}

function subjectRelation(subject: PlanSubject, input: PlanInput, was: ReleaseNode | undefined): Relation {
  if (subject.resourceType === "snapshot")
    return was?.relation ?? snapshotRelation(input.storeSchema, subject.name, input.environment);
  return subject.version?.relation ?? versionRelation(input.storeSchema, subject.name, subject.key.key);
}

const reuseSource = (subject: PlanSubject, was: ReleaseNode | undefined): ReuseSource =>
  was?.key === subject.key.key ? { live: true } : { live: false, environment: subject.version?.environment ?? null };

function buildAction(subject: PlanSubject, relation: Relation, input: PlanInput, was: ReleaseNode | undefined): Action {
  const { id, key } = subject;
  if (subject.resourceType === "snapshot") {
    const copy = was ? snapshotCopy(relation, input.revision) : null;
    const found = input.foreign.get(relationText(subject.published));
    const seed = !was && (found === "table" || found === "view") ? subject.published : null;
    return { kind: "snapshot", node: id, key: key.key, relation, copy, seed };
  }
  const cloneFrom = key.mode === "increment" ? subject.base : null;
  return { kind: "build", node: id, key: key.key, relation, cloneFrom };
}

function publishActions(node: PlacedNode, input: PlanInput, live: Map<NodeId, ReleaseNode>): Action[] {
  const was = live.get(node.node);
  const { published, dressing } = node;
  const before = was && sameRelation(was.published, published) ? was : liveAt(published, live);
  const here = input.astray?.has(relationText(published)) ? undefined : before;
  if (here && sameRelation(here.relation, node.relation)) {
    const dressed = canonicalJson(here.dressing) === canonicalJson(dressing);
    return dressed ? [] : [{ kind: "dress", node: node.node, published, dressing }];
  }
  const publish: Action = {
    kind: "publish",
    node: node.node,
    published,
    next: node.relation,
    previous: here?.relation ?? null,
    dressing,
  };
  const found = here ? undefined : input.foreign.get(relationText(published));
  return found === undefined ? [publish] : [{ kind: "adopt", node: node.node, published, found }, publish];
}

/** The live node under a published name: another node may have had it before. */
function liveAt(published: Relation, live: Map<NodeId, ReleaseNode>): ReleaseNode | undefined {
  for (const node of live.values()) if (sameRelation(node.published, published)) return node;
  return undefined;
}

function unpublishActions(input: PlanInput, live: Map<NodeId, ReleaseNode>): Action[] {
  const kept = new Set(input.subjects.map((subject) => relationText(subject.published)));
  return [...live.values()]
    .filter(({ published }) => !kept.has(relationText(published)) && !input.astray?.has(relationText(published)))
    .sort((a, b) => (a.node < b.node ? -1 : 1))
    .map((node) => ({
      kind: "unpublish",
      node: node.node,
      published: node.published,
      previous: node.relation,
      why: input.removedReason(node.node),
    }));
}

/** True when carrying the plan out would change nothing that consumers see and build nothing. */
export function isNothingToDo(plan: Plan): boolean {
  return plan.actions.every((action) => action.kind === "reuse" || (action.kind === "test" && action.reused));
}

export const actionsOf = <K extends Action["kind"]>(plan: Plan, kind: K): Extract<Action, { kind: K }>[] =>
  plan.actions.filter((action): action is Extract<Action, { kind: K }> => action.kind === kind);
