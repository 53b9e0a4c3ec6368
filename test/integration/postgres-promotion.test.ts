// Promotions and rollbacks on a real PostgreSQL: what consumers see at each step, who may switch, and what is kept.
import { afterEach, beforeEach, expect, test } from "vitest";
import { AppError } from "../../src/lib/error.ts";
import {
  buildRelease,
  environment,
  makeWorld,
  noDressing,
  promote,
  promotionTo,
  published,
  quietHooks,
  release,
  shown,
  version,
  type World,
} from "./postgres-world.ts";

const names = ["orders", "注文"];
let world: World;
beforeEach(async () => {
  world = await makeWorld();
  for (const number of [1, 2, 3]) await buildRelease(world, names, number);
  await release(world, { names, from: null, to: 1 });
});
afterEach(() => world.close());

const definition = async (name: string): Promise<string> =>
  String((await world.sql(`select pg_get_viewdef('analytics."${name}"'::regclass) as text`))[0]?.text);
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
const pending = async (): Promise<number> => (await world.sql("select from slipway.pending")).length;

test("prepare changes nothing that anybody sees; flip changes everything; settle leaves plain views", async () => {
  const promotion = await promotionTo(world, { names, from: 1, to: 2 });
  expect(await world.warehouse.checkPromotion(promotion)).toEqual([]);
  await world.warehouse.prepare(promotion, quietHooks);
  expect(await definition("orders")).toMatch(/orders__k1[\s\S]*orders__k2[\s\S]*slipway.live/);
  expect([await shown(world, "orders"), await shown(world, "注文")]).toEqual([1, 1]);
  const { switchMs } = await world.warehouse.flip(promotion, quietHooks);
  expect(switchMs).toBeGreaterThan(0);
  expect([await shown(world, "orders"), await shown(world, "注文")]).toEqual([2, 2]);
  expect(
    await world.warehouse.readBack(names.map((name) => ({ published: published(name), target: version(name, 2) }))),
  ).toEqual([]);
  expect(await world.warehouse.settle(promotion, quietHooks)).toEqual({ done: true, pending: null });
  expect(await definition("orders")).not.toMatch(/live|k1/);
  expect(await world.warehouse.readLive(promotion)).toEqual({ id: 1, position: 2, release: 2, flip: 2, fence: 2 });
});

test("every step may be done again", async () => {
  const promotion = await promotionTo(world, { names, from: 1, to: 2 });
  await world.warehouse.prepare(promotion, quietHooks);
  await world.warehouse.prepare(promotion, quietHooks);
  await world.warehouse.flip(promotion, quietHooks);
  expect(await world.warehouse.flip(promotion, quietHooks)).toEqual({ switchMs: 0 });
  await world.warehouse.prepare(promotion, quietHooks);
  await world.warehouse.settle(promotion, quietHooks);
  expect(await world.warehouse.settle(promotion, quietHooks)).toEqual({ done: true, pending: null });
  expect(await world.warehouse.readLive(promotion)).toMatchObject({ position: 2, flip: 2 });
});

test("a flip without a prepare in this process prepares what is missing", async () => {
  const promotion = await promotionTo(world, { names, from: 1, to: 2 });
  await world.warehouse.flip(promotion, quietHooks);
  expect([await shown(world, "orders"), await shown(world, "注文")]).toEqual([2, 2]);
});

test("back while both sides stand: no definition changes before the flip, and forward again", async () => {
  const forward = await promotionTo(world, { names, from: 1, to: 2 });
  await world.warehouse.prepare(forward, quietHooks);
  await world.warehouse.flip(forward, quietHooks);
  const before = await definition("orders");
  const back = await promotionTo(world, { names, from: 2, to: 1 });
  await world.warehouse.prepare(back, quietHooks);
  await world.warehouse.flip(back, quietHooks);
  expect(await definition("orders")).toBe(before);
  expect(await shown(world, "orders")).toBe(1);
  expect(await world.warehouse.readLive(back)).toMatchObject({ position: back.toPosition, release: 1, flip: 3 });
  const again = await promotionTo(world, { names, from: 1, to: 2 });
  await world.warehouse.prepare(again, quietHooks);
  await world.warehouse.flip(again, quietHooks);
  expect(await definition("orders")).toBe(before);
  expect(await shown(world, "orders")).toBe(2);
  expect(await world.warehouse.settle(again, quietHooks)).toEqual({ done: true, pending: null });
  expect(await shown(world, "orders")).toBe(2);
});

