// Environments that plain dbt filled before: its tables and views become published views, or the plan is stopped with the reason.
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  buildRelease,
  makeWorld,
  promote,
  promotionTo,
  published,
  quietHooks,
  release,
  shown,
  type World,
} from "./postgres-world.ts";

const names = ["orders", "recent"];
let world: World;
beforeEach(async () => {
  world = await makeWorld();
  // As dbt leaves it: a table with an index, and a view model on it.
  await world.sql(`create table analytics.orders as select 0 as release, 1 as id from generate_series(1, 3);
    create index orders_id on analytics.orders (id); comment on table analytics.orders is 'by dbt';
    create view analytics.recent as select release, id from analytics.orders where id > 0`);
  for (const number of [1, 2]) await buildRelease(world, names, number);
});
afterEach(() => world.close());

const codes = async (list = names): Promise<string[]> =>
  (await world.warehouse.checkPromotion(await promotionTo(world, { names: list, from: null, to: 1 }))).map(
    (it) => it.code,
  );

test("a table and a view on it are taken over in one instant, the table set aside", async () => {
  const promotion = await promotionTo(world, { names, from: null, to: 1 });
  expect(await world.warehouse.checkPromotion(promotion)).toEqual([]);
  const reader = await world.client();
  await reader.query("begin isolation level repeatable read; select 1");
  await world.warehouse.prepare(promotion, quietHooks);
  expect([await shown(world, "orders"), await shown(world, "recent")]).toEqual([0, 0]);
  await world.warehouse.flip(promotion, quietHooks);
  expect([await shown(world, "orders"), await shown(world, "recent")]).toEqual([1, 1]);
  const old = (
    await reader.query(
      "select o.release as o, r.release as r from analytics.orders o join analytics.recent r using (id) limit 1",
    )
  ).rows;
  expect(old).toEqual([{ o: 0, r: 0 }]);
  await reader.query("commit");
  expect(await world.warehouse.settle(promotion, quietHooks)).toEqual({ done: true, pending: null });
  const store = (await world.warehouse.listSchema("slipway_store")).map((it) => it.name);
  expect(store).toEqual(["orders__k1", "orders__k2", "orders__original", "recent__k1", "recent__k2"]);
  expect((await world.sql("select obj_description('analytics.orders'::regclass) as text"))[0]?.text).toBe("by dbt");
  await release(world, { names, from: 1, to: 2 });
  expect([await shown(world, "orders"), await shown(world, "recent")]).toEqual([2, 2]);
});

test("an adoption given up before its flip puts a view's own query back", async () => {
  const given = await promotionTo(world, { names, from: null, to: 1 });
  await world.warehouse.prepare(given, quietHooks);
  await release(world, { names: ["orders"], from: null, to: 2 });
  expect([await shown(world, "orders"), await shown(world, "recent")]).toEqual([2, 0]);
  const [view] = await world.sql("select pg_get_viewdef('analytics.recent'::regclass) as text");
  expect(String(view?.text)).toMatch(/orders__original[\s\S]*> 0/);
  await release(world, { names: ["recent"], from: null, to: 2 });
  expect(await shown(world, "recent")).toBe(2);
});

test("tables and views of another shape are taken over too", async () => {
  await buildRelease(world, names, 3, "'x' as other");
  const promotion = await promotionTo(world, { names, from: null, to: 3 });
  expect(await world.warehouse.checkPromotion(promotion)).toEqual([]);
  expect(await promote(world.warehouse, promotion)).toEqual({ done: true, pending: null });
  expect([await shown(world, "orders"), await shown(world, "recent")]).toEqual([3, 3]);
  const store = (await world.warehouse.listSchema("slipway_store")).map((it) => it.name);
  expect(store.filter((name) => name.includes("original"))).toEqual(["orders__original"]);
});

test("two environments with one store may both have tables of the same name", async () => {
  await world.sql(
    "create schema staging; create table staging.orders (release int, id int primary key); insert into staging.orders values (0, 1)",
  );
  await world.sql(
    "alter table analytics.orders rename to old; create table analytics.orders (release int, id int primary key); insert into analytics.orders values (0, 1)",
  );
  const promotion = await promotionTo(world, { names: ["orders"], from: null, to: 1 });
  promotion.publish.push({ ...promotion.publish[0]!, published: { schema: "staging", name: "orders" } });
  expect(await promote(world.warehouse, promotion)).toEqual({ done: true, pending: null });
  const store = (await world.warehouse.listSchema("slipway_store")).map((it) => it.name);
  expect(store).toEqual(expect.arrayContaining(["orders__original", "orders__original_2"]));
});

