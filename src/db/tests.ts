// Results of dbt tests by test key: a test whose code, inputs and thresholds are the same need not run again.
import type { TestResult } from "../core/records.ts";
import type { Db } from "./db.ts";
import { anyText, inPieces } from "./lists.ts";

/** Rows of one insert: 10 parameters each. */
const insertRowsMax = 2_000;

export interface TestSearch {
  warehouse: string;
  projectId: number;
  testKeys: string[];
}

export async function findTestResults(db: Db, { warehouse, projectId, testKeys }: TestSearch): Promise<TestResult[]> {
  return db.kysely
    .selectFrom("testResults")
    .selectAll()
    .where("warehouse", "=", warehouse)
    .where("projectId", "=", projectId)
    .where("testKey", "=", anyText(testKeys))
    .execute();
}

/** The last result of a key counts. */
export async function saveTestResults(db: Db, rows: TestResult[]): Promise<void> {
  const last = [...new Map(rows.map((row) => [`${row.warehouse} ${row.projectId} ${row.testKey}`, row])).values()];
  await db.transaction(async (trx) => {
    for (const piece of inPieces(last, insertRowsMax))
      await trx.kysely
        .insertInto("testResults")
        .values(piece)
        .onConflict((conflict) =>
          conflict.columns(["warehouse", "projectId", "testKey"]).doUpdateSet((e) => ({
            test: e.ref("excluded.test"),
            status: e.ref("excluded.status"),
            failures: e.ref("excluded.failures"),
            message: e.ref("excluded.message"),
            executionMs: e.ref("excluded.executionMs"),
            runId: e.ref("excluded.runId"),
            at: e.ref("excluded.at"),
          })),
        )
        .execute();
  });
}
