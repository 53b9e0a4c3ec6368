// Source tokens on PostgreSQL: what moves them, what does not, and what happens where nothing exact is cheap.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Token, TokenRequest } from "../../src/core/keys/token.ts";
import { AppError } from "../../src/lib/error.ts";
import type { Warehouse } from "../../src/warehouse/warehouse.ts";
import { makeWorld, type World } from "./postgres-world.ts";

let world: World;
let small: Warehouse;
beforeAll(async () => {
  world = await makeWorld();
  small = await world.open({ contentHashLimitBytes: -1 });
  await world.sql(`create schema raw; create table raw.orders (id int, t text, f float8, at timestamptz, b bytea, n numeric);
    insert into raw.orders select i, 'x' || i, i / 3.0, '2026-01-01 00:00Z', 'a'::bytea, 1.50 from generate_series(1, 37) i`);
});
afterAll(async () => {
  await small.close();
  await world.close();
});

const request = (name: string, more: Partial<TokenRequest> = {}): TokenRequest => ({
  node: `source.shop.raw.${name}`,
  relation: { schema: "raw", name },
  database: null,
  loadedAtField: null,
  loadedAtQuery: null,
  ...more,
});
const tokenOf = async (name: string, more: Partial<TokenRequest> = {}, warehouse = world.warehouse): Promise<Token> =>
  (await warehouse.readTokens([request(name, more)], "salt-1"))[0]!;

test("a small table is known exactly: equal data, equal token, in any order and for any session", async () => {
  const before = await tokenOf("orders");
  expect(before).toMatchObject({ kind: "content_hash", confidence: "exact", detail: "37 rows" });
  await world.sql(
    "create table raw.copy as select * from raw.orders order by id desc; drop table raw.orders; alter table raw.copy rename to orders",
  );
  await world.sql(`alter database ${world.dbname} set timezone = 'Asia/Tokyo'; alter database ${world.dbname} set datestyle = 'German';
    alter database ${world.dbname} set extra_float_digits = 0; alter database ${world.dbname} set bytea_output = 'escape'`);
  const other = await world.open();
  expect((await tokenOf("orders", {}, other)).value).toBe(before.value);
  await other.close();
});

const changes: [string, string][] = [
  ["an update", "update raw.orders set t = 'y' where id = 1"],
  ["an update of blanks", "update raw.orders set t = t || ' ' where id = 1"],
  ["a scale", "update raw.orders set n = 1.5 where id = 1"],
  ["NULL for an empty text", "update raw.orders set t = '' where id = 2; update raw.orders set t = null where id = 2"],
  ["a deletion", "delete from raw.orders where id = 3"],
  ["a row doubled", "insert into raw.orders select * from raw.orders where id = 4"],
  ["a column's name", "alter table raw.orders rename t to u; alter table raw.orders rename u to t2"],
  ["a column's type", "alter table raw.orders alter id type bigint"],
  ["a new column", "alter table raw.orders add x int"],
];
for (const [what, sql] of changes) {
  test(`${what} moves the token`, async () => {
    const before = await tokenOf("orders");
    await world.sql(sql);
    expect((await tokenOf("orders")).value).not.toBe(before.value);
  });
}

test("a table named and shaped to confuse a query", async () => {
  await world.sql(`create table raw."t" ("t" int, "注文""番号" text); insert into raw."t" values (1, 'a')`);
  const before = await tokenOf("t");
  await world.sql(`update raw."t" set "注文""番号" = 'b'`);
  expect((await tokenOf("t")).value).not.toBe(before.value);
});

test("above the limit the project's own mark counts", async () => {
  await world.sql(
    "create table raw.events as select i as id, '2026-11-20 05:58:00Z'::timestamptz as at from generate_series(1, 5) i",
  );
  const field = await tokenOf("events", { loadedAtField: "at" }, small);
  expect(field).toMatchObject({ kind: "loaded_at", confidence: "monotone", detail: "2026-11-20 05:58:00+00" });
  const query = await tokenOf("events", { loadedAtQuery: "select count(*) from raw.events" }, small);
  expect(query).toMatchObject({ kind: "loaded_at", detail: "5" });
  await world.sql("insert into raw.events values (6, '2026-11-21 00:00Z')");
  expect((await tokenOf("events", { loadedAtField: "at" }, small)).value).not.toBe(field.value);
});

test("a mark of freshness cannot write and a mistake in it is the project's", async () => {
  const bad = (loadedAtQuery: string): Promise<unknown> =>
    tokenOf("events", { loadedAtQuery }, small).catch((error: unknown) =>
      error instanceof AppError ? error.code : error,
    );
  expect(await bad("delete from raw.events returning 1")).toBe("invalid");
  expect(await bad("select 1; delete from raw.events")).toBe("invalid");
  expect(await bad("select nothing")).toBe("invalid");
});

test("else the server's counters, over all partitions", async () => {
  await world.sql(`create table raw.parts (id int, day date) partition by range (day);
    create table raw.parts_1 partition of raw.parts for values from ('2026-01-01') to ('2026-02-01')`);
  const before = await tokenOf("parts", {}, small);
  expect(before).toMatchObject({ kind: "change_counter", confidence: "monotone" });
  await world.sql("insert into raw.parts select 1, '2026-01-01' from generate_series(1, 1000)");
  expect((await tokenOf("parts", {}, small)).value).not.toBe(before.value);
  expect(await tokenOf("parts")).toMatchObject({ kind: "content_hash", detail: "1000 rows" });
});

test("a view is read as a whole, unless that takes too long: then it says so and nothing stands for the data", async () => {
  await world.sql(
    "create view raw.quick as select * from raw.events; create view raw.slow as select pg_sleep(10)::text, 1 as id",
  );
  expect(await tokenOf("quick")).toMatchObject({ kind: "content_hash", confidence: "exact", detail: "6 rows" });
  expect(await tokenOf("slow")).toMatchObject({
    kind: "salt",
    confidence: "none",
    value: "salt-1",
    why: { id: "postgres.token_too_slow" },
  });
});

test("a missing source and a missing right are named", async () => {
  await expect(tokenOf("nowhere")).rejects.toMatchObject({
    code: "invalid",
    text: { params: { node: "source.shop.raw.nowhere", name: "raw.nowhere" } },
  });
  const role = `poor_${world.dbname}`;
  await world.sql(`create role "${role}" login`);
  const poor = await world.open({ user: role });
  const error = await tokenOf("orders", {}, poor).catch((thrown: unknown) => thrown);
  await poor.close();
  await world.sql(`drop role "${role}"`);
  expect(error).toMatchObject({
    code: "unauthorized",
    details: { hint: { params: { sql: expect.stringContaining(`GRANT SELECT ON "raw"."orders" TO "${role}"`) } } },
  });
});
