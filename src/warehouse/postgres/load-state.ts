// Reads everything a promotion is decided from in one round trip: the switch row, pending work and the relations concerned.
import type { Promotion } from "../../core/plan/publish.ts";
import type { Relation } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Database } from "./connection.ts";
import { type Fact, type FactDetail, factsStatement, parseFacts } from "./facts.ts";
import { META_SCHEMA, parseState, stateStatements } from "./meta.ts";
import { relationKey, textArray } from "./quote.ts";
import type { State } from "./switch-plan.ts";

/** Of a promotion whose `liveId` is 0 (only planned yet) everything but the row is read. AppError `not_found` when a row is missing. */
export async function loadState(db: Database, promotion: Promotion): Promise<State> {
  const published = unique([...promotion.publish, ...promotion.unpublish].map((name) => name.published));
  const next = unique(promotion.publish.map((name) => name.next));
  const previous = unique([...promotion.publish, ...promotion.unpublish].map((name) => name.previous));
  const schemas = [...new Set(promotion.publish.map((name) => name.next.schema))];
  const [row, pending, live, asides, publishedRows, nextRows, previousRows] = await db.script(
    [
      ...(promotion.liveId === 0 ? NO_STATE : stateStatements(promotion.liveId)),
      `select coalesce(to_regclass('${META_SCHEMA}.live')::oid::bigint::text, '0') as oid`,
      `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = any(${textArray(schemas)}) and c.relname ~ '__(original|aside)(_\\d+)?$'`,
      factsStatement(published),
      factsStatement(next, "shape"),
      factsStatement(previous, "oid"),
    ],
    { readOnly: true },
  );
  // The fuller description of a relation wins where it has several parts to play.
  const facts = [
    ...parseFacts(previous, previousRows ?? []),
    ...parseFacts(next, nextRows ?? []),
    ...parseFacts(published, publishedRows ?? []),
  ];
  return {
    ...parseState(row, pending),
    facts: factMap(facts),
    liveOid: Number(live?.[0]?.oid),
    takenAsides: new Set((asides ?? []).map((it) => relationKey({ schema: String(it.schema), name: String(it.name) }))),
  };
}

function unique(relations: (Relation | null)[]): Relation[] {
  const found = relations.flatMap((it) => (it === null ? [] : [[relationKey(it), it] as const]));
  return [...new Map(found).values()];
}

export const factMap = (facts: Fact[]): Map<string, Fact> =>
  new Map(facts.map((fact) => [relationKey(fact.relation), fact]));

/** Facts of any relations, those that exist. */
export async function loadFacts(
  db: Database,
  relations: Relation[],
  options: { detail?: FactDetail; sizes?: boolean } = {},
): Promise<Fact[]> {
  if (relations.length === 0) return [];
  return parseFacts(
    relations,
    await db.rows(factsStatement(relations, options.detail ?? "full", { sizes: options.sizes ?? false })),
  );
}

const NO_STATE = [
  "select 0 as id, 0 as position, 0 as showing, 0 as release, 0 as flip, 0 as fence",
  "select where false",
];

/** Throws AppError `not_found` naming the first relation of the store that is gone. */
export function requireNext(promotion: Promotion, state: State): void {
  const gone = promotion.publish.find((name) => !state.facts.has(relationKey(name.next)));
  if (gone === undefined) return;
  throw new AppError(
    "not_found",
    say("postgres.next_missing", { node: gone.node, schema: gone.next.schema, name: gone.next.name }),
  );
}
