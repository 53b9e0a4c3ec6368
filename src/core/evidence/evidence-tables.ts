// The three tables of evidence: their columns in order, as they are in the state and in copies. Pure.

export type ColumnKind = "text" | "double" | "integer" | "boolean" | "time";

export interface EvidenceTable {
  name: "dbt_run_results" | "dbt_test_results" | "dbt_relation_sizes";
  /** One value per row, over all runs and installations. */
  key: string;
  columns: [name: string, kind: ColumnKind][];
  /** Further names of a column: [name, column]. The state's tables compute them, copies hold them. */
  also: [name: string, column: string][];
}

const RUN: EvidenceTable["columns"] = [
  ["run_id", "integer"],
  ["invocation_id", "text"],
  ["project_name", "text"],
  ["environment", "text"],
  ["target_name", "text"],
  ["run_kind", "text"],
  ["job", "text"],
  ["release_number", "integer"],
  ["git_commit", "text"],
  ["run_started_at", "time"],
  ["run_completed_at", "time"],
];

const TIMES: EvidenceTable["columns"] = [
  ["execution_time", "double"],
  ["compile_started_at", "time"],
  ["compile_completed_at", "time"],
  ["execute_started_at", "time"],
  ["execute_completed_at", "time"],
  ["thread_id", "text"],
];
const SAME_TIMES: EvidenceTable["also"] = [
  ["execution_time_seconds", "execution_time"],
  ["total_time", "execution_time"],
];

export const RUN_RESULTS: EvidenceTable = {
  name: "dbt_run_results",
  key: "model_execution_id",
  columns: [
    ["model_execution_id", "text"],
    ["unique_id", "text"],
    ["name", "text"],
    ["resource_type", "text"],
    ["materialization", "text"],
    ["status", "text"],
    ["message", "text"],
    ...TIMES,
    ["rows_affected", "integer"],
    ["failures", "integer"],
    ["full_refresh", "boolean"],
    ["compiled_code", "text"],
    ["query_id", "text"],
    ["adapter_response", "text"],
    ["group_name", "text"],
    ["package_name", "text"],
    ["original_path", "text"],
    ["owner", "text"],
    ["tags", "text"],
    ["database_name", "text"],
    ["schema_name", "text"],
    ["table_name", "text"],
    ["relation_name", "text"],
    ["build_key", "text"],
    ["generated_at", "time"],
    ["created_at", "time"],
    ...RUN,
  ],
  also: [["model_name", "name"], ...SAME_TIMES],
};

export const TEST_RESULTS: EvidenceTable = {
  name: "dbt_test_results",
  key: "id",
  columns: [
    ["id", "text"],
    ["test_unique_id", "text"],
    ["test_name", "text"],
    ["test_short_name", "text"],
    ["test_alias", "text"],
    ["test_type", "text"],
    ["test_sub_type", "text"],
    ["test_params", "text"],
    ["severity", "text"],
    ["status", "text"],
    ["failures", "integer"],
    ["test_results_description", "text"],
    ["test_results_query", "text"],
    ["result_rows", "text"],
    ["data_issue_id", "text"],
    ["other", "text"],
    ...TIMES,
    ["model_unique_id", "text"],
    ["model_name", "text"],
    ["database_name", "text"],
    ["schema_name", "text"],
    ["table_name", "text"],
    ["column_name", "text"],
    ["owners", "text"],
    ["tags", "text"],
    ["original_path", "text"],
    ["detected_at", "time"],
    ["created_at", "time"],
    ...RUN,
  ],
  also: [
    ["test_execution_id", "id"],
    ["unique_id", "test_unique_id"],
    ["name", "test_name"],
    ["failed_row_count", "failures"],
    ["message", "test_results_description"],
    ...SAME_TIMES,
  ],
};

export const RELATION_SIZES: EvidenceTable = {
  name: "dbt_relation_sizes",
  key: "size_id",
  columns: [
    ["size_id", "text"],
    ["unique_id", "text"],
    ["name", "text"],
    ["resource_type", "text"],
    ["materialization", "text"],
    ["database_name", "text"],
    ["schema_name", "text"],
    ["table_name", "text"],
    ["relation_name", "text"],
    ["row_count", "integer"],
    ["size_bytes", "integer"],
    ["measured_at", "time"],
    ...RUN,
  ],
  also: [["model_name", "name"]],
};

/** One row, by column name. Times are ISO, UTC. */
export type EvidenceRow = Record<string, string | number | boolean | null>;
export interface EvidenceBatch {
  table: EvidenceTable;
  rows: EvidenceRow[];
}

/** Every column of a copy, further names included. */
export function copiedColumns(table: EvidenceTable): EvidenceTable["columns"] {
  const kinds = new Map(table.columns);
  return [...table.columns, ...table.also.map(([name, column]): [string, ColumnKind] => [name, kinds.get(column)!])];
}

/** Rows as a copy holds them, without what no warehouse stores (NUL, half of a character). */
export function copiedRows({ table, rows }: EvidenceBatch): EvidenceRow[] {
  return rows.map((row) => {
    const also = table.also.map(([name, column]): [string, EvidenceRow[string]] => [name, row[column] ?? null]);
    const entries = [...Object.entries(row), ...also];
    return Object.fromEntries(
      entries.map(([name, value]) => [name, typeof value === "string" ? storable(value) : value]),
    );
  });
}

const storable = (text: string): string => text.replaceAll("\u0000", "\ufffd").toWellFormed();