test("after a rollback that was never settled, the next promotion never shows what was taken back", async () => {
  const forward = await promotionTo(world, { names, from: 1, to: 2 });
  await world.warehouse.prepare(forward, quietHooks);
  await world.warehouse.flip(forward, quietHooks);
  const back = await promotionTo(world, { names, from: 2, to: 1 });
  await world.warehouse.flip(back, quietHooks);
  await release(world, { names: ["orders"], from: 1, to: 3 });
  expect([await shown(world, "orders"), await shown(world, "注文")]).toEqual([3, 1]);
  expect(await pending()).toBe(0);
});

test("a promotion that was prepared and given up leaves no trace in the next one", async () => {
  const given = await promotionTo(world, { names, from: 1, to: 2 });
  await world.warehouse.prepare(given, quietHooks);
  await release(world, { names: ["orders"], from: 1, to: 3 });
  expect([await shown(world, "orders"), await shown(world, "注文")]).toEqual([3, 1]);
  expect(await definition("注文")).not.toMatch(/live|k2/);
});

test("new names come with the flip, names no longer published go in settle", async () => {
  await buildRelease(world, ["refunds"], 2);
  const promotion = await promotionTo(world, { names: ["refunds"], from: null, to: 2, unpublish: [] });
  promotion.unpublish.push({ published: published("注文"), previous: version("注文", 1) });
  await world.warehouse.prepare(promotion, quietHooks);
  expect(await world.warehouse.inspect([published("refunds")])).toEqual([]);
  await world.warehouse.flip(promotion, quietHooks);
  expect([await shown(world, "refunds"), await shown(world, "注文")]).toEqual([2, 1]);
  await world.warehouse.settle(promotion, quietHooks);
  expect(await world.warehouse.listSchema("analytics")).toEqual([published("orders"), published("refunds")]);
});

test("a rollback before settle brings back a name that was about to go", async () => {
  const forward = await promotionTo(world, { names: ["orders"], from: 1, to: 2, unpublish: [] });
  forward.unpublish.push({ published: published("注文"), previous: version("注文", 1) });
  await world.warehouse.prepare(forward, quietHooks);
  await world.warehouse.flip(forward, quietHooks);
  const back = await promotionTo(world, {
    names,
    from: 2,
    to: 1,
    previous: (name) => (name === "orders" ? version(name, 2) : null),
  });
  expect(await promote(world.warehouse, back)).toEqual({ done: true, pending: null });
  expect([await shown(world, "orders"), await shown(world, "注文")]).toEqual([1, 1]);
});

test("whoever is overtaken changes nothing any more, at any step", async () => {
  const late = await promotionTo(world, { names, from: 1, to: 2 });
  await world.warehouse.prepare(late, quietHooks);
  const other = await world.open();
  await other.prepare({ ...late, fence: late.fence + 5 }, quietHooks);
  expect(await codeOf(world.warehouse.prepare(late, quietHooks))).toBe("conflict");
  expect(await codeOf(world.warehouse.flip(late, quietHooks))).toBe("conflict");
  expect(await shown(world, "orders")).toBe(1);
  await promote(other, { ...late, fence: late.fence + 5 });
  expect(await codeOf(world.warehouse.settle(late, quietHooks))).toBe("conflict");
  await other.close();
  expect(await codeOf(world.warehouse.flip({ ...late, fence: 99, toRelease: 3, toPosition: 9 }, quietHooks))).toBe(
    "conflict",
  );
});

test("a late process in the middle of its work is stopped by the fencing number", async () => {
  const late = await promotionTo(world, { names, from: 1, to: 2 });
  const hooks = {
    ...quietHooks,
    fault: async (): Promise<void> => {
      await world.sql("update slipway.live set fence = fence + 1");
    },
  };
  expect(await codeOf(world.warehouse.prepare(late, hooks))).toBe("conflict");
  expect(await shown(world, "注文")).toBe(1);
});

