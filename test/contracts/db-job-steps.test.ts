// Steps of a run, the same suite on PGlite and on PostgreSQL.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/db.ts";
import { endStep, listJobSteps, planSteps, startStep } from "../../src/db/job-steps.ts";
import { finishRun } from "../../src/db/runs.ts";
import { say } from "../../src/text/catalogue.ts";
import { backends, makePlace, type StatePlace } from "../support/state.ts";
import { audit, type Sample, sampleProject, sampleRun } from "../support/state-samples.ts";

describe.each(backends)("steps on %s", (backend) => {
  let place: StatePlace;
  let db: Db;
  let sample: Sample;
  const states = async (runId: number) => (await listJobSteps(db, runId)).map((step) => `${step.name} ${step.state}`);

  beforeAll(async () => {
    place = await makePlace(backend);
    db = await place.open();
    sample = await sampleProject(db, "shop");
  });
  afterAll(async () => {
    await db.close();
    await place.remove();
  });

  test("steps begin and end one after the other", async () => {
    const run = await sampleRun(db, sample);
    await planSteps(db, run.id, ["clone, profile, deps", "dbt run", "publish"]);
    await startStep(db, run.id, 1);
    await endStep(db, { runId: run.id, position: 1, state: "succeeded", summary: say("job.nothing_to_publish") });
    await startStep(db, run.id, 2);
    const [first, second, third] = await listJobSteps(db, run.id);
    expect(first).toMatchObject({ state: "succeeded", summary: { id: "job.nothing_to_publish" } });
    expect(first?.finishedAt).toBeInstanceOf(Date);
    expect(second).toMatchObject({ state: "running", finishedAt: null });
    expect(third).toMatchObject({ state: "queued", startedAt: null });
  });

  test("the end of a run is the end of its steps", async () => {
    const ends = { succeeded: "succeeded", failed: "failed", cancelled: "cancelled", interrupted: "failed" } as const;
    for (const [state, ended] of Object.entries(ends) as [keyof typeof ends, string][]) {
      const run = await sampleRun(db, sample);
      await planSteps(db, run.id, ["a", "b", "c"]);
      await startStep(db, run.id, 1);
      await endStep(db, { runId: run.id, position: 1, state: "succeeded", summary: null });
      await startStep(db, run.id, 2);
      await finishRun(db, run.id, state, say("flow.cancelled"), audit("run.ended"));
      expect(await states(run.id)).toEqual(["a succeeded", `b ${ended}`, "c skipped"]);
      const summary = (await listJobSteps(db, run.id))[1]?.summary?.id ?? null;
      expect(summary).toBe(state === "succeeded" ? null : "flow.cancelled");
    }
  });

  test("a run that waits again begins with new steps", async () => {
    const run = await sampleRun(db, sample);
    await planSteps(db, run.id, ["a", "b"]);
    await startStep(db, run.id, 1);
    await planSteps(db, run.id, ["a", "c", "d"]);
    expect(await states(run.id)).toEqual(["a queued", "c queued", "d queued"]);
  });
});
