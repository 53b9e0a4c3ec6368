// Two servers, one on each kind of state, that run a daily job every minute while data and commits arrive and consumers read.
// Ends with 1 when an occurrence, an alert or a read is not as it must be. Arguments: minutes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run } from "../src/core/records.ts";
import { listAlerts } from "../src/db/alerts.ts";
import { listOccurrences } from "../src/db/jobs.ts";
import { listRuns } from "../src/db/runs.ts";
import { listUpkeep } from "../src/db/upkeep.ts";
import { systemClock as clock } from "../src/lib/clock.ts";
import { testPython } from "../test/support/python.ts";
import { median } from "./measure.ts";
import { type Served, serveProject } from "./serving.ts";
import { duckdbWorld, postgresWorld, push, type Seen, type World } from "./soak-world.ts";

const minutes = Number(process.argv[2] ?? 30);
const MINUTE_MS = 60_000;
/** Second of each minute at which data is delivered: after the run of the minute has begun. */
const DELIVERY_MS = 25_000;
const PUSH_EVERY = 4;
const BAD_EVERY = 5;
/** At the end the last commit and the last run are waited for, at most so long. */
const SETTLED_MS = 5 * MINUTE_MS;
const LIMIT = 10_000;
const SHOWN_EVERY = 5;

/** The two orders that wait to be sent are refunded: the shop's own warning is over. */
const REFUNDED = `insert into raw.payments
  select 5000 + order_id, order_id, 'refund', 'card', 100, timestamp '2026-11-20 06:00:00', current_timestamp from raw.orders where order_id in (36, 38)`;

interface Sample {
  server: number;
  state: number;
  warm: number;
  stateSize: number;
  warehouseSize: number;
}

interface Soaked {
  world: World;
  served: Served;
  samples: Sample[];
  seen: Seen;
}

const folder = mkdtempSync(join(tmpdir(), "slipway-soak-"));
const worlds: World[] = [];
try {
  const python = await testPython();
  worlds.push(await duckdbWorld(join(folder, "duckdb"), python), await postgresWorld(join(folder, "postgres")));
  const ended = await Promise.allSettled(worlds.map(soak));
  const complaints = ended.flatMap((one) => (one.status === "fulfilled" ? one.value : [String(one.reason?.stack)]));
  for (const complaint of complaints) console.log(`NOT AS IT MUST BE: ${complaint}`);
  process.exitCode = complaints.length > 0 ? 1 : 0;
} finally {
  for (const world of worlds) await world.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}

async function soak(world: World): Promise<string[]> {
  await world.deliver(REFUNDED);
  const served = await serveProject(world.dir, world.env, "shop");
  try {
    const stopReading = world.read();
    const samples = await live(world, served);
    await settled(served);
    const seen = await stopReading();
    return await account({ world, served, samples, seen });
  } finally {
    await served.stop();
  }
}

/** Every minute a delivery, now and then a bad one or a commit; the last two are good. */
async function live(world: World, served: Served): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let number = 1; number <= minutes && served.end() === null; number += 1) {
    const now = clock.now().getTime();
    const next = Math.floor(now / MINUTE_MS) * MINUTE_MS + DELIVERY_MS;
    await clock.sleep(next > now ? next - now : next + MINUTE_MS - now);
    const isBad = number % BAD_EVERY === 0 && number < minutes - 1;
    await world.deliver(delivery(number, isBad));
    if (number % PUSH_EVERY === 0 && number < minutes - 1) push(world, number);
    const { state: stateSize, warehouse: warehouseSize } = await world.sizes();
    samples.push({ ...served.ownMemory(), stateSize, warehouseSize });
  }
  return samples;
}

/** Until two runs of the job that began after the last delivery have ended: the second finds nothing new. */
async function settled(served: Served): Promise<void> {
  const from = clock.now();
  const good = async () => {
    const runs = await listRuns(served.db, { projectId: served.projectId, job: "daily", since: from, limit: LIMIT });
    return runs.filter(({ state }) => state === "succeeded").length >= 2;
  };
  while (served.end() === null && !(await good()) && clock.now().getTime() - from.getTime() < SETTLED_MS)
    await clock.sleep(1_000);
}

/** An order, its payment (a negative one fails a test), the refund of the one before; a bad payment of before is mended, a customer has a new name. */
function delivery(number: number, isBad: boolean): string {
  const [order, before] = [1000 + number, 999 + number];
  const at = `timestamp '2026-11-21 00:00:00' + interval '${number} minutes'`;
  const payment = (id: number, of: number, kind: string, amount: number) =>
    `insert into raw.payments values (${id}, ${of}, '${kind}', 'card', ${amount}, ${at}, current_timestamp)`;
  return [
    `insert into raw.orders values (${order}, ${(number % 12) + 1}, 'completed', ${at}, ${at}, current_timestamp)`,
    `insert into raw.order_items values (${order}, ${order}, 7, 1, 864, current_timestamp)`,
    `update raw.payments set amount_yen = 864, loaded_at = current_timestamp where amount_yen < 0`,
    payment(10_000 + number, order, "charge", isBad ? -5 : 864),
    ...(number === 1 ? [] : [payment(20_000 + number, before, "refund", 864)]),
    `update raw.customers set name = 'Emma Clark ${number}', updated_at = ${at} where customer_id = 3`,
  ].join("; ");
}

