// Jobs: runs that wait for a worker, their steps, every occurrence of a schedule with what became of it, and who serves.
import { type Kysely, sql } from "kysely";

const RUN_STATES = "'running', 'succeeded', 'held', 'failed', 'cancelled', 'interrupted'";

const statements = [
  `alter table slipway_state.runs
    drop constraint runs_state_check,
    add constraint runs_state_check check (state in ('queued', 'skipped', ${RUN_STATES})),
    add column job text,
    add column trigger jsonb,
    add column request jsonb,
    add column queued_at timestamptz,
    add column retry_of bigint references slipway_state.runs`,
  "create index runs_queued on slipway_state.runs (project_id, id) where state = 'queued'",
  "create index runs_by_job on slipway_state.runs (project_id, job, id desc) where job is not null",
  `create table slipway_state.job_steps (
    run_id bigint not null references slipway_state.runs,
    position integer not null,
    name text not null,
    state text not null check (state in ('queued', 'running', 'succeeded', 'failed', 'skipped', 'cancelled')),
    started_at timestamptz,
    finished_at timestamptz,
    summary jsonb,
    primary key (run_id, position)
  )`,
  `create table slipway_state.jobs (
    project_id bigint not null references slipway_state.projects,
    name text not null,
    paused boolean not null default false,
    paused_by text,
    paused_reason text,
    considered_until timestamptz,
    primary key (project_id, name)
  )`,
  `create table slipway_state.occurrences (
    project_id bigint not null references slipway_state.projects,
    job text not null,
    trigger text not null,
    due_at timestamptz not null,
    state text not null check (state in ('queued', 'merged', 'refused', 'excluded', 'missed', 'paused')),
    note jsonb,
    run_id bigint references slipway_state.runs,
    decided_at timestamptz not null,
    primary key (project_id, job, trigger, due_at)
  )`,
  "create index occurrences_by_time on slipway_state.occurrences (project_id, due_at desc)",
  `create table slipway_state.branches (
    project_id bigint not null references slipway_state.projects,
    branch text not null,
    commit text not null,
    seen_at timestamptz not null,
    primary key (project_id, branch)
  )`,
  `create table slipway_state.servers (
    id text primary key,
    project_id bigint not null references slipway_state.projects,
    pid integer not null,
    host text not null,
    version text not null,
    address text,
    started_at timestamptz not null,
    heartbeat_at timestamptz not null
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statements.join(";\n")).execute(db);
}

/** Runs that never started are lost; nothing else was known of them. */
export async function down(db: Kysely<unknown>): Promise<void> {
  const back = [
    "drop table slipway_state.servers, slipway_state.branches, slipway_state.occurrences, slipway_state.jobs, slipway_state.job_steps",
    "update slipway_state.runs set retry_of = null",
    "delete from slipway_state.runs where state in ('queued', 'skipped')",
    `alter table slipway_state.runs
      drop constraint runs_state_check,
      add constraint runs_state_check check (state in (${RUN_STATES})),
      drop column job, drop column trigger, drop column request, drop column queued_at, drop column retry_of`,
  ];
  await sql.raw(back.join(";\n")).execute(db);
}
