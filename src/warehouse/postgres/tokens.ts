// Tokens of source tables: what stands for "the data is still the same". Exact where reading it all is cheap, else the best there is.

import type { Token, TokenRequest } from "../../core/keys/token.ts";
import { relationText } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { canonicalJson, sha256 } from "../../lib/hash.ts";
import { say } from "../../text/catalogue.ts";
import { errorCode, errorMessage, INSUFFICIENT_PRIVILEGE, QUERY_CANCELLED } from "./errors.ts";
import type { Fact } from "./facts.ts";
import { loadFacts } from "./load-state.ts";
import { ident, qualified, relationKey } from "./quote.ts";
import type { Room } from "./room.ts";

/** A view or foreign table of unknown size may be read for this long. */
const UNKNOWN_SIZE_MS = 5_000;

/**
 * See `Warehouse.readTokens`. Throws AppError `invalid` naming a source that does not exist, `unauthorized` with the GRANT for one that
 * may not be read.
 */
export async function readTokens(room: Room, requests: TokenRequest[], salt: string): Promise<Token[]> {
  const relations = new Map(requests.map((request) => [relationKey(request.relation), request.relation]));
  const facts = new Map(
    (await loadFacts(room.db, [...relations.values()], { sizes: true })).map((fact) => [
      relationKey(fact.relation),
      fact,
    ]),
  );
  const missing = requests.find((request) => !facts.has(relationKey(request.relation)));
  if (missing !== undefined) throw missingSource(missing);
  // Reads of several sources overlap as far as there are connections; the pool queues the rest.
  return Promise.all(
    requests.map((request) => readToken(room, request, facts.get(relationKey(request.relation))!, salt)),
  );
}

function missingSource(request: TokenRequest): AppError {
  return new AppError(
    "invalid",
    say("postgres.source_missing", { node: request.node, name: relationText(request.relation) }),
    {
      hint: say("postgres.source_missing_hint", {}),
    },
  );
}

type TokenBody = Omit<Token, "readAt">;

