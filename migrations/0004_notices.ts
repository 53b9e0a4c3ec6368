// Alerts, the messages about them, silences, and what has ended and is not judged yet.
import { type Kysely, sql } from "kysely";

const statements = [
  `create table slipway_state.alerts (
    id bigint generated always as identity primary key,
    project_id bigint not null references slipway_state.projects,
    cause text not null,
    kind text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    environment text,
    job text,
    owners jsonb not null,
    tags jsonb not null,
    body jsonb not null,
    opened_at timestamptz not null,
    last_seen_at timestamptz not null,
    seen integer not null,
    first_run_id bigint references slipway_state.runs,
    last_run_id bigint references slipway_state.runs,
    resolved_at timestamptz,
    resolved_run_id bigint references slipway_state.runs,
    acknowledged_at timestamptz,
    acknowledged_by text,
    acknowledged_reason text,
    told_at timestamptz,
    level integer not null default 0,
    escalate_at timestamptz,
    repeat_at timestamptz,
    occasions integer not null default 0
  )`,
  "create unique index alerts_open on slipway_state.alerts (project_id, cause) where resolved_at is null",
  `create table slipway_state.notices (
    id bigint generated always as identity primary key,
    project_id bigint not null references slipway_state.projects,
    alert_id bigint not null references slipway_state.alerts,
    occasion text not null,
    kind text not null,
    channel text not null,
    recipient text not null,
    state text not null check (state in ('waiting', 'sent', 'failed', 'dropped')),
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    last_error jsonb,
    body jsonb not null,
    created_at timestamptz not null,
    sent_at timestamptz,
    unique (alert_id, occasion, channel, recipient)
  )`,
  "create index notices_waiting on slipway_state.notices (project_id, next_attempt_at) where state = 'waiting'",
  `create table slipway_state.silences (
    id bigint generated always as identity primary key,
    project_id bigint not null references slipway_state.projects,
    matchers jsonb not null,
    reason text,
    created_by text not null,
    created_at timestamptz not null,
    until timestamptz not null,
    ended_at timestamptz
  )`,
  // Written in the transaction that ends a run, whoever ends it: a server that dies right after leaves it to the next one.
  `create table slipway_state.unjudged (
    id bigint generated always as identity primary key,
    project_id bigint not null references slipway_state.projects,
    run_id bigint references slipway_state.runs,
    job text,
    due_at timestamptz
  )`,
  `create function slipway_state.run_awaits_judgement() returns trigger language plpgsql as $$
    begin
      insert into slipway_state.unjudged (project_id, run_id) values (new.project_id, new.id);
      return null;
    end
  $$`,
  `create trigger run_ended after update of finished_at on slipway_state.runs
    for each row when (old.finished_at is null and new.finished_at is not null)
    execute function slipway_state.run_awaits_judgement()`,
  `create function slipway_state.occurrence_awaits_judgement() returns trigger language plpgsql as $$
    begin
      insert into slipway_state.unjudged (project_id, job, due_at) values (new.project_id, new.job, new.due_at);
      return null;
    end
  $$`,
  `create trigger occurrence_missed after insert on slipway_state.occurrences
    for each row when (new.state = 'missed')
    execute function slipway_state.occurrence_awaits_judgement()`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statements.join(";\n")).execute(db);
}

/** Open alerts are forgotten: what is still wrong is found again by the next run. */
export async function down(db: Kysely<unknown>): Promise<void> {
  const back = [
    "drop trigger occurrence_missed on slipway_state.occurrences",
    "drop trigger run_ended on slipway_state.runs",
    "drop function slipway_state.occurrence_awaits_judgement(), slipway_state.run_awaits_judgement()",
    "drop table slipway_state.unjudged, slipway_state.silences, slipway_state.notices, slipway_state.alerts",
  ];
  await sql.raw(back.join(";\n")).execute(db);
}
