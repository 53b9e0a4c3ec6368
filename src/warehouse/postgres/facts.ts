// What stands in the warehouse under given names, read from the system catalogue in one query for all of them.
import type { Column, Relation } from "../../core/project/relation.ts";
import type { Row } from "./connection.ts";
import { relationRows } from "./quote.ts";

export interface Grant {
  /** A role, or `public`. */
  grantee: string;
  privilege: string;
  grantable: boolean;
}

export interface FactColumn extends Column {
  comment: string | null;
  grants: Grant[];
}

/** One relation as the catalogue shows it. Grants are those of others than the owner. */
export interface Fact {
  relation: Relation;
  oid: number;
  /** `pg_class.relkind`: r table, v view, m materialised view, f foreign, p partitioned, .. */
  kind: string;
  owner: string;
  /** The session's role is a member of the owner, so it may replace or rename the relation. */
  mayAlter: boolean;
  /** The session's role is the owner itself. */
  own: boolean;
  options: string[];
  comment: string | null;
  columns: FactColumn[];
  /** Views: oids of the relations their query reads. */
  refs: number[];
  grants: Grant[];
  labels: { provider: string; label: string }[];
  sizeBytes: number | null;
  rowsEstimate: number | null;
}

/** `oid`: that it exists. `shape`: its columns too. `full`: everything. Asking less of thousands of relations saves tenths of seconds. */
export type FactDetail = "oid" | "shape" | "full";

/** SQL for `parseFacts`. `sizes` also asks for bytes on disk, which opens every file. */
export function factsStatement(relations: Relation[], detail: FactDetail = "full", { sizes = false } = {}): string {
  const grants = (acl: string): string => (detail === "full" ? grantsJson(acl) : "null");
  return `
select w.i, c.oid::bigint::text as oid, c.relkind::text as kind, ${detail === "full" ? FULL : ""}
  ${detail === "oid" ? "null" : columnsJson(detail === "full" ? "col_description(c.oid, a.attnum)" : "null", grants("a.attacl"))} as columns,
  ${sizes ? "case when c.relkind in ('r', 'm') then pg_total_relation_size(c.oid)::text end" : "null"} as size,
  case when c.reltuples >= 0 and c.relkind in ('r', 'm', 'p') then c.reltuples::bigint::text end as rows
from ${relationRows(relations)}
join pg_namespace n on n.nspname = w.schema join pg_class c on c.relnamespace = n.oid and c.relname = w.name
where c.relkind in ('r', 'v', 'm', 'f', 'p', 'S', 'c')`;
}

const grantsJson = (acl: string): string => `case when ${acl} is not null then
  (select json_agg(json_build_object('grantee', case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee) end,
     'privilege', x.privilege_type, 'grantable', x.is_grantable)) from aclexplode(${acl}) x where x.grantee <> c.relowner) end`;

/** Columns as arrays: object keys for each would double the text. */
const columnsJson = (comment: string, grants: string): string => `
  (select json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), case when a.attcollation <> t.typcollation then
     (select quote_ident(cn.nspname) || '.' || quote_ident(co.collname) from pg_collation co
      join pg_namespace cn on cn.oid = co.collnamespace where co.oid = a.attcollation) end, ${comment}, ${grants}) order by a.attnum)
   from pg_attribute a join pg_type t on t.oid = a.atttypid
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)`;

const FULL = `pg_get_userbyid(c.relowner) as owner,
  pg_has_role(c.relowner, 'usage') as may_alter, pg_get_userbyid(c.relowner) = current_user as own,
  to_json(c.reloptions) as options, obj_description(c.oid, 'pg_class') as comment,
  case when c.relkind = 'v' then (select json_agg(distinct d.refobjid::bigint) from pg_rewrite r
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
    where r.ev_class = c.oid and d.refobjid <> c.oid) end as refs,
  ${grantsJson("c.relacl")} as grants,
  (select json_agg(json_build_object('provider', s.provider, 'label', s.label)) from pg_seclabel s
   where s.objoid = c.oid and s.classoid = 'pg_class'::regclass and s.objsubid = 0) as labels,`;

export function parseFacts(relations: Relation[], rows: Row[]): Fact[] {
  const list = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);
  const numeric = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
  return rows.map((row) => ({
    relation: relations[Number(row.i)]!,
    oid: Number(row.oid),
    kind: String(row.kind),
    owner: String(row.owner ?? ""),
    mayAlter: row.may_alter === true,
    own: row.own === true,
    options: list<string>(row.options),
    comment: row.comment === null || row.comment === undefined ? null : String(row.comment),
    columns: list<[string, string, string | null, string | null, Grant[] | null]>(row.columns).map(
      ([name, type, collation, comment, grants]) => ({ name, type, collation, comment, grants: grants ?? [] }),
    ),
    refs: list<number>(row.refs).map(Number),
    grants: list<Grant>(row.grants),
    labels: list<Fact["labels"][number]>(row.labels),
    sizeBytes: numeric(row.size),
    rowsEstimate: numeric(row.rows),
  }));
}

/** How a view's columns must change to become those of another relation. */
type ShapeChange = "same" | "append" | "reshape";

const sameColumn = (a: Column, b: Column): boolean =>
  a.name === b.name && a.type === b.type && a.collation === b.collation;

export function shapeChange(from: Column[], to: Column[]): ShapeChange {
  if (!from.every((column, index) => to[index] !== undefined && sameColumn(column, to[index]))) return "reshape";
  return from.length === to.length ? "same" : "append";
}
