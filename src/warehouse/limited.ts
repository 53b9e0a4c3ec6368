// A query of the project's own, cut to so many rows: the same in every warehouse.

/** The closing bracket stands on a line of its own: the query may end in a comment. */
export const limitedQuery = (sql: string, rowsMax: number): string =>
  `select * from (\n${sql.trim().replace(/;\s*$/, "")}\n) as limited_rows limit ${rowsMax}`;
