// The store schema: dropping versions nobody points at, and full copies of tables.
import type { Relation } from "../../core/project/relation.ts";
import { relationText } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { sha256 } from "../../lib/hash.ts";
import { say } from "../../text/catalogue.ts";
import type { Session, Statement } from "./connection.ts";
import { readStanding, type Standing } from "./facts.ts";
import { hasMeta, metaTable } from "./meta.ts";
import {
  generatedColumns,
  literal,
  quote,
  relationKey,
  retargetForeignKeys,
  retargetIndex,
  retargetTable,
} from "./sql.ts";

/**
 * Drops those that stand, in one transaction, and returns them. A table that another one outside the list refers to stays (DuckDB
 * refuses). AppError `conflict` when a published name points at one of them: DuckDB itself would drop it under the view.
 */
export async function dropRelations(session: Session, relations: Relation[]): Promise<Relation[]> {
  const standing = await readStanding(session, relations);
  await refusePublished(session, standing);
  const doomed = await childrenFirst(session, [...standing.values()]);
  if (doomed.length === 0) return [];
  await session.transaction(() =>
    session.run(doomed.map((entry) => `drop ${entry.kind} ${session.name(entry.relation)}`)),
  );
  return doomed.map((entry) => entry.relation);
}

async function refusePublished(session: Session, standing: Map<string, Standing>): Promise<void> {
  if (standing.size === 0 || !(await hasMeta(session))) return;
  const rows = await session.rows(
    `select schema_name, name, store_schema, store_name from ${metaTable(session, "published")}`,
  );
  const used = rows.find((row) =>
    standing.has(relationKey({ schema: String(row.store_schema), name: String(row.store_name) })),
  );
  if (!used) return;
  const target = { schema: String(used.store_schema), name: String(used.store_name) };
  const published = { schema: String(used.schema_name), name: String(used.name) };
  throw new AppError(
    "conflict",
    say("duckdb.drop_published", { target: relationText(target), published: relationText(published) }),
  );
}

/** Tables that others refer to by foreign key go after those; what a table outside the list refers to is left out. */
async function childrenFirst(session: Session, entries: Standing[]): Promise<Standing[]> {
  const keys = await foreignKeys(session);
  const inList = new Map(entries.map((entry) => [relationKey(entry.relation), entry]));
  const order: Standing[] = [];
  const state = new Map<string, boolean>();
  const visit = (entry: Standing): boolean => {
    const key = relationKey(entry.relation);
    const known = state.get(key);
    if (known !== undefined) return known;
    state.set(key, true);
    const children = keys.filter((row) => row.parent === key && row.child !== key);
    const free = children.every((row) => {
      const child = inList.get(row.child);
      return child !== undefined && visit(child);
    });
    state.set(key, free);
    if (free) order.push(entry);
    return free;
  };
  for (const entry of entries) visit(entry);
  return order;
}

/** Every foreign key of the file as (child, parent) keys. Both are in one schema: DuckDB has no others. */
export async function foreignKeys(session: Session): Promise<{ child: string; parent: string }[]> {
  const rows = await session.rows(
    `select distinct schema_name, table_name, referenced_table from duckdb_constraints()
     where database_name = current_database() and constraint_type = 'FOREIGN KEY'`,
  );
  return rows.map((row) => ({
    child: relationKey({ schema: String(row.schema_name), name: String(row.table_name) }),
    parent: relationKey({ schema: String(row.schema_name), name: String(row.referenced_table) }),
  }));
}

/**
 * A full copy of a table: columns with defaults, NOT NULL, CHECK, PRIMARY KEY, UNIQUE, generated columns, comments, indexes, rows.
 * Foreign keys are left out: they would tie the copy to the parent's old version.
 */
export async function cloneTable(session: Session, from: Relation, to: Relation): Promise<void> {
  const source = (await readStanding(session, [from], true)).get(relationKey(from));
  if (source?.kind !== "table" && source?.kind !== "view") {
    throw new AppError("not_found", say("duckdb.no_table", { table: relationText(from) }));
  }
  const rename = { parent: () => null, index: (name: string) => indexName(name, to) };
  const statements =
    source.kind === "table"
      ? await copyStatements(session, source, to, rename)
      : [`create table ${session.name(to)} as select * from ${session.name(from)}`];
  await session.transaction(() =>
    session.run([`create schema if not exists ${session.schemaName(to.schema)}`, ...statements]),
  );
}

/** Index names are unique per schema, so a copy's index carries a mark of the copy. */
const indexName = (name: string, to: Relation): string => `${name}_${sha256(relationKey(to)).slice(0, 8)}`;

/** Everything that makes `to` a copy of `source`, in order. `parent` answers quoted names for foreign keys, null to leave one out. */
export async function copyStatements(
  session: Session,
  source: Standing,
  to: Relation,
  rename: { parent: (name: string) => string | null; index: (name: string) => string },
): Promise<(Statement | string)[]> {
  const { relation } = source;
  const [from, target] = [session.name(relation), session.name(to)];
  const indexes = (await readIndexes(session)).get(relationKey(relation)) ?? [];
  const generated = generatedColumns(source.sql);
  const columns = source.columns.map((column) => column.name).filter((name) => !generated.has(name));
  const list = columns.map(quote).join(", ");
  return [
    retargetForeignKeys(retargetTable(source.sql, target), rename.parent),
    `insert into ${target} (${list}) select ${list} from ${from}`,
    ...indexes.map((index) => retargetIndex(index.sql, rename.index(index.name), target)),
    ...commentStatements(session, "table", to, source),
  ];
}

export interface TableIndex {
  name: string;
  sql: string;
}

/** Every index of the file that somebody created (not those behind a primary key), by the key of its table. */
export async function readIndexes(session: Session): Promise<Map<string, TableIndex[]>> {
  const rows = await session.rows(
    `select schema_name, table_name, index_name, sql from duckdb_indexes()
     where database_name = current_database() and sql is not null order by index_name`,
  );
  const indexes = new Map<string, TableIndex[]>();
  for (const row of rows) {
    const key = relationKey({ schema: String(row.schema_name), name: String(row.table_name) });
    indexes.set(key, [...(indexes.get(key) ?? []), { name: String(row.index_name), sql: String(row.sql) }]);
  }
  return indexes;
}

/** Comments of a relation and its columns, as statements for another one. */
export function commentStatements(
  session: Session,
  kind: "table" | "view",
  target: Relation,
  comments: { comment: string | null; columns: { name: string; comment: string | null }[] },
): string[] {
  const name = session.name(target);
  return [
    ...(comments.comment === null ? [] : [`comment on ${kind} ${name} is ${literal(comments.comment)}`]),
    ...comments.columns
      .filter((column) => column.comment !== null)
      .map((column) => `comment on column ${name}.${quote(column.name)} is ${literal(column.comment!)}`),
  ];
}
