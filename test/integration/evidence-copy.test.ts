// Evidence copied into the warehouse: the team's queries run there from the very files that run on the state.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { EnvironmentConfig } from "../../src/core/config/config.ts";
import { sampleBatches, sampleEvidence } from "../../src/core/evidence/evidence-sample.ts";
import { RUN_RESULTS } from "../../src/core/evidence/evidence-tables.ts";
import type { ProgressEvent } from "../../src/core/progress.ts";
import { saveEvidence } from "../../src/db/evidence.ts";
import { copyOwed, oweCopy, owedCopies } from "../../src/flow/evidence/evidence-copy.ts";
import type { Session } from "../../src/flow/session/session.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { render } from "../../src/text/catalogue.ts";
import type { Warehouse } from "../../src/warehouse/warehouse.ts";
import { holdFile, makeBench } from "../support/duckdb.ts";
import { makePlace } from "../support/state.ts";
import { sampleProject, sampleRun } from "../support/state-samples.ts";
import { makeWorld } from "./postgres-world.ts";

const SCHEMA = "dbt_evidence";
const file = (name: string) => readFileSync(join(import.meta.dirname, "../contracts/evidence", `${name}.sql`), "utf8");

interface Place extends AsyncDisposable {
  warehouse: Warehouse;
  /** A reader who has the schema on the search path. */
  read(sql: string): Promise<Record<string, unknown>[]>;
  change(sql: string): Promise<unknown>;
}

async function onDuckdb(): Promise<Place> {
  const bench = await makeBench();
  await bench.sql("create schema other");
  const reader = bench.open({ settings: { search_path: SCHEMA } });
  return {
    warehouse: bench.warehouse,
    read: (sql) => reader.query(sql),
    change: (sql) => bench.sql(sql),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

async function onPostgres(): Promise<Place> {
  const world = await makeWorld();
  return {
    warehouse: world.warehouse,
    read: async (sql) => {
      await world.sql(`set search_path = ${SCHEMA}`);
      return world.sql(sql);
    },
    change: (sql) => world.sql(sql),
    [Symbol.asyncDispose]: () => world.close(),
  };
}

test("a file that somebody holds delays nobody, and the copy comes later", async () => {
  await using bench = await makeBench();
  const state = await makePlace("embedded");
  const db = await state.open();
  const notes: string[] = [];
  const session = {
    place: { home: bench.folder },
    db: async () => db,
    ctx: {
      progress: (event: ProgressEvent) => notes.push(event.kind === "note" ? render(event.text, "en") : event.kind),
    },
  } as unknown as Session;
  const environment = { name: "prod", evidence: { warehouseSchema: SCHEMA } } as EnvironmentConfig;
  const debt = { session, environment, warehouse: bench.warehouse, signal: new AbortController().signal };
  const { id } = await sampleRun(db, await sampleProject(db, "shop"));
  await oweCopy(debt, id);
  await saveEvidence(db, sampleBatches(sampleEvidence(id, systemClock.now())));
  await bench.sql("create schema other");
  const { release } = await holdFile(bench);
  const from = systemClock.ticksMs();
  await copyOwed(debt);
  expect(systemClock.ticksMs() - from).toBeLessThan(60_000); // which is how long others wait for the file
  expect(notes).toEqual([expect.stringMatching(/^evidence is not copied to dbt_evidence yet \(.*shop\.duckdb/)]);
  expect(await owedCopies(debt)).toEqual([id]);
  await release();
  await copyOwed(debt);
  expect([await owedCopies(debt), notes.length]).toEqual([[], 1]);
  const [counts] = await bench.warehouse.query(`select count(*) as n from ${SCHEMA}.dbt_run_results`);
  expect(Number(counts!.n)).toBe(3);
  await db.close();
  await state.remove();
});

describe.each([
  ["duckdb", onDuckdb],
  ["postgres", onPostgres],
])("a copy on %s", (_kind, open) => {
  test("the team's queries, twice the same run, a column that came later", async () => {
    await using place = await open();
    const batches = sampleBatches(sampleEvidence(1, systemClock.now()));
    await place.warehouse.saveEvidence(SCHEMA, batches);
    const [slow] = await place.read(file("slow-models"));
    expect(slow).toMatchObject({ name: "orders", materialization: "table", execution_time_seconds: 61 });
    expect(await place.read(file("recent-runs"))).toHaveLength(3);
    const [rate] = await place.read(file("test-failure-rate"));
    expect(Number(rate!.failure_rate_pct)).toBeCloseTo(16.67, 2);
    expect(Number(rate!.failed_tests)).toBe(1);
    const growth = await place.read(file("table-growth"));
    expect(growth.map(({ row_count, size_bytes }) => [Number(row_count), Number(size_bytes)])).toEqual([[1000, 8192]]);
    const failing = await place.read(file("failing-rows"));
    expect(failing.map(({ name, failed_row_count }) => [name, Number(failed_row_count)])).toEqual([
      ["unique_orders_id", 37],
    ]);

    await place.change(`alter table ${SCHEMA}.${RUN_RESULTS.name} drop column build_key`);
    const later = sampleBatches(sampleEvidence(2, systemClock.now()));
    await place.warehouse.saveEvidence(SCHEMA, [...batches, ...later]);
    const [counts] = await place.read(
      "select count(*) as n, count(distinct run_id) as runs, count(build_key) as keys, count(distinct tags) as tags from dbt_run_results",
    );
    expect(Object.values(counts!).map(Number)).toEqual([6, 2, 6, 1]);
  });

  test("texts arrive as they are", async () => {
    await using place = await open();
    const [batch] = sampleBatches(sampleEvidence(1, systemClock.now()));
    const message = 'it\'s $slipway$ \\ "注文"\nline 2';
    await place.warehouse.saveEvidence(SCHEMA, [{ ...batch!, rows: [{ ...batch!.rows[0]!, message }] }]);
    expect(await place.read("select message from dbt_run_results")).toEqual([{ message }]);
  });

  test("what cannot be copied leaves nothing", async () => {
    await using place = await open();
    const [batch] = sampleBatches(sampleEvidence(1, systemClock.now()));
    await place.warehouse.saveEvidence(SCHEMA, [batch!]);
    const broken = { ...batch!, rows: [{ ...batch!.rows[0]!, model_execution_id: "x", rows_affected: "many" }] };
    await expect(place.warehouse.saveEvidence(SCHEMA, [batch!, broken])).rejects.toThrow();
    const [counts] = await place.read("select count(*) as n from dbt_run_results");
    expect(Number(counts!.n)).toBe(3);
  });
});
