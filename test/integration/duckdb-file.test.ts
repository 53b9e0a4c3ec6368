// The file itself: held by others, newer, damaged, missing; and values on their way out of it.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AppError } from "../../src/lib/error.ts";
import { render } from "../../src/text/catalogue.ts";
import type { Holder } from "../../src/warehouse/duckdb/holder.ts";
import {
  ensure,
  following,
  holdFile,
  hooks,
  liveRow,
  makeBench,
  publishNames,
  relation,
  STORE,
} from "../support/duckdb.ts";

const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => expect.unreachable(),
    (error: AppError) => error,
  );

test("a file held by another program: waited for, then named, never ended", async () => {
  await using bench = await makeBench();
  await bench.sql("create table t(i int)");
  const other = await holdFile(bench);
  const told: Holder[] = [];
  const warehouse = bench.open({ waitMs: 400, onWait: (holder) => told.push(holder) });
  const error = await failure(warehouse.query("select 1"));
  expect(error.code).toBe("locked");
  expect(error.text.params).toEqual({ file: bench.file });
  expect(error.details.facts?.[0]?.text.params).toMatchObject({
    pid: other.pid,
    command: expect.stringContaining("import duckdb"),
    user: expect.any(String),
  });
  expect(render(error.details.facts![0]!.text, "ja")).toContain(`PID ${other.pid}`);
  expect(told.map((holder) => holder.pid)).toEqual([other.pid]);
  expect(String(told[0])).toContain(`pid ${other.pid} (`);
  expect((await warehouse.diagnose())[0]?.code).toBe("duckdb.locked");
  await other.release();
  expect(await warehouse.query("select 1 as one")).toEqual([{ one: 1 }]);
  expect(await warehouse.diagnose()).toEqual([]);
});

test("the wait ends as soon as the file is free, or the user stops it", async () => {
  await using bench = await makeBench();
  await ensure(bench.warehouse);
  await bench.sql(`create table ${STORE}.t__k1 as select 1 as i`);
  const promotion = following(await liveRow(bench.warehouse), 1, { publish: publishNames("main.t=t__k1") });
  const readers = await holdFile(bench, true);
  const stopped = AbortSignal.abort();
  expect((await failure(bench.warehouse.flip(promotion, { ...hooks, signal: stopped }))).code).toBe("cancelled");
  expect(await bench.warehouse.query("select 1 as shared")).toEqual([{ shared: 1 }]);
  let released = Promise.resolve();
  const patient = bench.open({
    onWait: () => {
      released = readers.release();
    },
  });
  await patient.flip(promotion, hooks);
  await released;
  expect((await liveRow(patient)).release).toBe(1);
});

test("several calls share one opening, held until they are done", async () => {
  await using bench = await makeBench();
  const { warehouse } = bench;
  const impatient = bench.open({ waitMs: 0 });
  await warehouse.withOpen!(async () => {
    expect(await liveRow(warehouse)).toBeNull();
    await ensure(warehouse);
    expect((await failure(impatient.query("select 1"))).code).toBe("locked");
    // After an error the file is opened anew; the calls that follow work.
    await failure(warehouse.query("select nope"));
    expect(await liveRow(warehouse)).toMatchObject({ release: 0 });
    expect((await failure(impatient.query("select 1"))).code).toBe("locked");
  });
  expect(await impatient.query("select 1 as free")).toEqual([{ free: 1 }]);
});

test("a file of a newer format says which DuckDB made it", async () => {
  await using bench = await makeBench();
  await bench.sql("create table t(i int)");
  const bytes = await readFile(bench.file);
  bytes.writeBigUInt64LE(69n, 12);
  bytes.write("v2.0.0\0", 52, "latin1");
  await writeFile(bench.file, bytes);
  // The header has a checksum, and DuckDB's complaint says what it should be.
  const damaged = await failure(bench.warehouse.query("select 1"));
  expect(damaged.text.id).toBe("duckdb.corrupt");
  bytes.writeBigUInt64LE(BigInt(/computed checksum (\d+)/.exec(String(damaged.text.params.message))![1]!), 0);
  await writeFile(bench.file, bytes);
  const error = await failure(bench.warehouse.query("select 1"));
  expect([error.code, error.text.id]).toEqual(["invalid", "duckdb.newer_format"]);
  expect(error.text.params).toMatchObject({ file: bench.file, format: 69, madeBy: "v2.0.0" });
  expect((await bench.warehouse.diagnose())[0]).toMatchObject({ code: "duckdb.newer_format", severity: "error" });
});

test("what is no DuckDB file, or nowhere, is said so", async () => {
  await using bench = await makeBench();
  const { warehouse } = bench;
  expect(await liveRow(warehouse)).toBeNull();
  expect(await warehouse.inspect([relation("a.b")])).toEqual([]);
  expect((await failure(warehouse.query("select 1"))).code).toBe("not_found");
  await writeFile(bench.file, "");
  expect((await failure(warehouse.query("select 1"))).text.id).toBe("duckdb.not_duckdb");
  await writeFile(bench.file, "id,name\n1,x\n".repeat(2000));
  expect((await failure(ensure(warehouse))).text.id).toBe("duckdb.not_duckdb");
  const nowhere = bench.open({ path: join(bench.folder, "data", "shop.duckdb") });
  const error = await failure(ensure(nowhere));
  expect([error.text.id, error.text.params.folder]).toEqual(["duckdb.no_folder", join(bench.folder, "data")]);
  const python = bench.open({ python: "/nonexistent/python" });
  expect((await failure(ensure(python))).code).toBe("upstream");
});

