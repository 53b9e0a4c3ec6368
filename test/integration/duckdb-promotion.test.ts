// Promotion, rollback and what stops them, on a real DuckDB file.
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AppError } from "../../src/lib/error.ts";
import {
  type Bench,
  ensure,
  following,
  hooks,
  liveRow,
  makeBench,
  promote,
  publishNames,
  relation,
  STORE,
} from "../support/duckdb.ts";

async function makeShop(): Promise<Bench> {
  const bench = await makeBench();
  await ensure(bench.warehouse);
  await bench.sql(
    `create table ${STORE}.orders__k1 as select 1 as id, 10.5::decimal(10,2) as amount`,
    `create table ${STORE}.orders__k2 as select 1 as id, 99.5::decimal(10,2) as amount union all select 2, 1`,
    `create table ${STORE}.orders__k3 as select 'x' as note, 1::bigint as id`,
    `create view ${STORE}.top__k1 as select id from ${STORE}.orders__k1`,
    `create table ${STORE}."顧客__k1" as select '山田' as "名 前"`,
  );
  return bench;
}

const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => expect.unreachable(),
    (error: AppError) => error,
  );

test("the first release, the next, and back", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  const first = following(await liveRow(warehouse), 1, {
    publish: publishNames("analytics.orders=orders__k1", "analytics.top=top__k1", "会社.顧客=顧客__k1"),
  });
  expect(await warehouse.checkPromotion(first)).toEqual([]);
  await promote(warehouse, first);
  expect(await warehouse.query("select * from analytics.orders")).toEqual([{ id: 1, amount: "10.50" }]);
  expect(await warehouse.query('select * from "会社"."顧客"')).toEqual([{ "名 前": "山田" }]);

  const second = following(await liveRow(warehouse), 2, { publish: publishNames("analytics.orders=orders__k2") });
  await promote(warehouse, second);
  expect(await warehouse.query("select count(*) as n from analytics.orders")).toEqual([{ n: "2" }]);
  expect(await liveRow(warehouse)).toEqual({ id: 1, position: 2, release: 2, flip: 2, fence: 2 });

  const back = following(await liveRow(warehouse), 1, { publish: publishNames("analytics.orders=orders__k1") });
  await promote(warehouse, back);
  expect(await warehouse.query("select * from analytics.orders")).toEqual([{ id: 1, amount: "10.50" }]);
  expect(
    await warehouse.readBack([{ published: relation("analytics.orders"), target: relation(`${STORE}.orders__k1`) }]),
  ).toEqual([]);
  expect(
    await warehouse.readBack([{ published: relation("analytics.orders"), target: relation(`${STORE}.orders__k2`) }]),
  ).toEqual([{ published: relation("analytics.orders"), found: `${STORE}.orders__k1` }]);
});

test("columns may change in any way, and names may go", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  await promote(
    warehouse,
    following(await liveRow(warehouse), 1, {
      publish: publishNames("analytics.orders=orders__k1", "analytics.top=top__k1"),
    }),
  );
  await promote(
    warehouse,
    following(await liveRow(warehouse), 2, {
      publish: publishNames("analytics.orders=orders__k3"),
      unpublish: [{ published: relation("analytics.top"), previous: relation(`${STORE}.top__k1`) }],
    }),
  );
  expect(await warehouse.query("select * from analytics.orders")).toEqual([{ note: "x", id: "1" }]);
  expect(await warehouse.listSchema("analytics")).toEqual([relation("analytics.orders")]);
});

test("flipping twice flips once, also when resumed under a new lease", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  const promotion = following(await liveRow(warehouse), 1, { publish: publishNames("analytics.orders=orders__k1") });
  await promote(warehouse, promotion);
  const row = await liveRow(warehouse);
  expect(await warehouse.flip(promotion, hooks)).toEqual({ switchMs: 0 });
  await promote(warehouse, { ...promotion, fence: promotion.fence + 5 });
  expect(await liveRow(warehouse)).toEqual(row);
});

test("a promoter that was overtaken changes nothing", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  const late = following(await liveRow(warehouse), 1, { publish: publishNames("analytics.orders=orders__k1") });
  await promote(warehouse, { ...late, fence: 7, toRelease: 2, publish: publishNames("analytics.orders=orders__k2") });
  const error = await failure(warehouse.flip(late, hooks));
  expect([error.code, error.text.id]).toEqual(["conflict", "duckdb.overtaken"]);
  expect(await warehouse.query("select count(*) as n from analytics.orders")).toEqual([{ n: "2" }]);
  const stale = await failure(warehouse.flip({ ...late, fence: 8 }, hooks));
  expect([stale.code, stale.text.id]).toEqual(["conflict", "duckdb.moved"]);
});

