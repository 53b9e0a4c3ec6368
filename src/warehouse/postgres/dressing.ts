// Comments and grants of published names: only the statements whose effect is not there yet. Consumers never get more than SELECT.
import type { Dressing } from "../../core/plan/publish.ts";
import type { Database } from "./connection.ts";
import type { Fact, FactColumn, Grant } from "./facts.ts";
import { grantee, ident, literal, qualified, textArray } from "./quote.ts";

/** What a view shall carry beside the project's dressing: what stood under the name before (a table, a view of another shape). */
interface Inherited {
  comment: string | null;
  grants: Grant[];
  columns: FactColumn[];
}

/**
 * Statements that bring `now` to the dressing. Where the project declares nothing, `inherited` counts, else what is there stays.
 * Grants other than SELECT are taken away: through a plain view they would reach the store.
 */
export function dressStatements(now: Fact, dressing: Dressing, inherited: Inherited | null = null): string[] {
  return [
    ...grantStatements(now, dressing.selectGrantees ?? null, inherited),
    ...columnGrantStatements(now, inherited),
    ...commentStatements(now, dressing, inherited),
  ];
}

function grantStatements(now: Fact, declared: string[] | null, inherited: Inherited | null): string[] {
  const on = qualified(now.relation);
  const isSelect = (grant: Grant): boolean => grant.privilege === "SELECT";
  const base = (inherited ?? now).grants.filter(isSelect);
  const wanted =
    declared === null ? base : declared.map((role) => ({ grantee: role, privilege: "SELECT", grantable: false }));
  const has = (list: Grant[], role: string): boolean => list.some((grant) => isSelect(grant) && grant.grantee === role);
  const statements: string[] = [];
  const others = new Set(now.grants.filter((grant) => !isSelect(grant)).map((grant) => grant.grantee));
  for (const role of others) statements.push(`revoke all on ${on} from ${grantee(role)} cascade`);
  const kept = now.grants.filter((grant) => isSelect(grant) && !others.has(grant.grantee));
  for (const grant of kept) {
    if (!has(wanted, grant.grantee)) statements.push(`revoke select on ${on} from ${grantee(grant.grantee)} cascade`);
  }
  for (const grant of wanted) {
    const option = grant.grantable ? " with grant option" : "";
    if (!has(kept, grant.grantee)) statements.push(`grant select on ${on} to ${grantee(grant.grantee)}${option}`);
  }
  return statements;
}

function columnGrantStatements(now: Fact, inherited: Inherited | null): string[] {
  if (inherited === null) return [];
  return inherited.columns.flatMap((column) => {
    if (!now.columns.some((it) => it.name === column.name)) return [];
    return column.grants
      .filter((grant) => grant.privilege === "SELECT")
      .map((grant) => {
        const option = grant.grantable ? " with grant option" : "";
        return `grant select (${ident(column.name)}) on ${qualified(now.relation)} to ${grantee(grant.grantee)}${option}`;
      });
  });
}

function commentStatements(now: Fact, dressing: Dressing, inherited: Inherited | null): string[] {
  const name = qualified(now.relation);
  const statements: string[] = [];
  const comment = (dressing.comment ?? inherited?.comment ?? now.comment) || null;
  if (comment !== now.comment)
    statements.push(`comment on ${now.kind === "v" ? "view" : "table"} ${name} is ${text(comment)}`);
  for (const column of now.columns) {
    const before = inherited?.columns.find((it) => it.name === column.name)?.comment ?? column.comment;
    const wanted = Object.hasOwn(dressing.columnComments, column.name) ? dressing.columnComments[column.name]! : before;
    if ((wanted || null) === column.comment) continue;
    statements.push(`comment on column ${name}.${ident(column.name)} is ${text(wanted)}`);
  }
  return statements;
}

const text = (value: string | null): string => (value === null || value === "" ? "null" : literal(value));

/** The same promotion names with grantees as the roles that exist; roles that do not are left out (`checkPromotion` names them). */
export async function withRoles<T extends { dressing: Dressing }>(db: Database, names: T[]): Promise<T[]> {
  const roles = await knownRoles(db, names);
  return names.map((name) => {
    const declared = name.dressing.selectGrantees;
    if (declared === null) return name;
    return { ...name, dressing: { ...name.dressing, selectGrantees: resolveGrantees(declared, roles).found } };
  });
}

/** Roles of the server among those the names mention, in any of the spellings that count. */
export async function knownRoles(db: Database, names: { dressing: Dressing }[]): Promise<Set<string>> {
  const spelled = [...new Set(names.flatMap((name) => name.dressing.selectGrantees ?? []))].map(unquoted);
  if (spelled.length === 0) return new Set();
  const asked = textArray(spelled.flatMap((role) => [role, role.toLowerCase()]));
  const rows = await db.rows(`select rolname from pg_roles where rolname = any(${asked})`);
  return new Set(rows.map((row) => String(row.rolname)));
}

const unquoted = (name: string): string =>
  name.trim().replace(/^"(.*)"$/s, (_, inner: string) => inner.replaceAll('""', '"'));

/**
 * Grantees as roles: as they are spelled, without quotes, or in lower case as dbt's unquoted GRANT would read them. What is in no list
 * comes back in `missing`.
 */
export function resolveGrantees(names: string[], roles: Set<string>): { found: string[]; missing: string[] } {
  const found: string[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const plain = unquoted(name);
    const role = [plain, plain.toLowerCase()].find((it) => it === "public" || roles.has(it));
    if (role === undefined) missing.push(name);
    else if (!found.includes(role)) found.push(role);
  }
  return { found, missing };
}
