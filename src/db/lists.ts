// Long lists in SQL: one array parameter instead of thousands of placeholders (PostgreSQL takes 65,535 at most).
import { type RawBuilder, sql } from "kysely";

/** `= any($1)`: a list of any length as one parameter. */
export const anyText = (values: readonly string[]): RawBuilder<string> => sql`any(${[...values]}::text[])`;
export const anyId = (values: readonly number[]): RawBuilder<number> => sql`any(${[...values]}::bigint[])`;

/** Rows in pieces, so that an insert of many columns stays below the limit of parameters. */
export function inPieces<T>(rows: readonly T[], rowsMax: number): T[][] {
  return Array.from({ length: Math.ceil(rows.length / rowsMax) }, (_, piece) =>
    rows.slice(piece * rowsMax, (piece + 1) * rowsMax),
  );
}
