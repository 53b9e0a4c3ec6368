// Evidence in SQL: a row for every node and test that dbt ran, and for the size of every relation that was built.
import { type Kysely, sql } from "kysely";

/** What every row says of its run; the same words in all three tables. */
const run = `
    run_id bigint not null references slipway_state.runs,
    invocation_id text not null,
    project_name text not null,
    environment text not null,
    target_name text not null,
    run_kind text not null,
    job text,
    release_number integer,
    git_commit text not null,
    run_started_at timestamptz not null,
    run_completed_at timestamptz not null`;

/** dbt's own times of a node. Seconds, as in dbt's artifacts; the other two names are what people look for. */
const times = `
    execution_time double precision,
    execution_time_seconds double precision generated always as (execution_time) stored,
    total_time double precision generated always as (execution_time) stored,
    compile_started_at timestamptz,
    compile_completed_at timestamptz,
    execute_started_at timestamptz,
    execute_completed_at timestamptz,
    thread_id text`;

const statements = [
  `create table slipway_state.dbt_run_results (
    model_execution_id text primary key,
    unique_id text not null,
    name text not null,
    model_name text generated always as (name) stored,
    resource_type text not null,
    materialization text,
    status text not null,
    message text,${times},
    rows_affected bigint,
    failures bigint,
    full_refresh boolean,
    compiled_code text,
    query_id text,
    adapter_response text,
    group_name text,
    package_name text,
    original_path text,
    owner text,
    tags text,
    database_name text,
    schema_name text,
    table_name text,
    relation_name text,
    build_key text,
    generated_at timestamptz not null,
    created_at timestamptz not null,${run}
  )`,
  "create index dbt_run_results_by_time on slipway_state.dbt_run_results (run_started_at)",
  "create index dbt_run_results_by_run on slipway_state.dbt_run_results (run_id)",
  `create table slipway_state.dbt_test_results (
    id text primary key,
    test_execution_id text generated always as (id) stored,
    test_unique_id text not null,
    unique_id text generated always as (test_unique_id) stored,
    test_name text not null,
    name text generated always as (test_name) stored,
    test_short_name text,
    test_alias text,
    test_type text not null,
    test_sub_type text not null,
    test_params text,
    severity text,
    status text not null,
    failures bigint,
    failed_row_count bigint generated always as (failures) stored,
    test_results_description text,
    message text generated always as (test_results_description) stored,
    test_results_query text,
    result_rows text,
    data_issue_id text,
    other text,${times},
    model_unique_id text,
    model_name text,
    database_name text,
    schema_name text,
    table_name text,
    column_name text,
    owners text,
    tags text,
    original_path text,
    detected_at timestamptz not null,
    created_at timestamptz not null,${run}
  )`,
  "create index dbt_test_results_by_time on slipway_state.dbt_test_results (run_started_at)",
  "create index dbt_test_results_by_run on slipway_state.dbt_test_results (run_id)",
  `create table slipway_state.dbt_relation_sizes (
    size_id text primary key,
    unique_id text not null,
    name text not null,
    model_name text generated always as (name) stored,
    resource_type text not null,
    materialization text,
    database_name text,
    schema_name text not null,
    table_name text not null,
    relation_name text not null,
    row_count bigint,
    size_bytes bigint,
    measured_at timestamptz not null,${run}
  )`,
  "create index dbt_relation_sizes_by_time on slipway_state.dbt_relation_sizes (run_started_at)",
  // Whoever owns slipway_state only, and may make no schema, has everything but this one function.
  `do $$ begin
    create schema slipway_sql;
    create function slipway_sql.round(double precision, integer) returns double precision
      language sql immutable strict parallel safe
      as 'select case when $1 in (''NaN'', ''Infinity'', ''-Infinity'') then $1
        else pg_catalog.round($1::numeric, $2)::double precision end';
    comment on schema slipway_sql is 'Functions for readers of slipway_state; named by their search_path only';
  exception when insufficient_privilege then null;
  end $$`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statements.join(";\n")).execute(db);
}

/** What dbt did is lost here; nothing else needs it. */
export async function down(db: Kysely<unknown>): Promise<void> {
  const tables = ["dbt_run_results", "dbt_test_results", "dbt_relation_sizes"].map((name) => `slipway_state.${name}`);
  await sql.raw(`drop table ${tables.join(", ")}; drop schema if exists slipway_sql cascade`).execute(db);
}
