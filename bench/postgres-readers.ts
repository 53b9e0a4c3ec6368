// Many readers through promotions and rollbacks on PostgreSQL: errors, mixed and empty reads (all must be 0) and the longest read.
// `node bench/postgres-readers.ts [readers 50] [switches 20] [views 20]`. Readers are processes of their own; half of the switches go back.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import {
  buildRelease,
  makeWorld,
  promote,
  promotionTo,
  settingsOf,
  type World,
} from "../test/integration/postgres-world.ts";

const STALL_BUDGET_MS = 200;
const READERS_PER_PROCESS = 25;
const THINK_MS = 10;
const LONG_TRANSACTION_MS = 150;

interface Task {
  dbname: string;
  views: string[];
  readers: number;
}

interface Counts {
  reads: number;
  mixed: number;
  empty: number;
  errors: string[];
  longestMs: number;
}

const none = (): Counts => ({ reads: 0, mixed: 0, empty: 0, errors: [], longestMs: 0 });
async function bench(size: { readers: number; switches: number; views: number }): Promise<void> {
  const world = await makeWorld({ stallBudgetMs: STALL_BUDGET_MS, settleDeadlineMs: 20_000 });
  const views = Array.from({ length: size.views }, (_, index) => `view_${index}`);
  try {
    for (const release of [1, 2, 3]) await buildRelease(world, views, release);
    await promote(world.warehouse, await promotionTo(world, { names: views, from: null, to: 1 }));
    const children = startReaders({ dbname: world.dbname, views, readers: size.readers });
    await Promise.all(children.map((child) => once(child, "message")));
    const from = performance.now();
    const switchMs = await switches(world, views, size.switches);
    const tookMs = performance.now() - from;
    const loud = await ask(children, "counts");
    await pause(tookMs);
    const quiet = await ask(children, "stop");
    print({ size, loud, quiet, switchMs, tookMs });
    if (loud.errors.length + loud.mixed + loud.empty > 0) process.exitCode = 1;
  } finally {
    await world.close();
  }
}

/** There and back, and forward to another release: every kind of switch. The time of each flip. */
async function switches(world: World, views: string[], count: number): Promise<number[]> {
  const times: number[] = [];
  let at = 1;
  for (let done = 0; done < count; done += 1) {
    const to = at === 1 ? 2 + (Math.floor(done / 2) % 2) : 1;
    const promotion = await promotionTo(world, { names: views, from: at, to });
    const hooks = { fault: async () => undefined, progress: () => undefined, signal: new AbortController().signal };
    await world.warehouse.prepare(promotion, hooks);
    times.push((await world.warehouse.flip(promotion, hooks)).switchMs);
    const { done: settled, pending } = await world.warehouse.settle(promotion, hooks);
    if (!settled) throw new Error(`not settled: ${pending}`);
    at = to;
  }
  return times.sort((a, b) => a - b);
}

function startReaders({ readers, ...task }: Task): ChildProcess[] {
  const processes = Math.ceil(readers / READERS_PER_PROCESS);
  return Array.from({ length: processes }, (_, index) => {
    const share = Math.ceil((readers - index) / processes);
    return fork(import.meta.filename, ["reader", JSON.stringify({ ...task, readers: share })]);
  });
}

/** What all saw since the last question. */
async function ask(children: ChildProcess[], question: "counts" | "stop"): Promise<Counts> {
  const answers = children.map((child) => once(child, "message"));
  for (const child of children) child.send(question);
  const all = (await Promise.all(answers)).map(([counts]) => counts as Counts);
  return all.reduce((sum, one) => ({
    reads: sum.reads + one.reads,
    mixed: sum.mixed + one.mixed,
    empty: sum.empty + one.empty,
    errors: [...sum.errors, ...one.errors],
    longestMs: Math.max(sum.longestMs, one.longestMs),
  }));
}

interface Figures {
  size: { readers: number; switches: number; views: number };
  loud: Counts;
  quiet: Counts;
  switchMs: number[];
  tookMs: number;
}

