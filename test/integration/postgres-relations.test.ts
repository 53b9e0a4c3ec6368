// The plain work of the PostgreSQL warehouse: facts, copies, drops, orphans, the way out, connections that fail.
import { afterEach, beforeEach, expect, test } from "vitest";
import { AppError } from "../../src/lib/error.ts";
import { openDatabase } from "../../src/warehouse/postgres/connection.ts";
import { openPostgres } from "../../src/warehouse/postgres/open.ts";
import { optimize } from "../../src/warehouse/postgres/optimize.ts";
import {
  buildRelease,
  environment,
  makeWorld,
  promotionTo,
  published,
  quietHooks,
  release,
  STORE,
  settingsOf,
  shown,
  version,
  type World,
} from "./postgres-world.ts";

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const inStore = (name: string): { schema: string; name: string } => ({ schema: STORE, name });
const appError = async (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => expect.unreachable("no error"),
    (error: unknown) => (error instanceof AppError ? error : expect.unreachable(String(error))),
  );

test("a copy has everything a table has, and is whole or not there", async () => {
  await world.sql(`create table ${STORE}.parent (id int primary key); insert into ${STORE}.parent values (1);
    create table ${STORE}.a (id int generated always as identity primary key, x int references ${STORE}.parent, y int generated always as (x * 2) stored, "注" text default 'z' check ("注" <> ''));
    create index on ${STORE}.a ("注"); comment on table ${STORE}.a is 'one'; comment on column ${STORE}.a.x is 'two';
    insert into ${STORE}.a (x) values (1), (1)`);
  await world.warehouse.cloneTable(inStore("a"), { schema: "elsewhere", name: "b" });
  const [copy] = await world.warehouse.inspect([{ schema: "elsewhere", name: "b" }]);
  expect(copy).toMatchObject({ kind: "table", rowsEstimate: 2, comment: "one" });
  expect(await world.sql("select * from elsewhere.b")).toEqual(await world.sql(`select * from ${STORE}.a`));
  const [has] =
    await world.sql(`select (select count(*)::int from pg_index where indrelid = 'elsewhere.b'::regclass) as indexes,
    (select count(*)::int from pg_constraint where conrelid = 'elsewhere.b'::regclass and contype in ('p', 'f', 'c')) as constraints,
    col_description('elsewhere.b'::regclass, 2) as column`);
  expect(has).toEqual({ indexes: 2, constraints: 3, column: "two" });
  expect((await appError(world.warehouse.cloneTable(inStore("a"), { schema: "elsewhere", name: "b" }))).code).toBe(
    "conflict",
  );
  expect((await appError(world.warehouse.cloneTable(inStore("no"), inStore("yes")))).code).toBe("not_found");
});

test("drops take whatever kind it is, in an order that works, and never what is still used", async () => {
  await world.sql(`create table ${STORE}.parent (id int primary key); create table ${STORE}.child (id int references ${STORE}.parent);
    create view ${STORE}.v as select * from ${STORE}.child; create materialized view ${STORE}.m as select 1 as x;
    create table ${STORE}.used (id int); create view analytics.user as select * from ${STORE}.used`);
  const all = ["parent", "child", "v", "m", "used", "missing"].map(inStore);
  const gone = (await world.warehouse.dropRelations(all)).map((it) => it.name).sort();
  expect(gone).toEqual(["child", "m", "parent", "v"]);
  expect(await world.warehouse.listSchema(STORE)).toEqual([inStore("used")]);
  expect(await world.warehouse.listSchema("no such schema")).toEqual([]);
});

test("statements a killed run left behind are ended, ours are not", async () => {
  const orphan = await world.client();
  await orphan.query("set application_name = 'slipway:run 7'");
  const sleeping = orphan.query("select pg_sleep(60)").catch((error: Error) => error.message);
  const found = "select from pg_stat_activity where application_name = 'slipway:run 7' and state = 'active'";
  while ((await world.sql(found)).length === 0);
  expect(await world.warehouse.endOrphans("slipway:run 7")).toBe(1);
  expect(await sleeping).toMatch(/terminat/);
  expect(await world.warehouse.endOrphans("slipway:run 7")).toBe(0);
  expect(await world.warehouse.endOrphans("slipway-test")).toBe(0);
});

