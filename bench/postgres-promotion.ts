// How long a promotion of many changed views takes on PostgreSQL: prepare, flip, settle, and rollbacks. `node bench/postgres-promotion.ts [views] [readers]`
import { performance } from "node:perf_hooks";
import type { Promotion } from "../src/core/plan/publish.ts";
import type { World } from "../test/integration/postgres-world.ts";
import {
  buildRelease,
  makeWorld,
  promotionTo,
  published,
  quietHooks,
  version,
} from "../test/integration/postgres-world.ts";

const views = Number(process.argv[2] ?? 1000);
const readers = Number(process.argv[3] ?? 0);
const names = Array.from({ length: views }, (_, index) => `model_${String(index).padStart(4, "0")}`);

async function timed<T>(body: () => Promise<T>): Promise<[number, T]> {
  const started = performance.now();
  const result = await body();
  return [performance.now() - started, result];
}

async function measure(world: World, label: string, promotion: Promotion, settles = true): Promise<void> {
  const { warehouse } = world;
  const [checkMs, problems] = await timed(() => warehouse.checkPromotion(promotion));
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  const [prepareMs] = await timed(() => warehouse.prepare(promotion, quietHooks));
  const [flipCallMs, { switchMs }] = await timed(() => warehouse.flip(promotion, quietHooks));
  const names = promotion.publish.map((name) => ({ published: name.published, target: name.next }));
  const [readBackMs, wrong] = await timed(() => warehouse.readBack(names));
  const [settleMs, settled] = settles
    ? await timed(() => warehouse.settle(promotion, quietHooks))
    : [0, { done: true, pending: null }];
  if (wrong.length > 0 || !settled.done) throw new Error(`${label}: ${JSON.stringify(wrong[0] ?? settled)}`);
  const totalMs = checkMs + prepareMs + flipCallMs + readBackMs + settleMs;
  const figures = {
    check: checkMs,
    prepare: prepareMs,
    flip: switchMs,
    flip_call: flipCallMs,
    read_back: readBackMs,
    settle: settleMs,
    all: totalMs,
  };
  const text = Object.entries(figures).map(([key, value]) => `${key} ${value.toFixed(key === "flip" ? 1 : 0)} ms`);
  console.log(`${label.padEnd(34)} ${text.join("  ")}`);
}

/** Statements over five views each, one after the other, until told to stop. */
async function read(
  world: World,
  state: { stop: boolean; reads: number; bad: number; longestMs: number },
): Promise<void> {
  const client = await world.client();
  while (!state.stop) {
    const five = Array.from({ length: 5 }, () => published(names[Math.floor(Math.random() * views)]!));
    const parts = five.map((it) => `select min(release) as r, count(*) as c from "${it.schema}"."${it.name}"`);
    const [ms, result] = await timed(() =>
      client.query(`select count(distinct r)::int as n, min(c)::int as c from (${parts.join(" union all ")}) x`),
    );
    state.reads += 1;
    state.longestMs = Math.max(state.longestMs, ms);
    if (result.rows[0].n !== 1 || result.rows[0].c !== 3) state.bad += 1;
  }
}

/** What PostgreSQL itself takes to replace as many views in one transaction, which readers would not survive: the yardstick. */
async function yardstick(world: World): Promise<void> {
  const replace = names.map(
    (name) => `create or replace view bare."${name}" as select * from slipway_store."${name}__k1"`,
  );
  await world.sql(["create schema bare", ...replace].join(";"));
  const [ms] = await timed(() => world.sql(["begin", ...replace, "commit"].join(";")));
  console.log(`${"(bare replacement, one transaction)".padEnd(34)} ${ms.toFixed(0)} ms`);
}

const world = await makeWorld();
try {
  const [server] = await world.sql("select version()");
  console.log(`${views} views, ${readers} readers; ${String(server?.version).split(" on ")[0]}`);
  for (const release of [1, 2, 3])
    await buildRelease(world, names, release, "1 as id, 'x'::text as a, 2.5::numeric as b, now() as c");
  await yardstick(world);
  await measure(world, "first release (new names)", await promotionTo(world, { names, from: null, to: 1 }));
  const state = { stop: false, reads: 0, bad: 0, longestMs: 0 };
  const reading = Array.from({ length: readers }, () => read(world, state));
  await measure(world, "second release", await promotionTo(world, { names, from: 1, to: 2 }));
  await measure(world, "rollback, settled", await promotionTo(world, { names, from: 2, to: 1 }));
  await measure(world, "third release, not settled", await promotionTo(world, { names, from: 1, to: 3 }), false);
  await measure(world, "rollback while both sides stand", await promotionTo(world, { names, from: 3, to: 1 }));
  state.stop = true;
  await Promise.all(reading);
  if (readers > 0) console.log(`${state.reads} reads, ${state.bad} bad, longest ${state.longestMs.toFixed(0)} ms`);
  const target = version(names[0]!, 1);
  const wrong = await world.warehouse.readBack([{ published: published(names[0]!), target }]);
  if (wrong.length > 0) throw new Error("does not point back");
} finally {
  await world.close();
}