function print({ size, loud, quiet, switchMs, tookMs }: Figures): void {
  const median = switchMs[Math.floor(switchMs.length / 2)] ?? 0;
  console.log(
    `${size.readers} readers, ${size.views} views, ${size.switches} switches in ${(tookMs / 1000).toFixed(1)} s`,
  );
  console.log(`errors ${loud.errors.length}  mixed ${loud.mixed}  empty ${loud.empty}  of ${loud.reads} reads`);
  console.log(
    `longest read ${loud.longestMs.toFixed(0)} ms; quiet ${quiet.longestMs.toFixed(0)} ms of ${quiet.reads} reads; stall budget ${STALL_BUDGET_MS} ms`,
  );
  console.log(`flip median ${median.toFixed(1)} ms, longest ${(switchMs.at(-1) ?? 0).toFixed(1)} ms`);
  for (const error of loud.errors.slice(0, 3)) console.log(error);
}

/** Reads until told to stop; answers each question with what it has seen since the one before. */
async function readerProcess(task: Task): Promise<void> {
  const state = { stop: false, counts: none() };
  const reading = Array.from({ length: task.readers }, (_, index) => read(task, index, state));
  process.send?.("reading");
  for (;;) {
    const [question] = (await once(process, "message")) as [string];
    state.stop = question === "stop";
    if (state.stop) await Promise.all(reading);
    const seen = state.counts;
    state.counts = none();
    process.send?.(seen);
    if (state.stop) return process.disconnect();
  }
}

/** Every fourth reader in its own way: one statement, prepared, a short and a long REPEATABLE READ transaction. */
async function read(task: Task, index: number, state: { stop: boolean; counts: Counts }): Promise<void> {
  const { host, port, user, password } = settingsOf(task.dbname);
  const client = new pg.Client({ host, port, user, database: task.dbname, ...(password ? { password } : {}) });
  await client.connect();
  const way = [statement, prepared, transaction(0), transaction(LONG_TRANSACTION_MS)][index % 4]!;
  const timed: Query = async (query) => {
    const from = performance.now();
    const { rows } = await client.query(query);
    state.counts.longestMs = Math.max(state.counts.longestMs, performance.now() - from);
    return rows as Row[];
  };
  while (!state.stop) {
    const three = [0, 1, 2].map(() => task.views[Math.floor(Math.random() * task.views.length)]!);
    await way(three, timed).then(
      (rows) => judge(rows, state.counts),
      async (error: Error) => {
        state.counts.errors.push(error.message);
        await client.query("rollback");
      },
    );
    await pause(THINK_MS * 2 * Math.random());
  }
  await client.end();
}

interface Row {
  low: number;
  high: number;
  n: number;
}
type Query = (query: string | pg.QueryConfig) => Promise<Row[]>;
type Way = (views: string[], query: Query) => Promise<Row[]>;

const one = (view: string): string =>
  `select min(release) as low, max(release) as high, count(*)::int as n from analytics.${view}`;
const together = (views: string[]): string => views.map(one).join(" union all ");

const statement: Way = (views, query) => query(together(views));
const prepared: Way = (views, query) => query({ name: views.join(), text: together(views) });
const transaction =
  (gapMs: number): Way =>
  async (views, query) => {
    await query("begin isolation level repeatable read");
    const rows: Row[] = [];
    for (const view of views) {
      rows.push(...(await query(one(view))));
      await pause(gapMs / views.length);
    }
    await query("commit");
    return rows;
  };

function judge(rows: Row[], counts: Counts): void {
  counts.reads += 1;
  if (rows.some((row) => row.n !== 3)) counts.empty += 1;
  if (new Set(rows.flatMap((row) => [row.low, row.high])).size !== 1) counts.mixed += 1;
}

const [first, second, third] = process.argv.slice(2);
if (first === "reader") await readerProcess(JSON.parse(second ?? "") as Task);
else await bench({ readers: Number(first ?? 50), switches: Number(second ?? 20), views: Number(third ?? 20) });
