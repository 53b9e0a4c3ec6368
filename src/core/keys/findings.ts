// What in one template's SQL and Jinja depends on time, chance, session or on things nobody can see from here.
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { TemplateFacts } from "./facts.ts";
import { type JinjaToken, splitJinja } from "./jinja.ts";
import { type Piece, significant } from "./sql.ts";
import { unquote } from "./tables.ts";
import type { ClassReason } from "./types.ts";

export interface Finding {
  klass: ClassReason["klass"];
  text: Text;
  /** Offset in the template. */
  start: number;
}

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

/** Volatile when called. */
const CALLS = words(`
  now today random rand randn random_normal setseed uuid uuidv4 uuidv6 uuidv7 newid gen_random_uuid gen_random_bytes uuid_generate_v1
  uuid_generate_v1mc uuid_generate_v4 uuid_generate_v6 uuid_generate_v7 clock_timestamp statement_timestamp transaction_timestamp
  timeofday get_current_time get_current_timestamp current_localtime current_localtimestamp getdate sysdate
  nextval currval lastval setval current_setting current_query current_database current_schema current_schemas current_role
  current_user session_user system_user user version txid_current connection_id statement_id current_connection_id
  current_transaction_id pg_backend_pid pg_current_xact_id pg_postmaster_start_time pg_conf_load_time getvariable getenv
  current_timestamp current_date current_time localtime localtimestamp current_catalog`);
/** Volatile without brackets too. */
const BARE = words(`
  current_timestamp current_date current_time localtime localtimestamp current_user session_user system_user current_role
  current_catalog current_schema tablesample`);
/** Read what is not in the key: other databases, catalogs, SQL made at run time. */
const OPAQUE_CALLS = words(`
  query query_table glob dblink postgres_query postgres_scan postgres_scan_pushdown sqlite_scan mysql_query mysql_scan iceberg_scan
  iceberg_metadata iceberg_snapshots delta_scan http_get http_post to_regclass to_regtype lo_get lo_import query_to_xml table_to_xml cursor_to_xml`);
const OPAQUE_PATTERN =
  /^(duckdb|pragma)_\w+$|^pg_(stat|relation|total|table|tables|database|indexes|size|is|last|get|has|ls|read|locks)\w*$|^has_\w+_privilege$|^inet_/;
const SPECIAL_DATES = words("now today tomorrow yesterday");

const VOLATILE_JINJA = words("run_started_at invocation_id invocation_args_dict dbt_metadata_envs thread_id");
const OPAQUE_JINJA = words(`
  graph run_query statement load_result store_result store_raw_result load_agate_table api selected_resources database_schemas
  results submit_python_job load_relation`);
/** Methods of `adapter` that only compute on their arguments. */
const PURE_ADAPTER = words(
  "dispatch quote quote_as_configured type quote_seed_column get_incremental_strategy_macro external_root",
);
/** These read the shape of relations: known when all of them are parents. `columns` findings are judged by the node. */
const COLUMN_READERS = words("get_columns_in_relation get_columns_in_query");

export const COLUMNS_ID = "key.opaque_columns";

/** Findings of Jinja and of SQL functions, comments and literals left out. */
export function templateFindings(facts: TemplateFacts): Finding[] {
  if (!facts.readable) return [{ klass: "opaque", text: say("key.opaque_unreadable"), start: 0 }];
  const jinja = facts.tags.flatMap(({ chunk, context }) => (context === "comment" ? [] : jinjaFindings(chunk.tokens)));
  return [
    ...jinja,
    ...sqlPieces(facts).flatMap(functionFindings),
    ...sqlPieces(facts).flatMap((pieces) => userFindings(pieces, facts.adapter)),
  ];
}

/** A bare `user` is the session's one, but a constant (or a column) in DuckDB. */
function userFindings(pieces: readonly Piece[], adapter: string): Finding[] {
  if (adapter === "duckdb") return [];
  const code = significant(pieces);
  const found = code.filter(
    ({ kind, text }, i) =>
      kind === "word" && text.toLowerCase() === "user" && code[i - 1]?.text !== "." && code[i + 1]?.text !== "(",
  );
  return found.map(({ start }) => ({ klass: "volatile", text: say("key.volatile_function", { name: "user" }), start }));
}

/** The streams of SQL in a template: its code and the insides of captures; when that is in doubt, everything that could be code. */
export function sqlPieces({ scan, source }: TemplateFacts): Piece[][] {
  return scan.certain ? [scan.pieces, scan.inner] : [roughPieces(source)];
}

