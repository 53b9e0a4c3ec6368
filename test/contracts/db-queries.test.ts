// The queries of Slipway's own state, the same suite on PGlite and on PostgreSQL.

import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAudit, recordAudit } from "../../src/db/audit.ts";
import type { Db } from "../../src/db/db.ts";
import { installationId } from "../../src/db/installation.ts";
import { loadKeyParents, loadKeyRecord, saveKeyRecords } from "../../src/db/keys.ts";
import { findManifest, latestManifest, loadManifest, saveManifest } from "../../src/db/manifests.ts";
import { migrations } from "../../src/db/migrate.ts";
import { loadPlan, savePlan } from "../../src/db/plans.ts";
import { ensureEnvironment, ensureProject, loadEnvironment, updateEnvironment } from "../../src/db/projects.ts";
import {
  finishRun,
  listRuns,
  listSteps,
  loadRun,
  loadTimings,
  openRun,
  recordNodeTimings,
  recordStep,
  setRunPhase,
} from "../../src/db/runs.ts";
import { storageFacts } from "../../src/db/storage.ts";
import { findTestResults, saveTestResults } from "../../src/db/tests.ts";
import {
  describeVersion,
  findVersions,
  listVersions,
  loadVersions,
  markVersionFailed,
  markVersionReady,
  registerVersions,
  retireVersions,
} from "../../src/db/versions.ts";
import { backends, makePlace, type StatePlace } from "../support/state.ts";
import { audit, newVersion, type Sample, sampleProject, sampleRun } from "../support/state-samples.ts";

