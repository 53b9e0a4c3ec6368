// What a promotion asks of a warehouse: names, where each points now and next. Data only; the warehouses do it in their own way.
import type { NodeId, Relation } from "../project/relation.ts";

/** The warehouse's own row about an environment (`slipway.live`). `id` stands for (installation, project, environment). */
export interface LiveRow {
  id: number;
  /** Grows with every switch, also with a rollback: a promotion goes from here to its `toPosition`, which then stands here. */
  position: number;
  /** Release number consumers are served, 0 before the first. */
  release: number;
  /** Counts switches; only goes up. */
  flip: number;
  /** Highest fencing number that has written here; only goes up. */
  fence: number;
}

/** Column comments and grants that a published name carries, from `persist_docs` and `grants` of the dbt config. */
export interface Dressing {
  /** null: leave comments alone (no persist_docs). */
  comment: string | null;
  /** Column name -> comment; empty: leave alone. */
  columnComments: Record<string, string>;
  /** Roles or users that may SELECT; null: the project declares no grants, keep what is there. */
  selectGrantees: string[] | null;
}

/** One published name that changes (or is new) in this promotion. */
export interface PublishName {
  node: NodeId;
  published: Relation;
  /** The version relation it shall point at. */
  next: Relation;
  /** The version relation it points at now by Slipway's record; null: new name, or a relation that Slipway does not know yet (adoption). */
  previous: Relation | null;
  dressing: Dressing;
}

/** One published name that goes away. */
export interface UnpublishName {
  published: Relation;
  previous: Relation;
}

/** A whole promotion or rollback, stored in the plan before anything runs. Order of the lists is the plan's order. */
export interface Promotion {
  liveId: number;
  installation: string;
  project: string;
  environment: string;
  /** Fencing number of the lease under which this runs. The flip refuses when the row holds a higher one. */
  fence: number;
  fromPosition: number;
  toPosition: number;
  fromRelease: number;
  toRelease: number;
  publish: PublishName[];
  unpublish: UnpublishName[];
}

/**
 * True when this very promotion has happened: the row serves its release under its fencing number. A later act under a higher number
 * with the same release is not it.
 */
export function flipHappened(promotion: Promotion, row: LiveRow): boolean {
  return row.release === promotion.toRelease && row.fence === promotion.fence;
}
