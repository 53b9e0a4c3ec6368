// Whether the roles concerned may do what a promotion needs, asked before prepare: later every reader would get "permission denied".
import type { Promotion } from "../../core/plan/publish.ts";
import { type Relation, relationText } from "../../core/project/relation.ts";
import type { Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Database } from "./connection.ts";
import { META_SCHEMA } from "./meta.ts";
import { ident, literal, relationRows } from "./quote.ts";
import type { NameStep } from "./switch-plan.ts";

/** Problems with the statement that would solve each. */
export async function rightsProblems(db: Database, promotion: Promotion, steps: NameStep[]): Promise<Problem[]> {
  return [...notOurs(db, steps), ...(await schemaProblems(db, promotion)), ...(await ownerProblems(db, steps))];
}

function denied(sql: string, message: Problem["message"], node?: string): Problem {
  const hint = say("postgres.run_sql", { sql });
  return { code: "missing_right", severity: "error", message, hint, ...(node === undefined ? {} : { node }) };
}

/** Only the owner (or a member of it) may replace or rename a relation. */
function notOurs(db: Database, steps: NameStep[]): Problem[] {
  return steps.flatMap((step) => {
    if (step.kind === "create" || step.standing.mayAlter) return [];
    const name = relationText(step.standing.relation);
    const sql = `GRANT ${ident(step.standing.owner)} TO ${ident(db.place.user)};`;
    return [
      denied(sql, say("postgres.not_owner", { name, owner: step.standing.owner, user: db.place.user }), step.name.node),
    ];
  });
}

async function schemaProblems(db: Database, promotion: Promotion): Promise<Problem[]> {
  const published = [...promotion.publish, ...promotion.unpublish].map((name) => name.published.schema);
  const schemas = [...new Set([...published, ...promotion.publish.map((name) => name.next.schema)])];
  if (schemas.length === 0) return [];
  const rows = await db.rows(`
select s as schema, current_user as role, n.oid is not null as there,
  case when n.oid is null then has_database_privilege(current_database(), 'create') else has_schema_privilege(n.oid, 'create') and has_schema_privilege(n.oid, 'usage') end as ok
from unnest(array[${schemas.map(literal).join(", ")}]::text[]) s left join pg_namespace n on n.nspname = s`);
  return rows.flatMap((row): Problem[] => {
    if (row.ok === true) return [];
    const schema = String(row.schema);
    const sql =
      row.there === true
        ? `GRANT USAGE, CREATE ON SCHEMA ${ident(schema)} TO ${ident(String(row.role))};`
        : `GRANT CREATE ON DATABASE ${ident(db.place.dbname)} TO ${ident(String(row.role))};`;
    return [denied(sql, say("postgres.no_create", { schema, user: String(row.role) }))];
  });
}

/** A view reads with its owner's rights: the store, its relations, and the switch row. */
async function ownerProblems(db: Database, steps: NameStep[]): Promise<Problem[]> {
  // Views made anew belong to the session's own role, which stands as an empty text here.
  const list = steps.flatMap((step) =>
    step.kind === "ready"
      ? []
      : [
          {
            owner: step.kind === "create" || step.standing.own ? "" : step.standing.owner,
            next: step.next.relation,
            node: step.name.node,
          },
        ],
  );
  if (list.length === 0) return [];
  const rows = await db.rows(`
select w.i, o.owner, has_schema_privilege(o.owner, n.oid, 'usage') and has_table_privilege(o.owner, c.oid, 'select') as store,
  has_schema_privilege(o.owner, '${META_SCHEMA}', 'usage') and has_table_privilege(o.owner, '${META_SCHEMA}.live', 'select') as live
from ${relationRows(list.map((it) => it.next))}
join (select (i - 1)::int as i, coalesce(nullif(x, ''), current_user) as owner
      from unnest(array[${list.map((it) => literal(it.owner)).join(", ")}]::text[]) with ordinality as x(x, i)) o on o.i = w.i
join pg_namespace n on n.nspname = w.schema join pg_class c on c.relnamespace = n.oid and c.relname = w.name`);
  const problems = new Map<string, Problem>();
  for (const row of rows) {
    const { next, node } = list[Number(row.i)]!;
    const owner = String(row.owner);
    const role = ident(owner);
    if (row.live !== true) {
      const sql = `GRANT USAGE ON SCHEMA ${META_SCHEMA} TO ${role}; GRANT SELECT ON ${META_SCHEMA}.live TO ${role};`;
      problems.set(
        `live ${owner}`,
        denied(sql, say("postgres.owner_cannot_read", { owner, what: `${META_SCHEMA}.live` }), node),
      );
    }
    if (row.store === true) continue;
    problems.set(
      `${next.schema} ${owner}`,
      denied(storeGrant(next, role), say("postgres.owner_cannot_read", { owner, what: next.schema }), node),
    );
  }
  return [...problems.values()];
}

/** Present relations and, because each build makes new ones, future ones. */
function storeGrant(next: Relation, role: string): string {
  const store = ident(next.schema);
  return [
    `GRANT USAGE ON SCHEMA ${store} TO ${role};`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA ${store} TO ${role};`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${store} GRANT SELECT ON TABLES TO ${role};`,
  ].join(" ");
}
