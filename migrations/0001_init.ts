// The first shape of Slipway's own state. Never edited once released: later shapes are later files.
import { type Kysely, sql } from "kysely";

const statements = [
  `create table slipway_state.installation (
    one boolean primary key default true check (one),
    id text not null,
    created_at timestamptz not null
  )`,
  `create table slipway_state.projects (
    id bigint generated always as identity primary key,
    name text not null unique,
    created_at timestamptz not null
  )`,
  `create table slipway_state.manifests (
    id bigint generated always as identity primary key,
    project_id bigint not null references slipway_state.projects,
    commit text not null,
    target text not null,
    fingerprint text not null,
    path text not null,
    dbt_version text not null,
    adapter_type text not null,
    adapter_version text not null,
    library_version text,
    created_at timestamptz not null,
    unique (project_id, commit, target, fingerprint)
  )`,
  `create table slipway_state.releases (
    id bigint generated always as identity primary key,
    project_id bigint not null references slipway_state.projects,
    number integer not null,
    commit text not null,
    commit_subject text not null,
    commit_author text not null,
    commit_at timestamptz not null,
    kind text not null,
    target text not null,
    nodes jsonb not null,
    tokens jsonb not null,
    built_count integer not null,
    reused_count integer not null,
    manifest_id bigint not null references slipway_state.manifests,
    whole boolean not null,
    created_at timestamptz not null,
    unique (project_id, number)
  )`,
  `create table slipway_state.environments (
    id bigint generated always as identity primary key,
    project_id bigint not null references slipway_state.projects,
    name text not null,
    target text not null,
    warehouse text,
    store_schema text,
    live_id bigint,
    live_release_id bigint references slipway_state.releases,
    revision integer not null default 0,
    paused boolean not null default false,
    created_at timestamptz not null,
    unique (project_id, name)
  )`,
  `create table slipway_state.standings (
    release_id bigint not null references slipway_state.releases,
    environment_id bigint not null references slipway_state.environments,
    state text not null check (state in ('candidate', 'verified', 'live', 'retired', 'rejected')),
    verdict text check (verdict in ('pass', 'fail', 'unsure', 'error')),
    evidence jsonb,
    override text,
    live_since timestamptz,
    live_until timestamptz,
    rollback jsonb,
    collected boolean not null default false,
    own jsonb,
    primary key (release_id, environment_id)
  )`,
  `create unique index standings_one_live on slipway_state.standings (environment_id) where state = 'live'`,
  `create table slipway_state.plans (
    id text primary key,
    project_id bigint not null references slipway_state.projects,
    environment_id bigint not null references slipway_state.environments,
    body jsonb not null,
    created_at timestamptz not null
  )`,
  `create table slipway_state.runs (
    id bigint generated always as identity primary key,
    project_id bigint not null references slipway_state.projects,
    environment_id bigint not null references slipway_state.environments,
    kind text not null,
    state text not null check (state in ('running', 'succeeded', 'held', 'failed', 'cancelled', 'interrupted')),
    phase text not null,
    plan_id text references slipway_state.plans,
    release_id bigint references slipway_state.releases,
    promotion jsonb,
    started_at timestamptz not null,
    finished_at timestamptz,
    actor text not null,
    reason text,
    pid integer not null,
    host text not null,
    outcome jsonb
  )`,
  "create index runs_by_project on slipway_state.runs (project_id, id desc)",
  "create index runs_open on slipway_state.runs (environment_id) where finished_at is null",
  `create table slipway_state.run_steps (
    id bigint generated always as identity primary key,
    run_id bigint not null references slipway_state.runs,
    name text not null,
    detail jsonb not null,
    at timestamptz not null
  )`,
  "create index run_steps_by_run on slipway_state.run_steps (run_id, id)",
  `create table slipway_state.node_timings (
    run_id bigint not null references slipway_state.runs,
    node text not null,
    project_id bigint not null references slipway_state.projects,
    warehouse text not null,
    build_ms double precision not null,
    at timestamptz not null,
    primary key (run_id, node)
  )`,
  "create index node_timings_by_node on slipway_state.node_timings (project_id, warehouse, node, run_id desc)",
  `create table slipway_state.revisions (
    environment_id bigint not null references slipway_state.environments,
    revision integer not null,
    release_id bigint not null references slipway_state.releases,
    from_release_id bigint references slipway_state.releases,
    kind text not null,
    run_id bigint not null references slipway_state.runs,
    actor text not null,
    reason text,
    at timestamptz not null,
    switch_ms double precision not null,
    primary key (environment_id, revision)
  )`,
  `create table slipway_state.versions (
    id bigint generated always as identity primary key,
    warehouse text not null,
    project_id bigint not null references slipway_state.projects,
    node text not null,
    resource_type text not null,
    materialized text not null,
    key text not null,
    plain_key text not null,
    logic_key text not null,
    chain jsonb not null,
    relation_schema text not null,
    relation_name text not null,
    state text not null check (state in ('building', 'ready', 'failed', 'retired')),
    columns jsonb not null,
    row_count bigint,
    size_bytes bigint,
    build_ms double precision,
    message text,
    run_id bigint references slipway_state.runs,
    created_at timestamptz not null,
    ready_at timestamptz,
    retired_at timestamptz,
    unique (warehouse, project_id, key)
  )`,
  `create index versions_ready on slipway_state.versions (warehouse, project_id, plain_key) where state = 'ready'`,
  `create table slipway_state.test_results (
    warehouse text not null,
    project_id bigint not null references slipway_state.projects,
    test_key text not null,
    test text not null,
    status text not null check (status in ('pass', 'warn', 'fail', 'error')),
    failures integer,
    message text,
    execution_ms double precision not null,
    run_id bigint references slipway_state.runs,
    at timestamptz not null,
    primary key (warehouse, project_id, test_key)
  )`,
  `create table slipway_state.key_records (
    project_id bigint not null references slipway_state.projects,
    node text not null,
    key text not null,
    components jsonb not null,
    primary key (project_id, node, key)
  )`,
  `create table slipway_state.leases (
    name text primary key,
    fence bigint not null,
    held boolean not null,
    holder text not null,
    pid integer not null,
    host text not null,
    what text not null,
    acquired_at timestamptz not null,
    expires_at timestamptz not null,
    cancel_requested boolean not null default false
  )`,
  `create table slipway_state.audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    who text not null,
    what text not null,
    subject text not null,
    why text,
    details jsonb not null
  )`,
  "create index audit_by_subject on slipway_state.audit (subject, id desc)",
  `create function slipway_state.refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'audit rows are never changed or removed' using errcode = 'restrict_violation';
    end
  $$`,
  `create trigger audit_append_only before update or delete or truncate on slipway_state.audit
    for each statement execute function slipway_state.refuse_audit_change()`,
];

const tables = [
  "audit",
  "leases",
  "key_records",
  "test_results",
  "versions",
  "revisions",
  "node_timings",
  "run_steps",
  "runs",
  "plans",
  "standings",
  "environments",
  "releases",
  "manifests",
  "projects",
  "installation",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statements.join(";\n")).execute(db); // One round trip: a first start is waited for.
}

export async function down(db: Kysely<unknown>): Promise<void> {
  const named = tables.map((table) => `slipway_state.${table}`).join(", ");
  await sql.raw(`drop table ${named}`).execute(db);
  await sql.raw("drop function slipway_state.refuse_audit_change()").execute(db);
}
