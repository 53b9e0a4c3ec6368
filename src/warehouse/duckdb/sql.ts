// DuckDB's SQL as text: quoting, comparing names, reading the DDL that DuckDB prints. Pure.
import type { Relation } from "../../core/project/relation.ts";

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A parameter that is a list of texts (or of lists of texts), as rows. As a native list Python needs 60 us per element: 0.1 s for 2,000. */
export const listRows = (parameter: string, depth: 1 | 2 = 1): string =>
  `select unnest(from_json(${parameter}, '${depth === 1 ? '["varchar"]' : '[["varchar"]]'}')) as item`;

/** DuckDB compares names ignoring the case of ASCII letters only: "Orders" = "orders", but "É" and "é" are two names. */
export const fold = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Equal keys mean the same relation to DuckDB. */
export const relationKey = (relation: Relation): string => JSON.stringify([fold(relation.schema), fold(relation.name)]);

const NAME = String.raw`(?:"(?:[^"]|"")*"|[^\s".,;()]+)`;
const PATH = `${NAME}(?:\\.${NAME}){0,2}`;
const NAMES = new RegExp(NAME, "g");
const unquote = (token: string): string => (token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token);

/** What a view of Slipway's own shape (`select <columns> from <schema>.<name>`, nothing else) reads; null for any other view. */
export function readViewSql(sql: string): { target: Relation; columns: string[] } | null {
  const match = new RegExp(
    `^CREATE VIEW ${PATH} AS SELECT (${NAME}(?:, ${NAME})*) FROM (${NAME})\\.(${NAME});?$`,
    "i",
  ).exec(sql.trim());
  if (!match) return null;
  const [, columns, schema, name] = match as unknown as [string, string, string, string];
  return {
    target: { schema: unquote(schema), name: unquote(name) },
    columns: [...columns.matchAll(NAMES)].map(([token]) => unquote(token)),
  };
}

/** Every word of a statement that could be a name, folded: enough to say "cannot concern this table". */
export function wordsOf(sql: string): Set<string> {
  return new Set([...sql.matchAll(NAMES)].map(([token]) => fold(unquote(token))));
}

/** The DDL of a table as DuckDB prints it, for another name. `name` is quoted SQL. */
export function retargetTable(ddl: string, name: string): string {
  return ddl.replace(new RegExp(`^CREATE TABLE ${PATH}(?=\\()`), () => `CREATE TABLE ${name}`);
}

/** The DDL of an index as DuckDB prints it, for another name (unquoted) and table (quoted SQL). */
export function retargetIndex(ddl: string, index: string, table: string): string {
  return ddl.replace(
    new RegExp(`^CREATE (UNIQUE )?INDEX ${NAME} ON ${PATH}(?=\\()`),
    (_all, unique: string | undefined) => `CREATE ${unique ?? ""}INDEX ${quote(index)} ON ${table}`,
  );
}

/** Foreign keys of a table's DDL pointed elsewhere; those for which `to` answers null are left out. */
export function retargetForeignKeys(ddl: string, to: (parentName: string) => string | null): string {
  return ddl.replace(
    new RegExp(`, (FOREIGN KEY \\([^)]*\\) REFERENCES )(?:${NAME}\\.)*(${NAME})(\\([^)]*\\))`, "g"),
    (_all, head: string, parent: string, columns: string) => {
      const target = to(unquote(parent));
      return target === null ? "" : `, ${head}${target}${columns}`;
    },
  );
}

/** Names of generated columns in a table's DDL: DuckDB's catalog tables do not tell them from others. */
export function generatedColumns(ddl: string): Set<string> {
  const parts = splitTopLevel(ddl.slice(ddl.indexOf("(") + 1, ddl.lastIndexOf(")")));
  const generated = parts.filter((part) => / GENERATED ALWAYS AS\(/.test(part));
  return new Set(generated.map((part) => unquote(new RegExp(NAME).exec(part)![0])));
}

/** Splits at commas that stand outside parentheses, brackets, names and literals. */
function splitTopLevel(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const [token] of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|./gs)) {
    if ("([".includes(token)) depth++;
    if (")]".includes(token)) depth--;
    if (token === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += token;
  }
  return parts.map((part) => part.trim());
}