test("a view that somebody replaced by hand is found and taken over again", async () => {
  await release(world, { names, from: null, to: 1 });
  await world.sql(
    "create or replace view analytics.orders as select release, id from slipway_store.orders__k1 where false",
  );
  await world.sql("create or replace view analytics.orders as select 9 as release, 1 as id from generate_series(1, 3)");
  expect(
    await world.warehouse.readBack([
      { published: published("orders"), target: { schema: "slipway_store", name: "orders__k1" } },
    ]),
  ).toHaveLength(1);
  const promotion = await promotionTo(world, { names, from: 1, to: 2 });
  await world.warehouse.prepare(promotion, quietHooks);
  expect(await shown(world, "orders")).toBe(9);
  await world.warehouse.flip(promotion, quietHooks);
  expect(await shown(world, "orders")).toBe(2);
});

const refusals: [string, string, string][] = [
  ["row-level security", "alter table analytics.orders enable row level security", "adopt_row_security"],
  ["a policy", "create policy p on analytics.orders using (true)", "adopt_row_security"],
  [
    "triggers",
    "create trigger t before update on analytics.orders for each row execute function suppress_redundant_updates_trigger()",
    "adopt_triggers",
  ],
  [
    "foreign keys to it",
    "alter table analytics.orders add unique (id); create table public.f (id int references analytics.orders (id))",
    "adopt_foreign_keys",
  ],
  ["a publication", "create publication p for table analytics.orders", "adopt_publications"],
  ["inheritance", "create table public.child () inherits (analytics.orders)", "adopt_inheritance"],
  [
    "an identity column",
    "alter table analytics.orders alter id set not null, alter id add generated always as identity",
    "adopt_identity",
  ],
  ["a rule", "create rule r as on insert to analytics.orders do also nothing", "adopt_rules"],
  ["a foreign view", "create view public.v as select * from analytics.orders", "foreign_dependant"],
  ["a materialised view", "create materialized view public.v as select * from analytics.orders", "foreign_dependant"],
  [
    "a function that returns it",
    "create function public.f() returns setof analytics.orders language sql as 'select null::int, 1'",
    "foreign_dependant",
  ],
  [
    "a function that reads it",
    "create function public.f() returns bigint language sql begin atomic select count(*) from analytics.orders; end",
    "foreign_dependant",
  ],
  ["a column of its type", "create table public.t (x analytics.orders)", "foreign_dependant"],
];
for (const [what, sql, code] of refusals) {
  test(`refused: ${what}`, async () => {
    if (code === "adopt_foreign_keys" || code === "adopt_identity") await world.sql("delete from analytics.orders");
    await world.sql(sql);
    expect(await codes()).toEqual([code]);
  });
}

test("refused: a view that reads with its reader's rights", async () => {
  const [server] = await world.sql("select current_setting('server_version_num')::int / 10000 as version");
  if (Number(server?.version) < 15) return;
  await world.sql("alter view analytics.recent set (security_invoker = true)");
  expect(await codes()).toEqual(["security_invoker"]);
});

test("refused: a sequence or a partitioned table under the name", async () => {
  await world.sql(
    "drop view analytics.recent; create table analytics.recent (release int, id int) partition by list (id)",
  );
  expect(await codes()).toEqual(["cannot_adopt_kind"]);
});

test("foreign views on a published view: fine while its columns stay, a reason to stop when they do not or it goes", async () => {
  await release(world, { names, from: null, to: 1 });
  await world.sql(
    "create view public.v as select release from analytics.orders; create materialized view public.m as select * from public.v",
  );
  await release(world, { names, from: 1, to: 2 });
  expect((await world.sql("select min(release) as release from public.v"))[0]?.release).toBe(2);
  await buildRelease(world, names, 3, "'x' as other");
  const other = await promotionTo(world, { names, from: 2, to: 3 });
  expect(await world.warehouse.checkPromotion(other)).toMatchObject([
    {
      code: "foreign_dependant",
      node: "model.shop.orders",
      message: { params: { name: "analytics.orders", dependant: "public.v" } },
    },
  ]);
  const gone = await promotionTo(world, { names: [], from: 2, to: 3, unpublish: ["orders"] });
  expect((await world.warehouse.checkPromotion(gone)).map((it) => it.code)).toEqual(["foreign_dependant"]);
});

test("rights that are missing are named with the GRANT that gives them", async () => {
  const role = `dbt_${world.dbname}`;
  await world.sql(`create role "${role}" login; grant connect on database ${world.dbname} to "${role}"; grant usage on schema slipway, slipway_store to "${role}";
    grant select on slipway.live, slipway.pending to "${role}"`);
  try {
    const warehouse = await world.open({ user: role });
    const problems = await warehouse.checkPromotion(await promotionTo(world, { names, from: null, to: 1 }));
    await warehouse.close();
    const sql = problems.map((it) => String(it.hint?.params.sql));
    expect(problems.every((it) => it.code === "missing_right")).toBe(true);
    expect(sql).toEqual(
      expect.arrayContaining([
        `GRANT USAGE, CREATE ON SCHEMA "analytics" TO "${role}";`,
        `GRANT postgres TO "${role}";`.replace("postgres", '"postgres"'),
      ]),
    );
  } finally {
    await world.sql(`drop owned by "${role}"; drop role "${role}"`);
  }
});
