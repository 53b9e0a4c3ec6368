// The scheduler: each time at which a job is due is decided once, whoever decides and whatever happened meanwhile. On PGlite and on PostgreSQL.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Trigger } from "../../src/core/jobs/jobs.ts";
import { listAlerts } from "../../src/db/alerts.ts";
import { listAudit } from "../../src/db/audit.ts";
import type { Db } from "../../src/db/db.ts";
import { listOccurrences, setJobPaused } from "../../src/db/jobs.ts";
import { claimRun } from "../../src/db/run-queue.ts";
import { finishRun, listRuns } from "../../src/db/runs.ts";
import type { Session } from "../../src/flow/session/session.ts";
import { judgeEnded } from "../../src/ops/notices/judge.ts";
import { nextDue, tick } from "../../src/ops/schedule/scheduler.ts";
import { render, say } from "../../src/text/catalogue.ts";
import { scheduleWorld } from "../support/schedule-session.ts";
import { backends, handClock, makePlace, type StatePlace } from "../support/state.ts";
import { audit } from "../support/state-samples.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const job = (name: string, more: string) => `  ${name}: { environment: prod, steps: [dbt run], ${more} }\n`;
const hourly = job("daily", 'triggers: [{ cron: "0 * * * *" }]');

describe.each(backends)("the scheduler on %s", (backend) => {
  let clock: ReturnType<typeof handClock>;
  let place: StatePlace;
  let db: Db;

  beforeAll(async () => {
    clock = handClock("2026-11-20T00:30:00Z");
    place = await makePlace(backend, clock);
    db = await place.open();
  });
  afterAll(async () => {
    await db.close();
    await place.remove();
  });

  const world = (name: string, jobs: string, root?: string) =>
    scheduleWorld(db, name, root ? { jobs, root } : { jobs });
  const projectOf = async (session: Session) => (await session.project()).id;
  /** What was decided, oldest first, as `09:00 queued note`; times of Tokyo. */
  const decided = async (session: Session, name = "daily") => {
    const list = await listOccurrences(db, { projectId: await projectOf(session), job: name, limit: 100 });
    return list.reverse().map(({ dueAt, state, note }) => {
      const time = dueAt.toLocaleTimeString("sv", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit" });
      return `${time} ${state}${note ? `: ${render(note, "en")}` : ""}`;
    });
  };
  const triggers = async (session: Session): Promise<(Trigger | null)[]> =>
    (await listRuns(db, { projectId: await projectOf(session), limit: 50 })).reverse().map(({ trigger }) => trigger);
  /** Claims the run that waits and ends it. */
  const finish = async (session: Session, state: "succeeded" | "failed") => {
    const run = await claimRun(db, { projectId: await projectOf(session), actor: "w", pid: 1, host: "h" });
    await finishRun(db, run!.id, state, null, audit());
    return run!.id;
  };
  const one = "no server could start it: one run for";

  test("a time comes once, also for a server that starts again", async () => {
    const { session } = world("once", hourly);
    expect(await tick(session)).toMatchObject({ queued: 0, decided: 0 });
    expect(nextDue(session)?.toISOString()).toBe("2026-11-20T01:00:00.000Z");
    clock.move(30 * MINUTE);
    expect(await tick(session)).toMatchObject({ queued: 1, decided: 1 });
    expect(await tick(session)).toMatchObject({ queued: 0, decided: 0 });
    expect(nextDue(session)?.toISOString()).toBe("2026-11-20T02:00:00.000Z");
    expect(await tick(world("once", hourly).session)).toMatchObject({ queued: 0, decided: 0 });
    expect(await decided(session)).toEqual(["10:00 queued"]);
    expect(await triggers(session)).toEqual([
      { kind: "schedule", cron: "0 * * * *", dueAt: "2026-11-20T01:00:00.000Z", late: false },
    ]);
  });

  test("of three servers one starts the run", async () => {
    const three = [1, 2, 3].map(() => world("three", hourly).session);
    for (const session of three) await tick(session);
    clock.move(HOUR);
    const reports = await Promise.all(three.map(tick));
    expect(reports.map(({ queued }) => queued).sort()).toEqual([0, 0, 1]);
    expect(await triggers(three[0]!)).toHaveLength(1);
  });

  test("what was missed: one run for all, or none, as the job says", async () => {
    const skipping = hourly + job("skip", 'triggers: [{ cron: "0 * * * *" }], missed: skip');
    await tick(world("away", skipping).session);
    clock.move(3 * HOUR + 10 * MINUTE);
    const { session } = world("away", skipping);
    expect(await tick(session)).toMatchObject({ queued: 1, decided: 6 });
    expect(await decided(session)).toEqual([
      `12:00 merged: ${one} 3 times`,
      `13:00 merged: ${one} 3 times`,
      "14:00 queued",
    ]);
    expect(await decided(session, "skip")).toEqual(
      ["12", "13", "14"].map((hour) => `${hour}:00 missed: no server could start it then`),
    );
    expect(await triggers(session)).toMatchObject([{ late: true, dueAt: "2026-11-20T05:00:00.000Z" }]);
    const rows = await listOccurrences(db, { projectId: await projectOf(session), job: "daily", limit: 9 });
    expect(new Set(rows.map(({ runId }) => runId)).size).toBe(1);
    expect(await judgeEnded(session)).toBe(3);
    const alerts = await listAlerts(db, await projectOf(session), 9);
    expect(alerts).toMatchObject([{ kind: "missed", severity: "info", job: "skip" }]);
  });

  test("excluded and paused times start nothing and are on record", async () => {
    const { session } = world(
      "not now",
      job("daily", 'triggers: [{ cron: "0 * * * *" }], exclude: [{ cron: "0 15 * * *", for: 1h, reason: backup }]'),
    );
    await tick(session);
    clock.move(50 * MINUTE);
    await tick(session);
    const pause = { projectId: await projectOf(session), name: "daily", paused: { by: "aoi", reason: "stocktaking" } };
    await setJobPaused(db, pause, audit());
    clock.move(HOUR);
    await tick(session);
    await setJobPaused(db, { ...pause, paused: null }, audit());
    clock.move(HOUR);
    await tick(session);
    expect(await decided(session)).toEqual([
      "15:00 excluded: backup (0 15 * * * for 1h)",
      "16:00 paused: paused by aoi: stocktaking",
      "17:00 queued",
    ]);
  });

  test("what overlaps is merged into the waiting run, or refused, as the job says", async () => {
    const { session } = world("overlap", hourly + job("b", 'triggers: [{ cron: "0 * * * *" }], overlap: refuse'));
    await tick(session);
    clock.move(HOUR);
    await tick(session);
    clock.move(HOUR);
    await tick(session);
    const [first, second] = await listRuns(db, { projectId: await projectOf(session), limit: 9 });
    expect(await decided(session)).toEqual(["18:00 queued", `19:00 merged: taken in by run ${second!.id}`]);
    expect(await decided(session, "b")).toEqual(["18:00 queued", `19:00 refused: run ${first!.id} was in the way`]);
  });

  test("a schedule that changes begins with the change", async () => {
    const { session, change } = world("change", job("daily", 'triggers: [{ cron: "0 0 * * *" }]'));
    await tick(session);
    clock.move(20 * MINUTE);
    await tick(session);
    change(job("daily", 'triggers: [{ cron: "*/15 * * * *" }]'));
    expect(await tick(session)).toMatchObject({ decided: 0 });
    clock.move(10 * MINUTE);
    expect(await tick(session)).toMatchObject({ decided: 1, queued: 1 });
  });

  test("a job that was taken out and comes back has missed nothing, with or without a server at the time", async () => {
    const other = job("other", 'triggers: [{ cron: "0 * * * *" }]');
    const { session, change } = world("comes back", hourly + other);
    await tick(session);
    change(other);
    await tick(session);
    clock.move(5 * HOUR);
    await tick(session);
    change(hourly + other);
    expect(await tick(session)).toMatchObject({ decided: 0 });
    expect(await decided(session)).toEqual([]);
    // A restart right after it came back: from then on it is watched.
    clock.move(HOUR);
    expect(await tick(world("comes back", hourly + other).session)).toMatchObject({ decided: 2, queued: 1 });
    expect(await decided(session)).toHaveLength(1);
    // Gone while one server serves, back while none does.
    await tick(world("comes back", other).session);
    clock.move(5 * HOUR);
    expect(await tick(world("comes back", hourly + other).session)).toMatchObject({ decided: 5 });
    expect(await decided(session)).toHaveLength(1);
  });

  test("a clock that was far ahead for a moment silences no schedule, and starts nothing twice", async () => {
    const jobs = hourly + job("report", "triggers: [{ after: { job: daily } }]");
    const { session } = world("ahead", jobs);
    await tick(session);
    clock.move(48 * HOUR);
    expect(await tick(session)).toMatchObject({ queued: 1, decided: 48 });
    await finish(session, "succeeded");
    expect(await tick(session)).toMatchObject({ queued: 1, decided: 1 });
    clock.move(MINUTE);
    await tick(session); // has written down up to when it has looked
    clock.move(-48 * HOUR);
    const [here, restarted] = [session, world("ahead", jobs).session];
    expect(await tick(here)).toMatchObject({ decided: 0 });
    expect(await tick(restarted)).toMatchObject({ decided: 0 });
    clock.move(HOUR);
    expect(await tick(here)).toMatchObject({ queued: 1, decided: 1 });
    expect(await tick(restarted)).toMatchObject({ queued: 0, decided: 0 });
    clock.move(HOUR);
    expect(await tick(world("ahead", jobs).session)).toMatchObject({ decided: 1 });
  });

  test("slipway.yml that changes in the middle of a look does not fail it", async () => {
    const { session, change } = world("middle", hourly);
    await tick(session);
    clock.move(HOUR);
    const open = session.db;
    session.db = () => {
      change(job("another", 'triggers: [{ cron: "0 * * * *" }]'));
      return open();
    };
    expect(await tick(session)).toMatchObject({ queued: 1, decided: 1 });
  });

  test("a job after another with a result that counts, once, also after a restart", async () => {
    const jobs = hourly + job("report", "triggers: [{ after: { job: daily, result: [succeeded, held] } }]");
    const { session } = world("after", jobs);
    await tick(session);
    clock.move(HOUR);
    await tick(session);
    const failed = await finish(session, "failed");
    expect(await tick(session)).toMatchObject({ decided: 0 });
    clock.move(HOUR);
    await tick(session);
    const run = await finish(session, "succeeded");
    expect(await tick(session)).toMatchObject({ queued: 1, decided: 1 });
    expect(await tick(session)).toMatchObject({ decided: 0 });
    expect(await tick(world("after", jobs).session)).toMatchObject({ decided: 0 });
    expect((await triggers(session)).at(-1)).toEqual({ kind: "after", job: "daily", runId: run, result: "succeeded" });
    const [occurrence] = await listOccurrences(db, { projectId: await projectOf(session), job: "report", limit: 9 });
    expect(occurrence).toMatchObject({ trigger: `after:daily:${run}`, state: "queued" });
    expect(failed).toBeLessThan(run);
  });

  test("a job that is new does not follow runs that ended before it was there", async () => {
    const { session, change } = world("late follower", hourly);
    await tick(session);
    clock.move(HOUR);
    await tick(session);
    await finish(session, "succeeded");
    clock.move(1000);
    change(hourly + job("report", "triggers: [{ after: { job: daily } }]"));
    expect(await tick(session)).toMatchObject({ decided: 0 });
  });

  test("a calendar that cannot be read keeps its job waiting, and only that; nothing is lost", async () => {
    const root = await mkdtemp(join(tmpdir(), "sw-calendar-"));
    const jobs = hourly + job("quiet", 'triggers: [{ cron: "0 * * * *" }], exclude: [{ calendar: days.txt }]');
    const { session } = world("calendar", jobs, root);
    await writeFile(join(root, "days.txt"), "2026-01-01 New Year\n");
    await tick(session);
    await writeFile(join(root, "days.txt"), "tomorrow\n");
    clock.move(HOUR);
    const broken = await tick(session);
    expect(broken.problems.map(({ message, job: name }) => [name, message])).toEqual([
      ["quiet", say("schedule.calendar_line", { file: "days.txt", line: 1 })],
    ]);
    expect(await decided(session, "quiet")).toEqual([]);
    expect((await decided(session)).at(-1)).toMatch(/queued$/);
    await writeFile(join(root, "days.txt"), "2026-01-01 New Year\n2027-01-01\n");
    clock.move(10 * MINUTE);
    expect((await tick(session)).problems).toEqual([]);
    expect(await decided(session, "quiet")).toEqual(await decided(session));
    expect(await triggers(session)).toMatchObject([{ late: true }, { late: true }]);
    await rm(root, { recursive: true });
  });

  test("what is older than a year is forgotten, with an audit row; a server that was away so long records the newest", async () => {
    await tick(world("old", hourly).session);
    clock.move(HOUR);
    await tick(world("old", hourly).session);
    clock.move(420 * 24 * HOUR);
    const { session } = world("old", hourly);
    const { queued, decided: count } = await tick(session);
    expect([queued, count > 5_000, count <= 10_080]).toEqual([0, true, true]);
    clock.move(MINUTE);
    await tick(session);
    const all = await listOccurrences(db, { projectId: await projectOf(session), limit: 20_000 });
    expect(all.length).toBe(count);
    expect(await listAudit(db, { subject: "project old", limit: 9 })).toMatchObject([{ details: { count: 1 } }]);
  });

  test("an expression that stands there twice comes once, two that meet are one run", async () => {
    const { session } = world(
      "twice",
      job("daily", 'triggers: [{ cron: "0 * * * *" }, { cron: "0  * * * *" }, { cron: "*/60 * * * *" }]'),
    );
    await tick(session);
    clock.move(HOUR);
    expect(await tick(session)).toMatchObject({ queued: 1, decided: 2 });
  });

  test("a job that is paused and goes on before any server was there has missed nothing", async () => {
    const { session } = world("early", hourly);
    const pause = { projectId: await projectOf(session), name: "daily", paused: { by: "aoi", reason: null } };
    expect(await setJobPaused(db, pause, audit())).toBe(true);
    expect(await setJobPaused(db, { ...pause, paused: null }, audit())).toBe(true);
    clock.move(3 * HOUR);
    expect(await tick(session)).toMatchObject({ decided: 0 });
    clock.move(HOUR);
    expect(await tick(session)).toMatchObject({ decided: 1 });
  });
});
