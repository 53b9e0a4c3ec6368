// Rows of evidence as a run of a small project leaves them; for tests.

import type { Manifest } from "../project/manifest.ts";
import { type EvidenceInput, relationSizeRows, runResultRows, testResultRows } from "./evidence.ts";
import { type EvidenceBatch, RELATION_SIZES, RUN_RESULTS, TEST_RESULTS } from "./evidence-tables.ts";

const ran = (uniqueId: string, status: string, executionMs: number, more: object = {}) => ({
  uniqueId,
  status,
  message: null,
  failures: null,
  executionMs,
  thread: "Thread-1 (worker)",
  compileStartedAt: "2026-11-20T21:00:01.000Z",
  compileCompletedAt: "2026-11-20T21:00:01.100Z",
  executeStartedAt: "2026-11-20T21:00:01.100Z",
  executeCompletedAt: "2026-11-20T21:00:02.000Z",
  rowsAffected: null,
  compiledCode: "select 1",
  adapterResponse: { _message: "OK" },
  ...more,
});

const model = (name: string) => ({
  unique_id: `model.shop.${name}`,
  name,
  resource_type: "model",
  package_name: "shop",
  original_file_path: `models/${name}.sql`,
  schema: "analytics",
  alias: name,
  database: "shop",
  config: { materialized: "table", meta: { owner: "青井" } },
  tags: ["daily", "重要"],
  depends_on: { nodes: [] },
});

/** A generic test with the model it is about. */
interface TestOf {
  test: string;
  name: string;
}

function manifestOf(names: string[], tests: TestOf[]): Manifest {
  return {
    nodes: Object.fromEntries([
      ...names.map((name) => [`model.shop.${name}`, model(name)]),
      ...tests.map(({ test, name }) => [
        `test.shop.${test}.0123456789`,
        {
          ...model(test),
          resource_type: "test",
          test_metadata: { name: test.split("_")[0]!, kwargs: { column_name: "id", model: "{{ ref() }}" } },
          attached_node: `model.shop.${name}`,
          column_name: "id",
          config: { severity: "error" },
        },
      ]),
    ]),
    unit_tests: {},
    groups: {},
  } as unknown as Manifest;
}

/** A run of `models` models, two tests each; the first model takes 61 s, its second test finds 37 rows. */
export function sampleEvidence(runId: number, at: Date, models = 3): EvidenceInput {
  const names = Array.from({ length: models }, (_, index) => (index === 0 ? "orders" : `model_${index}`));
  const tests = names.flatMap((name) => [`not_null_${name}_id`, `unique_${name}_id`].map((test) => ({ test, name })));
  const manifest = manifestOf(names, tests);
  return {
    installation: "inst",
    project: "shop",
    environment: "prod",
    target: "prod",
    runId,
    runKind: "job",
    job: "daily",
    release: 7,
    commit: "c0ffee",
    startedAt: at,
    completedAt: new Date(at.getTime() + 90_000),
    manifest,
    placed: names.map((name) => ({
      node: `model.shop.${name}`,
      materialized: "table",
      published: { schema: "analytics", name },
      relation: { schema: "store", name: `${name}__k1` },
      key: "k1",
      fromNothing: true,
    })),
    ran: [
      ...names.map((name, index) =>
        ran(`model.shop.${name}`, "success", index === 0 ? 61_000 : 250, { rowsAffected: 1_000 + index }),
      ),
      ...tests.map(({ test }) =>
        test === "unique_orders_id"
          ? ran(`test.shop.${test}.0123456789`, "fail", 40, {
              failures: 37,
              message: "Got 37 results, configured to \u0000 fail",
            })
          : ran(`test.shop.${test}.0123456789`, "pass", 20, { failures: 0 }),
      ),
    ],
  };
}

export const sampleBatches = (input: EvidenceInput): EvidenceBatch[] => [
  { table: RUN_RESULTS, rows: runResultRows(input) },
  { table: TEST_RESULTS, rows: testResultRows(input) },
  {
    table: RELATION_SIZES,
    rows: relationSizeRows(
      input,
      input.placed.map((one) => ({ ...one, resourceType: "model", rows: 1_000, sizeBytes: 8_192 })),
    ),
  },
];