test("queries give exact values, read only, one statement at a time", async () => {
  const rows = await world.warehouse.query(
    "select 9007199254740993::bigint as big, 1.10::numeric as exact, date '2026-01-01' as day, true as yes, 'あ' as text",
  );
  expect(rows).toEqual([{ big: "9007199254740993", exact: "1.10", day: "2026-01-01", yes: true, text: "あ" }]);
  expect((await appError(world.warehouse.query("create table x (id int)"))).code).toBe("upstream");
  expect((await appError(world.warehouse.query("select 1; select 2"))).code).toBe("upstream");
});

test("the way out: real tables and views again, with grants and comments, and nothing of Slipway left", async () => {
  const names = ["orders", "recent"];
  await buildRelease(world, ["orders"], 1);
  await world.sql(
    `create index on ${STORE}.orders__k1 (id); create view ${STORE}.recent__k1 as select * from ${STORE}.orders__k1`,
  );
  await release(world, {
    names,
    from: null,
    to: 1,
    dressing: { comment: "published", columnComments: {}, selectGrantees: ["public"] },
  });
  const request = {
    liveId: 1,
    names: [
      {
        published: published("recent"),
        target: version("recent", 1),
        materialized: "view" as const,
        viewSql: "select release, id from analytics.orders where id > 0",
      },
      { published: published("orders"), target: version("orders", 1), materialized: "table" as const, viewSql: null },
    ],
  };
  await world.warehouse.eject(request);
  await world.warehouse.eject(request);
  expect([await shown(world, "orders"), await shown(world, "recent")]).toEqual([1, 1]);
  const kinds =
    await world.sql(`select relname, relkind, relacl::text ~ '=r/' as public, obj_description(oid) as comment from pg_class
    where relnamespace = 'analytics'::regnamespace and relkind in ('r', 'v') order by 1`);
  expect(kinds).toEqual([
    { relname: "orders", relkind: "r", public: true, comment: "published" },
    { relname: "recent", relkind: "v", public: true, comment: "published" },
  ]);
  expect(String((await world.sql("select pg_get_viewdef('analytics.recent'::regclass) as text"))[0]?.text)).toContain(
    "analytics.orders",
  );
  expect(await world.sql("select from pg_namespace where nspname = 'slipway'")).toEqual([]);
  expect(await world.sql("select from pg_index where indrelid = 'analytics.orders'::regclass")).toHaveLength(1);
});

test("the way out of one environment leaves the other one alone", async () => {
  await buildRelease(world, ["orders"], 1);
  const staging = await world.warehouse.ensureEnvironment({ ...environment, environment: "staging" });
  const promotion = await promotionTo(world, { names: ["orders"], from: null, to: 1 });
  const there = { schema: "staging", name: "orders" };
  const publish = promotion.publish.map((name) => ({ ...name, published: there }));
  await world.warehouse.flip({ ...promotion, liveId: staging.id, environment: "staging", publish }, quietHooks);
  await release(world, { names: ["orders"], from: null, to: 1 });
  await world.warehouse.eject({
    liveId: 1,
    names: [{ published: published("orders"), target: version("orders", 1), materialized: "table", viewSql: null }],
  });
  expect(await shown(world, "orders")).toBe(1);
  expect(await world.warehouse.readBack([{ published: there, target: version("orders", 1) }])).toEqual([]);
  expect(await world.warehouse.readLive({ ...environment, environment: "staging" })).toMatchObject({ release: 1 });
  expect(await world.warehouse.readLive(environment)).toBeNull();
});

test("the way out may be killed anywhere: the rest is done the next time", async () => {
  await buildRelease(world, ["a", "b"], 1);
  await release(world, { names: ["a", "b"], from: null, to: 1 });
  const names = ["a", "b"].map((name) => ({
    published: published(name),
    target: version(name, 1),
    materialized: "table" as const,
    viewSql: null,
  }));
  const reader = await world.client();
  await reader.query("begin; select * from analytics.b");
  const impatient = await world.open({ lockDeadlineMs: 100 });
  expect((await appError(impatient.eject({ liveId: 1, names }))).code).toBe("held");
  await reader.query("commit");
  await impatient.eject({ liveId: 1, names });
  await impatient.close();
  expect([await shown(world, "a"), await shown(world, "b")]).toEqual([1, 1]);
  expect(await world.warehouse.listSchema(STORE)).toEqual([]);
});

