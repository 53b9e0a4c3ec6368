// `show --test`: the rows that do not pass a test of a release, read from the relations it was run on. Reads only.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FAILING_ROWS_MAX } from "../../core/limits.ts";
import type { Environment, Evidence, Release, TestOutcome } from "../../core/records.ts";
import type { ReleaseView } from "../../core/views/status.ts";
import { AppError } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import { say } from "../../text/catalogue.ts";
import { limitedQuery } from "../../warehouse/limited.ts";
import type { Session } from "../session/session.ts";

export interface RowsWork {
  release: Release;
  shown: Environment | null;
  evidence: Evidence | null;
  /** The run that tested it. */
  runId: number | null;
  /** Name or unique_id. */
  test: string;
  limit: number;
}

/** AppError `not_found` for an unknown test; `upstream` when the tested relations are gone. Unit tests have no rows. */
export async function failingRows(session: Session, work: RowsWork): Promise<ReleaseView["rows"]> {
  const test = findTest(work);
  const sql = work.runId === null ? null : await compiledSql(session, work.runId, test.test);
  const nothing = { test: test.name, sql, columns: [], rows: [], truncated: false };
  if (sql === null || work.shown === null || test.test.startsWith("unit_test.")) return nothing;
  const limit = Math.min(work.limit, FAILING_ROWS_MAX);
  const warehouse = await session.warehouse(session.environment(work.shown.name));
  const found = await warehouse.query(limitedQuery(sql, limit + 1)).catch((cause: unknown) => {
    if (cause instanceof AppError && cause.code !== "upstream") throw cause;
    throw new AppError("upstream", say("views.rows_gone", { test: test.name, release: work.release.number }), {
      hint: say("views.rows_gone_hint"),
      cause,
    });
  });
  const columns = Object.keys(found[0] ?? {});
  const rows = found.slice(0, limit).map((row) => columns.map((column) => cell(row[column])));
  return { ...nothing, columns, rows, truncated: found.length > limit };
}

function findTest({ release, evidence, test }: RowsWork): TestOutcome {
  const tests = evidence?.tests ?? [];
  const found = tests.find((one) => one.test === test) ?? tests.find((one) => one.name === test);
  if (found) return found;
  const near = nearest(
    test,
    tests.map((one) => one.name),
  );
  throw new AppError("not_found", say("views.no_test", { test, release: release.number }), {
    hint: near === null ? say("views.no_test_hint", { release: release.number }) : say("plan.selector_near", { near }),
  });
}

/** What dbt ran, kept by the build; null when that run did not run the test (its result was known). */
async function compiledSql(session: Session, runId: number, test: string): Promise<string | null> {
  try {
    const text = await readFile(join(session.place.home, "runs", String(runId), "compiled.json"), "utf8");
    return (JSON.parse(text) as Record<string, string>)[test] ?? null;
  } catch {
    return null;
  }
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
