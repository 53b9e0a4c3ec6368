// Decides what each name of a promotion needs, from what stands in the warehouse. Pure: prepare, flip and checks read the same plan.
import type { Promotion, PublishName } from "../../core/plan/publish.ts";
import { type Relation, sameRelation } from "../../core/project/relation.ts";
import { cutBytes } from "../../core/project/store-name.ts";
import { type Fact, shapeChange } from "./facts.ts";
import type { Pending, SwitchRow } from "./meta.ts";
import { NAME_BYTES_MAX, relationKey } from "./quote.ts";

/**
 * What one published name needs.
 * - `ready`: nothing before the flip (prepared already, or it shows the right relation on both sides).
 * - `branch`: CREATE OR REPLACE in prepare; `copyOf` is a view of somebody else's whose query is kept as the old side.
 * In the flip's transaction, because they cannot be prepared invisibly:
 * - `create`: nothing stands there. - `append`: columns are added at the end. - `reshape`: any other change of columns; the old
 * view is set aside. - `adopt`: a table or foreign view is set aside and becomes the old side.
 */
export type NameStep =
  | { kind: "ready"; name: PublishName; standing: Fact }
  | { kind: "branch"; name: PublishName; standing: Fact; next: Fact; old: Relation; copyOf: number | null }
  | { kind: "create"; name: PublishName; next: Fact }
  | { kind: "append"; name: PublishName; standing: Fact; next: Fact; old: Relation }
  | { kind: "reshape"; name: PublishName; standing: Fact; next: Fact; old: Relation; aside: Relation }
  | { kind: "adopt"; name: PublishName; standing: Fact; next: Fact; aside: Relation };

export type FlipStep = Extract<NameStep, { kind: "create" | "append" | "reshape" | "adopt" }>;

export interface SwitchPlan {
  steps: NameStep[];
  /** Entries of earlier promotions to settle before anything is prepared; then plan again. */
  leftovers: Pending[];
  /** Value of `showing` after the flip. */
  showing: number;
}

export interface State {
  row: SwitchRow;
  pending: Pending[];
  /** By `relationKey`: published names, next and previous relations, as far as they exist. */
  facts: Map<string, Fact>;
  /** Names in the store that end in `__original` or `__aside`, so that new ones do not collide. */
  takenAsides: Set<string>;
  /** Oid of `slipway.live`: what a view with two branches reads, whatever the notes say. */
  liveOid: number;
}

const factOf = (state: State, relation: Relation | null): Fact | undefined =>
  relation === null ? undefined : state.facts.get(relationKey(relation));

/** Same state, same plan. Next relations that are missing throw: the caller checked them. */
export function planSwitch(promotion: Promotion, state: State): SwitchPlan {
  const reused = reuseBranches(promotion, state);
  if (reused !== null) return reused;
  const branches = state.pending.filter((entry) => entry.work === "branch");
  const mine = (entry: Pending): boolean => isPreparedFor(promotion, state, entry);
  const drops = state.pending.filter((entry) => entry.work === "drop");
  const steps = promotion.publish.map((name) => stepFor(promotion, state, name));
  return { steps, leftovers: [...branches.filter((entry) => !mine(entry)), ...drops], showing: promotion.toPosition };
}

/** This entry is what this promotion itself has prepared (before a crash, or a moment ago). */
function isPreparedFor(promotion: Promotion, state: State, entry: Pending): boolean {
  if (entry.threshold !== promotion.toPosition || entry.next === null) return false;
  const name = promotion.publish.find((it) => sameRelation(it.published, entry.published));
  return name !== undefined && sameRelation(name.next, entry.next) && isBranched(state, name);
}

/** The view really reads the switch row (somebody may have replaced it since) and has the columns wanted. */
function isBranched(state: State, name: PublishName): boolean {
  const standing = factOf(state, name.published);
  const next = factOf(state, name.next);
  if (standing?.kind !== "v" || next === undefined || !standing.refs.includes(state.liveOid)) return false;
  return shapeChange(standing.columns, next.columns) === "same";
}

