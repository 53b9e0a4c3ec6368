// Ended runs by their end: a scheduler asks twice a second which runs have ended that other jobs follow.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw("create index runs_by_end on slipway_state.runs (project_id, finished_at desc) where finished_at is not null")
    .execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw("drop index slipway_state.runs_by_end").execute(db);
}
