// Proof after a promotion: every published name shows exactly the relation it should, and answers.
import { type Relation, relationText } from "../../core/project/relation.ts";
import type { Database } from "./connection.ts";
import { errorMessage } from "./errors.ts";
import { META_SCHEMA } from "./meta.ts";
import { qualified, relationRows } from "./quote.ts";

interface ReadBackName {
  published: Relation;
  target: Relation;
}

/** Names asked for an answer in one round trip. */
const ANSWERS_AT_ONCE = 250;

/** See `Warehouse.readBack`. `found` is a relation, `missing`, or what the server said. */
export async function readBack(db: Database, names: ReadBackName[]): Promise<{ published: Relation; found: string }[]> {
  if (names.length === 0) return [];
  const shown = await shownRelations(db, names);
  const wrong = names.flatMap((name, index) => {
    const found = shown.get(index) ?? "missing";
    return found === relationText(name.target) ? [] : [{ published: name.published, found }];
  });
  const silent = await silentNames(
    db,
    names.filter((_, index) => shown.has(index)),
  );
  return [...wrong, ...silent.filter((it) => !wrong.some((other) => other.published === it.published))];
}

/**
 * By position in `names`: the relation that the catalogue says the view shows. A view with two branches shows the side its switch row
 * says; one that reads something else shows `query on a, b`.
 */
async function shownRelations(db: Database, names: ReadBackName[]): Promise<Map<number, string>> {
  const rows = await db.rows(`
select w.i, c.relkind::text as kind, x.shown,
  (select json_agg(distinct rn.nspname || '.' || rc.relname) from pg_rewrite r
   join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
   join pg_class rc on rc.oid = d.refobjid join pg_namespace rn on rn.oid = rc.relnamespace
   where r.ev_class = c.oid and d.refobjid <> c.oid) as refs
from ${relationRows(names.map((name) => name.published))}
join pg_namespace n on n.nspname = w.schema join pg_class c on c.relnamespace = n.oid and c.relname = w.name
left join lateral (
  select case when l.showing >= p.threshold then p.next_schema || '.' || p.next_name else p.old_schema || '.' || p.old_name end as shown
  from ${META_SCHEMA}.pending p join ${META_SCHEMA}.live l on l.id = p.live_id
  where p.work = 'branch' and p.schema_name = w.schema and p.name = w.name) x on true
where c.relkind in ('r', 'v', 'm', 'f', 'p')`);
  return new Map(rows.map((row) => [Number(row.i), shownText(row)]));
}

function shownText(row: Record<string, unknown>): string {
  const refs = Array.isArray(row.refs) ? row.refs.map(String) : [];
  if (row.kind !== "v") return row.kind === "r" ? "a table" : "another kind of relation";
  const others = refs.filter((ref) => ref !== `${META_SCHEMA}.live`);
  const switched = others.length < refs.length;
  if (switched && typeof row.shown === "string" && others.includes(row.shown)) return row.shown;
  return !switched && others.length === 1 ? others[0]! : `a query on ${refs.join(", ") || "nothing"}`;
}

/** Names that fail a query without rows (rights, broken types). */
async function silentNames(db: Database, names: ReadBackName[]): Promise<{ published: Relation; found: string }[]> {
  const silent: { published: Relation; found: string }[] = [];
  const ask = (name: ReadBackName): string => `select from ${qualified(name.published)} limit 0`;
  for (let from = 0; from < names.length; from += ANSWERS_AT_ONCE) {
    const part = names.slice(from, from + ANSWERS_AT_ONCE);
    const failed = await db.script(part.map(ask), { readOnly: true }).then(
      () => false,
      () => true,
    );
    if (!failed) continue;
    for (const name of part) {
      const said = await db.rows(ask(name)).then(() => null, errorMessage);
      if (said !== null) silent.push({ published: name.published, found: said });
    }
  }
  return silent;
}
