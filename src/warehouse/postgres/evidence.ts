// A copy of evidence in a schema of the team's own, with the one function that people's queries miss on PostgreSQL.
import { type ColumnKind, copiedColumns, copiedRows, type EvidenceBatch } from "../../core/evidence/evidence-tables.ts";
import type { Database } from "./connection.ts";
import { ident, literal, qualified } from "./quote.ts";

const TYPES: Record<ColumnKind, string> = {
  text: "text",
  double: "double precision",
  integer: "bigint",
  boolean: "boolean",
  time: "timestamptz",
};

/** Rows of one statement: a text of about 3 MB. */
const ROWS_MAX = 2_000;

/** See `Warehouse.saveEvidence`. */
export async function saveEvidence(db: Database, schema: string, batches: readonly EvidenceBatch[]): Promise<void> {
  await db.transaction({}, async ({ run }) => {
    const [found] = await run(`select 1 from pg_namespace where nspname = ${literal(schema)}`);
    // `if not exists` would ask for the right to make schemas all the same.
    if (found?.length === 0) await run(`create schema ${ident(schema)}`);
    const [made] = await run(`select 1 from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = ${literal(schema)} and p.proname = 'round'`);
    if (made?.length === 0) await run(roundFunction(schema));
    for (const batch of batches) await saveTable(run, schema, batch);
  });
}

/** Whoever puts this schema on the search path has it; for everybody else round(5, 2) stays numeric. */
const roundFunction = (schema: string): string =>
  `create function ${ident(schema)}.round(double precision, integer) returns double precision
    language sql immutable strict parallel safe
    as 'select case when $1 in (''NaN'', ''Infinity'', ''-Infinity'') then $1
      else pg_catalog.round($1::numeric, $2)::double precision end'`;

type Run = (sql: string) => Promise<Record<string, unknown>[][]>;

async function saveTable(run: Run, schema: string, batch: EvidenceBatch): Promise<void> {
  const { table } = batch;
  const columns = copiedColumns(table);
  const name = qualified({ schema, name: table.name });
  const typed = columns.map(([column, kind]) => `${ident(column)} ${TYPES[kind]}`);
  await run(`create table if not exists ${name} (${typed.join(", ")}, primary key (${ident(table.key)}))`);
  const [found] = await run(`select column_name as name from information_schema.columns
    where table_schema = ${literal(schema)} and table_name = ${literal(table.name)}`);
  const known = new Set((found ?? []).map((row) => row.name));
  const missing = columns.map(([column], at) => ({ column, at })).filter(({ column }) => !known.has(column));
  if (missing.length > 0)
    await run(`alter table ${name} ${missing.map(({ at }) => `add column ${typed[at]}`).join(", ")}`);
  const names = columns.map(([column]) => ident(column)).join(", ");
  const replaced = columns.map(([column]) => `${ident(column)} = excluded.${ident(column)}`).join(", ");
  const rows = copiedRows(batch);
  for (let from = 0; from < rows.length; from += ROWS_MAX) {
    const piece = dollarQuoted(JSON.stringify(rows.slice(from, from + ROWS_MAX)));
    await run(`insert into ${name} (${names}) select ${names} from json_populate_recordset(null::${name}, ${piece}::json)
      on conflict (${ident(table.key)}) do update set ${replaced}`);
  }
}

/** A text of megabytes as it is: escaping it sign by sign takes three times as long as storing it. */
function dollarQuoted(text: string): string {
  let tag = "$slipway$";
  while (text.includes(tag)) tag = `${tag.slice(0, -1)}_$`;
  return `${tag}${text}${tag}`;
}