test("grants and comments stay, the project's own are set, and consumers get SELECT only", async () => {
  const roles = [`bi_${world.dbname}`, `ops_${world.dbname}`];
  const [reader, ops] = roles as [string, string];
  await world.sql(roles.map((role) => `create role "${role}"`).join(";"));
  try {
    await world.sql(`grant select, delete on analytics.orders to "${ops}"; grant select (id) on analytics.orders to "${reader}";
      comment on view analytics.orders is 'kept'; grant select on analytics."注文" to "${ops}"`);
    const dressing = {
      comment: "注文の一覧",
      columnComments: { id: "It's the number" },
      selectGrantees: [reader.toUpperCase()],
    };
    const promotion = await promotionTo(world, { names, from: 1, to: 2 });
    promotion.publish[1] = { ...promotion.publish[1]!, dressing };
    expect((await world.warehouse.checkPromotion(promotion)).map((it) => [it.code, it.severity])).toEqual([
      ["write_grants", "warning"],
    ]);
    await promote(world.warehouse, promotion);
    const may = async (role: string, name: string, right: string): Promise<unknown> =>
      (await world.sql(`select has_table_privilege('${role}', 'analytics."${name}"', '${right}') as may`))[0]?.may;
    expect(await may(ops, "orders", "select")).toBe(true);
    expect(await may(ops, "orders", "delete")).toBe(false);
    expect(await may(ops, "注文", "select")).toBe(false);
    expect(await may(reader, "注文", "select")).toBe(true);
    const [column] =
      await world.sql(`select has_column_privilege('${reader}', 'analytics.orders', 'id', 'select') as may,
      obj_description('analytics.orders'::regclass) as kept, obj_description('analytics."注文"'::regclass) as set,
      col_description('analytics."注文"'::regclass, 2) as column`);
    expect(column).toEqual({ may: true, kept: "kept", set: "注文の一覧", column: "It's the number" });
    await world.warehouse.dress([
      { published: published("orders"), dressing: { ...noDressing, comment: "other", selectGrantees: [] } },
    ]);
    expect(await may(ops, "orders", "select")).toBe(false);
  } finally {
    await world.sql(`drop owned by "${reader}", "${ops}"; drop role "${reader}"; drop role "${ops}"`);
  }
});

test("a session with strict defaults of its own changes nothing about ours", async () => {
  await world.sql(`alter database ${world.dbname} set default_transaction_isolation = 'serializable';
    alter database ${world.dbname} set default_transaction_read_only = on; alter database ${world.dbname} set statement_timeout = 200`);
  const warehouse = await world.open();
  const promotion = await promotionTo(world, { names, from: 1, to: 2 });
  expect(await promote(warehouse, promotion)).toEqual({ done: true, pending: null });
  await warehouse.close();
  expect(await shown(world, "orders")).toBe(2);
});

test("names PostgreSQL would cut, and names given twice, are found before anything changes", async () => {
  const long = "注".repeat(22);
  const promotion = await promotionTo(world, { names: ["orders"], from: 1, to: 2 });
  const [first] = promotion.publish;
  promotion.publish.push({ ...first!, published: published(long) }, first!);
  const problems = await world.warehouse.checkPromotion(promotion);
  expect(problems.map((it) => [it.code, it.node])).toEqual([
    ["name_too_long", "model.shop.orders"],
    ["name_taken_twice", "model.shop.orders"],
  ]);
});

test("a store belongs to one installation and project", async () => {
  expect(await codeOf(world.warehouse.ensureEnvironment({ ...environment, installation: "another" }))).toBe("conflict");
  const staging = await world.warehouse.ensureEnvironment({ ...environment, environment: "staging" });
  expect(staging).toEqual({ id: expect.any(Number), position: 0, release: 0, flip: 0, fence: 0 });
  expect(await world.warehouse.readLive({ ...environment, environment: "nowhere" })).toBeNull();
});
