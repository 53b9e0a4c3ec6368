// Slipway's schema up and down on filled tables, with alembic's meaning of the words. On PGlite and on PostgreSQL.
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleBatches, sampleEvidence } from "../../src/core/evidence/evidence-sample.ts";
import type { Db } from "../../src/db/db.ts";
import { saveEvidence } from "../../src/db/evidence.ts";
import { ensureJobs, recordOccurrences, saveBranch } from "../../src/db/jobs.ts";
import {
  bringUpToDate,
  currentRevision,
  downgrade,
  type MigrationList,
  migrationHistory,
  migrations,
  upgrade,
} from "../../src/db/migrate.ts";
import { enqueueNotices } from "../../src/db/notices.ts";
import { saveStanding } from "../../src/db/releases.ts";
import { saveSecret } from "../../src/db/secrets.ts";
import { addSilence } from "../../src/db/silences.ts";
import { storageFacts } from "../../src/db/storage.ts";
import { beginUpkeep } from "../../src/db/upkeep.ts";
import { registerVersions } from "../../src/db/versions.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { backends, makePlace, type StatePlace } from "../support/state.ts";
import {
  audit,
  everything,
  newVersion,
  sampleAlert,
  sampleNotice,
  sampleProject,
  sampleRelease,
  sampleRun,
  sampleStanding,
} from "../support/state-samples.ts";

const names = Object.keys(migrations).sort();
const head = names.at(-1)!;

const run = (db: Kysely<unknown>, statement: string) => sql.raw(statement).execute(db);
/** A later program: one more revision that moves data, and one that fails half-way. */
const later: MigrationList = {
  ...migrations,
  "9001_nickname": {
    up: async (db) => {
      await run(db, "alter table slipway_state.projects add column nickname text");
      await run(db, "update slipway_state.projects set nickname = upper(name)");
    },
    down: async (db) => void (await run(db, "alter table slipway_state.projects drop column nickname")),
  },
};
const broken: MigrationList = {
  ...later,
  "9002_broken": {
    up: async (db) => {
      await run(db, "drop table slipway_state.audit");
      await run(db, "select 1 / 0");
    },
  },
};

describe.each(backends)("schema on %s", (backend) => {
  let place: StatePlace;
  let db: Db;

  beforeAll(async () => {
    place = await makePlace(backend);
    db = await place.open({ migrate: false });
  });
  afterAll(async () => {
    await db.close();
    await place.remove();
  });

  const fill = async () => {
    const sample = await sampleProject(db, "shop");
    const release = await sampleRelease(db, sample);
    await saveStanding(db, sampleStanding(release.id, sample.environment.id), audit());
    await registerVersions(db, [newVersion(sample.project.id, "k")], audit());
    const { id } = await sampleRun(db, sample);
    await saveEvidence(db, sampleBatches(sampleEvidence(id, systemClock.now())));
    const alert = await sampleAlert(db, sample.project.id, id, `run_failed/prod/${id}`);
    await enqueueNotices(db, [sampleNotice(alert, "aoi@example.com")]);
    await addSilence(
      db,
      { projectId: sample.project.id, matchers: everything, reason: null, until: systemClock.now() },
      "aoi",
    );
    const sealed = { projectId: sample.project.id, name: "api_key", sealed: "AAAA", keyId: "abcd" };
    await saveSecret(db, sealed, audit());
    const key = { projectId: sample.project.id, job: "daily", trigger: "0 6 * * *", dueAt: systemClock.now() };
    await ensureJobs(db, sample.project.id, ["daily"]);
    await recordOccurrences(db, [{ ...key, state: "queued", note: null, runId: id }]);
    await saveBranch(db, sample.project.id, "main", { commit: "c0ffee", seenAt: systemClock.now() });
    await beginUpkeep(db, { projectId: sample.project.id, period: "daily", dueAt: systemClock.now() }, "aoi");
  };

  test("an empty state has no revision and is brought to the head, by two at once", async () => {
    expect(await currentRevision(db)).toBeNull();
    const second = await place.open({ migrate: false });
    await Promise.all([bringUpToDate(db), bringUpToDate(second)]);
    await second.close();
    expect(await currentRevision(db)).toBe(head);
    expect(migrationHistory()).toEqual(names.map((revision, at) => ({ revision, down: names[at - 1] ?? null })));
  });

  test("up and down on filled tables", async () => {
    await fill();
    expect(await upgrade(db, "head", later)).toEqual(["9001_nickname"]);
    const { rows } = await sql<{ nickname: string }>`select nickname from slipway_state.projects`.execute(db.kysely);
    expect(rows).toEqual([{ nickname: "SHOP" }]);
    expect(await upgrade(db, "head", later)).toEqual([]);
    expect(await downgrade(db, "-1", later)).toEqual(["9001_nickname"]);
    expect((await storageFacts(db)).counts.filter((one) => one.rows > 0).length).toBeGreaterThan(6);
    for (const name of names.toReversed()) expect(await downgrade(db, "-1", later)).toEqual([name]);
    expect(await currentRevision(db)).toBeNull();
    expect(await upgrade(db, "+1", later)).toEqual([names[0]]);
    for (const name of names.slice(1)) expect(await upgrade(db, name, later)).toEqual([name]);
    await fill();
    expect(await downgrade(db, "base", later)).toEqual(names.toReversed());
    expect(await upgrade(db, head, later)).toEqual(names);
    await fill();
    expect(await upgrade(db, "9001", later)).toEqual(["9001_nickname"]);
    expect(await downgrade(db, head, later)).toEqual(["9001_nickname"]);
  });

  test("a revision that fails leaves everything as it was", async () => {
    await expect(upgrade(db, "head", broken)).rejects.toMatchObject({
      code: "internal",
      text: { params: { revision: "9002_broken" } },
    });
    expect(await currentRevision(db)).toBe(head);
    expect((await storageFacts(db)).counts.find((one) => one.table === "audit")?.rows).toBeGreaterThan(0);
  });

  test.each([
    [() => upgrade(db, "9999"), "db.unknown_revision"],
    [() => upgrade(db, "+99"), "db.unknown_revision"],
    [() => upgrade(db, "0", later), "db.ambiguous_revision"],
    [() => downgrade(db, "-99"), "db.unknown_revision"],
    [() => downgrade(db, "9001", later), "db.wrong_direction"],
  ])("a revision that cannot be meant is refused (%#)", async (ask, id) => {
    await expect(ask()).rejects.toMatchObject({ code: "invalid", text: { id } });
  });

  test("a state that is newer than the program is refused, naming both", async () => {
    await upgrade(db, "head", later);
    const refusal = { code: "conflict", text: { params: { found: "9001_nickname", known: head } } };
    await expect(place.open()).rejects.toMatchObject(refusal);
    await expect(downgrade(db, "base")).rejects.toMatchObject(refusal);
    await downgrade(db, "-1", later);
    await (await place.open()).close();
  });
});
