// Secrets, sealed by a key that is not in here; and every occurrence of the server's own upkeep with what it came to.
import { type Kysely, sql } from "kysely";

const statements = [
  `create table slipway_state.secrets (
    project_id bigint not null references slipway_state.projects,
    name text not null,
    sealed text not null,
    key_id text not null,
    created_at timestamptz not null,
    created_by text not null,
    updated_at timestamptz not null,
    updated_by text not null,
    primary key (project_id, name)
  )`,
  `create table slipway_state.upkeep (
    project_id bigint not null references slipway_state.projects,
    period text not null check (period in ('daily', 'weekly', 'monthly')),
    due_at timestamptz not null,
    state text not null check (state in ('running', 'done', 'failed', 'noted')),
    actor text not null,
    attempts integer not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    tasks jsonb not null,
    primary key (project_id, period, due_at)
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statements.join(";\n")).execute(db);
}

/** Secrets are lost: they can only be set again. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw("drop table slipway_state.upkeep, slipway_state.secrets").execute(db);
}