describe.each(backends)("state on %s", (backend) => {
  let place: StatePlace;
  let db: Db;
  let sample: Sample;
  const warehouse = "duckdb:/w.duckdb";

  beforeAll(async () => {
    place = await makePlace(backend);
    db = await place.open();
    sample = await sampleProject(db, "shop");
  });
  afterAll(async () => {
    await db.close();
    await place.remove();
  });

  test("an installation has one id, however many ask at once", async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(() => installationId(db)));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[a-z2-7]{12}$/);
  });

  test("projects and environments are made once; the target follows the configuration", async () => {
    const [a, b] = await Promise.all([ensureProject(db, "twice"), ensureProject(db, "twice")]);
    expect(a).toEqual(b);
    expect(typeof a.id).toBe("number");
    const first = await ensureEnvironment(db, a.id, { name: "staging", target: "dev" });
    expect(first).toEqual({
      id: first.id,
      projectId: a.id,
      name: "staging",
      target: "dev",
      warehouse: null,
      storeSchema: null,
      liveId: null,
      liveReleaseId: null,
      revision: 0,
      paused: false,
    });
    expect(await ensureEnvironment(db, a.id, { name: "staging", target: "qa" })).toEqual({ ...first, target: "qa" });
    const patched = await updateEnvironment(db, first.id, { paused: true, warehouse }, audit("pause"));
    expect(patched).toEqual(await loadEnvironment(db, a.id, "staging"));
    await expect(loadEnvironment(db, a.id, "nowhere")).rejects.toMatchObject({ code: "not_found" });
  });

  test("a version goes from building to ready, is found by its plain key, and is taken over only when not ready", async () => {
    const { id: projectId } = sample.project;
    const [one, two] = await registerVersions(db, [newVersion(projectId, "k2"), newVersion(projectId, "k1")], audit());
    expect([one!.key, two!.key, one!.state]).toEqual(["k2", "k1", "building"]);
    expect(await findVersions(db, { warehouse, projectId, plainKeys: ["p"] })).toEqual([]);
    const columns = [{ name: "id", type: "DECIMAL(10,2)", collation: null }];
    await describeVersion(db, one!, { columns: [], rows: 9, sizeBytes: 9 });
    await markVersionReady(db, { ...one!, runId: 77 }, { rows: 9, buildMs: 9 });
    expect(await findVersions(db, { warehouse, projectId, plainKeys: ["p"] })).toEqual([]);
    await markVersionReady(db, one!, { rows: 2, buildMs: 1.25 });
    await markVersionReady(db, one!, { rows: 9, buildMs: 9 });
    await describeVersion(db, one!, { columns, rows: 3, sizeBytes: 2 ** 40 });
    await markVersionFailed(db, { ...one!, runId: 77 }, "late");
    await markVersionFailed(db, two!, "broken \u0000 \ud800 日本");
    const [found] = await findVersions(db, { warehouse, projectId, plainKeys: ["p", "other"] });
    expect(found).toMatchObject({
      key: "k2",
      state: "ready",
      rows: 3,
      sizeBytes: 2 ** 40,
      buildMs: 1.25,
      columns,
      chain: ["older"],
      message: null,
    });
    expect(found!.readyAt).toBeInstanceOf(Date);
    const failed = await listVersions(db, { warehouse, projectId, states: ["failed"] });
    expect(failed.map((version) => version.message)).toEqual(["broken \ufffd \ufffd 日本"]);
    const again = await registerVersions(db, [newVersion(projectId, "k1"), newVersion(projectId, "k2")], audit());
    expect(again.map(({ id, state }) => ({ id, state }))).toEqual([
      { id: two!.id, state: "building" },
      { id: one!.id, state: "ready" },
    ]);
    await markVersionFailed(db, one!, "not there after all");
    expect(await findVersions(db, { warehouse, projectId, plainKeys: ["p"] })).toEqual([]);
    await retireVersions(db, [one!.id], audit());
    expect(await findVersions(db, { warehouse, projectId, plainKeys: ["p"] })).toEqual([]);
    expect((await loadVersions(db, [one!.id, two!.id, -1])).length).toBe(2);
    expect(await listVersions(db, { warehouse, projectId, states: [] })).toEqual([]);
  });

  test("5,000 versions and their key records are written at once", async () => {
    const { id: projectId } = await ensureProject(db, "large");
    const keys = Array.from({ length: 5_000 }, (_, index) => `v${index}`);
    const made = await registerVersions(
      db,
      keys.map((key) => newVersion(projectId, key, key)),
      audit(),
    );
    expect(made.map((version) => version.key)).toEqual(keys);
    expect((await findVersions(db, { warehouse, projectId, plainKeys: keys })).length).toBe(0);
    const components = { code: "select '\u0000' -- 日本", list: [1, { deep: null }], n: 12345678901 };
    const records = keys.map((key) => ({ node: "model.shop.orders", key, components }));
    await saveKeyRecords(db, projectId, records);
    await saveKeyRecords(db, projectId, [
      ...records,
      { node: "n", key: "k", components: { text: "x".repeat(2_000_000) } },
    ]);
    const loaded = await loadKeyRecord(db, projectId, "model.shop.orders", "v4999");
    expect(loaded?.components).toEqual({ ...components, code: "select '\ufffd' -- 日本" });
    expect(await loadKeyRecord(db, projectId, "n", "k")).not.toBeNull();
    expect(await loadKeyRecord(db, projectId, "n", "none")).toBeNull();
    const parents = { "model.shop.stg_orders": "k1", "source.shop.a_b.c": "t" };
    await saveKeyRecords(db, projectId, [{ node: "n", key: "kp", components: { parents } }]);
    const asked = ["kp", "k", "none"].map((key) => ({ node: "n", key }));
    expect(await loadKeyParents(db, projectId, asked)).toEqual(
      new Map<string, object>([
        ["n kp", parents],
        ["n k", {}],
      ]),
    );
  });

  test("the last result of a test key counts", async () => {
    const at = new Date("2026-11-20T00:00:00.5Z");
    const row = {
      warehouse,
      projectId: sample.project.id,
      testKey: "t",
      test: "test.shop.a",
      failures: 0,
      message: null,
      executionMs: 1.5,
      runId: null,
      at,
    };
    await saveTestResults(db, [
      { ...row, status: "fail" },
      { ...row, status: "pass" },
    ]);
    await saveTestResults(db, [{ ...row, status: "warn", failures: 2 }]);
    const found = await findTestResults(db, { warehouse, projectId: sample.project.id, testKeys: ["t", "u"] });
    expect(found).toEqual([{ ...row, status: "warn", failures: 2 }]);
  });

  test("a manifest is known by everything its parsing depended on", async () => {
    const { id, ...known } = sample.manifest;
    expect(await findManifest(db, known)).toEqual(sample.manifest);
    expect(await findManifest(db, { ...known, fingerprint: "f2" })).toBeNull();
    expect((await saveManifest(db, { ...known, path: "elsewhere" })).id).toBe(id);
    const newer = await saveManifest(db, { ...known, fingerprint: "f2" });
    expect(await latestManifest(db, known.projectId, known.commit, known.target)).toEqual(newer);
    expect(await loadManifest(db, newer.id)).toEqual(newer);
  });

  test("a plan of any size comes back as it was", async () => {
    const { project, environment } = sample;
    const body = {
      actions: Array.from({ length: 20_000 }, (_, index) => ({
        kind: "build",
        node: `model.${index}`,
        snake_case: 1,
        camelCase: [{ deepKey: "注" }],
      })),
    };
    await savePlan(db, { id: "p1", projectId: project.id, environmentId: environment.id, body });
    await savePlan(db, { id: "p1", projectId: project.id, environmentId: environment.id, body: {} });
    expect((await loadPlan(db, "p1")).body).toEqual(body);
    await expect(loadPlan(db, "p2")).rejects.toMatchObject({ code: "not_found" });
  });

  test("a run is open until it is finished, and finished once", async () => {
    const run = await sampleRun(db, sample);
    expect(run).toMatchObject({ state: "running", phase: "plan", promotion: null, finishedAt: null });
    expect(await openRun(db, sample.environment.id)).toEqual(run);
    await setRunPhase(db, run.id, "flip", { promotion: { liveId: 3, publish: [] } as never });
    await recordStep(db, run.id, "build", { nodes: ["a"] });
    await recordStep(db, run.id, "verify");
    expect((await listSteps(db, run.id)).map(({ name, detail }) => ({ name, detail }))).toEqual([
      { name: "build", detail: { nodes: ["a"] } },
      { name: "verify", detail: {} },
    ]);
    await finishRun(db, run.id, "succeeded", { id: "db.reason", params: { why: "done" } }, audit("run.first"));
    await finishRun(db, run.id, "failed", null, audit("run.second"));
    expect(await loadRun(db, run.id)).toMatchObject({
      state: "succeeded",
      phase: "done",
      promotion: { liveId: 3 },
      outcome: { params: { why: "done" } },
    });
    expect(await openRun(db, sample.environment.id)).toBeNull();
    expect((await listAudit(db, { limit: 1 }))[0]!.what).toBe("run.first");
    expect(
      await listRuns(db, { projectId: sample.project.id, since: new Date(Date.UTC(2020, 0)), limit: 5 }),
    ).toHaveLength(1);
    // What began before may still have been at work after: those who read its log want it.
    const { startedAt, finishedAt } = await loadRun(db, run.id);
    const going = await sampleRun(db, sample);
    const liveAt = async (liveSince: Date) =>
      (await listRuns(db, { projectId: sample.project.id, liveSince, limit: 5 })).map(({ id }) => id);
    expect(await liveAt(startedAt)).toEqual([going.id, run.id]);
    expect(await liveAt(new Date(finishedAt!.getTime() + 1))).toEqual([going.id]);
  });

  test("the median of the latest builds is the estimate", async () => {
    const times = [100, 1_000, 1, 2, 3, 4, 5, 6, 7.5];
    for (const buildMs of times) {
      const run = await sampleRun(db, sample);
      await recordNodeTimings(db, run.id, [
        { node: "a", warehouse, buildMs },
        { node: "b", warehouse: "other", buildMs },
      ]);
      await finishRun(db, run.id, "succeeded", null, audit());
    }
    const found = await loadTimings(db, { warehouse, projectId: sample.project.id, nodes: ["a", "b"] });
    expect([...found]).toEqual([["a", 4]]);
  });

  test("audit rows are never changed or removed", async () => {
    await recordAudit(db, { who: "aoi", what: "x", subject: "release r1", why: "理由", details: { a: [1] } });
    const [row] = await listAudit(db, { subject: "release r1", limit: 10 });
    expect(row).toMatchObject({ who: "aoi", why: "理由", details: { a: [1] } });
    for (const statement of [
      "update slipway_state.audit set why = ''",
      "delete from slipway_state.audit",
      "truncate slipway_state.audit",
    ])
      await expect(sql.raw(statement).execute(db.kysely), statement).rejects.toThrow(/never changed/);
  });

  test("a transaction is all or nothing, and joins the one around it", async () => {
    const before = (await listAudit(db, { limit: 1_000 })).length;
    const failing = db.transaction(async (trx) => {
      await updateEnvironment(trx, sample.environment.id, { paused: true }, audit());
      throw new Error("stop");
    });
    await expect(failing).rejects.toThrow("stop");
    expect((await loadEnvironment(db, sample.project.id, "prod")).paused).toBe(false);
    expect((await listAudit(db, { limit: 1_000 })).length).toBe(before);
  });

  test("many connections at once answer each their own question", async () => {
    const ask = async (index: number) => {
      const text = await sql<{ v: string }>`select ${`x${index}`}::text as v`.execute(db.kysely);
      const number = await sql<{ v: number }>`select ${index}::bigint as v`.execute(db.kysely);
      return [text.rows[0]!.v, number.rows[0]!.v];
    };
    const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => ask(index)));
    expect(answers).toEqual(answers.map((_, index) => [`x${index}`, index]));
  });

  test("types are the same on both: numbers, dates to the millisecond, objects", async () => {
    const { rows } = await sql`select 9007199254740991::bigint as big, '2026-11-20T05:58:00.123Z'::timestamptz as at,
      '{"b": 1, "a_b": [1]}'::jsonb as body, 1.5::double precision as ms, true as yes, array['a']::text[] as list, null::text as nothing`.execute(
      db.kysely,
    );
    expect(rows).toEqual([
      {
        big: 9007199254740991,
        at: new Date("2026-11-20T05:58:00.123Z"),
        body: { b: 1, a_b: [1] },
        ms: 1.5,
        yes: true,
        list: ["a"],
        nothing: null,
      },
    ]);
  });

  test("doctor sees how much there is", async () => {
    const facts = await storageFacts(db);
    expect(facts).toMatchObject({ backend, revision: Object.keys(migrations).sort().at(-1) });
    expect(facts.sizeBytes).toBeGreaterThan(100_000);
    expect(facts.counts.find((one) => one.table === "versions")?.rows).toBeGreaterThan(5_000);
  });
});
