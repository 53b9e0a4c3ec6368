// Everything that would stop a promotion, found before it starts. Changes nothing (a trial transaction is rolled back).
import type { Promotion } from "../../core/plan/publish.ts";
import type { Relation } from "../../core/project/relation.ts";
import { relationText } from "../../core/project/relation.ts";
import type { Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { setAsideName } from "./adopt.ts";
import type { Connection, Row, Session } from "./connection.ts";
import { firstLine } from "./errors.ts";
import { readStanding, toRelation } from "./facts.ts";
import { hasMeta, metaStatements, metaTable } from "./meta.ts";
import { flipStatements, readScene, type Scene, toSetAside } from "./promote.ts";
import { fold, relationKey, wordsOf } from "./sql.ts";
import { foreignKeys } from "./store.ts";

export async function checkPromotion(connection: Connection, promotion: Promotion): Promise<Problem[]> {
  const { problems, dependants } = await connection.reading(
    { problems: missing(promotion), dependants: [] },
    (session) => look(session, promotion),
  );
  if (problems.length > 0 || dependants.length === 0) return problems;
  return connection.writing((session) => tryOut(connection, session, promotion, dependants));
}

const missing = (promotion: Promotion): Problem[] =>
  promotion.publish.map(({ node, next }) => missingVersion(node, next));

const missingVersion = (node: string, next: Relation): Problem => ({
  code: "duckdb.missing_version",
  severity: "error",
  node,
  message: say("duckdb.missing_version", { table: relationText(next) }),
});

async function look(session: Session, promotion: Promotion): Promise<{ problems: Problem[]; dependants: Relation[] }> {
  const scene = await readScene(session, promotion);
  const absent = promotion.publish.filter((name) => !scene.standing.has(relationKey(name.next)));
  const problems = [
    ...absent.map(({ node, next }) => missingVersion(node, next)),
    ...sameNames(promotion),
    ...ambiguousStores(session, promotion),
    ...(await otherEnvironments(session, promotion)),
    ...(await adoptions(session, promotion, scene)),
  ];
  return { problems, dependants: await foreignDependants(session, promotion, scene) };
}

function sameNames({ publish }: Promotion): Problem[] {
  const first = new Map<string, (typeof publish)[number]>();
  const problems: Problem[] = [];
  for (const name of publish) {
    const key = relationKey(name.published);
    const other = first.get(key);
    if (!other) first.set(key, name);
    else {
      problems.push({
        code: "duckdb.same_name",
        severity: "error",
        node: name.node,
        message: say("duckdb.same_name", {
          name: relationText(name.published),
          other: relationText(other.published),
          node: other.node,
        }),
      });
    }
  }
  return problems;
}

/** `a.b` is ambiguous in a file named a.duckdb that has a schema a, so no view could read its store. */
function ambiguousStores(session: Session, { publish }: Promotion): Problem[] {
  const schemas = [...new Set(publish.map((name) => name.next.schema))];
  return schemas
    .filter((schema) => fold(schema) === fold(session.catalog))
    .map((schema) => ({
      code: "duckdb.store_like_file",
      severity: "error",
      message: say("duckdb.store_like_file", { schema, path: `${session.catalog}.*` }),
      hint: say("duckdb.store_like_file_hint"),
    }));
}

async function otherEnvironments(session: Session, promotion: Promotion): Promise<Problem[]> {
  if (!(await hasMeta(session))) return [];
  const rows = await session.rows(
    `select p.schema_name, p.name, l.environment, l.project from ${metaTable(session, "published")} p
     join ${metaTable(session, "live")} l on l.id = p.live_id where p.live_id <> ?`,
    [promotion.liveId],
  );
  const taken = new Map(rows.map((row) => [relationKey(toRelation(row)), row]));
  return promotion.publish.flatMap(({ node, published }) => {
    const row = taken.get(relationKey(published));
    return row ? [elsewhere(node, published, row)] : [];
  });
}

const elsewhere = (node: string, published: Relation, row: Row): Problem => ({
  code: "duckdb.published_elsewhere",
  severity: "error",
  node,
  message: say("duckdb.published_elsewhere", {
    name: relationText(published),
    environment: String(row.environment),
    project: String(row.project),
  }),
});

/** Setting aside loses nothing but foreign keys: DuckDB renames no table that others refer to, and breaks those it renames. */
async function adoptions(session: Session, promotion: Promotion, scene: Scene): Promise<Problem[]> {
  const entries = toSetAside(promotion, scene);
  if (entries.length === 0) return [];
  const keys = (await foreignKeys(session)).flatMap((row) => [row.child, row.parent]);
  const asides = await readStanding(
    session,
    entries.map(({ relation }) => ({ schema: relation.schema, name: setAsideName(relation.name) })),
  );
  const nodes = new Map(promotion.publish.map((name) => [relationKey(name.published), name.node]));
  return entries.flatMap(({ relation }) => {
    const key = relationKey(relation);
    const aside = { schema: relation.schema, name: setAsideName(relation.name) };
    const taken = asides.has(relationKey(aside));
    if (!taken && !keys.includes(key)) return [];
    const names = { name: relationText(relation), aside: relationText(aside) };
    return [
      {
        code: taken ? "duckdb.adopt_twice" : "duckdb.adopt_foreign_key",
        severity: "error" as const,
        node: nodes.get(key)!,
        message: taken ? say("duckdb.adopt_twice", names) : say("duckdb.adopt_foreign_key", names),
        hint: taken ? say("duckdb.adopt_twice_hint", names) : say("duckdb.adopt_foreign_key_hint"),
      },
    ];
  });
}

/** Views that are nobody's of Slipway and mention a name that changes or goes, or a view that does. */
async function foreignDependants(session: Session, promotion: Promotion, scene: Scene): Promise<Relation[]> {
  const own = new Set([...promotion.publish, ...promotion.unpublish].map((name) => relationKey(name.published)));
  const rows = await session.rows(
    "select schema_name, view_name as name, sql from duckdb_views() where database_name = current_database() and not internal",
  );
  const foreign = rows
    .map((row) => ({ relation: toRelation(row), words: wordsOf(String(row.sql)) }))
    .filter(({ relation }) => !own.has(relationKey(relation)) && !scene.storeSchemas.has(fold(relation.schema)));
  const touched = new Set([...promotion.publish, ...promotion.unpublish].map((name) => fold(name.published.name)));
  const found = new Set<Relation>();
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { relation, words } of foreign) {
      if (found.has(relation) || ![...touched].some((name) => words.has(name))) continue;
      found.add(relation);
      touched.add(fold(relation.name));
    }
  }
  return [...found];
}

/** Runs the whole promotion in a transaction, asks which views that answered before fail now, and rolls back. */
async function tryOut(
  connection: Connection,
  session: Session,
  promotion: Promotion,
  dependants: Relation[],
): Promise<Problem[]> {
  const questions = dependants.map((view) => ({
    sql: `describe select * from ${session.name(view)}`,
    rows: true,
    try: true,
  }));
  const before = await session.run(questions);
  const scene = await readScene(session, promotion);
  await session.run(["begin"]);
  try {
    // In a file that Slipway has not been in yet, its tables are part of the trial.
    await session.run([
      ...metaStatements(session),
      ...flipStatements(session, promotion, scene, connection.settings.clock.now()),
    ]);
    const after = await session.run(questions);
    return dependants.flatMap((view, index) => {
      const [was, is] = [before[index], after[index]];
      if (!is || !("error" in is) || !was || "error" in was) return [];
      return [
        {
          code: "duckdb.breaks_view",
          severity: "error" as const,
          message: say("duckdb.breaks_view", { view: relationText(view), message: firstLine(is.error) }),
          hint: say("duckdb.breaks_view_hint"),
        },
      ];
    });
  } finally {
    await session.run(["rollback"]);
  }
}
