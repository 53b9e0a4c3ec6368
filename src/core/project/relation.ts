// Names and shapes of warehouse relations, without any warehouse.

/** dbt's `unique_id`, e.g. `model.shop.orders` or `model.shop.orders.v2`. */
export type NodeId = string;

/** A relation inside the environment's one database (DuckDB: the file; PostgreSQL: the database of the profile). Unquoted, exact spelling. */
export interface Relation {
  schema: string;
  name: string;
}

/** One column as the warehouse prints it. Order in an array is the relation's column order, and part of its shape. */
export interface Column {
  name: string;
  /** Full type text with modifiers, e.g. `character varying(20)`, `DECIMAL(10,2)`. */
  type: string;
  /** Name of a non-default collation, else null. */
  collation: string | null;
}

export const relationText = (relation: Relation): string => `${relation.schema}.${relation.name}`;
export const sameRelation = (a: Relation, b: Relation): boolean => a.schema === b.schema && a.name === b.name;
