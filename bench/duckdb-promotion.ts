// How long a promotion of 1,000 changed views takes on DuckDB, part by part. Prints one line per case; needs a Python with duckdb.

import type { PublishName } from "../src/core/plan/publish.ts";
import { systemClock as clock } from "../src/lib/clock.ts";
import { openDuckdb } from "../src/warehouse/duckdb/open.ts";
import { ensure, following, hooks, liveRow, makeBench, publishNames, relation, STORE } from "../test/support/duckdb.ts";

const NAMES = Number(process.argv[2] ?? 1000);
const COLUMNS = 10;

/** Milliseconds of a piece of work. */
async function time<T>(work: () => Promise<T>): Promise<[number, T]> {
  const startedMs = clock.ticksMs();
  const result = await work();
  return [clock.ticksMs() - startedMs, result];
}

const numbers = Array.from({ length: NAMES }, (_, index) => index);
const columns = Array.from({ length: COLUMNS }, (_, index) => `${index} as c${index}`).join(", ");
const names = (key: string): PublishName[] => publishNames(...numbers.map((n) => `analytics.t${n}=t${n}__${key}`));
const commented = (key: string): PublishName[] =>
  names(key).map((name) => ({
    ...name,
    dressing: { comment: "a table", columnComments: { c0: "first", c1: "second" }, selectGrantees: null },
  }));

await using bench = await makeBench();
await ensure(bench.warehouse);
await bench.sql(
  "begin",
  ...["k1", "k2"].flatMap((key) => numbers.map((n) => `create table ${STORE}.t${n}__${key} as select ${columns}`)),
  "commit",
);

const cases: [string, PublishName[]][] = [
  ["new names", names("k1")],
  ["changed", names("k2")],
  ["back", names("k1")],
  ["with 3 comments each", commented("k2")],
];
for (const [index, [what, publish]] of cases.entries()) {
  const promotion = following(await liveRow(bench.warehouse), index + 1, { publish });
  // A process of its own for each, as a command has.
  const [allMs, parts] = await time(async () => {
    const warehouse = openDuckdb(bench.settings);
    const [startMs] = await time(() => warehouse.query("select 1"));
    const parts = await warehouse.withOpen!(async () => {
      const [checkMs, problems] = await time(() => warehouse.checkPromotion(promotion));
      if (problems.length > 0) throw new Error(problems[0]!.message.id);
      const [flipMs, { switchMs }] = await time(() => warehouse.flip(promotion, hooks));
      const pairs = publish.map(({ published, next }) => ({ published, target: next }));
      const [backMs, wrong] = await time(() => warehouse.readBack(pairs));
      if (wrong.length > 0) throw new Error(wrong[0]!.found);
      return { startMs, checkMs, flipMs, switchMs, backMs };
    });
    await warehouse.close();
    return parts;
  });
  const text = Object.entries(parts).map(([part, ms]) => `${part.replace("Ms", "")} ${Math.round(ms)}`);
  console.log(`${NAMES} views, ${what}: ${Math.round(allMs)} ms in all (${text.join(", ")})`);
}
const [inspectMs] = await time(() => bench.warehouse.inspect(numbers.map((n) => relation(`${STORE}.t${n}__k1`))));
console.log(`inspect of ${NAMES} tables: ${Math.round(inspectMs)} ms`);
