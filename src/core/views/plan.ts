// The plan as people read it: what would happen to an environment, and why, before anything runs.
import type { Text } from "../../lib/text.ts";
import type { NodeId } from "../project/relation.ts";
import type { CommitRef, ReleaseRef, ViewBase } from "./base.ts";

export interface PlanView extends ViewBase {
  kind: "deploy" | "refresh" | "promote" | "rollback";
  /** `p7x2`: what `--plan` takes. */
  planId: string;
  environment: string;
  /** The live release; null before the first deployment. */
  from: ReleaseRef | null;
  to: CommitRef;
  /** The release handed over (promote, rollback); null when this plan makes a new one. */
  release: number | null;
  /** Paths of the working tree that are not committed and so left out. */
  leftOut: string[];
  /** What could hurt, printed before everything else: in-place writes, no way back, untracked data files, paused environment. */
  warnings: Text[];
  nodes: PlanNode[];
  publish: PlanName[];
  unpublish: PlanName[];
  /** Existing relations under published names that are set aside in the instant of the switch. */
  adopt: PlanName[];
  impact: Impact;
  checks: { tests: number; unitTests: number; reused: number };
  rollback: RollbackClass;
  /** From history; null when there is none. */
  estimateMs: number | null;
  /** How the names change over: `transaction`, `switchRow`. */
  publishAtomicity: "transaction" | "switchRow";
}

export interface PlanNode {
  node: NodeId;
  name: string;
  resourceType: string;
  materialized: string;
  action: "build" | "reuse";
  /** How it is built: a snapshot is always written `in_place`. null when reused. */
  how: "full" | "clone_and_increment" | "in_place" | null;
  /** Why, the most telling first: "SQL changed", "parent stg_payments". */
  reasons: Text[];
  /** Where a reused version comes from: live in this environment, or built for another one. */
  reusedFrom: { live: boolean; environment: string | null } | null;
  estimateMs: number | null;
}

export interface PlanName {
  node: NodeId;
  schema: string;
  name: string;
  /** Why it goes away, or what stands there now. */
  why: Text | null;
}

export interface Impact {
  exposures: { name: string; type: string; owner: string | null }[];
  /** Published datasets downstream or changed, counted by owner (group, meta owner). */
  datasets: { owner: string | null; names: string[] }[];
}

export interface RollbackClass {
  kind: "reversible" | "rebuild" | "irreversible";
  /** Release a rollback would go to; null before the first. */
  to: number | null;
  why: Text[];
}

/** `plan --explain NODE`: each component of a node's key, and which one changed. */
export interface ExplainView extends ViewBase {
  node: NodeId;
  name: string;
  action: "build" | "reuse" | "none";
  /** Key of the live release; null when the node is new. */
  fromKey: string | null;
  toKey: string;
  components: KeyComponentView[];
  since: CommitRef | null;
}

export interface KeyComponentView {
  /** `code`, `macros`, `config`, `vars`, `env`, `engine`, `parents`, `sources`, `target`, `seed`, `files`. */
  name: string;
  state: "same" | "changed" | "new" | "removed";
  /** One line: what it is or what became of it. */
  summary: Text | null;
  /** Full value for `--all`, as text. */
  value: string | null;
  /** Changed parts, each with a place and a diff of lines. */
  changes: {
    what: string;
    file: string | null;
    line: number | null;
    diff: { mark: "-" | "+" | " "; text: string }[];
  }[];
}
