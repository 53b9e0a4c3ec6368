import { expect, test } from "vitest";
import {
  fold,
  generatedColumns,
  readViewSql,
  relationKey,
  retargetForeignKeys,
  retargetIndex,
  retargetTable,
  wordsOf,
} from "./sql.ts";

const reads = (sql: string) => {
  const view = readViewSql(sql);
  return view && `${view.target.schema}|${view.target.name}|${view.columns.join("|")}`;
};

test("a plain view is read", () =>
  expect(reads("CREATE VIEW pub.x AS SELECT id, n FROM store.x__k1;")).toBe("store|x__k1|id|n"));
test("quoted names are read", () =>
  expect(reads('CREATE VIEW s."V ""q" AS SELECT "select", "a""b", "日 本" FROM s."My. T";')).toBe(
    's|My. T|select|a"b|日 本',
  ));
test("a filter is another view", () =>
  expect(reads("CREATE VIEW a.b AS SELECT id FROM store.x WHERE (id > 1);")).toBeNull());
test("an expression is another view", () =>
  expect(reads("CREATE VIEW a.b AS SELECT (id + 1) FROM store.x;")).toBeNull());
test("an alias is another view", () => expect(reads("CREATE VIEW a.b AS SELECT id AS n FROM store.x;")).toBeNull());
test("a catalog is another view", () => expect(reads("CREATE VIEW a.b AS SELECT id FROM shop.store.x;")).toBeNull());
test("a list of names is another view", () =>
  expect(reads("CREATE VIEW a.b (c) AS SELECT id FROM store.x;")).toBeNull());

test("only ASCII letters fold", () =>
  expect([fold("ORDERS É"), relationKey({ schema: "A", name: "É" })]).toEqual(["orders É", '["a","É"]']));

test("a table's DDL for another name", () =>
  expect(retargetTable('CREATE TABLE s."a ""b"(id INTEGER);', '"c"."d"."e$&"')).toBe(
    'CREATE TABLE "c"."d"."e$&"(id INTEGER);',
  ));
test("an index's DDL for another table", () =>
  expect(retargetIndex("CREATE UNIQUE INDEX ux ON s.p3(((id + 1)), id);", "u 2", "x.y")).toBe(
    'CREATE UNIQUE INDEX "u 2" ON x.y(((id + 1)), id);',
  ));

const ddl =
  'CREATE TABLE s.f(id INTEGER, k INTEGER, FOREIGN KEY (id) REFERENCES s.p(id), FOREIGN KEY (k) REFERENCES s."q 1"(a, b));';
test("foreign keys are pointed elsewhere or left out", () =>
  expect(retargetForeignKeys(ddl, (parent) => (parent === "p" ? "t.p2" : null))).toBe(
    "CREATE TABLE s.f(id INTEGER, k INTEGER, FOREIGN KEY (id) REFERENCES t.p2(id));",
  ));

test("generated columns are found among commas", () =>
  expect(
    generatedColumns(
      `CREATE TABLE t(a INTEGER, g DECIMAL(10,2) GENERATED ALWAYS AS((a + 1)), "x, y" VARCHAR DEFAULT('GENERATED, (') , "h" INTEGER GENERATED ALWAYS AS(a));`,
    ),
  ).toEqual(new Set(["g", "h"])));

test("words of a statement are folded names", () =>
  expect(wordsOf('SELECT "Ab c" FROM S.Orders AS o').has("orders")).toBe(true));