/** Prints what happened; what must not have happened comes back. */
async function account({ world, served, samples, seen }: Soaked): Promise<string[]> {
  const { db, projectId } = served;
  const runs = await listRuns(db, { projectId, limit: LIMIT });
  const occurrences = await listOccurrences(db, { projectId, job: "daily", limit: LIMIT });
  const alerts = await listAlerts(db, projectId, LIMIT);
  const upkeep = await listUpkeep(db, projectId, { limit: LIMIT });
  const due = occurrences.map(({ dueAt }) => dueAt.getTime()).sort((a, b) => a - b);
  const lost = due.slice(1).filter((at, index) => at - due[index]! !== MINUTE_MS).length;
  const unended = occurrences.filter(({ runId }) => !runs.some(({ id, finishedAt }) => id === runId && finishedAt));
  const open = alerts.filter(({ resolvedAt }) => resolvedAt === null);
  const failed = upkeep.filter(({ state }) => state === "failed");
  const of = (kind: string) => runs.filter((run) => run.kind === kind);
  console.log(`${world.name}, ${minutes} minutes`);
  console.log(`  occurrences ${due.length}: ${tally(occurrences.map((one) => one.state))}; ${lost} lost or doubled`);
  for (const kind of new Set(runs.map((run) => run.kind)))
    console.log(`  runs, ${kind}: ${tally(of(kind).map(({ state }) => state))}; ${seconds(of(kind))}`);
  console.log(`  alerts ${alerts.length}: ${tally(alerts.map(({ kind }) => kind))}; ${open.length} open`);
  console.log(`  upkeep ${upkeep.length}: ${tally(upkeep.map(({ period, state }) => `${period} ${state}`))}`);
  console.log(
    `  reads ${seen.reads}: ${seen.mixed} mixed, ${seen.errors.length} failed, ${seen.states} states, longest ${seen.longestMs} ms`,
  );
  console.log(`  ${sizes(samples)}; ${served.cpu().toFixed(0)} processor seconds of server, state and warm dbt`);
  return [
    ...(served.end() === null ? [] : [`the server ended by itself: ${served.end()}`]),
    ...(due.length >= minutes ? [] : [`${due.length} occurrences in ${minutes} minutes`]),
    ...(lost === 0 ? [] : [`${lost} occurrences lost or doubled`]),
    ...unended.map((one) => `the occurrence of ${one.dueAt.toISOString()} (${one.state}) has no run that ended`),
    ...bad(runs),
    ...open.map((one) => `alert ${one.id} (${one.cause}) is open`),
    ...(minutes < BAD_EVERY + 2 || alerts.length > 0 ? [] : ["no alert was raised"]),
    ...failed.map(
      (one) => `upkeep ${one.period} ${one.dueAt.toISOString()} ${one.state}: ${JSON.stringify(one.tasks)}`,
    ),
    ...(seen.reads > 0 && seen.mixed === 0 ? [] : [`${seen.reads} reads, ${seen.mixed} of them mixed`]),
    ...[...new Set(seen.errors)].map((error) => `a consumer read: ${error}`),
  ].map((complaint) => `${world.name}: ${complaint}`);
}

/** A run may be held by its tests, and nothing else. */
function bad(runs: Run[]): string[] {
  return runs
    .filter(({ state }) => state !== "succeeded" && state !== "held")
    .map((run) => `run ${run.id} (${run.kind}) ${run.state}: ${JSON.stringify(run.outcome)}`);
}

function tally(words: string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
}

function seconds(runs: Run[]): string {
  const ended = runs.filter(({ finishedAt }) => finishedAt !== null);
  if (ended.length === 0) return "none ended";
  const took = ended.map((run) => (run.finishedAt!.getTime() - run.startedAt.getTime()) / 1000);
  return `${median(took).toFixed(1)} s in the median, ${Math.max(...took).toFixed(1)} s at most`;
}

/** Megabytes of each, every few minutes. Memory is what a process has for itself. */
function sizes(samples: Sample[]): string {
  const row = (name: string, field: keyof Sample) => {
    const values = samples.map((sample) => Math.round(sample[field]));
    const shown = values.filter((_, index) => (values.length - 1 - index) % SHOWN_EVERY === 0);
    return `${name} ${shown.join(" ")} (at most ${Math.max(...values)})`;
  };
  return `MB every ${SHOWN_EVERY} minutes: ${[
    row("server", "server"),
    row("state process", "state"),
    row("warm dbt", "warm"),
    row("state", "stateSize"),
    row("warehouse", "warehouseSize"),
  ].join("; ")}`;
}
