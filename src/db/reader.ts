// People's own SQL on the state: one read-only transaction, one statement at a time, every value as PostgreSQL prints it.
import type pg from "pg";
import type { SqlStatement } from "../core/project/sql-statements.ts";
import { type Db, stateSchema } from "./db.ts";

/** What the names of a reader mean: the state's tables, then functions that only readers have. */
export const READER_SEARCH_PATH = `${stateSchema}, slipway_sql`;

/** What there is to ask, for whoever types nothing. */
export const TABLES_QUERY = `select table_name, string_agg(column_name, ', ' order by ordinal_position) as columns
  from information_schema.columns where table_schema = '${stateSchema}'
  group by table_name order by table_name`;

export interface QueryResult {
  columns: { name: string; kind: "number" | "boolean" | "json" | "time" | "text" }[];
  /** In the order of the columns; null is SQL null. */
  rows: (string | null)[][];
}

/** A statement that PostgreSQL refused. `offset` in characters of the whole text; null where PostgreSQL names no place. */
export class QueryRefused extends Error {
  readonly sqlState: string;
  readonly hint: string | null;
  readonly offset: number | null;

  constructor(error: pg.DatabaseError, statement: SqlStatement) {
    super(error.message, { cause: error });
    this.sqlState = error.code ?? "";
    this.hint = error.hint ?? error.detail ?? null;
    const position = Number(error.position);
    this.offset = position > 0 ? statement.offset + unitsBefore(statement.text, position - 1) : null;
  }
}

/** PostgreSQL counts characters, JavaScript UTF-16 units. */
const unitsBefore = (text: string, characters: number): number => [...text].slice(0, characters).join("").length;

/** Results of all statements; days begin as they do in `timezone`. Throws QueryRefused at the first that is refused, and AppErrors of the connection. */
export async function readQueries(
  db: Db,
  statements: readonly SqlStatement[],
  timezone = "UTC",
): Promise<QueryResult[]> {
  const client = (await db.pool.connect()) as unknown as Reader;
  const ask = (text: string) => client.query({ text, rowMode: "array", queryMode: "extended", types: plain });
  try {
    await client.query({ text: `begin read only` });
    await client.query({ text: `set local search_path = ${READER_SEARCH_PATH}` });
    await setZone(client, timezone);
    // A read-only transaction cannot be made writable once it has its snapshot.
    const own = await transactionOf(ask);
    const results: QueryResult[] = [];
    for (const statement of statements) {
      if (results.length > 0 && (await transactionOf(ask)) !== own)
        throw new ReadOnlyRefused(statement, "it has ended");
      results.push(await readOne(ask, statement));
    }
    return results;
  } finally {
    await client.query({ text: "rollback" }).catch(() => undefined);
    client.release();
  }
}

/** A zone that the server does not know is left as the server has it. */
async function setZone(client: Reader, timezone: string): Promise<void> {
  await client.query({ text: "savepoint zone" });
  await client
    .query({ text: "select set_config('TimeZone', $1, true)", values: [timezone] })
    .catch(() => client.query({ text: "rollback to savepoint zone" }));
}

type Ask = (text: string) => ReturnType<Reader["query"]>;

interface Reader {
  query(
    config: (pg.QueryConfig | pg.QueryArrayConfig) & { queryMode?: "extended" },
  ): Promise<pg.QueryArrayResult<(string | null)[]>>;
  release(): void;
}

/** The extended protocol takes one statement at a time: nothing can end the transaction and go on writing. */
async function readOne(ask: Ask, statement: SqlStatement) {
  if (ENDS_TRANSACTION.test(statement.text)) throw new ReadOnlyRefused(statement, "it ends by itself");
  if (WRITES_ELSEWHERE.test(statement.text))
    throw new ReadOnlyRefused(statement, "COPY and DO could write files and start programs of the server");
  try {
    const { fields, rows } = await ask(statement.text);
    return { columns: fields.map((field) => ({ name: field.name, kind: kindOf(field.dataTypeID) })), rows };
  } catch (error) {
    if (error instanceof Error && "severity" in error) throw new QueryRefused(error as pg.DatabaseError, statement);
    throw error;
  }
}

/** Blanks and comments; one of two dashes ends with a carriage return, too. */
const AT_START = String.raw`^(?:\s|--[^\n\r]*(?:[\n\r]|$)|\/\*[\s\S]*?\*\/)*`;
/** After any of these the next statement would write. */
const ENDS_TRANSACTION = new RegExp(String.raw`${AT_START}(?:commit|end|rollback|abort|prepare\s+transaction)\b`, "i");
/** What a read-only transaction lets a superuser do all the same. */
const WRITES_ELSEWHERE = new RegExp(String.raw`${AT_START}(?:copy|do)\b`, "i");

class ReadOnlyRefused extends QueryRefused {
  constructor(statement: SqlStatement, why: string) {
    const message = `the transaction is read-only: ${why}`;
    super(
      Object.assign(new Error(message), { code: "25006", position: "1" }) as unknown as pg.DatabaseError,
      statement,
    );
  }
}

/** When the transaction began, and that it only reads: the same before each statement, whatever came before it. */
async function transactionOf(ask: Ask): Promise<string> {
  const { rows } = await ask(
    "select extract(epoch from pg_catalog.transaction_timestamp())::text || pg_catalog.current_setting('transaction_read_only')",
  );
  return rows[0]?.[0] ?? "";
}

/** Texts as PostgreSQL prints them. */
const plain = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

const KINDS: Record<number, QueryResult["columns"][number]["kind"]> = {
  16: "boolean",
  20: "number",
  21: "number",
  23: "number",
  26: "number",
  700: "number",
  701: "number",
  1700: "number",
  114: "json",
  3802: "json",
  1082: "time",
  1114: "time",
  1184: "time",
};
const kindOf = (oid: number): QueryResult["columns"][number]["kind"] => KINDS[oid] ?? "text";
