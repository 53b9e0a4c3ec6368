// Slipway's own tables inside the file, schema `slipway`: who is live, whose store is whose, what is published, what was set aside.
import type { LiveRow } from "../../core/plan/publish.ts";
import type { Relation } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Connection, Row, Session } from "./connection.ts";
import { fold } from "./sql.ts";

export const META = "slipway";

const TABLES: Record<string, string> = {
  live: `id integer primary key, installation varchar not null, project varchar not null, environment varchar not null,
    position bigint not null, release bigint not null, flip bigint not null, fence bigint not null, updated_at timestamp not null`,
  stores:
    "store_schema varchar not null, installation varchar not null, project varchar not null, claimed_at timestamp not null",
  published: `live_id integer not null, schema_name varchar not null, name varchar not null,
    store_schema varchar not null, store_name varchar not null`,
  originals: `live_id integer not null, schema_name varchar not null, name varchar not null, kind varchar not null,
    set_aside varchar not null, indexes varchar not null`,
};

export interface EnvironmentKey {
  installation: string;
  project: string;
  environment: string;
}

/** A relation that stood under a published name before Slipway, renamed within its schema. */
export interface Original {
  published: Relation;
  kind: "table" | "view";
  setAside: string;
  /** DDL of its indexes: DuckDB renames no table that has any, so they are dropped and made again on the way back. */
  indexes: string[];
}

export const metaTable = (session: Session, name: keyof typeof TABLES): string => session.name({ schema: META, name });

/**
 * False in a file that Slipway has not been in yet (or was ejected from). Looked up by name: DuckDB's list of 1,000 tables takes 5 to
 * 15 ms, and an act asks five times.
 */
export async function hasMeta(session: Session): Promise<boolean> {
  const sql = `select 1 from ${metaTable(session, "live")} limit 0`;
  const [found] = await session.run([{ sql, rows: true, try: true }]);
  if (!found || !("error" in found)) return true;
  if (/^(Catalog|Binder) Error/.test(found.error)) return false;
  await session.run([sql]); // says what is wrong with the file
  return true;
}

export async function readRow(session: Session, key: EnvironmentKey | { id: number }): Promise<LiveRow | null> {
  const [condition, parameters] =
    "id" in key
      ? ["id = ?", [key.id]]
      : ["installation = ? and project = ? and environment = ?", [key.installation, key.project, key.environment]];
  const [row] = await session.rows(
    `select id, position, release, flip, fence from ${metaTable(session, "live")} where ${condition}`,
    parameters as unknown[],
  );
  return row ? toLiveRow(row) : null;
}

const toLiveRow = (row: Row): LiveRow => ({
  id: Number(row.id),
  position: Number(row.position),
  release: Number(row.release),
  flip: Number(row.flip),
  fence: Number(row.fence),
});

export async function readOriginals(session: Session, liveId: number): Promise<Original[]> {
  const rows = await session.rows(
    `select schema_name, name, kind, set_aside, indexes from ${metaTable(session, "originals")} where live_id = ?`,
    [liveId],
  );
  return rows.map((row) => ({
    published: { schema: String(row.schema_name), name: String(row.name) },
    kind: row.kind === "view" ? "view" : "table",
    setAside: String(row.set_aside),
    indexes: JSON.parse(String(row.indexes)) as string[],
  }));
}

/** Makes the tables, claims the store schema and adds the environment's row, all or nothing. Reads only when all is there. */
export async function ensureEnvironment(
  connection: Connection,
  request: EnvironmentKey & { storeSchema: string },
): Promise<LiveRow> {
  const standing = await connection.reading(null, async (session) => {
    if (!(await hasMeta(session))) return null;
    const owner = await storeOwner(session, request.storeSchema);
    return owner && isOwner(owner, request) ? readRow(session, request) : null;
  });
  if (standing) return standing;
  return connection.writing((session) => session.transaction(() => addEnvironment(connection, session, request)));
}

/** Makes Slipway's schema and tables where they are missing. */
export function metaStatements(session: Session): string[] {
  const tables = Object.entries(TABLES).map(
    ([name, columns]) => `create table if not exists ${metaTable(session, name)}(${columns})`,
  );
  return [`create schema if not exists ${session.schemaName(META)}`, ...tables];
}

async function addEnvironment(
  connection: Connection,
  session: Session,
  request: EnvironmentKey & { storeSchema: string },
): Promise<LiveRow> {
  const { storeSchema, installation, project, environment } = request;
  if (fold(storeSchema) === fold(session.catalog)) throw ambiguousStore(storeSchema, connection.settings.path);
  await session.run(metaStatements(session));
  const at = connection.settings.clock.now().toISOString();
  await claimStore(session, request, at);
  const standing = await readRow(session, request);
  if (standing) return standing;
  const live = metaTable(session, "live");
  await session.run([
    {
      sql: `insert into ${live} select coalesce(max(id), 0) + 1, ?, ?, ?, 0, 0, 0, 0, ?::timestamp from ${live}`,
      parameters: [installation, project, environment, at],
    },
  ]);
  return (await readRow(session, request))!;
}

async function claimStore(
  session: Session,
  request: EnvironmentKey & { storeSchema: string },
  at: string,
): Promise<void> {
  const { storeSchema, installation, project } = request;
  const owner = await storeOwner(session, storeSchema);
  if (owner && !isOwner(owner, request)) throw storeTaken(storeSchema, `${owner.project} (${owner.installation})`);
  if (!owner) {
    const strangers = await session.rows(
      `select table_name from duckdb_tables() where database_name = current_database() and lower(schema_name) = lower(?)
       union all select view_name from duckdb_views() where database_name = current_database() and lower(schema_name) = lower(?)`,
      [storeSchema, storeSchema],
    );
    if (strangers.length > 0) throw storeTaken(storeSchema, null);
    await session.run([
      {
        sql: `insert into ${metaTable(session, "stores")} values (?, ?, ?, ?::timestamp)`,
        parameters: [storeSchema, installation, project, at],
      },
    ]);
  }
  await session.run([`create schema if not exists ${session.schemaName(storeSchema)}`]);
}

interface Owner {
  installation: string;
  project: string;
}

async function storeOwner(session: Session, storeSchema: string): Promise<Owner | null> {
  const rows = await session.rows(`select store_schema, installation, project from ${metaTable(session, "stores")}`);
  const row = rows.find((entry) => fold(String(entry.store_schema)) === fold(storeSchema));
  return row ? { installation: String(row.installation), project: String(row.project) } : null;
}

const isOwner = (owner: Owner, request: Owner): boolean =>
  owner.installation === request.installation && owner.project === request.project;

function storeTaken(schema: string, owner: string | null): AppError {
  return new AppError("conflict", say("duckdb.store_taken", { schema, owner }), {
    hint: say("duckdb.store_taken_hint"),
  });
}

function ambiguousStore(schema: string, path: string): AppError {
  return new AppError("invalid", say("duckdb.store_like_file", { schema, path }), {
    hint: say("duckdb.store_like_file_hint"),
  });
}
