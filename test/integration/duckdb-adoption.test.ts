// What stood there before Slipway: set aside, brought back, or turned into plain tables again.
import { expect, test } from "vitest";
import {
  type Bench,
  ensure,
  following,
  liveRow,
  makeBench,
  promote,
  publishNames,
  relation,
  STORE,
} from "../support/duckdb.ts";

/** As plain dbt leaves it: a table with keys, index and comments, a view on it. */
async function makeShop(): Promise<Bench> {
  const bench = await makeBench();
  await bench.sql(
    "create schema analytics",
    "create table analytics.orders(id integer primary key, note varchar default 'x' not null, check(id > 0))",
    "insert into analytics.orders select range + 1, 'n' || range from range(100)",
    "create index by_note on analytics.orders(note)",
    "comment on table analytics.orders is 'all orders'",
    "comment on column analytics.orders.note is 'free text'",
    "create view analytics.top as select id from shop.analytics.orders where id <= 3",
  );
  await ensure(bench.warehouse);
  await bench.sql(
    `create table ${STORE}.orders__k1(id integer primary key, note varchar not null)`,
    `insert into ${STORE}.orders__k1 select id, note from analytics.orders`,
    `create index by_note_k1 on ${STORE}.orders__k1(note)`,
    `create view ${STORE}.top__k1 as select id from ${STORE}.orders__k1 where id <= 3`,
    `create table ${STORE}.orders__k2 as select 1 as id, 'two' as note, true as extra`,
  );
  return bench;
}

const both = publishNames("analytics.orders=orders__k1", "analytics.top=top__k1");
const relations =
  "select table_name as name, table_type as type from information_schema.tables where table_schema = 'analytics' order by 1";
const count = (name: string) => `select count(*)::integer as n from ${name}`;

test("originals are set aside in the switch and come back when everything is taken back", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  const before = await warehouse.inspect([relation("analytics.orders"), relation("analytics.top")]);
  const first = following(await liveRow(warehouse), 1, { publish: both });
  expect(await warehouse.checkPromotion(first)).toEqual([]);
  await promote(warehouse, first);
  expect(await warehouse.query(relations)).toEqual([
    { name: "orders", type: "VIEW" },
    { name: "orders__slipway_original", type: "BASE TABLE" },
    { name: "top", type: "VIEW" },
    { name: "top__slipway_original", type: "VIEW" },
  ]);
  expect((await warehouse.inspect([relation("analytics.orders")]))[0]?.comment).toBe("all orders");
  expect(await warehouse.query(count("analytics.top"))).toEqual([{ n: 3 }]);

  await promote(
    warehouse,
    following(await liveRow(warehouse), 0, {
      unpublish: both.map(({ published, next }) => ({ published, previous: next })),
    }),
  );
  expect(await warehouse.inspect([relation("analytics.orders"), relation("analytics.top")])).toEqual(before);
  expect(await warehouse.query("select index_name as i from duckdb_indexes() where schema_name = 'analytics'")).toEqual(
    [{ i: "by_note" }],
  );
  await expect(bench.sql("insert into analytics.orders values (1, 'again')")).rejects.toThrow("primary key");
});

test("a file that Slipway has not been in yet can be checked", async () => {
  await using bench = await makeBench();
  await bench.sql(
    "create schema analytics",
    "create table analytics.orders as select 1 as id, 2 as amount",
    "create view analytics.report as select amount from analytics.orders",
    "create schema built",
    "create table built.orders as select 1 as id",
  );
  const row = { id: 1, position: 0, release: 0, flip: 0, fence: 0 };
  const publish = publishNames("analytics.orders=orders").map((name) => ({ ...name, next: relation("built.orders") }));
  const problems = await bench.warehouse.checkPromotion(following(row, 1, { publish }));
  expect(problems.map((problem) => problem.code)).toEqual(["duckdb.breaks_view"]);
  expect(await bench.warehouse.listSchema("slipway")).toEqual([]);
});

test("a model that is removed takes its name with it; the original waits", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  await promote(warehouse, following(await liveRow(warehouse), 1, { publish: both }));
  const unpublish = [{ published: relation("analytics.top"), previous: relation(`${STORE}.top__k1`) }];
  await promote(warehouse, following(await liveRow(warehouse), 2, { unpublish }));
  await promote(warehouse, following(await liveRow(warehouse), 3, { publish: publishNames("analytics.top=top__k1") }));
  expect(await warehouse.query(count("analytics.top"))).toEqual([{ n: 3 }]);
  expect(await warehouse.inspect([relation("analytics.top__slipway_original")])).toHaveLength(1);
});

