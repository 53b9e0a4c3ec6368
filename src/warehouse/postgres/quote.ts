// Names and values as SQL text. Every identifier is quoted, so the exact spelling of the plan is what the server sees.
import pg from "pg";
import type { Relation } from "../../core/project/relation.ts";

/** PostgreSQL cuts longer names silently, so they are refused before. */
export const NAME_BYTES_MAX = 63;

export const ident = (name: string): string => pg.escapeIdentifier(name);
export const literal = (text: string): string => pg.escapeLiteral(text);
export const qualified = (relation: Relation): string => `${ident(relation.schema)}.${ident(relation.name)}`;

/** A text array as SQL. */
export const textArray = (texts: string[]): string => `array[${texts.map(literal).join(",")}]::text[]`;

/** `(schema, name)` pairs as a row source `w(i, schema, name)`; i counts from 0. */
export function relationRows(relations: Relation[]): string {
  const schemas = textArray(relations.map((relation) => relation.schema));
  const names = textArray(relations.map((relation) => relation.name));
  return `(select (o - 1)::int as i, s as schema, n as name from unnest(${schemas}, ${names}) with ordinality as u(s, n, o)) w`;
}

/** A role as GRANT wants it; `public` is the keyword for everybody (no role can have that name). */
export const grantee = (role: string): string => (role === "public" ? "public" : ident(role));

/** A map key for a relation; a NUL cannot occur in a name. */
export const relationKey = (relation: Relation): string => `${relation.schema}\0${relation.name}`;
