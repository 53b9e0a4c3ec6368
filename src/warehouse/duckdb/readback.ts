// After the switch: does every published name read exactly the version it should, and does it answer? Also its comments.
import type { Dressing } from "../../core/plan/publish.ts";
import type { Relation } from "../../core/project/relation.ts";
import { relationText } from "../../core/project/relation.ts";
import type { Session } from "./connection.ts";
import { firstLine } from "./errors.ts";
import { BATCH, readStanding, type Standing } from "./facts.ts";
import { fold, quote, readViewSql, relationKey } from "./sql.ts";
import { commentStatements } from "./store.ts";

interface Pair {
  published: Relation;
  target: Relation;
}

/** Names that are not right. `found`: what is read instead, `missing`, `table`, `other sql`, `columns differ`, or DuckDB's error. */
export async function readBack(session: Session, pairs: Pair[]): Promise<{ published: Relation; found: string }[]> {
  const standing = await readStanding(
    session,
    pairs.flatMap((pair) => [pair.published, pair.target]),
  );
  const failures = await failing(session, pairs);
  return pairs.flatMap((pair) => {
    const entry = standing.get(relationKey(pair.published));
    const version = standing.get(relationKey(pair.target));
    const found = difference(entry, pair.target, version) ?? failures.get(pair) ?? null;
    return found === null ? [] : [{ published: pair.published, found }];
  });
}

/** Asks many views in one statement (0.06 ms each, alone 0.3 ms); each alone only where one of them fails. */
async function failing(session: Session, pairs: Pair[]): Promise<Map<Pair, string>> {
  const ask = ({ published }: Pair): string => `(select 1 from ${session.name(published)} limit 0)`;
  const batches: Pair[][] = [];
  for (let from = 0; from < pairs.length; from += BATCH) batches.push(pairs.slice(from, from + BATCH));
  const answers = await session.run(batches.map((batch) => ({ sql: batch.map(ask).join(" union all "), try: true })));
  const suspects = batches.filter((_batch, index) => errorOf(answers[index])).flat();
  const singly = await session.run(suspects.map((pair) => ({ sql: ask(pair), try: true })));
  const failures = suspects.map((pair, index) => [pair, errorOf(singly[index])] as const);
  return new Map(failures.filter((entry): entry is [Pair, string] => entry[1] !== null));
}

const errorOf = (result: Awaited<ReturnType<Session["run"]>>[number] | undefined): string | null =>
  result && "error" in result ? firstLine(result.error) : null;

function difference(entry: Standing | undefined, target: Relation, version: Standing | undefined): string | null {
  if (!entry) return "missing";
  if (entry.kind === "table") return "table";
  const view = readViewSql(entry.sql);
  if (!view) return "other sql";
  if (relationKey(view.target) !== relationKey(target)) return relationText(view.target);
  const expected = version?.columns.map((column) => column.name).join("\0");
  return expected === undefined || expected === view.columns.join("\0") ? null : "columns differ";
}

/** Sets the comments that the project declares; grants do not exist in DuckDB. Names that are missing are skipped. */
export async function dress(session: Session, names: { published: Relation; dressing: Dressing }[]): Promise<void> {
  const standing = await readStanding(
    session,
    names.map((name) => name.published),
  );
  const statements = names.flatMap(({ published, dressing }) => {
    const entry = standing.get(relationKey(published));
    return entry ? dressStatements(session, entry, dressing) : [];
  });
  if (statements.length > 0) await session.transaction(() => session.run(statements));
}

/** Comments that are no longer declared go; without `persist_docs` (null, empty) everything stays. */
function dressStatements(session: Session, entry: Standing, dressing: Dressing): string[] {
  const declared = new Map(Object.entries(dressing.columnComments).map(([name, text]) => [fold(name), text]));
  const name = session.name(entry.relation);
  const stale = entry.columns.filter(
    (column) => declared.size > 0 && column.comment !== null && !declared.has(fold(column.name)),
  );
  return [
    ...stale.map((column) => `comment on column ${name}.${quote(column.name)} is null`),
    ...commentStatements(session, entry.kind, entry.relation, {
      comment: dressing.comment === entry.comment ? null : dressing.comment,
      columns: entry.columns.map((column) => {
        const text = declared.get(fold(column.name)) ?? null;
        return { name: column.name, comment: text === column.comment ? null : text };
      }),
    }),
  ];
}
