// Tokens of source relations: an exact hash of the content, or what the source declares about its loading.
import type { Token, TokenRequest } from "../../core/keys/token.ts";
import { AppError } from "../../lib/error.ts";
import { canonicalJson, sha256 } from "../../lib/hash.ts";
import { say } from "../../text/catalogue.ts";
import type { Connection, Row, Session } from "./connection.ts";
import { fold, listRows, quote, relationKey } from "./sql.ts";

/** About 4 s on 2 cores: 10 million cells of a table take 0.07 s. */
const CELLS_MAX = 500_000_000;

/** hash() is a bijection or blind to nothing for these; see hashed() for the others. */
const PLAIN =
  /^(BOOLEAN|U?TINYINT|U?SMALLINT|U?INTEGER|U?BIGINT|U?HUGEINT|DECIMAL\(\d+,\d+\)|DATE|TIME|TIME_NS|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE|UUID|BLOB)$/;

interface Source {
  /** Quoted, with its database. */
  name: string;
  columns: { name: string; type: string }[];
  /** null for views and where the attached database does not say. */
  rows: number | null;
}

export async function readTokens(connection: Connection, requests: TokenRequest[], salt: string): Promise<Token[]> {
  if (requests.length === 0) return [];
  const absent = () => missingSource(requests[0]!, connection.settings.path);
  const tokens = await connection.reading(null, async (session) => {
    const sources = await readSources(session, connection, requests);
    const tokens: Token[] = [];
    for (const [index, request] of requests.entries()) {
      tokens.push(await readToken(connection, session, request, sources[index]!, salt));
    }
    return tokens;
  });
  if (!tokens) throw absent();
  return tokens;
}

async function readSources(session: Session, connection: Connection, requests: TokenRequest[]): Promise<Source[]> {
  const names = [JSON.stringify([...new Set(requests.map((request) => request.relation.name))])];
  const wanted = `in (select lower(item) from (${listRows("$1")}))`;
  const tables = await session.rows(
    `select database_name, schema_name, table_name as name, estimated_size from duckdb_tables() where lower(table_name) ${wanted}
     union all select database_name, schema_name, view_name, null from duckdb_views() where lower(view_name) ${wanted}`,
    names,
  );
  const columns = await session.rows(
    `select database_name, schema_name, table_name as name, column_name, data_type from duckdb_columns()
     where lower(table_name) ${wanted} order by column_index`,
    names,
  );
  const columnsOf = Map.groupBy(columns, rowKey);
  const found = new Map(tables.map((row) => [rowKey(row), row]));
  return requests.map((request) => {
    const key = sourceKey(request.database ?? session.catalog, request.relation);
    const row = found.get(key);
    if (!row) throw missingSource(request, connection.settings.path);
    const parts = [row.database_name, row.schema_name, row.name].map((part) => quote(String(part)));
    return {
      name: parts.join("."),
      columns: (columnsOf.get(key) ?? []).map((c) => ({ name: String(c.column_name), type: String(c.data_type) })),
      rows: row.estimated_size === null ? null : Number(row.estimated_size),
    };
  });
}

const sourceKey = (database: string, relation: { schema: string; name: string }): string =>
  `${fold(database)} ${relationKey(relation)}`;
const rowKey = (row: Row): string =>
  sourceKey(String(row.database_name), { schema: String(row.schema_name), name: String(row.name) });

function missingSource({ node, relation, database }: TokenRequest, path: string): AppError {
  const name = [database, relation.schema, relation.name].filter((part) => part !== null).join(".");
  return new AppError("invalid", say("duckdb.missing_source", { node, name, path }), {
    hint: say("duckdb.missing_source_hint"),
  });
}

async function readToken(
  connection: Connection,
  session: Session,
  request: TokenRequest,
  source: Source,
  salt: string,
): Promise<Token> {
  const readAt = connection.settings.clock.now().toISOString();
  const cells = (source.rows ?? 0) * source.columns.length;
  if (cells <= (connection.settings.tokenCellsMax ?? CELLS_MAX))
    return { ...(await contentHash(session, source)), readAt };
  const loaded = await loadedAt(session, request, source);
  if (loaded) return { ...loaded, readAt };
  const why = say("duckdb.source_too_large", { rows: source.rows ?? 0, columns: source.columns.length });
  return { kind: "salt", confidence: "none", value: salt, detail: `${source.rows} rows`, readAt, why };
}

type Found = Omit<Token, "readAt">;

/**
 * Row count, sum of row hashes (128-bit sum of 64-bit hashes: no overflow below 2^63 rows, and equal rows do not cancel as they
 * would under XOR), column names and types in their order. The order of rows does not matter.
 */
async function contentHash(session: Session, source: Source): Promise<Found> {
  const hash = source.columns.flatMap((column) => hashed(quote(column.name), column.type)).join(", ");
  const [row] = await session.rows(
    `select count(*)::varchar as rows, coalesce(sum(hash(${hash})), 0)::varchar as total from ${source.name}`,
    undefined,
    true,
  );
  const shape = source.columns.map(({ name, type }) => [name, type]);
  return {
    kind: "content_hash",
    confidence: "exact",
    value: sha256(canonicalJson({ rows: row?.rows, total: row?.total, shape })),
    detail: `${row?.rows} rows`,
  };
}

/**
 * What to hash of a column so that different data hash differently. Measured on 1.5.6, hash() alone is equal for: -0.0 and 0.0; one
 * month and 30 days; 'A' and 'a' under `collate nocase`; NULL, [] and [NULL]; {a: NULL} and a NULL struct; ENUMs by position.
 */
function hashed(column: string, type: string): string[] {
  if (PLAIN.test(type)) return [column];
  if (type === "VARCHAR") return [`encode(${column})`];
  if (type === "FLOAT" || type === "DOUBLE") return [column, `signbit(${column})`];
  return [column, `encode(${column}::varchar)`];
}

async function loadedAt(session: Session, request: TokenRequest, source: Source): Promise<Found | null> {
  const { loadedAtQuery, loadedAtField } = request;
  const sql = loadedAtQuery ?? (loadedAtField ? `select max(${loadedAtField}) from ${source.name}` : null);
  if (sql === null) return null;
  const [row] = await session.rows(sql, undefined, true);
  const value = Object.values(row ?? {})[0] ?? null;
  return { kind: "loaded_at", confidence: "monotone", value: String(value), detail: `last row ${value ?? "never"}` };
}