test("what doctor hears: who owns the row, what is unsettled", async () => {
  await buildRelease(world, ["a"], 1);
  await buildRelease(world, ["a"], 2);
  await release(world, { names: ["a"], from: null, to: 1 });
  await world.warehouse.prepare(await promotionTo(world, { names: ["a"], from: 1, to: 2 }), quietHooks);
  const codes = (await world.warehouse.diagnose()).map((it) => it.code);
  expect(codes).toEqual(expect.arrayContaining(["owns_live", "unsettled"]));
});

test("a server that is not there, a database that is not there: what to check, and never the password", async () => {
  const port = 1;
  const gone = await openPostgres({ ...settingsOf("x"), host: "127.0.0.1", port, password: "s3cret" });
  const error = await appError(gone.query("select 1"));
  expect([error.code, error.text.id, error.text.params.port]).toEqual(["upstream", "postgres.unreachable", port]);
  expect(JSON.stringify([error.message, error.text, error.details, String(error.cause), error.stack])).not.toContain(
    "s3cret",
  );
  await gone.close();
  const missing = await openPostgres(settingsOf(`no_${world.dbname}`));
  expect((await appError(missing.diagnose())).text.id).toBe("postgres.no_database");
  await missing.close();
});

test("a connection that is cut is an error with a way on, and the next call connects anew", async () => {
  const cut = appError(world.warehouse.query("select pg_sleep(60)"));
  const found =
    "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)%' and application_name = 'slipway-test' and datname = current_database() and state = 'active'";
  while ((await world.sql(found)).length === 0);
  const error = await cut;
  expect([error.code, error.text.id]).toEqual(["upstream", "postgres.went_away"]);
  expect(await world.warehouse.query("select 1 as one")).toEqual([{ one: 1 }]);
});

test("the store is vacuumed and analysed: what this role owns and nobody holds", async () => {
  // Roles belong to the server, and its superuser owns everything.
  const [mine, other] = [`${world.dbname}_mine`, `${world.dbname}_other`];
  await world.sql(`create role ${mine} login; create role ${other}; grant usage on schema ${STORE} to ${mine};
    create table ${STORE}."a b" as select g as id, md5(g::text) as t from generate_series(1, 20000) g;
    create table ${STORE}.theirs (id int); alter table ${STORE}.theirs owner to ${other}; alter table ${STORE}."a b" owner to ${mine};
    delete from ${STORE}."a b" where id > 1000`);
  try {
    const warehouse = await world.open({ user: mine });
    const done = await warehouse.optimize([STORE], quietHooks.signal).finally(() => warehouse.close());
    expect(done).toMatchObject({ tables: 1, refused: 1 });
    expect(done.freedBytes).toBeGreaterThan(500_000);
    const [facts] = await world.sql(`select reltuples::int as n from pg_class where oid = '${STORE}."a b"'::regclass`);
    expect(facts).toEqual({ n: 1000 });
  } finally {
    await world.sql(`drop owned by ${mine}, ${other}; drop role ${mine}, ${other}`);
  }
});

test("a table that is dropped while the store is looked after is left out, and the others are done", async () => {
  await world.sql(
    `create table ${STORE}.a (id int); create table ${STORE}.b (id int); create table ${STORE}.c (id int)`,
  );
  const db = openDatabase(settingsOf(world.dbname));
  const busy = {
    ...db,
    alone: async (text: string) => {
      if (/\bb"?$/.test(text)) await world.sql(`drop table ${STORE}.b`);
      await db.alone(text);
    },
  };
  const done = await optimize(busy, [STORE], quietHooks.signal).finally(() => db.close());
  expect(done).toMatchObject({ tables: 2, refused: 0 });
});
