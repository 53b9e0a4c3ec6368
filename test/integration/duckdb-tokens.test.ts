// Tokens of sources: they change when, and only when, the data changes.
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TokenRequest } from "../../src/core/keys/token.ts";
import type { Warehouse } from "../../src/warehouse/warehouse.ts";
import { makeBench, relation } from "../support/duckdb.ts";

const request = (name: string, changes: Partial<TokenRequest> = {}): TokenRequest => ({
  node: `source.shop.${name}`,
  relation: relation(name),
  database: null,
  loadedAtField: null,
  loadedAtQuery: null,
  ...changes,
});

const tokenValue = async (warehouse: Warehouse, name: string): Promise<string> =>
  (await warehouse.readTokens([request(name)], "salt"))[0]!.value;

test("every change of the data changes the token, and nothing else does", async () => {
  await using bench = await makeBench();
  const { warehouse } = bench;
  await bench.sql(
    "create schema raw",
    "create table raw.t as select range::integer as id, 'n' || range as name from range(1000)",
  );
  const first = await tokenValue(warehouse, "raw.t");
  const after = async (...statements: string[]) => {
    await bench.sql(...statements);
    return tokenValue(warehouse, "raw.t");
  };
  expect(await after("create or replace table raw.t as select * from raw.t order by id desc", "checkpoint")).toBe(
    first,
  );
  expect(await after("comment on table raw.t is 'x'", "create index ix on raw.t(id)", "drop index raw.ix")).toBe(first);
  const seen = new Set([
    first,
    await after("update raw.t set name = 'other' where id = 7"),
    await after("update raw.t set name = null where id = 8"),
    await after("delete from raw.t where id = 9"),
    await after("insert into raw.t select * from raw.t where id = 1"),
    await after("insert into raw.t select * from raw.t where id = 1"),
    await after("alter table raw.t rename column name to label"),
    await after("alter table raw.t alter id type bigint"),
    await after("create or replace table raw.t as select label, id from raw.t"),
    await after("create or replace table raw.t as select 1 as id where false"),
    await after(
      "create or replace view raw.v as select 1 as id",
      "drop table raw.t",
      "create view raw.t as select 2 as id",
    ),
  ]);
  expect(seen.size).toBe(11);
  const back = [
    "drop view raw.t",
    "create table raw.t as select range::integer as id, 'n' || range as name from range(1000)",
  ];
  expect(await after(...back)).toBe(first);
});

/** Pairs that DuckDB's hash() alone takes for equal, and their neighbours. */
const pairs: [string, string, string][] = [
  ["double", "0.0", "'-0.0'"],
  ["float", "0.0", "'-0.0'"],
  ["interval", "interval 1 month", "interval 30 days"],
  ["varchar collate nocase", "'A'", "'a'"],
  ["varchar", "null", "''"],
  ["integer[]", "null", "[]"],
  ["integer[]", "[]", "[null]"],
  ["varchar[]", "['NULL']", "[null]"],
  ["varchar[]", "['a, b']", "['a', 'b']"],
  ["struct(a integer)", "null", "{'a': null}"],
  ["map(varchar, integer)", "map {'a': null}", "map {}"],
  ["enum('a', 'b')", "'a'", "'b'"],
  ["union(i integer, s varchar)", "1", "'1'::varchar"],
  ["double", "'nan'", "null"],
  ["double", "0.1", "0.1::double + 1e-17::double"],
  ["decimal(38, 10)", "1.0000000001", "1.0000000002"],
  ["hugeint", "170141183460469231731687303715884105727", "170141183460469231731687303715884105726"],
  ["timestamp", "'infinity'", "'-infinity'"],
  ["timestamp_ns", "'2026-01-01 00:00:00.000000001'", "'2026-01-01 00:00:00.000000002'"],
  ["timetz", "'12:00:00+00'", "'13:00:00+01'"],
  ["json", `'{"a":1}'`, `'{"a": 1}'`],
  ["blob", "'\\x00'", "'\\x00\\x00'"],
  ["bit", "'01'", "'001'"],
];

test("values that hash() confuses have different tokens", async () => {
  await using bench = await makeBench();
  await bench.sql(
    ...pairs.flatMap(([type, a, b], index) => [
      `create table a${index}(x ${type})`,
      `insert into a${index} values (${a})`,
      `create table b${index}(x ${type})`,
      `insert into b${index} values (${b})`,
    ]),
  );
  const read = async (side: string) => {
    const requests = pairs.map((_pair, index) => request(`main.${side}${index}`));
    return (await bench.warehouse.readTokens(requests, "salt")).map((token) => token.value);
  };
  const [a, b] = [await read("a"), await read("b")];
  const same = pairs.filter((_pair, index) => a[index] === b[index]);
  expect(same).toEqual([]);
});

test("large tables: what the source declares about loading, else the salt with a reason", async () => {
  await using bench = await makeBench({ tokenCellsMax: 100 });
  await bench.sql(
    "create table big as select range as id, timestamp '2026-11-20 05:58:00' + interval (range) second as loaded from range(51)",
  );
  const tokens = await bench.warehouse.readTokens(
    [
      request("main.big"),
      request("main.big", { loadedAtField: "loaded" }),
      request("main.big", { loadedAtField: "id", loadedAtQuery: "select max(id) + 1 from big" }),
    ],
    "salt-1",
  );
  expect(tokens.map(({ kind, confidence, value, detail }) => [kind, confidence, value, detail])).toEqual([
    ["salt", "none", "salt-1", "51 rows"],
    ["loaded_at", "monotone", "2026-11-20 05:58:50", "last row 2026-11-20 05:58:50"],
    ["loaded_at", "monotone", "51", "last row 51"],
  ]);
  expect(tokens[0]?.why?.id).toBe("duckdb.source_too_large");
});

test("sources in attached files, in other spelling, in Japanese", async () => {
  await using other = await makeBench();
  await other.sql('create table "売上" as select 1 as "金額"');
  await using bench = await makeBench({ attach: [{ alias: "外 部", path: other.file, readOnly: true }] });
  await bench.sql("create table Orders as select 1 as id");
  const read = () =>
    bench.warehouse.readTokens([request("main.売上", { database: "外 部" }), request("MAIN.oRDERS")], "salt");
  const before = await read();
  expect(before.map((token) => [token.confidence, token.detail])).toEqual([
    ["exact", "1 rows"],
    ["exact", "1 rows"],
  ]);
  await other.sql('update "売上" set "金額" = 2');
  const after = await read();
  expect(after.map((token, index) => token.value === before[index]?.value)).toEqual([false, true]);
});

test("a source that is missing is named; its file too", async () => {
  await using bench = await makeBench();
  const missing = {
    code: "invalid",
    text: { id: "duckdb.missing_source", params: { node: "source.shop.raw.t", name: "raw.t", path: bench.file } },
  };
  await expect(bench.warehouse.readTokens([request("raw.t")], "salt")).rejects.toMatchObject(missing);
  await bench.sql("create table t(i int)");
  await expect(bench.warehouse.readTokens([request("raw.t")], "salt")).rejects.toMatchObject(missing);
  const gone = bench.open({ attach: [{ alias: "x", path: join(bench.folder, "none.duckdb"), readOnly: true }] });
  await expect(gone.readTokens([request("main.t")], "salt")).rejects.toMatchObject({
    code: "invalid",
    text: { id: "duckdb.no_attached_file" },
  });
});
