// Care of a DuckDB file: sizes of tables, the log written in, the file written anew, and what is left alone.
import { readdirSync, statSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bench, makeBench } from "../support/duckdb.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const signal = new AbortController().signal;
const catalogue = `select 'table' as kind, schema_name || '.' || table_name as name, sql, comment from duckdb_tables()
  union all select 'view', schema_name || '.' || view_name, sql, comment from duckdb_views() where not internal
  union all select 'index', schema_name || '.' || index_name, sql, comment from duckdb_indexes() order by 1, 2`;
const world = [
  "create schema store",
  "create schema 分析",
  "create table store.o(id integer primary key, t varchar not null default 'x', g integer generated always as (id * 2))",
  "insert into store.o(id) select range from range(50000)",
  "create index ix on store.o(t)",
  "create view store.v as select id from shop.store.o",
  'create view 分析."a b" as select id, t from "store"."o"',
  'create view 分析.c as select id from 分析."a b"',
  "comment on view 分析.\"a b\" is '注文'",
  "comment on column store.o.t is 'it''s'",
];
const junk = "create table store.junk as select range as a, md5(range::varchar) as b from range(4000000)";

test("sizes: what tables take on the disk, views nothing", async () => {
  await bench.sql(...world, junk, "checkpoint");
  const relations = ["o", "junk", "v", "gone"].map((name) => ({ schema: "store", name }));
  const facts = await bench.warehouse.inspect(relations, { sizes: true });
  const sizes = new Map(facts.map((fact) => [`store.${fact.relation.name}`, fact.sizeBytes]));
  expect([...sizes.keys()]).toEqual(["store.o", "store.junk", "store.v"]);
  expect(sizes.get("store.v")).toBeNull();
  const total = statSync(bench.file).size;
  expect(sizes.get("store.junk")).toBeGreaterThan(total * 0.7);
  expect(sizes.get("store.o")).toBeLessThan(total * 0.2);
});

test("the file is written anew: smaller, with all that was in it, readable under its name", async () => {
  await bench.sql(...world, junk, "checkpoint");
  await bench.sql("drop table store.junk", "checkpoint");
  const before = await bench.warehouse.query(catalogue);
  const size = statSync(bench.file).size;
  const done = await bench.warehouse.compact!();
  expect(done.why).toBeNull();
  expect(done.freedBytes).toBeGreaterThan(50_000_000);
  expect(statSync(bench.file).size).toBe(size - done.freedBytes);
  expect(await bench.warehouse.query(catalogue)).toEqual(before);
  expect(await bench.warehouse.query("select count(*) as n, max(g) as g from 分析.c join store.o using (id)")).toEqual([
    { n: "50000", g: 99_998 },
  ]);
  expect(readdirSync(bench.folder)).toEqual(["shop.duckdb"]);
  // Once more there is nothing to gain.
  expect(await bench.warehouse.compact!()).toMatchObject({ freedBytes: 0, why: { id: "upkeep.no_gaps" } });
});

test("what DuckDB cannot copy leaves the file as it is; foreign keys are not lost either way", async () => {
  await bench.sql(
    ...world,
    "create table store.child(id integer references store.o(id))",
    "insert into store.child select range from range(100)",
    junk,
    "checkpoint",
  );
  await bench.sql("drop table store.junk", "checkpoint");
  const size = statSync(bench.file).size;
  // DuckDB copies tables in no certain order, and refuses a child that comes before its parent.
  const { freedBytes, why } = await bench.warehouse.compact!();
  if (why !== null) expect([why.id, freedBytes]).toEqual(["upkeep.not_copied", 0]);
  expect(statSync(bench.file).size).toBe(size - freedBytes);
  await expect(bench.sql("insert into store.child values (-1)")).rejects.toThrow(/foreign key/i);
  expect(readdirSync(bench.folder)).toEqual(["shop.duckdb"]);
  expect(await bench.warehouse.query("select count(*) as n from store.child")).toEqual([{ n: "100" }]);
});

test("the log is written into the file", async () => {
  await bench.sql(...world);
  expect(await bench.warehouse.optimize(["store"], signal)).toMatchObject({ tables: 1, refused: 0 });
  expect(readdirSync(bench.folder)).toEqual(["shop.duckdb"]);
});