async function readToken(room: Room, request: TokenRequest, fact: Fact, salt: string): Promise<Token> {
  const readAt = room.clock.now().toISOString();
  try {
    return { ...(await chooseToken(room, request, fact, salt)), readAt };
  } catch (error) {
    if (errorCode(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    const { schema } = request.relation;
    const user = room.db.place.user;
    const sql = `GRANT USAGE ON SCHEMA ${ident(schema)} TO ${ident(user)}; GRANT SELECT ON ${qualified(request.relation)} TO ${ident(user)};`;
    throw new AppError(
      "unauthorized",
      say("postgres.source_no_right", { node: request.node, name: relationText(request.relation), user }),
      {
        hint: say("postgres.run_sql", { sql }),
        cause: error,
      },
    );
  }
}

async function chooseToken(room: Room, request: TokenRequest, fact: Fact, salt: string): Promise<TokenBody> {
  const size = await sizeBytes(room, fact);
  const unknown = size === null;
  if (unknown || size <= room.contentHashLimitBytes) {
    const exact = await contentHash(room, fact, unknown ? UNKNOWN_SIZE_MS : 0);
    if (exact !== null) return exact;
  }
  const loaded = await loadedAt(room, request);
  if (loaded !== null) return loaded;
  if (!unknown && (fact.kind === "r" || fact.kind === "p")) return changeCounter(room, fact);
  const why = say("postgres.token_too_slow", { seconds: UNKNOWN_SIZE_MS / 1000 });
  return { kind: "salt", confidence: "none", value: salt, detail: "", why };
}

/** Bytes of a table with all its partitions; null where nobody knows before reading (views, foreign tables). */
async function sizeBytes(room: Room, fact: Fact): Promise<number | null> {
  if (fact.kind === "r" || fact.kind === "m") {
    const children = await room.db.rows(`select from pg_inherits where inhparent = ${fact.oid} limit 1`);
    if (children.length === 0) return fact.sizeBytes;
  }
  if (fact.kind !== "r" && fact.kind !== "p" && fact.kind !== "m") return null;
  const [row] = await room.db.rows(`${TREE(fact.oid)} select sum(pg_total_relation_size(oid))::text as size,
    bool_or((select relkind = 'f' from pg_class c where c.oid = tree.oid)) as foreign_part from tree`);
  return row?.foreign_part === true ? null : Number(row?.size ?? 0);
}

/** The relation and everything that inherits from it. */
const TREE = (oid: number): string => `with recursive tree(oid) as (
  select ${oid}::oid union select i.inhrelid from pg_inherits i join tree on i.inhparent = tree.oid)`;

/**
 * Count and order-free sum of 64-bit hashes of all rows as text, under the fixed session settings of `connection.ts`, with the columns'
 * names and types. Null when the time is up.
 */
async function contentHash(room: Room, fact: Fact, timeoutMs: number): Promise<TokenBody | null> {
  const sql = `select count(*)::text as rows, coalesce(sum(hashtextextended((t.*)::text, 0)::numeric), 0)::text as hash from ${qualified(fact.relation)} t`;
  try {
    const [row] = await room.db.rows(sql, { statementTimeoutMs: timeoutMs });
    const columns = fact.columns.map(({ name, type, collation }) => ({ name, type, collation }));
    const value = sha256(canonicalJson({ columns, rows: row?.rows, hash: row?.hash }));
    return { kind: "content_hash", confidence: "exact", value, detail: `${String(row?.rows)} rows` };
  } catch (error) {
    if (errorCode(error) === QUERY_CANCELLED && timeoutMs > 0) return null;
    throw error;
  }
}

/** The project's own mark of freshness. Its SQL is the project's, so it runs alone and read only. */
async function loadedAt(room: Room, request: TokenRequest): Promise<TokenBody | null> {
  const sql =
    request.loadedAtQuery ??
    (request.loadedAtField === null
      ? null
      : `select max(${request.loadedAtField})::text as loaded_at from ${qualified(request.relation)}`);
  if (sql === null) return null;
  try {
    const [row] = await room.db.untrusted(sql);
    const value = row === undefined ? null : Object.values(row)[0];
    const text =
      value === null || value === undefined ? "" : value instanceof Date ? value.toISOString() : String(value);
    return {
      kind: "loaded_at",
      confidence: "monotone",
      value: sha256(text),
      detail: text,
      why: say("postgres.token_loaded_at", {}),
    };
  } catch (error) {
    if (
      error instanceof AppError ||
      errorCode(error) === INSUFFICIENT_PRIVILEGE ||
      !/^[0-9A-Z]{5}$/.test(errorCode(error))
    )
      throw error;
    throw new AppError(
      "invalid",
      say("postgres.loaded_at_failed", { node: request.node, reason: errorMessage(error) }),
      { cause: error },
    );
  }
}

/** The server's own counters. They move with every ordinary change, but are flushed late and may be reset, hence only `monotone`. */
async function changeCounter(room: Room, fact: Fact): Promise<TokenBody> {
  const [row] = await room.db.rows(`${TREE(fact.oid)}
select json_agg(json_build_array(tree.oid::bigint, pg_relation_filenode(tree.oid)::bigint, pg_relation_size(tree.oid)) order by tree.oid)::text as files,
  sum(coalesce(s.n_tup_ins, 0) + coalesce(s.n_tup_upd, 0) + coalesce(s.n_tup_del, 0))::text as changes,
  (select stats_reset::text from pg_stat_database where datname = current_database()) as reset
from tree left join pg_stat_all_tables s on s.relid = tree.oid`);
  const columns = fact.columns.map(({ name, type }) => ({ name, type }));
  return {
    kind: "change_counter",
    confidence: "monotone",
    value: sha256(canonicalJson({ columns, ...row })),
    detail: `${String(row?.changes)} changes`,
    why: say("postgres.token_counter", { limit: Math.round(room.contentHashLimitBytes / 1024 / 1024) }),
  };
}
