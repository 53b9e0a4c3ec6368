// Back to plain dbt: published views become real tables and views again, and Slipway's layer goes, all in one transaction.
import type { Relation } from "../../core/project/relation.ts";
import { relationText } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Warehouse } from "../warehouse.ts";
import { setAsideName } from "./adopt.ts";
import type { Session, Statement } from "./connection.ts";
import { readStanding, type Standing } from "./facts.ts";
import { hasMeta, META, metaTable, readOriginals } from "./meta.ts";
import { fold, quote, readViewSql, relationKey } from "./sql.ts";
import { commentStatements, copyStatements, foreignKeys } from "./store.ts";

type EjectRequest = Parameters<Warehouse["eject"]>[0];
type Name = EjectRequest["names"][number];

/** Idempotent: a second call finds no row and does nothing. */
export async function eject(session: Session, request: EjectRequest): Promise<void> {
  if (!(await hasMeta(session)) || !(await ownerOf(session, request.liveId))) return;
  const relations = request.names.flatMap((name) => [name.published, name.target]);
  const standing = await readStanding(session, relations, true);
  const tables = await parentsFirst(
    session,
    request.names.filter((name) => name.materialized === "table"),
  );
  const views = request.names.filter((name) => name.materialized === "view");
  await session.transaction(async () => {
    for (const name of tables) await session.run(await tableStatements(session, name, request.names, standing));
    await session.run(views.flatMap((name) => viewStatements(session, name, standing)));
    await removeLayer(session, request.liveId);
  });
}

/** The version's full copy under the published name; there is no moving between schemas in DuckDB. */
async function tableStatements(
  session: Session,
  name: Name,
  names: Name[],
  standing: Map<string, Standing>,
): Promise<(Statement | string)[]> {
  const source = versionOf(name, standing);
  const before = standing.get(relationKey(name.published));
  // A name that is a table already was made real by somebody else (plain dbt): that one is left alone.
  if (before?.kind === "table") return [];
  const drop = before ? [`drop view ${session.name(name.published)}`] : [];
  const schema = `create schema if not exists ${session.schemaName(name.published.schema)}`;
  if (source.kind === "view") {
    return [
      schema,
      ...drop,
      `create table ${session.name(name.published)} as select * from ${session.name(source.relation)}`,
    ];
  }
  const copy = await copyStatements(session, source, name.published, {
    parent: (parent) =>
      publishedParent(session, { schema: source.relation.schema, name: parent }, name.published, names),
    index: (index) => index,
  });
  return [schema, ...drop, ...copy, ...commentStatements(session, "table", name.published, before ?? source)];
}

/** A foreign key to a version becomes one to the published table, where both are in one schema (DuckDB has no others). */
function publishedParent(session: Session, parent: Relation, child: Relation, names: Name[]): string | null {
  const found = names.find((name) => relationKey(name.target) === relationKey(parent));
  const near = found && found.materialized === "table" && fold(found.published.schema) === fold(child.schema);
  // The catalog's name is refused there, and without it a schema with the name of the file is ambiguous.
  if (!near || fold(child.schema) === fold(session.catalog)) return null;
  return `${quote(found.published.schema)}.${quote(found.published.name)}`;
}

function viewStatements(session: Session, name: Name, standing: Map<string, Standing>): string[] {
  const before = standing.get(relationKey(name.published));
  if (before?.kind === "table" || name.viewSql === null) return [];
  const comments = before ?? versionOf(name, standing);
  return [
    `create or replace view ${session.name(name.published)} as ${name.viewSql}`,
    ...commentStatements(session, "view", name.published, comments),
  ];
}

function versionOf(name: Name, standing: Map<string, Standing>): Standing {
  const version = standing.get(relationKey(name.target));
  if (version) return version;
  throw new AppError("conflict", say("duckdb.missing_version", { table: relationText(name.target) }));
}

async function parentsFirst(session: Session, names: Name[]): Promise<Name[]> {
  const keys = await foreignKeys(session);
  const byTarget = new Map(names.map((name) => [relationKey(name.target), name]));
  const order = new Set<Name>();
  const visiting = new Set<Name>();
  const visit = (name: Name): void => {
    if (visiting.has(name)) return;
    visiting.add(name);
    const key = relationKey(name.target);
    for (const row of keys) if (row.child === key && byTarget.has(row.parent)) visit(byTarget.get(row.parent)!);
    order.add(name);
  };
  for (const name of names) visit(name);
  return [...order];
}

interface Owner {
  installation: unknown;
  project: unknown;
}

async function ownerOf(session: Session, liveId: number): Promise<Owner | null> {
  const [row] = await session.rows(`select installation, project from ${metaTable(session, "live")} where id = ?`, [
    liveId,
  ]);
  return row ? { installation: row.installation, project: row.project } : null;
}

/** The environment's rows and originals; its store when no environment of the project is left; `slipway` when none is at all. */
async function removeLayer(session: Session, liveId: number): Promise<void> {
  const { installation, project } = (await ownerOf(session, liveId))!;
  const originals = await readOriginals(session, liveId);
  const aside = originals.map(({ published, kind }) => ({
    kind,
    relation: { ...published, name: setAsideName(published.name) },
  }));
  await session.run([
    ...aside.map(({ kind, relation }) => `drop ${kind} if exists ${session.name(relation)}`),
    ...["originals", "published"].map((name) => ({
      sql: `delete from ${metaTable(session, name)} where live_id = ?`,
      parameters: [liveId],
    })),
    { sql: `delete from ${metaTable(session, "live")} where id = ?`, parameters: [liveId] },
  ]);
  const left = await session.rows(
    `select installation = ? and project = ? as mine from ${metaTable(session, "live")}`,
    [installation, project],
  );
  if (!left.some((row) => row.mine)) await removeStores(session, installation, project);
  if (left.length === 0) await session.run([`drop schema ${session.schemaName(META)} cascade`]);
}

async function removeStores(session: Session, installation: unknown, project: unknown): Promise<void> {
  const table = metaTable(session, "stores");
  const rows = await session.rows(`select store_schema from ${table} where installation = ? and project = ?`, [
    installation,
    project,
  ]);
  const schemas = rows.map((row) => String(row.store_schema));
  await refuseReaders(session, schemas);
  await session.run([
    ...schemas.map((schema) => `drop schema if exists ${session.schemaName(schema)} cascade`),
    { sql: `delete from ${table} where installation = ? and project = ?`, parameters: [installation, project] },
  ]);
}

/** DuckDB drops a table under a view without a word; a view that still reads the store would be left broken. */
async function refuseReaders(session: Session, schemas: string[]): Promise<void> {
  const stores = new Set(schemas.map(fold));
  const views = await session.rows(
    "select schema_name, view_name as name, sql from duckdb_views() where database_name = current_database() and not internal",
  );
  const reader = views.find((row) => {
    const target = readViewSql(String(row.sql))?.target;
    return target && stores.has(fold(target.schema)) && !stores.has(fold(String(row.schema_name)));
  });
  if (!reader) return;
  const view = `${reader.schema_name}.${reader.name}`;
  throw new AppError("conflict", say("duckdb.eject_reader", { view }), { hint: say("duckdb.eject_reader_hint") });
}
