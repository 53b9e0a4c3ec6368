// What stood under a published name before Slipway: set aside by renaming in the switch's transaction, and brought back.
// DuckDB has no SET SCHEMA, and a copy would cost time and bytes while nobody can open the file; a rename costs neither.
import type { Relation } from "../../core/project/relation.ts";
import type { Session, Statement } from "./connection.ts";
import type { Standing } from "./facts.ts";
import { metaTable, type Original } from "./meta.ts";
import { quote, retargetIndex } from "./sql.ts";
import type { TableIndex } from "./store.ts";

export const setAsideName = (name: string): string => `${name}__slipway_original`;

/** Indexes are dropped first (DuckDB renames no table that has any) and their DDL kept for the way back. */
export function setAsideStatements(
  session: Session,
  liveId: number,
  { relation, kind }: Standing,
  indexes: TableIndex[],
): (Statement | string)[] {
  const name = setAsideName(relation.name);
  return [
    ...indexes.map((index) => `drop index ${session.name({ schema: relation.schema, name: index.name })}`),
    `alter ${kind} ${session.name(relation)} rename to ${quote(name)}`,
    {
      sql: `insert into ${metaTable(session, "originals")} values (?, ?, ?, ?, ?, ?)`,
      parameters: [
        liveId,
        relation.schema,
        relation.name,
        kind,
        name,
        JSON.stringify(indexes.map((index) => index.sql)),
      ],
    },
  ];
}

/** Expects the published name to be free. */
export function restoreStatements(session: Session, liveId: number, original: Original): (Statement | string)[] {
  const { published, kind, setAside, indexes } = original;
  const table = session.name(published);
  return [
    `alter ${kind} ${session.name({ schema: published.schema, name: setAside })} rename to ${quote(published.name)}`,
    ...indexes.map((sql) => retargetIndex(sql, indexNameOf(sql), table)),
    forget(session, liveId, published),
  ];
}

function forget(session: Session, liveId: number, published: Relation): Statement {
  return {
    sql: `delete from ${metaTable(session, "originals")} where live_id = ? and schema_name = ? and name = ?`,
    parameters: [liveId, published.schema, published.name],
  };
}

const indexNameOf = (ddl: string): string => {
  const name = /^CREATE (?:UNIQUE )?INDEX ("(?:[^"]|"")*"|\S+) ON/.exec(ddl)?.[1] ?? "";
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
};