test("a full disk: nothing is switched, the file stays whole", async () => {
  await using bench = await makeBench();
  await ensure(bench.warehouse);
  const small = join(bench.folder, "small-disk");
  // Python ignores SIGXFSZ, so a limit on file sizes fails a write just as a full disk does.
  await writeFile(small, `#!/bin/sh\nulimit -f 4000\nexec '${bench.settings.python}' "$@"\n`, { mode: 0o755 });
  const names = Array.from({ length: 40 }, (_, n) => `t${n}`);
  await bench.sql(
    ...names.map(
      (name) => `create table ${STORE}.${name} as select ${"x".repeat(60000)} from (select 1 as ${"x".repeat(60000)})`,
    ),
  );
  const row = await liveRow(bench.warehouse);
  const promotion = following(row, 1, { publish: publishNames(...names.map((name) => `main.${name}=${name}`)) });
  const error = await failure(bench.open({ python: small }).flip(promotion, hooks));
  expect([error.code, error.text.id]).toEqual(["upstream", "duckdb.disk_full"]);
  expect(await liveRow(bench.warehouse)).toEqual(row);
  expect(await bench.warehouse.listSchema("main")).toEqual([]);
  await bench.warehouse.flip(promotion, hooks);
  expect(await bench.warehouse.listSchema("main")).toHaveLength(names.length);
});

test("values come out whole", async () => {
  await using bench = await makeBench();
  await bench.sql("create table t(i int)");
  const [row] = await bench.warehouse.query(
    `select 9007199254740993::bigint as big, 12345678901234567890.123456789::decimal(38,9) as exact, 0.0000001::decimal(20,8) as tiny,
     timestamp '2026-11-20 05:58:00.123456' as at, timestamp_ns '2026-11-20 05:58:00.123456789' as nanos, 'infinity'::date as never, '日本 "語"\n😀' as text,
     1.5::double as half, 'nan'::double as nan, true as yes, null as nothing, [1, 2] as list, 'ab'::blob as bytes, 3::integer as three, 5::uhugeint as u`,
  );
  expect(row).toEqual({
    big: "9007199254740993",
    exact: "12345678901234567890.123456789",
    tiny: "0.00000010",
    at: "2026-11-20 05:58:00.123456",
    nanos: "2026-11-20 05:58:00.123456789",
    never: "infinity",
    text: '日本 "語"\n😀',
    half: 1.5,
    nan: "nan",
    yes: true,
    nothing: null,
    list: "[1, 2]",
    bytes: "ab",
    three: 3,
    u: "5",
  });
  for (const sql of ["insert into t values (1)", "select 1; select 2", "drop table t"]) {
    expect((await failure(bench.warehouse.query(sql))).code).toBe("upstream");
  }
  expect(await bench.warehouse.query("from t")).toEqual([]);
});

test("a copy of a table has its keys, checks, defaults, generated columns, indexes and comments", async () => {
  await using bench = await makeBench();
  const { warehouse } = bench;
  await bench.sql(
    "create schema s",
    "create table s.parent(id integer primary key)",
    `create table s."a ""b"(id integer primary key, p integer references s.parent(id), n varchar default 'x, y' not null,
     g decimal(10,2) generated always as (id + 1) virtual, "日 本" varchar collate nocase, check(id > 0))`,
    "insert into s.parent values (1)",
    `insert into s."a ""b"(id, p, n, "日 本") values (1, 1, 'one', 'A')`,
    `create unique index ux on s."a ""b"(n)`,
    `comment on table s."a ""b" is 'it''s'`,
    `comment on column s."a ""b".n is 'name'`,
  );
  const [from, to] = [
    { schema: "s", name: 'a "b' },
    { schema: "t", name: "copy" },
  ];
  await warehouse.cloneTable(from, to);
  const facts = await warehouse.inspect([from, to]);
  expect(facts[1]).toEqual({ ...facts[0], relation: to });
  expect(await warehouse.query("select * from t.copy")).toEqual([{ id: 1, p: 1, n: "one", g: "2.00", "日 本": "A" }]);
  const constraints = await warehouse.query(
    "select constraint_type as c from duckdb_constraints() where table_name = 'copy' order by 1",
  );
  expect(constraints.map((row) => row.c)).toEqual(["CHECK", "NOT NULL", "NOT NULL", "PRIMARY KEY"]);
  await expect(bench.sql(`insert into t.copy(id, n) values (2, 'one')`)).rejects.toThrow("unique");
});

test("the store gives up what nobody uses, children first, and nothing that is published", async () => {
  await using bench = await makeBench();
  const { warehouse } = bench;
  await ensure(warehouse);
  await bench.sql(
    `create table ${STORE}.p(id integer primary key)`,
    `create table ${STORE}.c(id integer references ${STORE}.p(id))`,
    `create view ${STORE}.v as select 1 as i`,
    `create table ${STORE}.live as select 1 as i`,
  );
  await warehouse.flip(following(await liveRow(warehouse), 1, { publish: publishNames("main.t=live") }), hooks);
  const store = (...names: string[]) => names.map((name) => ({ schema: STORE, name }));
  expect((await failure(warehouse.dropRelations(store("v", "live")))).text.id).toBe("duckdb.drop_published");
  expect(await warehouse.dropRelations(store("p"))).toEqual([]);
  expect((await warehouse.dropRelations(store("p", "c", "v", "gone"))).map((each) => each.name).sort()).toEqual([
    "c",
    "p",
    "v",
  ]);
  expect(await warehouse.listSchema(STORE)).toEqual(store("live"));
});
