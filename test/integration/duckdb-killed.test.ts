// kill -9 around the switch: the file holds one whole release, and the next command goes on.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Promotion } from "../../src/core/plan/publish.ts";
import {
  type Bench,
  ensure,
  following,
  hooks,
  liveRow,
  makeBench,
  promote,
  publishNames,
  STORE,
} from "../support/duckdb.ts";

const NAMES = 50;

async function makeShop(): Promise<{ bench: Bench; second: Promotion }> {
  const bench = await makeBench();
  await ensure(bench.warehouse);
  const numbers = Array.from({ length: NAMES }, (_, index) => index);
  await bench.sql(
    ...["k1", "k2"].flatMap((key) =>
      numbers.map((n) => `create table ${STORE}.t${n}__${key} as select '${key}' as key`),
    ),
  );
  const names = (key: string) => publishNames(...numbers.map((n) => `analytics.t${n}=t${n}__${key}`));
  await promote(bench.warehouse, following(await liveRow(bench.warehouse), 1, { publish: names("k1") }));
  return { bench, second: following(await liveRow(bench.warehouse), 2, { publish: names("k2") }) };
}

async function killAt(point: string, group: boolean, bench: Bench, promotion: Promotion): Promise<void> {
  const script = join(import.meta.dirname, "../support/duckdb-killed.ts");
  const { clock: _clock, onWait: _onWait, ...settings } = bench.settings;
  const argument = JSON.stringify({ settings, promotion, point, group });
  const child = spawn(process.execPath, [script, argument], { detached: true, stdio: ["ignore", "ignore", "inherit"] });
  const [, signal] = await once(child, "exit");
  expect(signal).toBe("SIGKILL");
}

/** The keys that consumers see, over all names. */
async function seen(bench: Bench): Promise<unknown> {
  const parts = Array.from({ length: NAMES }, (_, n) => `select key from analytics.t${n}`);
  return bench.warehouse.query(`select key, count(*)::integer as n from (${parts.join(" union all ")}) group by key`);
}

for (const group of [false, true]) {
  const whom = group ? "the whole group" : "the promoter alone";
  test(`killed inside the transaction (${whom}): the old release, then the new one`, async () => {
    const { bench, second } = await makeShop();
    await using _bench = bench;
    await killAt("flip:before", group, bench, second);
    expect(await seen(bench)).toEqual([{ key: "k1", n: NAMES }]);
    expect((await liveRow(bench.warehouse)).release).toBe(1);
    await promote(bench.warehouse, { ...second, fence: second.fence + 1 });
    expect(await seen(bench)).toEqual([{ key: "k2", n: NAMES }]);
  });
}

test("killed right after the switch: the new release, and flipping again does nothing", async () => {
  const { bench, second } = await makeShop();
  await using _bench = bench;
  await killAt("flip:after", true, bench, second);
  expect(await seen(bench)).toEqual([{ key: "k2", n: NAMES }]);
  const row = await liveRow(bench.warehouse);
  expect(row).toMatchObject({ release: 2, flip: 2 });
  await bench.warehouse.flip(second, hooks);
  expect(await liveRow(bench.warehouse)).toEqual(row);
});
