// Releases, standings, promotions and leases: what must hold when several ask at once. On PGlite and on PostgreSQL.
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAudit } from "../../src/db/audit.ts";
import type { Db } from "../../src/db/db.ts";
import {
  acquireLease,
  breakLease,
  cancelRequested,
  loadLease,
  loadLeases,
  releaseLease,
  renewLease,
  requestCancel,
} from "../../src/db/leases.ts";
import { loadEnvironmentById } from "../../src/db/projects.ts";
import {
  createRelease,
  listReleases,
  listRevisions,
  loadRelease,
  loadReleaseByNumber,
  loadStanding,
  makeLive,
  type Promoted,
  revisionsAround,
  saveStanding,
} from "../../src/db/releases.ts";
import { backends, handClock, makePlace, type StatePlace } from "../support/state.ts";
import {
  audit,
  releaseDraft,
  sampleProject,
  sampleRelease,
  sampleRun,
  sampleStanding,
} from "../support/state-samples.ts";

describe.each(backends)("releases and leases on %s", (backend) => {
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

  test("a release comes back as it was made; the list leaves its nodes out", async () => {
    const sample = await sampleProject(db, "plain");
    const made = await sampleRelease(db, sample);
    expect(made).toEqual({ ...releaseDraft(sample), id: made.id, number: 1, createdAt: clock.now() });
    expect(await loadRelease(db, made.id)).toEqual(made);
    expect(await loadReleaseByNumber(db, sample.project.id, 1)).toEqual(made);
    await expect(loadReleaseByNumber(db, sample.project.id, 9)).rejects.toMatchObject({ code: "not_found" });
    const standing = sampleStanding(made.id, sample.environment.id);
    await saveStanding(db, standing, audit());
    expect(await loadStanding(db, made.id, sample.environment.id)).toEqual(standing);
    const { nodes: _n, tokens: _t, ...summary } = made;
    const listed = { ...summary, builtCount: 1, reusedCount: 1, standings: [standing] };
    expect(await listReleases(db, { projectId: sample.project.id, limit: 5 })).toEqual([listed]);
    expect(await listReleases(db, { projectId: sample.project.id, environmentId: -1, limit: 5 })).toEqual([]);
  });

  test("numbers have no gaps, whoever asks at once and whoever fails", async () => {
    const sample = await sampleProject(db, "numbers");
    const failing = db.transaction(async (trx) => {
      await createRelease(trx, releaseDraft(sample), audit());
      throw new Error("stop");
    });
    const made = Array.from({ length: 12 }, () => sampleRelease(db, sample));
    await Promise.all([expect(failing).rejects.toThrow("stop"), ...made]);
    const numbers = (await listReleases(db, { projectId: sample.project.id, limit: 100 })).map((one) => one.number);
    expect(numbers).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test("a promotion retires the release before, once, with one audit row", async () => {
    const sample = await sampleProject(db, "live");
    const { id: environmentId } = sample.environment;
    const runs = [await sampleRun(db, sample), await sampleRun(db, sample), await sampleRun(db, sample)];
    const [first, second] = [await sampleRelease(db, sample), await sampleRelease(db, sample)];
    const promoted: Promoted = {
      environmentId,
      releaseId: first.id,
      fromReleaseId: null,
      revision: 1,
      kind: "deploy",
      runId: runs[0]!.id,
      actor: "aoi",
      reason: null,
      switchMs: 3.5,
      liveId: 7,
      warehouse: "w",
      storeSchema: "store",
    };
    const subject = { ...audit("promote"), subject: "environment live" };
    await saveStanding(db, sampleStanding(first.id, environmentId), audit());
    await makeLive(db, promoted, subject);
    clock.move(1_000);
    const moved = { releaseId: second.id, fromReleaseId: first.id, revision: 2, runId: runs[1]!.id };
    const next = { ...promoted, ...moved, storeSchema: null };
    await makeLive(db, next, subject);
    await Promise.all([makeLive(db, next, subject), makeLive(db, next, subject)]);
    expect(await loadEnvironmentById(db, environmentId)).toMatchObject({
      liveReleaseId: second.id,
      revision: 2,
      liveId: 7,
      storeSchema: "store",
    });
    expect(await loadStanding(db, first.id, environmentId)).toMatchObject({
      state: "retired",
      verdict: "pass",
      liveUntil: clock.now(),
    });
    expect(await loadStanding(db, second.id, environmentId)).toMatchObject({
      state: "live",
      liveSince: clock.now(),
      liveUntil: null,
    });
    expect(
      (await listRevisions(db, environmentId, 5)).map((one) => [one.revision, one.releaseId, one.switchMs]),
    ).toEqual([
      [2, second.id, 3.5],
      [1, first.id, 3.5],
    ]);
    const around = async (runId: number, until: Date) => {
      const { own, last } = await revisionsAround(db, { environmentId, runId, until });
      return [own?.revision ?? null, last?.revision ?? null];
    };
    const now = clock.now();
    expect(await around(runs[0]!.id, now)).toEqual([1, 1]);
    expect(await around(runs[2]!.id, new Date(now.getTime() - 1))).toEqual([null, 1]);
    expect(await around(runs[2]!.id, now)).toEqual([null, 2]);
    expect(await around(runs[2]!.id, new Date(now.getTime() - 5_000))).toEqual([null, null]);
    expect(await listAudit(db, { subject: "environment live", limit: 9 })).toHaveLength(2);
    // A run that is resumed after its own record counts from there; it has been recorded all the same.
    await makeLive(db, { ...next, revision: 3 }, subject);
    expect(await loadEnvironmentById(db, environmentId)).toMatchObject({ revision: 2 });
    const late = { ...next, runId: runs[2]!.id };
    await expect(makeLive(db, { ...late, revision: 4 }, subject)).rejects.toMatchObject({ code: "conflict" });
    const other = { ...late, releaseId: first.id };
    await expect(makeLive(db, other, subject)).rejects.toMatchObject({ code: "conflict" });
    const two = sql`update slipway_state.standings set state = 'live' where environment_id = ${environmentId}`;
    await expect(two.execute(db.kysely)).rejects.toThrow(/standings_one_live/);
    const back = { ...late, releaseId: first.id, fromReleaseId: second.id, revision: 3, kind: "rollback" as const };
    await makeLive(db, back, subject);
    expect(await loadStanding(db, first.id, environmentId)).toMatchObject({ state: "live", liveUntil: null });
  });

  const request = (name: string, holder: string) => ({
    name,
    holder,
    pid: 4,
    host: "here",
    what: "deploy prod",
    ttlMs: 30_000,
    clock,
  });

  test("one of many gets the lease; the fence grows with every grant, even after a release", async () => {
    const answers = await Promise.all(["a", "b", "c", "d"].map((holder) => acquireLease(db, request("one", holder))));
    const granted = answers.filter((answer) => answer.granted);
    expect(granted).toHaveLength(1);
    const lease = granted[0]!.lease;
    const refused = answers.filter((answer) => !answer.granted);
    expect(refused.map((answer) => answer.heldBy.holder)).toEqual([lease.holder, lease.holder, lease.holder]);
    expect(lease).toMatchObject({
      fence: 1,
      acquiredAt: clock.now(),
      expiresAt: new Date(clock.now().getTime() + 30_000),
    });
    await releaseLease(db, lease);
    expect(await loadLease(db, "one")).toBeNull();
    const next = await acquireLease(db, request("one", "e"));
    expect(next).toMatchObject({ granted: true, lease: { fence: 2, holder: "e" } });
    await releaseLease(db, lease);
    expect(await loadLease(db, "one")).toMatchObject({ holder: "e" });
  });

  test("an expired lease is taken over, and its old holder learns it", async () => {
    const first = await acquireLease(db, request("late", "a"));
    if (!first.granted) throw new Error("not granted");
    clock.move(29_000);
    expect(await renewLease(db, first.lease, 30_000)).toBe(true);
    clock.move(29_000);
    expect(await acquireLease(db, request("late", "b"))).toMatchObject({ granted: false, heldBy: { holder: "a" } });
    clock.move(1_000);
    expect(await acquireLease(db, request("late", "b"))).toMatchObject({ granted: true, lease: { fence: 2 } });
    expect(await renewLease(db, first.lease, 30_000)).toBe(false);
  });

  test("cancel and unlock", async () => {
    const first = await acquireLease(db, request("stop", "a"));
    if (!first.granted) throw new Error("not granted");
    expect(await cancelRequested(db, first.lease)).toBe(false);
    expect(await requestCancel(db, "stop", audit())).toBe(true);
    expect(await cancelRequested(db, first.lease)).toBe(true);
    expect(await requestCancel(db, "nothing")).toBe(false);
    expect(await breakLease(db, "stop", audit())).toMatchObject({ holder: "a", what: "deploy prod" });
    expect(await breakLease(db, "stop", audit())).toBeNull();
    expect(await renewLease(db, first.lease, 1)).toBe(false);
    const second = await acquireLease(db, request("stop", "b"));
    expect(second.granted && (await cancelRequested(db, second.lease))).toBe(false);
    expect((await loadLeases(db)).map((lease) => lease.name)).toEqual(["late", "one", "stop"]);
  });
});