test("an error in the middle leaves everything as it was", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  const row = await liveRow(warehouse);
  const promotion = following(row, 1, { publish: publishNames("analytics.orders=orders__k1") });
  const fault = async (name: string) => {
    if (name === "flip:before") throw new Error("stop here");
  };
  await expect(warehouse.flip(promotion, { ...hooks, fault })).rejects.toThrow("stop here");
  expect(await warehouse.listSchema("analytics")).toEqual([]);
  expect(await liveRow(warehouse)).toEqual(row);
});

test("what would go wrong is found before", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  await promote(
    warehouse,
    following(await liveRow(warehouse), 1, {
      publish: publishNames("analytics.orders=orders__k1", "analytics.top=top__k1"),
    }),
  );
  await bench.sql(
    "create schema reports",
    "create view reports.sales as select sum(amount) as total from analytics.orders",
    "create view reports.twice as select total * 2 as x from reports.sales",
    "create view reports.fine as select id from analytics.orders",
    "create view reports.broken as select i from analytics.orders, (select 1 as i)",
    "create or replace view reports.broken as select id from analytics.top",
  );
  const check = async (changes: Parameters<typeof following>[2]) =>
    (await warehouse.checkPromotion(following(await liveRow(warehouse), 2, changes))).map(
      (problem) => [problem.code, problem.message.params.view ?? problem.node] as const,
    );
  expect(await check({ publish: publishNames("analytics.orders=orders__k2") })).toEqual([]);
  expect((await check({ publish: publishNames("analytics.orders=orders__k3") })).sort()).toEqual([
    ["duckdb.breaks_view", "reports.sales"],
    ["duckdb.breaks_view", "reports.twice"],
  ]);
  expect(
    await check({ unpublish: [{ published: relation("analytics.top"), previous: relation(`${STORE}.top__k1`) }] }),
  ).toEqual([["duckdb.breaks_view", "reports.broken"]]);
  expect(await check({ publish: publishNames("analytics.orders=orders__k2", "Analytics.ORDERS=orders__k1") })).toEqual([
    ["duckdb.same_name", "model.shop.ORDERS"],
  ]);
  expect(await check({ publish: publishNames("analytics.orders=orders__k9") })).toEqual([
    ["duckdb.missing_version", "model.shop.orders"],
  ]);
  expect(await warehouse.query("select sum(amount)::varchar as s from analytics.orders")).toEqual([{ s: "10.50" }]);
});

test("one name belongs to one environment of the file, one store to one project", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  await promote(
    warehouse,
    following(await liveRow(warehouse), 1, { publish: publishNames("analytics.orders=orders__k1") }),
  );
  const staging = await ensure(warehouse, "staging");
  const problems = await warehouse.checkPromotion(
    following(staging, 1, { environment: "staging", publish: publishNames("analytics.orders=orders__k1") }),
  );
  expect(problems.map((problem) => problem.code)).toEqual(["duckdb.published_elsewhere"]);
  const stranger = { installation: "there", project: "shop", environment: "prod", storeSchema: STORE };
  expect((await failure(warehouse.ensureEnvironment(stranger))).code).toBe("conflict");
  expect((await failure(warehouse.ensureEnvironment({ ...stranger, storeSchema: "Shop" }))).text.id).toBe(
    "duckdb.store_like_file",
  );
});

test("a renamed copy of the file still answers", async () => {
  await using bench = await makeShop();
  await promote(
    bench.warehouse,
    following(await liveRow(bench.warehouse), 1, { publish: publishNames("analytics.orders=orders__k1") }),
  );
  const copy = join(bench.folder, "analytics.duckdb");
  await copyFile(bench.file, copy);
  const other = bench.open({ path: copy });
  expect(await other.query("select * from analytics.analytics.orders")).toEqual([{ id: 1, amount: "10.50" }]);
});

test("declared comments are set, others stay", async () => {
  await using bench = await makeShop();
  const { warehouse } = bench;
  const [name] = publishNames("analytics.orders=orders__k1");
  const dressing = { comment: "注文 'all'", columnComments: { AMOUNT: "yen", gone: "?" }, selectGrantees: ["ai"] };
  await promote(warehouse, following(await liveRow(warehouse), 1, { publish: [{ ...name!, dressing }] }));
  await promote(
    warehouse,
    following(await liveRow(warehouse), 2, { publish: publishNames("analytics.orders=orders__k2") }),
  );
  const comments = "select column_name as c, comment from duckdb_columns() where schema_name = 'analytics' order by 1";
  expect(await warehouse.query(comments)).toEqual([
    { c: "amount", comment: "yen" },
    { c: "id", comment: null },
  ]);
  await warehouse.dress([
    {
      published: relation("analytics.orders"),
      dressing: { comment: "orders", columnComments: { id: "key" }, selectGrantees: null },
    },
  ]);
  expect(await warehouse.query(comments)).toEqual([
    { c: "amount", comment: null },
    { c: "id", comment: "key" },
  ]);
  expect((await warehouse.inspect([relation("analytics.orders")]))[0]?.comment).toBe("orders");
});
