// Changed columns on PostgreSQL: each class of change, what readers with older snapshots see, and what the view keeps.
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
  version,
  type World,
} from "./postgres-world.ts";

const names = ["orders"];
const first = "1 as id, 'a'::varchar(10) as code, 1.5::numeric(8,2) as amount";
let world: World;
beforeEach(async () => {
  world = await makeWorld();
  await buildRelease(world, names, 1, first);
  await release(world, { names, from: null, to: 1 });
});
afterEach(() => world.close());

/** Promotes release 2 with other columns while a reader holds an older snapshot. Resolves with the view's columns, and what that reader saw. */
async function change(columns: string, read: string): Promise<{ columns: string[]; seen: unknown }> {
  await buildRelease(world, names, 2, columns);
  const reader = await world.client();
  await reader.query("begin isolation level repeatable read; select 1");
  const promotion = await promotionTo(world, { names, from: 1, to: 2 });
  expect(await world.warehouse.checkPromotion(promotion)).toEqual([]);
  await world.warehouse.prepare(promotion, quietHooks);
  expect(await shown(world, "orders")).toBe(1);
  await world.warehouse.flip(promotion, quietHooks);
  const seen = (await reader.query(`select release, ${read} from analytics.orders limit 1`)).rows[0];
  await reader.query("commit");
  expect(await world.warehouse.settle(promotion, quietHooks)).toEqual({ done: true, pending: null });
  expect(await shown(world, "orders")).toBe(2);
  expect(await world.warehouse.readBack([{ published: published("orders"), target: version("orders", 2) }])).toEqual(
    [],
  );
  const [facts] = await world.warehouse.inspect([published("orders")]);
  return { columns: facts!.columns.map((column) => `${column.name} ${column.type}`), seen };
}

test("columns added at the end", async () => {
  const { columns, seen } = await change(`${first}, 'x'::text collate "C" as note`, "code, note");
  expect(columns.slice(-2)).toEqual(["amount numeric(8,2)", "note text"]);
  expect(seen).toEqual({ release: 1, code: "a", note: null });
});

test("a wider type", async () => {
  const { columns, seen } = await change(
    "1::bigint as id, 'a'::varchar(20) as code, 1.5::numeric(8,2) as amount",
    "id, code",
  );
  expect(columns).toEqual(["release integer", "id bigint", "code character varying(20)", "amount numeric(8,2)"]);
  expect(seen).toEqual({ release: 1, id: "1", code: "a" });
});

test("a type that old values may not fit: the old side gives NULL, never an error", async () => {
  const { seen } = await change("1 as id, 7 as code, 1.5::numeric(4,2) as amount", "id, code, amount");
  expect(seen).toEqual({ release: 1, id: 1, code: null, amount: null });
});

test("another order", async () => {
  const { columns, seen } = await change("1.5::numeric(8,2) as amount, 'a'::varchar(10) as code, 1 as id", "code");
  expect(columns).toEqual(["release integer", "amount numeric(8,2)", "code character varying(10)", "id integer"]);
  expect(seen).toEqual({ release: 1, code: "a" });
});

test("a column taken away", async () => {
  const { columns } = await change("1 as id", "id");
  expect(columns).toEqual(["release integer", "id integer"]);
});

test("another collation", async () => {
  const { seen } = await change(`1 as id, 'a'::varchar(10) collate "C" as code, 1.5::numeric(8,2) as amount`, "code");
  expect(seen).toEqual({ release: 1, code: "a" });
});

test("a column named like the mark of the two sides", async () => {
  await buildRelease(world, ["odd"], 1, "true as is_new");
  await buildRelease(world, ["odd"], 2, "false as is_new");
  await release(world, { names: ["odd"], from: null, to: 1 });
  const promotion = await promotionTo(world, { names: ["odd"], from: 1, to: 2 });
  await world.warehouse.prepare(promotion, quietHooks);
  expect(await shown(world, "odd")).toBe(1);
  await world.warehouse.flip(promotion, quietHooks);
  expect(await shown(world, "odd")).toBe(2);
});

test("there and back with other columns, twice", async () => {
  await buildRelease(world, names, 2, "1 as id");
  for (const [from, to] of [
    [1, 2],
    [2, 1],
    [1, 2],
    [2, 1],
  ] as const) {
    const promotion = await promotionTo(world, { names, from, to });
    expect(await promote(world.warehouse, promotion)).toEqual({ done: true, pending: null });
    expect(await shown(world, "orders")).toBe(to);
  }
  expect(await world.warehouse.listSchema("slipway_store")).toEqual([version("orders", 1), version("orders", 2)]);
});

test("grants, column grants, comments, options and owner survive a view made anew", async () => {
  const [bi, owner] = [`bi_${world.dbname}`, `owner_${world.dbname}`];
  await world.sql(`create role "${bi}"; create role "${owner}"`);
  try {
    await world.sql(`grant usage, create on schema analytics to "${owner}"; grant usage on schema slipway, slipway_store to "${owner}";
      grant select on slipway.live to "${owner}"; grant select on all tables in schema slipway_store to "${owner}";
      alter default privileges in schema slipway_store grant select on tables to "${owner}";
      alter default privileges in schema analytics grant all on tables to public;
      grant select on analytics.orders to "${bi}" with grant option; grant select (id) on analytics.orders to public;
      comment on view analytics.orders is 'orders'; comment on column analytics.orders.id is 'number';
      alter view analytics.orders set (security_barrier); alter view analytics.orders owner to "${owner}"`);
    await change("1::bigint as id", "id");
    const [kept] =
      await world.sql(`select relacl::text as acl, reloptions::text as options, pg_get_userbyid(relowner) as owner,
      obj_description(oid) as comment, col_description(oid, 2) as column,
      (select attacl::text from pg_attribute where attrelid = c.oid and attname = 'id') as column_acl
      from pg_class c where oid = 'analytics.orders'::regclass`);
    expect(kept).toMatchObject({
      options: "{security_barrier=true}",
      owner,
      comment: "orders",
      column: "number",
      column_acl: `{=r/${owner}}`,
    });
    expect(String(kept?.acl)).toContain(`${bi}=r*/${owner}`);
    expect(String(kept?.acl)).not.toMatch(/[{,]=/);
  } finally {
    await world.sql(`drop owned by "${bi}"; drop owned by "${owner}" cascade; drop role "${bi}"; drop role "${owner}"`);
  }
});
