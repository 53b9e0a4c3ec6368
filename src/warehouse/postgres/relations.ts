// Plain work on relations: facts, listings, drops that never cascade, full copies.
import { type Relation, relationText } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { RelationFacts } from "../warehouse.ts";
import type { Database } from "./connection.ts";
import { type DdlStep, runDdl } from "./ddl.ts";
import { DEPENDENT_OBJECTS, DUPLICATE_TABLE, errorCode } from "./errors.ts";
import type { Fact, FactColumn } from "./facts.ts";
import { loadFacts } from "./load-state.ts";
import { ident, literal, qualified } from "./quote.ts";
import type { Room } from "./room.ts";

/** See `Warehouse.inspect`. */
export async function inspect(db: Database, relations: Relation[]): Promise<RelationFacts[]> {
  const facts = await loadFacts(db, relations, { sizes: true });
  return facts.map((fact) => ({
    relation: fact.relation,
    kind: fact.kind === "v" ? "view" : fact.kind === "r" || fact.kind === "p" ? "table" : "other",
    columns: fact.columns.map(({ name, type, collation }) => ({ name, type, collation })),
    sizeBytes: fact.sizeBytes,
    rowsEstimate: fact.rowsEstimate,
    comment: fact.comment,
  }));
}

/** See `Warehouse.listSchema`: tables, views and their like; no indexes or sequences. */
export async function listSchema(db: Database, schema: string): Promise<Relation[]> {
  const rows = await db.rows(`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${literal(schema)} and c.relkind in ('r', 'v', 'm', 'f', 'p') order by 1`);
  return rows.map((row) => ({ schema, name: String(row.name) }));
}

const DROP_WORDS: Record<string, string> = {
  r: "table",
  p: "table",
  v: "view",
  m: "materialized view",
  f: "foreign table",
};

/**
 * See `Warehouse.dropRelations`. What something else still depends on stays and is not in the answer; relations that depend on each
 * other go in passes. Throws AppError `held` when a lock does not come.
 */
export async function dropRelations(room: Room, relations: Relation[]): Promise<Relation[]> {
  const facts = (await loadFacts(room.db, relations)).filter((fact) => fact.kind in DROP_WORDS);
  // Views first: they depend on tables more often than the other way round.
  facts.sort((a, b) => Number(b.kind === "v") - Number(a.kind === "v"));
  const step = (fact: Fact): DdlStep => ({
    on: fact.relation,
    sql: [`drop ${DROP_WORDS[fact.kind]!} if exists ${qualified(fact.relation)} restrict`],
  });
  if (await dropped(room, facts.map(step))) return facts.map((fact) => fact.relation);
  const gone: Relation[] = [];
  let left = facts;
  for (let before = -1; before !== gone.length && left.length > 0; ) {
    before = gone.length;
    const kept: Fact[] = [];
    for (const fact of left) {
      if (await dropped(room, [step(fact)])) gone.push(fact.relation);
      else kept.push(fact);
    }
    left = kept;
  }
  return gone;
}

/** False when something depends on one of them. */
async function dropped(room: Room, steps: DdlStep[]): Promise<boolean> {
  const signal = new AbortController().signal;
  try {
    const blocked = await runDdl(room, { steps, holder: null, signal, deadlineMs: room.lockDeadlineMs });
    if (blocked !== null)
      throw new AppError("held", say("postgres.drop_held", { who: blocked }), { hint: say("postgres.held_hint", {}) });
    return true;
  } catch (error) {
    if (errorCode(error) === DEPENDENT_OBJECTS) return false;
    throw error;
  }
}

/**
 * See `Warehouse.cloneTable`: one transaction, so that a copy is either whole or not there. Throws AppError `not_found` when there is no
 * such table, `conflict` when the new name is taken.
 */
export async function cloneTable(room: Room, from: Relation, to: Relation): Promise<void> {
  const [fact] = await loadFacts(room.db, [from]);
  if (fact === undefined || !["r", "p", "v", "m"].includes(fact.kind)) {
    throw new AppError("not_found", say("postgres.clone_missing", { name: relationText(from) }));
  }
  const schemas = await room.db.rows(`select from pg_namespace where nspname = ${literal(to.schema)}`);
  if (schemas.length === 0) await room.db.script([`create schema if not exists ${ident(to.schema)}`]);
  const statements = await cloneStatements(room.db, fact, to);
  try {
    await room.db.script(statements);
  } catch (error) {
    if (errorCode(error) !== DUPLICATE_TABLE) throw error;
    throw new AppError("conflict", say("postgres.clone_exists", { name: relationText(to) }), { cause: error });
  }
}

/** Everything a copy needs, for one transaction. Foreign keys are the one thing LIKE leaves out. */
export async function cloneStatements(db: Database, fact: Fact, to: Relation): Promise<string[]> {
  const columns = await insertColumns(db, fact);
  const keys = await db.rows(
    `select conname, pg_get_constraintdef(oid) as def from pg_constraint where conrelid = ${fact.oid} and contype = 'f'`,
  );
  const list = columns.map((column) => ident(column.name)).join(", ");
  const insert =
    columns.length === 0
      ? `insert into ${qualified(to)} select from ${qualified(fact.relation)}`
      : `insert into ${qualified(to)} (${list}) overriding system value select ${list} from ${qualified(fact.relation)}`;
  return [
    `create table ${qualified(to)} (like ${qualified(fact.relation)} including all)`,
    insert,
    ...keys.map(
      (key) => `alter table ${qualified(to)} add constraint ${ident(String(key.conname))} ${String(key.def)}`,
    ),
    ...(fact.comment === null ? [] : [`comment on table ${qualified(to)} is ${literal(fact.comment)}`]),
    `analyze ${qualified(to)}`,
  ];
}

/** Generated columns are computed again, not copied. */
async function insertColumns(db: Database, fact: Fact): Promise<FactColumn[]> {
  const rows = await db.rows(
    `select attname from pg_attribute where attrelid = ${fact.oid} and attnum > 0 and attgenerated <> ''`,
  );
  const generated = new Set(rows.map((row) => String(row.attname)));
  return fact.columns.filter((column) => !generated.has(column.name));
}
