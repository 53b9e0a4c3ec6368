// Everything that would stop a promotion or lose something by it, found before anything changes.
import type { Promotion, PublishName } from "../../core/plan/publish.ts";
import { relationText } from "../../core/project/relation.ts";
import type { Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { adoptionProblems, dependantProblems } from "./check-relations.ts";
import { rightsProblems } from "./check-rights.ts";
import { knownRoles, resolveGrantees } from "./dressing.ts";
import type { Fact } from "./facts.ts";
import { loadState } from "./load-state.ts";
import { META_SCHEMA, metaExists } from "./meta.ts";
import { literal, NAME_BYTES_MAX, relationKey } from "./quote.ts";
import type { Room } from "./room.ts";
import { type NameStep, planSwitch, type State } from "./switch-plan.ts";

/** See `Warehouse.checkPromotion`. Reads only. Before a build, everything that does not hang on the columns to come is found. */
export async function checkPromotion(room: Room, promotion: Promotion): Promise<Problem[]> {
  const names = [...tooLong(promotion), ...doubles(promotion)];
  if (names.length > 0) return names;
  const known = await loadState(room.db, promotion);
  const missing = promotion.publish.filter((name) => !known.facts.has(relationKey(name.next)));
  const state = { ...known, facts: new Map([...known.facts, ...missing.map((name) => expected(name, known))]) };
  const steps = planSwitch(promotion, state).steps;
  return [
    ...missing.map(nextMissing),
    ...steps.flatMap((step) => viewProblems(step)),
    ...(await otherProjects(room, promotion, steps)),
    ...(await adoptionProblems(room.db, steps)),
    ...(await dependantProblems(room.db, promotion, state, steps)),
    ...(await rightsProblems(room.db, promotion, steps)),
    ...(await granteeProblems(room, promotion)),
  ];
}

const problem = (code: string, message: Problem["message"], more: Partial<Problem> = {}): Problem => ({
  code,
  severity: "error",
  message,
  ...more,
});

function tooLong(promotion: Promotion): Problem[] {
  const long = (text: string): boolean => Buffer.byteLength(text) > NAME_BYTES_MAX;
  return promotion.publish.flatMap((name) =>
    [name.published.schema, name.published.name, name.next.schema, name.next.name].filter(long).map((text) => {
      const bytes = Buffer.byteLength(text);
      const hint = say("postgres.name_too_long_hint", {});
      return problem("name_too_long", say("postgres.name_too_long", { name: text, bytes }), { node: name.node, hint });
    }),
  );
}

function doubles(promotion: Promotion): Problem[] {
  const seen = new Map<string, PublishName>();
  return promotion.publish.flatMap((name) => {
    const before = seen.get(relationKey(name.published));
    seen.set(relationKey(name.published), name);
    if (before === undefined) return [];
    const values = { name: relationText(name.published), first: before.node, second: name.node };
    return [problem("name_taken_twice", say("postgres.name_taken_twice", values), { node: name.node })];
  });
}

/** Stands in for a version that is not built yet: a table with the columns of what is published now. */
function expected(name: PublishName, state: State): [string, Fact] {
  const standing = state.facts.get(relationKey(name.published));
  const nothing = {
    owner: "",
    mayAlter: true,
    own: true,
    options: [],
    comment: null,
    refs: [],
    grants: [],
    labels: [],
  };
  const unknown = { ...nothing, oid: 0, sizeBytes: null, rowsEstimate: null };
  return [relationKey(name.next), { ...unknown, relation: name.next, kind: "r", columns: standing?.columns ?? [] }];
}

function nextMissing(name: PublishName): Problem {
  const message = say("postgres.next_missing", { node: name.node, ...name.next });
  return problem("next_missing", message, { node: name.node });
}

/** Views of another project's store: setting one aside would take it from its consumers. */
async function otherProjects(room: Room, promotion: Promotion, steps: NameStep[]): Promise<Problem[]> {
  const foreign = steps.flatMap((step) =>
    (step.kind === "adopt" || step.kind === "branch") && step.standing.refs.length > 0 ? [step] : [],
  );
  if (foreign.length === 0 || !(await mayReadStores(room))) return [];
  const refs = foreign.flatMap((step) => step.standing.refs);
  const rows = await room.db.rows(`select c.oid::bigint::text as oid, s.project from pg_class c
    join pg_namespace n on n.oid = c.relnamespace join ${META_SCHEMA}.stores s on s.schema_name = n.nspname
    where c.oid in (${refs.join(", ")})
      and (s.installation, s.project) <> (${literal(promotion.installation)}, ${literal(promotion.project)})`);
  const projects = new Map(rows.map((row) => [Number(row.oid), String(row.project)]));
  return foreign.flatMap((step) => {
    const project = step.standing.refs.map((oid) => projects.get(oid)).find((it) => it !== undefined);
    if (project === undefined) return [];
    const name = relationText(step.standing.relation);
    return [
      problem("published_elsewhere", say("postgres.published_elsewhere", { name, project }), { node: step.name.node }),
    ];
  });
}

async function mayReadStores({ db }: Room): Promise<boolean> {
  if (!(await metaExists(db))) return false;
  const stores = `'${META_SCHEMA}.stores', 'select'`;
  const [row] = await db.rows(
    `select has_schema_privilege('${META_SCHEMA}', 'usage') and has_table_privilege(${stores}) as may`,
  );
  return row?.may === true;
}

/** Options of a view that a replacement cannot keep, and kinds of relation that cannot be set aside. */
function viewProblems(step: NameStep): Problem[] {
  if (step.kind === "create") return [];
  const { standing } = step;
  const node = step.name.node;
  const name = relationText(standing.relation);
  const found: Problem[] = [];
  const option = (prefix: string): boolean => standing.options.some((it) => it.startsWith(prefix));
  if (
    standing.kind === "v" &&
    option("security_invoker") &&
    !option("security_invoker=false") &&
    !option("security_invoker=off")
  ) {
    found.push(
      problem("security_invoker", say("postgres.security_invoker", { name }), {
        node,
        hint: say("postgres.security_invoker_hint", { name }),
      }),
    );
  }
  if (option("check_option")) found.push(problem("check_option", say("postgres.check_option", { name }), { node }));
  if (step.kind === "adopt" && !["r", "v", "m", "f"].includes(standing.kind)) {
    found.push(
      problem("cannot_adopt_kind", say("postgres.cannot_adopt_kind", { name, kind: standing.kind }), { node }),
    );
  }
  return [...found, ...writeGrants(standing, node)];
}

function writeGrants(standing: Fact, node: string): Problem[] {
  const roles = [
    ...new Set(standing.grants.filter((grant) => grant.privilege !== "SELECT").map((grant) => grant.grantee)),
  ];
  if (roles.length === 0) return [];
  const message = say("postgres.write_grants", { name: relationText(standing.relation), roles: roles.join(", ") });
  return [{ code: "write_grants", severity: "warning", message, node }];
}

async function granteeProblems(room: Room, promotion: Promotion): Promise<Problem[]> {
  const roles = await knownRoles(room.db, promotion.publish);
  return promotion.publish.flatMap((name) =>
    resolveGrantees(name.dressing.selectGrantees ?? [], roles).missing.map((role) =>
      problem("no_such_role", say("postgres.no_such_role", { role, name: relationText(name.published) }), {
        node: name.node,
        hint: say("postgres.run_sql", { sql: `CREATE ROLE "${role}";` }),
      }),
    ),
  );
}
