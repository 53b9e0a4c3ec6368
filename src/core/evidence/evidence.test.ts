import { expect, test } from "vitest";
import { type EvidenceInput, type RanNode, relationSizeRows, runResultRows, testResultRows } from "./evidence.ts";
import { sampleEvidence } from "./evidence-sample.ts";
import { copiedColumns, copiedRows, RELATION_SIZES, RUN_RESULTS, TEST_RESULTS } from "./evidence-tables.ts";

const at = new Date("2026-11-20T21:00:00Z");
const sample = sampleEvidence(411, at);
const ran = (more: Partial<RanNode>): RanNode => ({ ...sample.ran[0]!, ...more });
const only = (row: Partial<RanNode>, more: Partial<EvidenceInput> = {}): EvidenceInput => ({
  ...sample,
  ...more,
  ran: [ran(row)],
});
const runRow = (row: Partial<RanNode>, more: Partial<EvidenceInput> = {}) => runResultRows(only(row, more))[0];

test("every row has exactly the columns of its table", () => {
  const measured = sample.placed.map((one) => ({ ...one, resourceType: "model", rows: 1, sizeBytes: 2 }));
  for (const [table, rows] of [
    [RUN_RESULTS, runResultRows(sample)],
    [TEST_RESULTS, testResultRows(sample)],
    [RELATION_SIZES, relationSizeRows(sample, measured)],
  ] as const) {
    expect(Object.keys(rows[0]!).sort()).toEqual(table.columns.map(([name]) => name).sort());
    const [copied] = copiedRows({ table, rows });
    expect(Object.keys(copied!).sort()).toEqual(
      copiedColumns(table)
        .map(([name]) => name)
        .sort(),
    );
  }
});

test("models are in one table, tests in the other, freshness of sources in neither", () => {
  expect(runResultRows(sample).map((row) => row.name)).toEqual(["orders", "model_1", "model_2"]);
  expect(testResultRows(sample)).toHaveLength(6);
  expect(runResultRows(only({ uniqueId: "source.shop.raw.orders", status: "pass" }))).toEqual([]);
});

test("a model that was built", () => {
  expect(runRow({})).toMatchObject({
    model_execution_id: "inst-411.model.shop.orders",
    invocation_id: "inst-411",
    status: "success",
    execution_time: 61,
    owner: "青井",
    tags: '["daily","重要"]',
    schema_name: "analytics",
    relation_name: "store.orders__k1",
    full_refresh: true,
    compiled_code: null,
    run_started_at: "2026-11-20T21:00:00.000Z",
  });
});

test("one that failed keeps its SQL", () =>
  expect(runRow({ status: "error", message: "no" })).toMatchObject({ compiled_code: "select 1", message: "no" }));

test("one that was skipped took no time", () =>
  expect(runRow({ status: "skipped", executionMs: 0 })).toMatchObject({ status: "skipped", execution_time: 0 }));

test("one the manifest does not know any more", () =>
  expect(runRow({ uniqueId: "model.shop.gone.v2" })).toMatchObject({ name: "gone_v2", schema_name: null }));

test("a message of a megabyte is cut", () =>
  expect(String(runRow({ message: "x".repeat(1e6) })?.message)).toHaveLength(4_000));

test("DuckDB does not count: a table made from nothing has as many rows as it has", () => {
  const placed = [{ ...sample.placed[0]!, rows: 70 }];
  expect(runRow({ rowsAffected: null }, { placed })?.rows_affected).toBe(70);
  expect(runRow({ rowsAffected: 3 }, { placed })?.rows_affected).toBe(3);
  expect(runRow({ rowsAffected: null }, { placed: [{ ...placed[0]!, fromNothing: false }] })?.rows_affected).toBeNull();
});

test("a query's id, where the warehouse has one", () =>
  expect(runRow({ adapterResponse: { query_id: "01b2", code: "SUCCESS" } })).toMatchObject({
    query_id: "01b2",
    adapter_response: '{"query_id":"01b2","code":"SUCCESS"}',
  }));

test("a test that fails", () => {
  const failing = testResultRows(sample).find((row) => row.status === "fail");
  expect(failing).toMatchObject({
    test_name: "unique_orders_id",
    test_short_name: "unique",
    test_sub_type: "generic",
    test_params: '{"column_name":"id"}',
    severity: "ERROR",
    failures: 37,
    model_name: "orders",
    table_name: "orders",
    column_name: "id",
    result_rows: null,
  });
});

test("a test of dbt's older words, and one that could not run", () => {
  const statusOf = (status: string) =>
    testResultRows(only({ uniqueId: "test.shop.not_null_orders_id.0123456789", status }))[0]?.status;
  expect(["success", "warn", "skipped", "error", "partial success"].map(statusOf)).toEqual([
    "pass",
    "warn",
    "skipped",
    "error",
    "error",
  ]);
});

test("what no warehouse stores is replaced in copies", () => {
  const rows = runResultRows(only({ message: "a\u0000b\ud800" }));
  expect(copiedRows({ table: RUN_RESULTS, rows })[0]?.message).toBe("a\ufffdb\ufffd");
});
