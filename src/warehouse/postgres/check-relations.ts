// What hangs on a relation that a promotion sets aside or drops: rules and triggers that would be lost, objects that would stay bound to it.
import type { Promotion } from "../../core/plan/publish.ts";
import { type Relation, relationText } from "../../core/project/relation.ts";
import type { Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Database } from "./connection.ts";
import type { Fact } from "./facts.ts";
import { relationKey } from "./quote.ts";
import { isFlipStep, type NameStep, type State } from "./switch-plan.ts";

/** Reasons why a relation that Slipway does not know cannot become the old side of a view without loss. */
export async function adoptionProblems(db: Database, steps: NameStep[]): Promise<Problem[]> {
  const adopted = steps.flatMap((step) =>
    step.kind === "adopt" || (step.kind === "branch" && step.copyOf !== null) ? [step] : [],
  );
  if (adopted.length === 0) return [];
  const oids = adopted.map((step) => step.standing.oid);
  const rows = await db.rows(`
select c.oid::bigint::text as oid,
  c.relrowsecurity or exists (select from pg_policy p where p.polrelid = c.oid) as row_security,
  (select string_agg(tgname, ', ') from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
  (select string_agg(conrelid::regclass::text, ', ') from pg_constraint k
   where k.contype = 'f' and k.confrelid = c.oid and k.conrelid <> c.oid and k.conparentid = 0) as foreign_keys,
  (select string_agg(pubname, ', ') from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where r.prrelid = c.oid) as publications,
  (select string_agg(coalesce(nullif(i.inhparent, c.oid), i.inhrelid)::regclass::text, ', ') from pg_inherits i
   where c.oid in (i.inhparent, i.inhrelid)) as inheritance,
  (select string_agg(attname, ', ') from pg_attribute a where a.attrelid = c.oid and a.attidentity <> '') as identity,
  (select string_agg(rulename, ', ') from pg_rewrite w where w.ev_class = c.oid and w.rulename <> '_RETURN') as rules
from pg_class c where c.oid in (${oids.join(", ")})`);
  const reasons = [
    "row_security",
    "triggers",
    "foreign_keys",
    "publications",
    "inheritance",
    "identity",
    "rules",
  ] as const;
  return rows.flatMap((row) => {
    const step = adopted.find((it) => it.standing.oid === Number(row.oid))!;
    return reasons.flatMap((reason): Problem[] => {
      const found = row[reason];
      if (found === null || found === false) return [];
      const name = relationText(step.standing.relation);
      const message = say("postgres.cannot_adopt", { name, reason, what: found === true ? "" : String(found) });
      return [
        {
          code: `adopt_${reason}`,
          severity: "error",
          message,
          node: step.name.node,
          hint: say("postgres.cannot_adopt_hint", { reason }),
        },
      ];
    });
  });
}

/**
 * Objects bound to a relation that goes away: views and materialised views (pg_rewrite), functions that return it or read it
 * (through its type, or BEGIN ATOMIC), columns of its type. Views that this promotion replaces itself do not count, nor our own asides.
 */
export async function dependantProblems(
  db: Database,
  promotion: Promotion,
  state: State,
  steps: NameStep[],
): Promise<Problem[]> {
  const moved = movedNames(promotion, state, steps);
  if (moved.length === 0) return [];
  const rows = await db.rows(`
with moved as (select c.oid, c.reltype, t.typarray from pg_class c left join pg_type t on t.oid = c.reltype
               where c.oid in (${moved.map((it) => it.fact.oid).join(", ")}))
select distinct m.oid::bigint::text as oid, coalesce(v.relname, '') as view_name, coalesce(n.nspname, '') as view_schema,
  case when v.oid is null then pg_describe_object(d.classid, d.objid, 0) else v.relkind::text end as what
from moved m join pg_depend d on (d.refclassid = 'pg_class'::regclass and d.refobjid = m.oid)
  or (d.refclassid = 'pg_type'::regclass and d.refobjid in (m.reltype, m.typarray) and d.refobjid <> 0)
left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
left join pg_class v on v.oid = r.ev_class
left join pg_namespace n on n.oid = v.relnamespace
where d.deptype = 'n' and (r.oid is null or r.ev_class <> m.oid)
  and d.classid in ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_class'::regclass)
  and (d.classid <> 'pg_class'::regclass or d.refclassid = 'pg_type'::regclass) and d.objid <> m.oid
order by 1, 2`);
  const own = ownViews(promotion, state, steps);
  return rows.flatMap((row): Problem[] => {
    const view = { schema: String(row.view_schema), name: String(row.view_name) };
    if (view.name !== "" && own.has(relationKey(view))) return [];
    const it = moved.find((entry) => entry.fact.oid === Number(row.oid))!;
    const dependant = view.name === "" ? String(row.what) : relationText(view);
    const message = say("postgres.dependant", { name: relationText(it.relation), dependant });
    const hint = say("postgres.dependant_hint", { dependant });
    return [
      {
        code: "foreign_dependant",
        severity: "error",
        message,
        hint,
        ...(it.node === undefined ? {} : { node: it.node }),
      },
    ];
  });
}

/** Views that this promotion gives another query (their old query moves aside with what it reads), and asides of unsettled promotions. */
function ownViews(promotion: Promotion, state: State, steps: NameStep[]): Set<string> {
  const replaced = steps.filter((step) => step.kind === "adopt" || (step.kind === "branch" && step.copyOf !== null));
  return new Set([
    ...replaced.map((step) => relationKey(step.name.published)),
    ...promotion.unpublish.map((name) => relationKey(name.published)),
    ...state.pending.flatMap((entry) => (entry.aside === null ? [] : [relationKey(entry.aside)])),
  ]);
}

/** Names whose relation is set aside or dropped, so that whatever is bound to it would be left behind. */
function movedNames(
  promotion: Promotion,
  state: State,
  steps: NameStep[],
): { relation: Relation; node: string | undefined; fact: Fact }[] {
  const moved = steps
    .filter(isFlipStep)
    .flatMap((step) =>
      step.kind === "reshape" || step.kind === "adopt"
        ? [{ relation: step.name.published, node: step.name.node, fact: step.standing }]
        : [],
    );
  const dropped = promotion.unpublish.flatMap((name) => {
    const fact = state.facts.get(relationKey(name.published));
    return fact === undefined ? [] : [{ relation: name.published, node: undefined, fact }];
  });
  return [...moved, ...dropped];
}