/**
 * While both branches of an earlier promotion stand, going back (or forward again) to the side that is off needs no DDL at all: only
 * `showing` moves. Holds when every standing branch shall change to that one side and no other name needs work.
 */
function reuseBranches(promotion: Promotion, state: State): SwitchPlan | null {
  const branches = state.pending.filter((entry) => entry.work === "branch");
  const [first] = branches;
  if (first === undefined || branches.some((entry) => entry.threshold !== first.threshold)) return null;
  const side = state.row.showing >= first.threshold ? "old" : "next";
  const names = new Map(promotion.publish.map((name) => [relationKey(name.published), name]));
  const aimed = branches.every((entry) => {
    const name = names.get(relationKey(entry.published));
    const goal = entry[side];
    return name !== undefined && goal !== null && sameRelation(goal, name.next) && isBranched(state, name);
  });
  if (!aimed) return null;
  const steps: NameStep[] = [];
  for (const name of promotion.publish) {
    const standing = factOf(state, name.published);
    const branched = branches.some((entry) => sameRelation(entry.published, name.published));
    if (standing === undefined || !(branched || shows(standing, factOf(state, name.next)))) return null;
    steps.push({ kind: "ready", name, standing });
  }
  return { steps, leftovers: [], showing: side === "old" ? first.threshold - 1 : first.threshold };
}

/** A plain view on exactly this relation, in its present shape. */
function shows(standing: Fact, target: Fact | undefined): boolean {
  if (target === undefined || standing.kind !== "v" || standing.refs.length !== 1) return false;
  return standing.refs[0] === target.oid && shapeChange(standing.columns, target.columns) === "same";
}

function stepFor(promotion: Promotion, state: State, name: PublishName): NameStep {
  const next = factOf(state, name.next);
  if (next === undefined) throw new Error(`relation ${name.next.schema}.${name.next.name} is missing`);
  const standing = factOf(state, name.published);
  if (standing === undefined) return { kind: "create", name, next };
  const entry = state.pending.find((it) => it.work === "branch" && sameRelation(it.published, name.published));
  if (shows(standing, next) || (entry && isPreparedFor(promotion, state, entry)))
    return { kind: "ready", name, standing };
  const previous = factOf(state, name.previous);
  const ours =
    standing.kind === "v" && previous !== undefined && standing.refs.length === 1 && standing.refs[0] === previous.oid;
  const change = standing.kind === "v" ? shapeChange(standing.columns, next.columns) : "reshape";
  const aside = (): Relation => asideName(state, name, ours ? "aside" : "original");
  if (ours && change === "same") return { kind: "branch", name, standing, next, old: previous.relation, copyOf: null };
  if (ours && change === "append") return { kind: "append", name, standing, next, old: previous.relation };
  if (ours) return { kind: "reshape", name, standing, next, old: previous.relation, aside: aside() };
  // Somebody else's view of the same shape is replaced in place: whatever depends on it stays bound to the published name.
  if (change === "same" && standing.own)
    return { kind: "branch", name, standing, next, old: aside(), copyOf: standing.oid };
  return { kind: "adopt", name, standing, next, aside: aside() };
}

/** A free name in the store for what is set aside: `orders__original`, `orders__original_2`, .. */
function asideName(state: State, name: PublishName, suffix: string): Relation {
  for (let count = 1; ; count += 1) {
    const tail = count === 1 ? `__${suffix}` : `__${suffix}_${count}`;
    const relation = {
      schema: name.next.schema,
      name: cutBytes(name.published.name, NAME_BYTES_MAX - tail.length) + tail,
    };
    const key = relationKey(relation);
    if (state.takenAsides.has(key)) continue;
    state.takenAsides.add(key);
    return relation;
  }
}

export const isFlipStep = (step: NameStep): step is FlipStep => step.kind !== "ready" && step.kind !== "branch";
