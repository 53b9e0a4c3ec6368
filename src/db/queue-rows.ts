// What waits and what runs, as the queue reads it, one reader after another.
import type { QueuedRun } from "../core/jobs/queue.ts";
import type { Db } from "./db.ts";

const queueColumns = ["id", "kind", "environmentId", "job", "trigger", "request"] as const;

/** Everything that reads the queue to change it waits here for its turn; a few milliseconds. */
export async function takeTurns(trx: Db, projectId: number): Promise<string> {
  const { name } = await trx.kysely
    .selectFrom("projects")
    .select("name")
    .where("id", "=", projectId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  return name;
}

/** Oldest first. No such run has an end: said once more, because the index of open runs asks for it. */
export async function runsIn(db: Db, projectId: number, state: "queued" | "running"): Promise<QueuedRun[]> {
  return db.kysely
    .selectFrom("runs")
    .select(queueColumns)
    .where("projectId", "=", projectId)
    .where("state", "=", state)
    .where("finishedAt", "is", null)
    .orderBy("id")
    .execute();
}
