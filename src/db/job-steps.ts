// Steps of a job's run: what will be done in which order, how far it is, and what each came to.
import type { JobStep, JobStepState } from "../core/jobs/jobs.ts";
import type { RunState } from "../core/records.ts";
import type { Text } from "../lib/text.ts";
import type { Db } from "./db.ts";
import { json, jsonOrNull } from "./json.ts";

/** The run begins: its steps, all waiting, from position 1. What an earlier attempt under this number left is replaced. */
export async function planSteps(db: Db, runId: number, names: string[]): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.kysely.deleteFrom("jobSteps").where("runId", "=", runId).execute();
    const rows = names.map((name, index) => ({
      runId,
      position: index + 1,
      name,
      state: "queued" as const,
      startedAt: null,
      finishedAt: null,
      summary: null,
    }));
    await trx.kysely.insertInto("jobSteps").values(rows).execute();
  });
}

/** What a run without commands of its own was made of, once it is through: its phases, as steps. */
export async function recordPhases(db: Db, rows: JobStep[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ summary, ...row }) => ({ ...row, summary: jsonOrNull(summary) }));
  await db.kysely
    .insertInto("jobSteps")
    .values(values)
    .onConflict((conflict) => conflict.columns(["runId", "position"]).doNothing())
    .execute();
}

export async function startStep(db: Db, runId: number, position: number): Promise<void> {
  await db.kysely
    .updateTable("jobSteps")
    .set({ state: "running", startedAt: db.clock.now() })
    .where("runId", "=", runId)
    .where("position", "=", position)
    .execute();
}

/** A step that was never started has no times. */
export async function endStep(
  db: Db,
  step: Pick<JobStep, "runId" | "position" | "summary"> & { state: Exclude<JobStepState, "queued" | "running"> },
): Promise<void> {
  await db.kysely
    .updateTable("jobSteps")
    .set({ state: step.state, summary: jsonOrNull(step.summary) })
    .$if(step.state !== "skipped", (query) => query.set({ finishedAt: db.clock.now() }))
    .where("runId", "=", step.runId)
    .where("position", "=", step.position)
    .execute();
}

/** In their order; [] for a run that has not begun, or has no steps. */
export async function listJobSteps(db: Db, runId: number): Promise<JobStep[]> {
  return db.kysely.selectFrom("jobSteps").selectAll().where("runId", "=", runId).orderBy("position").execute();
}

const ENDING: Partial<Record<RunState, JobStepState>> = { succeeded: "succeeded", cancelled: "cancelled" };

/** Part of a run's end: what still ran ends as the run did, what still waited is skipped. `why` goes to the step that ran. */
export async function settleSteps(trx: Db, runId: number, state: RunState, why: Text | null): Promise<void> {
  await trx.kysely
    .updateTable("jobSteps")
    .set({ state: ENDING[state] ?? "failed", finishedAt: trx.clock.now() })
    .$if(why !== null && state !== "succeeded", (query) => query.set({ summary: json(why) }))
    .where("runId", "=", runId)
    .where("state", "=", "running")
    .execute();
  await trx.kysely
    .updateTable("jobSteps")
    .set({ state: "skipped" })
    .where("runId", "=", runId)
    .where("state", "=", "queued")
    .execute();
}
