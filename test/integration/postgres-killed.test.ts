// kill -9 at every fault point of a promotion, with readers in another process all along: the next run ends at the same place.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Promotion } from "../../src/core/plan/publish.ts";
import type { ReaderCounts } from "./postgres-reader.ts";
import {
  buildRelease,
  makeWorld,
  promote,
  promotionTo,
  published,
  release,
  shown,
  version,
  type World,
} from "./postgres-world.ts";

const names = ["orders", "customers", "注文", "payments"];
let world: World;
beforeAll(async () => {
  world = await makeWorld();
  await buildRelease(world, names, 1);
  await release(world, { names, from: null, to: 1 });
});
afterAll(() => world.close());

function start(script: string, argument: unknown): ChildProcess {
  return fork(join(import.meta.dirname, script), [JSON.stringify(argument)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/** Readers run during `body`; what they counted comes back. */
async function whileReading(body: () => Promise<void>): Promise<ReaderCounts> {
  const reader = start("postgres-reader.ts", { dbname: world.dbname, views: names });
  await once(reader, "message");
  try {
    await body();
  } finally {
    reader.send("stop");
  }
  const [counts] = (await once(reader, "message")) as [ReaderCounts];
  return counts;
}

async function killedAt(fault: string, promotion: Promotion): Promise<void> {
  const child = start("postgres-child.ts", { dbname: world.dbname, promotion, fault });
  const [, signal] = await once(child, "exit");
  expect(signal).toBe("SIGKILL");
}

/** Columns of the next release; some changes cannot be prepared and go into the flip. */
async function check(fault: string, columns: string): Promise<void> {
  const from = (await world.warehouse.readLive(await promotionTo(world, { names: [], from: null, to: 0 })))!.release;
  const to = from + 1;
  await buildRelease(world, names, to, columns);
  const promotion = await promotionTo(world, { names, from, to });
  const counts = await whileReading(async () => {
    await killedAt(fault, promotion);
    // Whoever finds the lease expired gets a higher fencing number and goes on with the same plan.
    expect(await promote(world.warehouse, { ...promotion, fence: promotion.fence + 1 })).toEqual({
      done: true,
      pending: null,
    });
  });
  expect(counts.errors).toEqual([]);
  expect(counts.mixed).toBe(0);
  expect(counts.reads).toBeGreaterThan(20);
  expect(counts.releases).toEqual([from, to]);
  for (const name of names) expect(await shown(world, name)).toBe(to);
  expect(
    await world.warehouse.readBack(names.map((name) => ({ published: published(name), target: version(name, to) }))),
  ).toEqual([]);
  expect(await world.sql("select * from slipway.pending")).toEqual([]);
  expect(await world.warehouse.readLive(promotion)).toMatchObject({
    position: promotion.toPosition,
    release: to,
    fence: promotion.fence + 1,
  });
}

const sameColumns = "1 as id";
const moreColumns = "1 as id, 'new' as note";
test("killed in the middle of prepare", () => check("prepare:middle", sameColumns));
test("killed before the flip", () => check("flip:before", sameColumns));
test("killed after the flip", () => check("flip:after", sameColumns));
test("killed in the middle of settle", () => check("settle:middle", sameColumns));
test("killed before a flip that adds columns", () => check("flip:before", moreColumns));
test("killed after a flip that takes columns away", () => check("flip:after", "2::bigint as id"));
