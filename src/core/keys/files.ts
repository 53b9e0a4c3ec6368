// Which files a node's SQL or a source reads: paths and globs as they are written. Only literals are believed.
import { say } from "../../text/catalogue.ts";
import type { ManifestSource } from "../project/manifest.ts";
import type { TemplateFacts } from "./facts.ts";
import { type Finding, roughPieces, sqlPieces } from "./findings.ts";
import { type Piece, significant } from "./sql.ts";
import { tableUses, unquote } from "./tables.ts";

export interface FileUses {
  patterns: string[];
  findings: Finding[];
}

const READERS = new Set(
  `read_csv read_csv_auto read_parquet parquet_scan read_json read_json_auto read_json_objects read_json_objects_auto read_ndjson
  read_ndjson_auto read_ndjson_objects read_text read_blob sniff_csv parquet_metadata parquet_schema parquet_file_metadata
  parquet_kv_metadata parquet_bloom_probe read_xlsx st_read read_avro read_duckdb`.split(/\s+/),
);
const FILE_NAME = /\.(csv|tsv|txt|parquet|json|jsonl|ndjson|xlsx|avro|db|duckdb|sqlite)(\.(gz|zst|bz2))?$/i;
const REMOTE = /^[a-z][a-z0-9+.-]+:\/\//i;

export const isFileReader = (name: string): boolean => READERS.has(name);
/** `from "x.parquet"` and even `from x.csv` read a file in DuckDB. */
export const isFileName = (name: string): boolean => FILE_NAME.test(name) || /[*?]/.test(name);

/** Files named by literals in one template, its strings included; a name that is not literal is a finding. */
export function templateFiles(facts: TemplateFacts): FileUses {
  const strings = facts.tags.flatMap(({ chunk }) => chunk.tokens.filter(({ kind }) => kind === "string"));
  const streams = [...sqlPieces(facts), ...strings.map(({ value }) => roughPieces(value))];
  return mergeFiles(streams.map(piecesFiles));
}

function mergeFiles(all: readonly FileUses[]): FileUses {
  return { patterns: all.flatMap(({ patterns }) => patterns), findings: all.flatMap(({ findings }) => findings) };
}

function piecesFiles(pieces: readonly Piece[]): FileUses {
  const code = significant(pieces);
  const calls = code.flatMap((piece, i) => {
    const name = piece.text.toLowerCase();
    return piece.kind === "word" && isFileReader(name) && code[i + 1]?.text === "("
      ? [readerFiles(name, code, i + 2)]
      : [];
  });
  const tables = tableUses(pieces).uses.flatMap(({ kind, name, start }) => {
    const file = kind === "file" || (kind === "table" && isFileName(name));
    return file ? [fileUse("from", name, start)] : [];
  });
  return mergeFiles([...calls, ...tables]);
}

/** The first argument: a literal or a list of literals. */
function readerFiles(reader: string, code: readonly Piece[], at: number): FileUses {
  const first = code[at];
  const start = first?.start ?? 0;
  const unknown = {
    patterns: [],
    findings: [{ klass: "opaque" as const, text: say("key.opaque_file", { name: reader }), start }],
  };
  const items = first?.text === "[" ? listItems(code, at) : first && isArgumentEnd(code[at + 1]) ? [first] : null;
  if (items === null || items.some((piece) => piece.kind !== "literal")) return unknown;
  return mergeFiles(items.map((piece) => fileUse(reader, unquote(piece.text), piece.start)));
}

const isArgumentEnd = (piece: Piece | undefined): boolean => piece?.text === "," || piece?.text === ")";

/** `['a', 'b']`; null when it is anything more. */
function listItems(code: readonly Piece[], open: number): Piece[] | null {
  const items: Piece[] = [];
  for (let at = open + 1; at < code.length; at += 2) {
    const [item, separator] = [code[at], code[at + 1]];
    if (item?.text === "]") return isArgumentEnd(separator) ? items : null;
    if (!item) return null;
    items.push(item);
    if (separator?.text === "]") return isArgumentEnd(code[at + 2]) ? items : null;
    if (separator?.text !== ",") return null;
  }
  return null;
}

function fileUse(reader: string, path: string, start: number): FileUses {
  if (/\{[{%#]/.test(path))
    return { patterns: [], findings: [{ klass: "opaque", text: say("key.opaque_file", { name: reader }), start }] };
  if (REMOTE.test(path))
    return {
      patterns: [],
      findings: [{ klass: "opaque", text: say("key.opaque_remote_file", { name: path }), start }],
    };
  return { patterns: [path], findings: [] };
}

/**
 * The files behind a source of dbt-duckdb (`external_location`): [] when it is a plain relation, null when it is not known
 * (a plugin, a computed or remote location), so that nothing but a salt can stand for its data.
 */
export function sourceFiles(source: ManifestSource, adapterType: string): string[] | null {
  if (adapterType !== "duckdb") return [];
  const meta = {
    ...source.source_meta,
    ...source.meta,
    ...((source.config.meta as Record<string, unknown> | null) ?? {}),
  };
  if ("plugin" in meta) return null;
  if (typeof meta.external_location !== "string") return "external_location" in meta ? null : [];
  const location = externalLocation(source, meta);
  if (location === null) return null;
  const { patterns, findings } = piecesFiles(roughPieces(`from ${location}`));
  return findings.length > 0 || patterns.length === 0 ? null : patterns;
}

/** dbt writes the formatted location as the relation's name; before that it is formatted here (Python's `{name}` style only). */
function externalLocation(source: ManifestSource, meta: Record<string, unknown>): string | null {
  const written = source.relation_name ?? "";
  if (written.startsWith("'") || /^\w+\s*\(/.test(written)) return written;
  if (meta.formatter !== undefined && meta.formatter !== "newstyle") return null;
  const values: Record<string, unknown> = {
    ...meta,
    schema: source.schema,
    database: source.database,
    identifier: source.identifier,
    name: source.name,
  };
  let known = true;
  const text = String(meta.external_location).replace(/\{(\w+)\}/g, (_, name: string) => {
    known &&= values[name] !== undefined;
    return String(values[name]);
  });
  if (!known || /[{}]/.test(text)) return null;
  return text.includes("(") || text.startsWith("'") ? text : `'${text.replaceAll("'", "''")}'`;
}

/** What of a source decides which data is read, besides its token. */
export function sourceIdentity(source: ManifestSource, adapterType: string): Record<string, unknown> {
  const { database, schema, identifier, relation_name } = source;
  const external = adapterType === "duckdb" && sourceFiles(source, adapterType)?.length !== 0;
  const described = {
    source_meta: source.source_meta,
    meta: source.meta,
    config_meta: source.config.meta,
    external: source.external,
  };
  return { database, schema, identifier, relation: relation_name ?? null, ...(external ? described : {}) };
}
