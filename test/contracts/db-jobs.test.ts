// Jobs, occurrences and branches: what must hold when several schedulers decide at once. On PGlite and on PostgreSQL.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAudit } from "../../src/db/audit.ts";
import type { Db } from "../../src/db/db.ts";
import {
  ensureJobs,
  knownOccurrences,
  listJobs,
  listOccurrences,
  lockBranch,
  markConsidered,
  type NewOccurrence,
  recordOccurrences,
  saveBranch,
  setJobPaused,
  settleOccurrence,
} from "../../src/db/jobs.ts";
import { say } from "../../src/text/catalogue.ts";
import { backends, handClock, makePlace, type StatePlace } from "../support/state.ts";
import { audit, sampleProject, sampleRun } from "../support/state-samples.ts";

const due = (minute: number) => new Date(Date.UTC(2026, 10, 20, 6, minute));

describe.each(backends)("jobs on %s", (backend) => {
  const clock = handClock("2026-11-20T00:00:00Z");
  let place: StatePlace;
  let db: Db;

  beforeAll(async () => {
    place = await makePlace(backend, clock);
    db = await place.open();
  });
  afterAll(async () => {
    await db.close();
    await place.remove();
  });

  test("a new job has missed nothing; what has been decided never goes back", async () => {
    const { project } = await sampleProject(db, "new jobs");
    const [daily] = await ensureJobs(db, project.id, ["daily"]);
    expect(daily).toMatchObject({ name: "daily", paused: false, consideredUntil: clock.now() });
    const later = new Date(clock.now().getTime() + 60_000);
    await markConsidered(db, project.id, ["daily"], later);
    await markConsidered(db, project.id, ["daily"], clock.now());
    const both = await ensureJobs(db, project.id, ["daily", "weekly"]);
    expect(both.map((job) => job.consideredUntil)).toEqual([later, clock.now()]);
    expect(await ensureJobs(db, project.id, ["weekly"])).toHaveLength(1);
    expect((await listJobs(db, project.id)).map(({ name }) => name)).toEqual(["daily", "weekly"]);
  });

  test("a pause has one audit row, whoever asks twice", async () => {
    const { project } = await sampleProject(db, "pause");
    const subject = { ...audit("job.paused"), subject: "job pause/daily" };
    const pause = { projectId: project.id, name: "daily", paused: { by: "aoi", reason: "stocktaking" } };
    const answers = await Promise.all([1, 2, 3].map(() => setJobPaused(db, pause, subject)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect((await listJobs(db, project.id))[0]).toMatchObject({
      paused: true,
      pausedBy: "aoi",
      pausedReason: "stocktaking",
    });
    expect(await setJobPaused(db, { ...pause, paused: null }, subject)).toBe(true);
    expect((await listJobs(db, project.id))[0]).toMatchObject({ paused: false, pausedBy: null, pausedReason: null });
    expect(await listAudit(db, { subject: subject.subject, limit: 9 })).toHaveLength(2);
  });

  test("of several who record the same occurrences each is recorded by one", async () => {
    const { project } = await sampleProject(db, "once");
    const wish = (minute: number): NewOccurrence => ({
      ...{ projectId: project.id, job: "daily", trigger: "* * * * *", dueAt: due(minute) },
      ...{ state: "queued" as const, note: null, runId: null },
    });
    const minutes = Array.from({ length: 30 }, (_, minute) => minute);
    const others = await Promise.all([place.open(), place.open()]);
    const recorded = await Promise.all(
      [db, ...others].map((one, from) => recordOccurrences(one, minutes.slice(from).map(wish))),
    );
    for (const other of others) await other.close();
    const all = recorded.flat().map(({ dueAt }) => dueAt.getUTCMinutes());
    expect(all.sort((a, b) => a - b)).toEqual(minutes);
  });

  test("what became of an occurrence, newest first", async () => {
    const sample = await sampleProject(db, "history");
    const run = await sampleRun(db, sample);
    const key = { projectId: sample.project.id, job: "daily", trigger: "0 6 * * *", dueAt: due(2) };
    const missed = { ...key, state: "merged" as const, note: say("schedule.missed"), runId: null };
    await recordOccurrences(db, [
      { ...missed, dueAt: due(0) },
      { ...missed, dueAt: due(1), state: "excluded" as const },
      { ...missed, state: "queued" as const, note: null },
    ]);
    await settleOccurrence(db, key, { state: "queued", note: null, runId: run.id });
    const span = { projectId: sample.project.id, jobs: ["daily", "other"], from: due(1), to: due(2) };
    expect(await knownOccurrences(db, span)).toHaveLength(2);
    const list = await listOccurrences(db, { projectId: sample.project.id, job: "daily", limit: 9 });
    expect(
      list.map(({ dueAt, state, runId, note }) => [dueAt.getUTCMinutes(), state, runId, note?.id ?? null]),
    ).toEqual([
      [2, "queued", run.id, null],
      [1, "excluded", null, "schedule.missed"],
      [0, "merged", null, "schedule.missed"],
    ]);
    expect(await listOccurrences(db, { projectId: sample.project.id, job: "other", limit: 9 })).toEqual([]);
    expect(await listOccurrences(db, { projectId: sample.project.id, limit: 1 })).toHaveLength(1);
  });

  test("of several who see a new commit one sees it first", async () => {
    const { project } = await sampleProject(db, "branches");
    const look = (one: Db) =>
      one.transaction(async (trx) => {
        const seen = await lockBranch(trx, project.id, "main");
        if (seen?.commit === "c1") return false;
        await saveBranch(trx, project.id, "main", { commit: "c1", seenAt: clock.now() });
        return true;
      });
    const others = await Promise.all([place.open(), place.open()]);
    const first = await Promise.all([db, ...others].map(look));
    for (const other of others) await other.close();
    expect(first.filter(Boolean)).toHaveLength(1);
    expect(await db.transaction((trx) => lockBranch(trx, project.id, "main"))).toEqual({
      commit: "c1",
      seenAt: clock.now(),
    });
    expect(await db.transaction((trx) => lockBranch(trx, project.id, "dev"))).toBeNull();
  });
});
