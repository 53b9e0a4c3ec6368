// Rows of evidence from what a run knows already: dbt's rows, the manifest, the plan. Pure.

import { ownerOf } from "../plan/impact.ts";
import type { Manifest, ManifestNode } from "../project/manifest.ts";
import type { NodeId, Relation } from "../project/relation.ts";
import { relationText } from "../project/relation.ts";
import { shortName } from "../project/store-name.ts";
import type { EvidenceRow } from "./evidence-tables.ts";

/** dbt's row of a node, as the engine gives it. */
export interface RanNode {
  uniqueId: NodeId;
  status: string;
  message: string | null;
  failures: number | null;
  executionMs: number;
  thread: string | null;
  compileStartedAt: string | null;
  compileCompletedAt: string | null;
  executeStartedAt: string | null;
  executeCompletedAt: string | null;
  rowsAffected: number | null;
  compiledCode: string | null;
  adapterResponse: Record<string, unknown> | null;
}

/** Where a node is published and stored, and under which key. */
export interface PlacedNode {
  node: NodeId;
  materialized: string;
  published: Relation;
  relation: Relation;
  key: string;
  /** Built from nothing, or from a copy of what was there. */
  fromNothing: boolean;
  /** As measured after the build; null where nobody knows. */
  rows?: number | null;
}

export interface EvidenceInput {
  installation: string;
  project: string;
  environment: string;
  target: string;
  runId: number;
  runKind: string;
  job: string | null;
  release: number | null;
  commit: string;
  startedAt: Date;
  completedAt: Date;
  manifest: Manifest;
  placed: readonly PlacedNode[];
  ran: readonly RanNode[];
}

const TEST = /^(unit_)?test\./;
/** What builds something, and hooks; sources only have an age. */
const BUILDS = /^(model|seed|snapshot|operation|function)\./;
/** Longest message kept; dbt repeats a whole statement in some. */
const MESSAGE_MAX = 4_000;

/** A row for each node that builds something or a hook; tests have their own table. */
export function runResultRows(input: EvidenceInput): EvidenceRow[] {
  const placed = new Map(input.placed.map((one) => [one.node, one]));
  const shared = runColumns(input);
  return input.ran
    .filter((row) => BUILDS.test(row.uniqueId))
    .map((row) => runResultRow(input, row, placed.get(row.uniqueId), shared));
}

function runResultRow(
  input: EvidenceInput,
  row: RanNode,
  placed: PlacedNode | undefined,
  shared: EvidenceRow,
): EvidenceRow {
  const node = input.manifest.nodes[row.uniqueId];
  const id = `${shared.invocation_id}.${row.uniqueId}`;
  return {
    ...shared,
    model_execution_id: id,
    unique_id: row.uniqueId,
    name: node?.name ?? shortName(row.uniqueId),
    resource_type: row.uniqueId.split(".", 1)[0]!,
    materialization: placed?.materialized ?? materializedOf(node),
    status: row.status,
    message: cut(row.message),
    ...timeColumns(row),
    rows_affected: row.rowsAffected ?? madeRows(row, placed),
    failures: row.failures,
    full_refresh: placed?.fromNothing ?? null,
    compiled_code: row.status === "success" ? null : row.compiledCode,
    query_id: textOf(row.adapterResponse?.query_id ?? row.adapterResponse?.job_id),
    adapter_response: row.adapterResponse === null ? null : JSON.stringify(row.adapterResponse),
    group_name: node?.group ?? null,
    package_name: node?.package_name ?? null,
    original_path: node?.original_file_path ?? null,
    owner: node ? ownerOf(input.manifest, node) : null,
    tags: listText(node?.tags),
    database_name: node?.database ?? null,
    schema_name: placed?.published.schema ?? node?.schema ?? null,
    table_name: placed?.published.name ?? node?.alias ?? null,
    relation_name: placed ? relationText(placed.relation) : null,
    build_key: placed?.key ?? null,
    generated_at: shared.run_completed_at ?? null,
    created_at: shared.run_completed_at ?? null,
  };
}

/** A row for each test that ran or was skipped. Results known from an earlier run are rows of that run. */
export function testResultRows(input: EvidenceInput): EvidenceRow[] {
  const placed = new Map(input.placed.map((one) => [one.node, one]));
  const shared = runColumns(input);
  return input.ran
    .filter((row) => TEST.test(row.uniqueId))
    .map((row) => {
      const about = aboutTest(input.manifest, row.uniqueId);
      const model = about.model === null ? undefined : input.manifest.nodes[about.model];
      const where = about.model === null ? undefined : placed.get(about.model);
      const id = `${shared.invocation_id}.${row.uniqueId}`;
      const passed = row.status === "success" || row.status === "pass";
      return {
        ...shared,
        id,
        test_unique_id: row.uniqueId,
        ...about.columns,
        status: testStatusOf(row.status),
        failures: row.failures,
        test_results_description: cut(row.message),
        test_results_query: passed ? null : row.compiledCode,
        // Rows of the warehouse never leave it: `slipway show RELEASE --test NAME` reads them there.
        result_rows: null,
        data_issue_id: null,
        other: null,
        ...timeColumns(row),
        model_unique_id: about.model,
        model_name: model?.name ?? (about.model === null ? null : shortName(about.model)),
        database_name: model?.database ?? null,
        schema_name: where?.published.schema ?? model?.schema ?? null,
        table_name: where?.published.name ?? model?.alias ?? null,
        owners: listText(model ? [ownerOf(input.manifest, model)].filter((one) => one !== null) : []),
        detected_at: row.executeCompletedAt ?? shared.run_completed_at ?? null,
        created_at: shared.run_completed_at ?? null,
      };
    });
}