/** Words and symbols of the data between tags; quotes and comments are not believed. */
export function roughPieces(source: string): Piece[] {
  const piece = (kind: Piece["kind"], text: string, start: number): Piece => ({
    kind,
    text,
    start,
    kept: false,
    chunk: null,
  });
  const chunks = splitJinja(source) ?? [{ kind: "data" as const, text: source, start: 0 }];
  return chunks.flatMap((chunk) => {
    if (chunk.kind === "comment") return [];
    if (chunk.kind === "expr" || chunk.kind === "stmt") return [{ ...piece("tag", chunk.text, chunk.start), chunk }];
    const found = chunk.text.matchAll(/(?<word>[\p{L}_][\p{L}\p{M}\p{N}_$]*|\d[\w.]*)|(?<literal>'[^'\n]*')|\S/gu);
    return [...found].flatMap((match) => {
      const start = chunk.start + match.index;
      if (match.groups?.word !== undefined) return [piece("word", match[0], start)];
      if (match.groups?.literal === undefined) return [piece("symbol", match[0], start)];
      return [
        piece("literal", match[0], start),
        ...roughPieces(match[0].slice(1, -1)).map((one) => ({ ...one, start: start + 1 + one.start })),
      ];
    });
  });
}

function functionFindings(pieces: readonly Piece[]): Finding[] {
  const code = significant(pieces);
  return code.flatMap((piece, i) => {
    const found = piece.kind === "word" || piece.kind === "literal" ? functionFinding(code, i) : null;
    return found ? [{ ...found, start: piece.start }] : [];
  });
}

function functionFinding(code: readonly Piece[], at: number): Omit<Finding, "start"> | null {
  const piece = code[at] as Piece;
  if (piece.kind === "literal") {
    const special = SPECIAL_DATES.has(unquote(piece.text).trim().toLowerCase());
    return special ? { klass: "volatile", text: say("key.volatile_literal", { name: piece.text }) } : null;
  }
  const name = piece.text.toLowerCase();
  const called = code[at + 1]?.text === "(";
  const volatile = { klass: "volatile" as const, text: say("key.volatile_function", { name }) };
  if (called && (CALLS.has(name) || (name === "age" && !hasTwoArguments(code, at + 1)))) return volatile;
  if (called && (OPAQUE_CALLS.has(name) || OPAQUE_PATTERN.test(name)))
    return { klass: "opaque", text: say("key.opaque_function", { name }) };
  if (!called && BARE.has(name) && code[at - 1]?.text !== ".") return volatile;
  const sampled = name === "sample" && code[at - 1]?.text.toLowerCase() === "using";
  return sampled ? volatile : null;
}

/** `age(x)` counts from today, `age(x, y)` does not. */
function hasTwoArguments(code: readonly Piece[], open: number): boolean {
  let depth = 0;
  for (const { text } of code.slice(open)) {
    if (text === "(") depth += 1;
    if (text === ")") depth -= 1;
    if (text === "," && depth === 1) return true;
    if (depth === 0) return false;
  }
  return false;
}

function jinjaFindings(tokens: readonly JinjaToken[]): Finding[] {
  return tokens.flatMap((token, i) => {
    if (token.kind === "string")
      return functionFindings(roughPieces(token.value)).map((found) => ({ ...found, start: token.start }));
    const found = token.kind === "name" ? jinjaFinding(tokens, i) : null;
    return found ? [{ ...found, start: token.start }] : [];
  });
}

function jinjaFinding(tokens: readonly JinjaToken[], at: number): Omit<Finding, "start"> | null {
  const name = tokens[at]?.text ?? "";
  const [next, after] = [tokens[at + 1]?.text, tokens[at + 2]];
  const attribute = tokens[at - 1]?.text === ".";
  const assigned = next === "=" && after?.text !== "=";
  if (assigned) return null;
  if (!attribute && VOLATILE_JINJA.has(name)) return { klass: "volatile", text: say("key.volatile_jinja", { name }) };
  if (name === "modules" && !attribute && !(next === "." && ["re", "itertools"].includes(after?.text ?? "")))
    return { klass: "volatile", text: say("key.volatile_jinja", { name: `modules.${after?.text ?? ""}` }) };
  if (name === "adapter" && !attribute) return adapterFinding(next === "." ? (after?.text ?? "") : "");
  if (OPAQUE_JINJA.has(name) && (!attribute || next === "("))
    return { klass: "opaque", text: say("key.opaque_jinja", { name }) };
  return null;
}

function adapterFinding(method: string): Omit<Finding, "start"> | null {
  if (PURE_ADAPTER.has(method)) return null;
  const name = `adapter.${method}`;
  if (COLUMN_READERS.has(method)) return { klass: "opaque", text: say(COLUMNS_ID, { name }) };
  return { klass: "opaque", text: say("key.opaque_jinja", { name }) };
}
