// The way out: published views become real tables (or plain views) again, then Slipway's own tables in the warehouse go.
import { type Relation, relationText } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { blockers, jitterMs } from "./ddl.ts";
import { dressStatements } from "./dressing.ts";
import { errorCode, LOCK_NOT_AVAILABLE } from "./errors.ts";
import { type Fact, factsStatement, parseFacts } from "./facts.ts";
import { factMap, loadFacts } from "./load-state.ts";
import { META_SCHEMA, metaExists, parseState, stateStatements } from "./meta.ts";
import { ident, literal, qualified, relationKey } from "./quote.ts";
import { cloneStatements, dropRelations, listSchema } from "./relations.ts";
import { lockBudgetMs, type Room } from "./room.ts";
import { settleEntries } from "./settle.ts";
import { viewOf } from "./view-sql.ts";

interface EjectName {
  published: Relation;
  target: Relation;
  materialized: "table" | "view";
  viewSql: string | null;
  keep?: boolean;
}

/**
 * See `Warehouse.eject`. One transaction per name; killed anywhere, it goes on where it stopped. A target that something outside of
 * this list reads (another environment), or that the caller keeps, is copied instead of moved. Throws AppError `held` naming who is in the way.
 */
export async function eject(room: Room, request: { liveId: number; names: EjectName[] }): Promise<void> {
  if (await metaExists(room.db)) await settleFirst(room, request.liveId);
  const tables = request.names.filter((name) => name.materialized === "table" || name.viewSql === null);
  const views = request.names.filter((name) => !tables.includes(name));
  const facts = factMap(
    await loadFacts(
      room.db,
      request.names.flatMap((name) => [name.published, name.target]),
    ),
  );
  const shared = await sharedTargets(room, request.names, facts);
  // Views come last and in the caller's order: their queries read published names.
  for (const name of [...tables, ...views]) {
    const standing = facts.get(relationKey(name.published));
    const target = facts.get(relationKey(name.target));
    const asView = views.includes(name);
    if (!asView && (target === undefined || (standing !== undefined && standing.kind !== "v"))) continue;
    if (asView && standing !== undefined && standing.kind !== "v") continue;
    await retried(room, name.published, () =>
      asView
        ? replaceView(room, name, standing)
        : replaceTable(room, name, { standing, target: target!, copy: name.keep === true || shared.has(target!.oid) }),
    );
  }
  if (!(await metaExists(room.db))) return;
  await removeStores(room, request.liveId);
  await removeMeta(room, request.liveId);
}

async function settleFirst(room: Room, liveId: number): Promise<void> {
  const [rows, entries] = await room.db.script(stateStatements(liveId), { readOnly: true });
  if (rows?.length !== 1) return;
  const { row, pending } = parseState(rows, entries);
  const holder = { liveId, fence: row.fence, environment: "" };
  const waiting = await settleEntries(
    room,
    holder,
    { row, entries: pending },
    { signal: new AbortController().signal },
  );
  if (waiting !== null)
    throw new AppError("held", say("postgres.eject_held", { who: waiting }), { hint: say("postgres.held_hint", {}) });
}

/** Oids of targets that a view outside of this request and outside of the stores reads, directly or through views of a store. */
async function sharedTargets(room: Room, names: EjectName[], facts: Map<string, Fact>): Promise<Set<number>> {
  const oidsOf = (relations: Relation[]): number[] =>
    relations.flatMap((relation) => facts.get(relationKey(relation))?.oid ?? []);
  const targets = oidsOf(names.map((name) => name.target));
  if (targets.length === 0) return new Set();
  const stores = [...new Set(names.map((name) => name.target.schema)), "pg_catalog", "information_schema"];
  const rows = await room.db.rows(`
with recursive reach(oid) as (
  select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('v', 'm') and n.nspname not in (${stores.map(literal).join(", ")})
    and c.oid not in (${[0, ...oidsOf(names.map((name) => name.published))].join(", ")})
  union
  select d.refobjid from reach join pg_rewrite r on r.ev_class = reach.oid
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
  where d.refobjid <> r.ev_class)
select oid::bigint::text as oid from reach where oid in (${targets.join(", ")})`);
  return new Set(rows.map((row) => Number(row.oid)));
}

interface TableWork {
  standing: Fact | undefined;
  target: Fact;
  copy: boolean;
}