function aboutTest(manifest: Manifest, id: NodeId): { model: NodeId | null; columns: EvidenceRow } {
  const unit = manifest.unit_tests[id];
  if (unit) {
    const columns = { ...named(unit.name, unit.name), test_sub_type: "unit", test_params: null, severity: "ERROR" };
    const place = { column_name: null, tags: listText(unit.config.tags), original_path: unit.original_file_path };
    return { model: unit.depends_on.nodes?.[0] ?? null, columns: { ...columns, ...place } };
  }
  const node = manifest.nodes[id];
  const metadata = node?.test_metadata ?? null;
  const { model: _, ...params } = metadata?.kwargs ?? {};
  const severity = textOf(node?.config.severity)?.toUpperCase() ?? "ERROR";
  return {
    model: node?.attached_node ?? node?.depends_on.nodes?.find((parent) => !TEST.test(parent)) ?? null,
    columns: {
      ...named(node?.name ?? shortName(id), metadata?.name ?? node?.name ?? shortName(id)),
      test_alias: node?.alias ?? null,
      test_sub_type: metadata ? "generic" : "singular",
      test_params: metadata ? JSON.stringify(params) : null,
      severity,
      column_name: node?.column_name ?? null,
      tags: listText(node?.tags),
      original_path: node?.original_file_path ?? null,
    },
  };
}

const named = (name: string, short: string): EvidenceRow => ({
  test_name: name,
  test_short_name: short,
  test_alias: name,
  test_type: "dbt_test",
});

export interface MeasuredRelation {
  node: NodeId;
  resourceType: string;
  materialized: string;
  relation: Relation;
  rows: number | null;
  sizeBytes: number | null;
}

/** A row for each relation that was built, as it was measured after the build. */
export function relationSizeRows(input: EvidenceInput, measured: readonly MeasuredRelation[]): EvidenceRow[] {
  const placed = new Map(input.placed.map((one) => [one.node, one]));
  const shared = runColumns(input);
  return measured.map((one) => {
    const published = placed.get(one.node)?.published ?? one.relation;
    const node = input.manifest.nodes[one.node];
    return {
      ...shared,
      size_id: `${shared.invocation_id}.${one.node}`,
      unique_id: one.node,
      name: node?.name ?? shortName(one.node),
      resource_type: one.resourceType,
      materialization: one.materialized,
      database_name: node?.database ?? null,
      schema_name: published.schema,
      table_name: published.name,
      relation_name: relationText(one.relation),
      row_count: one.rows,
      size_bytes: one.sizeBytes,
      measured_at: shared.run_completed_at ?? null,
    };
  });
}

function runColumns(input: EvidenceInput): EvidenceRow {
  return {
    run_id: input.runId,
    // Run numbers are an installation's own; copies of several may meet in one warehouse.
    invocation_id: `${input.installation}-${input.runId}`,
    project_name: input.project,
    environment: input.environment,
    target_name: input.target,
    run_kind: input.runKind,
    job: input.job,
    release_number: input.release,
    git_commit: input.commit,
    run_started_at: input.startedAt.toISOString(),
    run_completed_at: input.completedAt.toISOString(),
  };
}

const timeColumns = (row: RanNode): EvidenceRow => ({
  // Of a skipped node 0, as in dbt's results: nothing would come first in "order by .. desc".
  execution_time: row.executionMs / 1000,
  compile_started_at: row.compileStartedAt,
  compile_completed_at: row.compileCompletedAt,
  execute_started_at: row.executeStartedAt,
  execute_completed_at: row.executeCompletedAt,
  thread_id: row.thread,
});

/** As dbt's own commands say it: a unit test that passes is a `success` in some versions. */
const testStatusOf = (status: string): string =>
  status === "success" ? "pass" : ["pass", "warn", "fail", "skipped"].includes(status) ? status : "error";

/** DuckDB does not say how many rows a table was made with: then it is as many as it has. */
const madeRows = (row: RanNode, placed: PlacedNode | undefined): number | null =>
  row.status === "success" && placed?.fromNothing ? (placed.rows ?? null) : null;

const materializedOf = (node: ManifestNode | undefined): string | null => textOf(node?.config.materialized);
const cut = (text: string | null): string | null =>
  text !== null && text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX - 2)}..` : text;
const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
/** A list as Elementary keeps it: JSON. */
const listText = (value: unknown): string => JSON.stringify(Array.isArray(value) ? value : value ? [value] : []);
