// Evidence of runs in SQL: written in bulk after a run, read by `run show` and by people.
import { sql } from "kysely";
import type { MeasuredRelation, RanNode } from "../core/evidence/evidence.ts";
import type { EvidenceBatch, EvidenceRow, EvidenceTable } from "../core/evidence/evidence-tables.ts";
import { RELATION_SIZES, RUN_RESULTS, TEST_RESULTS } from "../core/evidence/evidence-tables.ts";
import type { NodeId } from "../core/project/relation.ts";
import type { Db } from "./db.ts";
import { stateSchema } from "./db.ts";
import { json } from "./json.ts";
import { inPieces } from "./lists.ts";

/** Rows of one insert, sent as one JSON text: about 2 MB. 15,000 rows take 1 s on the embedded state (docs/decisions/0012). */
const insertRowsMax = 2_000;

/** Rows with a key that is there already are replaced: a run that is recorded twice has its rows once. */
export async function saveEvidence(db: Db, batches: readonly EvidenceBatch[]): Promise<void> {
  await db.transaction(async (trx) => {
    for (const { table, rows } of batches)
      for (const piece of inPieces(rows, insertRowsMax)) {
        const names = table.columns.map(([name]) => name);
        const kept = names.filter((name) => name !== table.key);
        await sql`
          insert into ${tableOf(table)} (${listOf(names)})
          select ${listOf(names)} from json_populate_recordset(null::${tableOf(table)}, ${json(piece)}::json)
          on conflict (${sql.ref(table.key)}) do update set ${sql.join(
            kept.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`),
          )}`.execute(trx.kysely);
      }
  });
}

/** A run's rows as they were saved; tables of which it has none are left out. */
export async function loadEvidence(db: Db, runId: number): Promise<EvidenceBatch[]> {
  const batches: EvidenceBatch[] = [];
  for (const table of [RUN_RESULTS, TEST_RESULTS, RELATION_SIZES]) {
    // As texts: what reads rows elsewhere would rename the columns.
    const names = listOf(table.columns.map(([name]) => name));
    const { rows } = await sql<{ row: string }>`
      select row_to_json(one)::text as row from (select ${names} from ${tableOf(table)} where run_id = ${runId}) one
      `.execute(db.kysely);
    const times = table.columns.flatMap(([name, kind]) => (kind === "time" ? [name] : []));
    if (rows.length > 0) batches.push({ table, rows: rows.map(({ row }) => inUtc(JSON.parse(row), times)) });
  }
  return batches;
}

/** PostgreSQL writes times in the zone of the session. */
function inUtc(row: EvidenceRow, times: readonly string[]): EvidenceRow {
  for (const name of times) {
    const text = row[name];
    if (typeof text !== "string") continue;
    row[name] = text.endsWith("+00:00") ? text.replace(/\+00:00$/, "Z") : new Date(text).toISOString();
  }
  return row;
}

const tableOf = (table: EvidenceTable) => sql.table(`${stateSchema}.${table.name}`);
const listOf = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)));

/** Rows of runs that began before. Returns how many went. */
export async function pruneEvidence(db: Db, projectName: string, before: Date): Promise<number> {
  let removed = 0;
  for (const table of [RUN_RESULTS, TEST_RESULTS, RELATION_SIZES]) {
    const { numAffectedRows } = await sql`
      delete from ${tableOf(table)} where project_name = ${projectName} and run_started_at < ${before}`.execute(
      db.kysely,
    );
    removed += Number(numAffectedRows ?? 0);
  }
  return removed;
}

export interface RanRow {
  node: NodeId;
  name: string;
  status: string;
  message: string | null;
  seconds: number | null;
  failures: number | null;
  path: string | null;
}

/** What a run built or failed to build, slowest first. */
export async function listRunResults(db: Db, runId: number): Promise<RanRow[]> {
  const { rows } = await sql<RanRow>`
    select unique_id as node, name, status, message, execution_time as seconds, failures, original_path as path
    from slipway_state.dbt_run_results where run_id = ${runId}
    order by execution_time desc nulls last, unique_id`.execute(db.kysely);
  return rows;
}

/** What a run tested, slowest first. */
export async function listTestResults(db: Db, runId: number): Promise<RanRow[]> {
  const { rows } = await sql<RanRow>`
    select test_unique_id as node, test_name as name, status, test_results_description as message,
      execution_time as seconds, failures, original_path as path
    from slipway_state.dbt_test_results where run_id = ${runId}
    order by execution_time desc nulls last, test_unique_id`.execute(db.kysely);
  return rows;
}

/** Sizes of what a run built, as they were read back from the warehouse. */
export async function listBuilt(db: Db, runId: number): Promise<MeasuredRelation[]> {
  const rows = await db.kysely
    .selectFrom("versions")
    .select(["node", "resourceType", "materialized", "relationSchema", "relationName", "rowCount", "sizeBytes"])
    .where("runId", "=", runId)
    .where("state", "=", "ready")
    .where("materialized", "not in", ["view", "ephemeral"])
    .execute();
  return rows.map(({ relationSchema, relationName, rowCount, ...row }) => ({
    ...row,
    relation: { schema: relationSchema, name: relationName },
    rows: rowCount,
  }));
}

export async function hasEvidence(db: Db, runId: number): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (select from slipway_state.dbt_run_results where run_id = ${runId})
      or exists (select from slipway_state.dbt_test_results where run_id = ${runId}) as any`.execute(db.kysely);
  return rows[0]?.any === true;
}

/** What a run that was killed had recorded of its nodes and tests. One that was being built then is not among them. */
export async function listLeft(db: Db, runId: number): Promise<RanNode[]> {
  const versions = await db.kysely
    .selectFrom("versions")
    .select(["node", "state", "message", "buildMs", "rowCount", "readyAt"])
    .where("runId", "=", runId)
    .where("state", "in", ["ready", "failed"])
    .execute();
  const tests = await db.kysely
    .selectFrom("testResults")
    .select(["test", "status", "message", "failures", "executionMs", "at"])
    .where("runId", "=", runId)
    .execute();
  return [
    ...versions.map((row) => ({
      ...UNKNOWN,
      uniqueId: row.node,
      status: row.state === "ready" ? "success" : "error",
      message: row.message,
      executionMs: row.buildMs ?? 0,
      rowsAffected: row.rowCount,
      executeCompletedAt: row.readyAt?.toISOString() ?? null,
    })),
    ...tests.map((row) => ({
      ...UNKNOWN,
      uniqueId: row.test,
      status: row.status,
      message: row.message,
      failures: row.failures,
      executionMs: row.executionMs,
      executeCompletedAt: row.at.toISOString(),
    })),
  ];
}

const UNKNOWN = {
  failures: null,
  thread: null,
  compileStartedAt: null,
  compileCompletedAt: null,
  executeStartedAt: null,
  rowsAffected: null,
  compiledCode: null,
  adapterResponse: null,
};