async function replaceTable(room: Room, name: EjectName, work: TableWork): Promise<void> {
  const { standing, target } = work;
  const drop = standing === undefined ? [] : [`drop view ${qualified(name.published)}`];
  const isView = target.kind === "v";
  const moved = { schema: name.published.schema, name: name.target.name };
  const place = work.copy
    ? isView
      ? [`create table ${qualified(name.published)} as select * from ${qualified(name.target)}`]
      : await cloneStatements(room.db, target, name.published)
    : isView
      ? [
          `create table ${qualified(name.published)} as select * from ${qualified(name.target)}`,
          `drop view ${qualified(name.target)}`,
        ]
      : [
          ...(moved.schema === name.target.schema
            ? []
            : [`alter table ${qualified(name.target)} set schema ${ident(moved.schema)}`]),
          `alter table ${qualified(moved)} rename to ${ident(name.published.name)}`,
        ];
  await inPlace(room, name.published, standing, [...drop, ...place]);
}

/** The same columns keep whatever was built on the view; others need it dropped first. */
async function replaceView(room: Room, name: EjectName, standing: Fact | undefined): Promise<void> {
  const shape = { view: name.published, columns: standing?.columns ?? [], options: standing?.options ?? [] };
  const create = viewOf(shape, name.viewSql!);
  try {
    await inPlace(room, name.published, standing, [create]);
  } catch (error) {
    if (errorCode(error) !== "42P16" || standing === undefined) throw error;
    await inPlace(room, name.published, standing, [`drop view ${qualified(name.published)}`, create]);
  }
}

async function inPlace(
  room: Room,
  published: Relation,
  standing: Fact | undefined,
  statements: string[],
): Promise<void> {
  const budgetMs = Math.round(await lockBudgetMs(room));
  await room.db.transaction({ lockTimeoutMs: budgetMs }, async (transaction) => {
    await transaction.run(statements.join(";\n"));
    const [rows] = await transaction.run(factsStatement([published]));
    const [now] = parseFacts([published], rows ?? []);
    if (now === undefined || standing === undefined) return;
    const dressing = { comment: standing.comment, columnComments: {}, selectGrantees: null };
    const dress = dressStatements(now, dressing, standing);
    if (dress.length > 0) await transaction.run(dress.join(";\n"));
  });
}

async function retried(room: Room, published: Relation, body: () => Promise<void>): Promise<void> {
  const deadline = room.clock.ticksMs() + room.lockDeadlineMs;
  for (;;) {
    try {
      return await body();
    } catch (error) {
      if (errorCode(error) === "2BP01")
        throw new AppError(
          "conflict",
          say("postgres.eject_dependants", { name: relationText(published), reason: (error as Error).message }),
          { cause: error },
        );
      if (errorCode(error) !== LOCK_NOT_AVAILABLE) throw error;
      if (room.clock.ticksMs() > deadline) {
        throw new AppError("held", say("postgres.eject_held", { who: await blockers(room, published) }), {
          hint: say("postgres.held_hint", {}),
        });
      }
      await room.clock.sleep(jitterMs(room.stallBudgetMs / 2));
    }
  }
}

/** Stores that no other environment of the project needs, with the originals in them. What somebody built on one of those stays. */
async function removeStores(room: Room, liveId: number): Promise<void> {
  const stores = await room.db.rows(`select s.schema_name from ${META_SCHEMA}.stores s
    join ${META_SCHEMA}.live l on l.installation = s.installation and l.project = s.project and l.id = ${liveId}
    where not exists (select from ${META_SCHEMA}.live o
      where o.installation = l.installation and o.project = l.project and o.id <> l.id)`);
  for (const row of stores) {
    const schema = String(row.schema_name);
    await dropRelations(room, await listSchema(room.db, schema));
    if ((await listSchema(room.db, schema)).length === 0)
      await room.db.script([`drop schema if exists ${ident(schema)}`]);
  }
}

/** The row, claims that no row needs any more, and the whole layer when it was the last environment. */
async function removeMeta(room: Room, liveId: number): Promise<void> {
  await room.db.script([
    `delete from ${META_SCHEMA}.live where id = ${liveId}`,
    `delete from ${META_SCHEMA}.stores s where not exists
       (select from ${META_SCHEMA}.live l where l.installation = s.installation and l.project = s.project)`,
  ]);
  const [row] = await room.db.rows(
    `select not exists (select from ${META_SCHEMA}.live) and not exists (select from ${META_SCHEMA}.pending) as last`,
  );
  if (row?.last !== true) return;
  const tables = ["live", "stores", "pending"].map((table) => `drop table ${META_SCHEMA}.${table}`);
  await room.db.script([...tables, `drop schema ${META_SCHEMA}`]);
}