test("what setting aside would lose stops the promotion", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  await bench.sql(
    "create table analytics.lines(order_id integer references analytics.orders(id))",
    `create table ${STORE}.lines__k1 as select 1 as order_id`,
  );
  const first = following(await liveRow(warehouse), 1, {
    publish: [...both, ...publishNames("analytics.lines=lines__k1")],
  });
  const problems = await warehouse.checkPromotion(first);
  expect(problems.map((problem) => [problem.code, problem.node])).toEqual([
    ["duckdb.adopt_foreign_key", "model.shop.orders"],
    ["duckdb.adopt_foreign_key", "model.shop.lines"],
  ]);
  await bench.sql("create table analytics.top__slipway_original(i int)");
  const second = following(await liveRow(warehouse), 1, { publish: publishNames("analytics.top=top__k1") });
  expect((await warehouse.checkPromotion(second)).map((problem) => problem.code)).toEqual(["duckdb.adopt_twice"]);
});

test("eject leaves plain tables and views, row for row, and nothing of Slipway", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  const content = await warehouse.query("select * from analytics.orders order by id");
  await promote(warehouse, following(await liveRow(warehouse), 1, { publish: both }));
  const viewSql = "select id from shop.analytics.orders where id <= 3";
  const request = {
    liveId: (await liveRow(warehouse)).id,
    names: both.map(({ published, next }) => ({
      published,
      target: next,
      materialized: published.name === "top" ? ("view" as const) : ("table" as const),
      viewSql: published.name === "top" ? viewSql : null,
    })),
  };
  await warehouse.eject(request);
  await warehouse.eject(request);
  expect(await warehouse.query(relations)).toEqual([
    { name: "orders", type: "BASE TABLE" },
    { name: "top", type: "VIEW" },
  ]);
  expect(await warehouse.query("select * from analytics.orders order by id")).toEqual(content);
  expect(await warehouse.query(count("analytics.top"))).toEqual([{ n: 3 }]);
  const facts = await warehouse.inspect([relation("analytics.orders")]);
  expect([facts[0]?.comment, facts[0]?.kind, facts[0]?.rowsEstimate]).toEqual(["all orders", "table", 100]);
  expect(await warehouse.query("select sql from duckdb_indexes()")).toEqual([
    { sql: "CREATE INDEX by_note_k1 ON analytics.orders(note);" },
  ]);
  expect(await warehouse.query("select schema_name as s from duckdb_schemas() where not internal order by 1")).toEqual([
    { s: "analytics" },
  ]);
  expect(await warehouse.readLive({ installation: "here", project: "shop", environment: "prod" })).toBeNull();
});

test("ejecting one environment leaves the other and its store", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  const staging = await ensure(warehouse, "staging");
  await promote(
    warehouse,
    following(staging, 1, { environment: "staging", publish: publishNames("staging.orders=orders__k2") }),
  );
  await promote(warehouse, following(await liveRow(warehouse), 1, { publish: both }));
  const names = both.map(({ published, next }) => ({
    published,
    target: next,
    materialized: "table" as const,
    viewSql: null,
  }));
  await warehouse.eject({ liveId: (await liveRow(warehouse)).id, names });
  expect(await warehouse.query("select * from staging.orders")).toEqual([{ id: 1, note: "two", extra: true }]);
  expect((await liveRow(warehouse, "staging")).release).toBe(1);
  expect(await warehouse.query(count("analytics.top"))).toEqual([{ n: 3 }]);
});

test("a foreign key survives eject where its parent comes along", async () => {
  await using bench = await makeBench();
  const { warehouse } = bench;
  await ensure(warehouse);
  await bench.sql(
    `create table ${STORE}.p__k1(id integer primary key)`,
    `create table ${STORE}.c__k1(id integer, p integer, foreign key (p) references ${STORE}.p__k1(id))`,
    `insert into ${STORE}.p__k1 values (1)`,
    `insert into ${STORE}.c__k1 values (1, 1)`,
  );
  const publish = publishNames("analytics.c=c__k1", "analytics.p=p__k1");
  await promote(warehouse, following(await liveRow(warehouse), 1, { publish }));
  const names = publish.map(({ published, next }) => ({
    published,
    target: next,
    materialized: "table" as const,
    viewSql: null,
  }));
  await warehouse.eject({ liveId: 1, names });
  expect(
    await warehouse.query(
      "select constraint_text as c from duckdb_constraints() where constraint_type = 'FOREIGN KEY'",
    ),
  ).toEqual([{ c: "FOREIGN KEY (p) REFERENCES analytics.p(id)" }]);
});
