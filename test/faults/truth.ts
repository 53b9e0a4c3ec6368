// What must hold whenever nothing is under way, read from the state and the warehouse behind the program's back.
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect } from "vitest";
import { type AuditEntry, listAudit } from "../../src/db/audit.ts";
import type { Db } from "../../src/db/db.ts";
import { loadLeases } from "../../src/db/leases.ts";
import { openState } from "../../src/db/open-state.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { published, type Tiny } from "./tiny.ts";

/** Opens the state as a command would, while `work` runs. */
export async function withState<T>(tiny: Tiny, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openState({
    home: join(tiny.dir, ".slipway"),
    ...(tiny.stateUrl === null ? {} : { databaseUrl: tiny.stateUrl }),
    runtimeDir: join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), `slipway-${userInfo().username.slice(0, 24)}`),
    cacheDir: process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
    clock: systemClock,
  });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** The change that consumers see; throws when the relations disagree or are not whole. */
export async function served(tiny: Tiny): Promise<number> {
  const one = (name: string) =>
    `select min(release) as low, max(release) as high, count(*) as n from analytics."${name}"`;
  const rows = await tiny.query(published.map(one).join(" union all "));
  const seen = new Set(rows.flatMap((row) => [Number(row.low), Number(row.high)]));
  if (seen.size !== 1 || rows.some((row) => Number(row.n) !== 3))
    throw new Error(`mixed or empty: ${JSON.stringify(rows)}`);
  return [...seen][0]!;
}

/** Nothing is under way, and this change is live: the screens, the state and the warehouse agree. */
export async function expectLive(tiny: Tiny, release: number): Promise<void> {
  const status = await tiny.ask(["status", "prod"]);
  expect(status.json.data.environments[0]).toMatchObject({
    condition: { kind: "fine" },
    running: null,
    interrupted: null,
    live: { subject: `Change ${release}`, state: "live" },
    tests: { passed: 3, failed: 0 },
  });
  const plan = await tiny.ask(["plan", "prod"]);
  expect(plan.json.code, plan.stdout).toBe("nothing_to_do");
  expect(await served(tiny)).toBe(release);
  await expectTidy(tiny);
}

/** No lease, no open run, no half-built version in use, no note of a promotion, no statement, and every change on record once. */
export async function expectTidy(tiny: Tiny): Promise<void> {
  await withState(tiny, async (db) => {
    expect(await loadLeases(db)).toEqual([]);
    expect(await db.kysely.selectFrom("runs").select("id").where("finishedAt", "is", null).execute()).toEqual([]);
    const live = db.kysely
      .selectFrom("standings")
      .innerJoin("releases", "releases.id", "standings.releaseId")
      .select(["releases.number", "releases.nodes", "standings.own"])
      .where("standings.state", "=", "live");
    for (const { nodes, own } of await live.execute()) await expectReady(db, (own?.nodes ?? nodes).map(idOf));
    await expectRecordedOnce(db);
  });
  if (tiny.url !== null) await expectQuiet(tiny);
}

const idOf = (node: { versionId: number | null }): number => node.versionId ?? 0;

async function expectReady(db: Db, ids: number[]): Promise<void> {
  const versions = await db.kysely.selectFrom("versions").select(["id", "state"]).where("id", "in", ids).execute();
  expect(versions.map(({ state }) => state)).toEqual(ids.map(() => "ready"));
}

/** One audit row for every end of a run, every revision, every release and every verdict. */
async function expectRecordedOnce(db: Db): Promise<void> {
  const audit = await listAudit(db, { limit: 100_000 });
  const rows = (what: RegExp) => audit.filter((entry) => what.test(entry.what));
  const runs = await db.kysely.selectFrom("runs").select(["id", "state"]).execute();
  expect(sorted(rows(/^run\./).map((entry) => entry.subject))).toEqual(sorted(runs.map(({ id }) => `run ${id}`)));
  const revisions = await db.kysely.selectFrom("revisions").select(["kind", "runId"]).execute();
  const switches = rows(/^environment\.(deploy|refresh|promote|rollback)$/);
  expect(sorted(switches.map((entry) => `${entry.what} ${entry.details.run}`))).toEqual(
    sorted(revisions.map(({ kind, runId }) => `environment.${kind} ${runId}`)),
  );
  const releases = await db.kysely.selectFrom("releases").select("id").execute();
  expect(rows(/^release\.created$/).length).toBe(releases.length);
  const verdicts = rows(/^release\.(verified|overridden|rejected)$/).map(verdictText);
  expect(sorted(verdicts)).toEqual(sorted([...new Set(verdicts)]));
}

const verdictText = (entry: AuditEntry): string => `${entry.what} ${entry.subject} run ${entry.details.run}`;
const sorted = (list: string[]): string[] => [...list].sort();

/** PostgreSQL: every published view is plain, no promotion has left a note, none of our statements runs. */
async function expectQuiet(tiny: Tiny): Promise<void> {
  expect(await tiny.query("select * from slipway.pending")).toEqual([]);
  const views = await tiny.query("select viewname, definition from pg_views where schemaname = 'analytics'");
  expect(views.map((view) => view.viewname).sort()).toEqual([...published].sort());
  for (const { definition } of views) expect(definition).not.toContain("slipway.live");
  expect(await statements(tiny.url!)).toEqual([]);
}

/** What connections named by Slipway (its own and dbt's) do now. Without a url: nothing, as DuckDB has no server. */
export async function statements(url: string | null, where = "true"): Promise<string[]> {
  if (url === null) return [];
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select application_name, state, query from pg_stat_activity
       where datname = current_database() and application_name like 'slipway%' and ${where}`,
    );
    return rows.map((row) => `${row.application_name}: ${row.state}: ${row.query}`);
  } finally {
    await client.end();
  }
}

/** How many of them do this now. */
export const activity = async (url: string, where: string): Promise<number> => (await statements(url, where)).length;
/** For polling until something short has begun. The limit is for what never happens, not for a slow machine. */
export const soon = { timeout: 240_000, interval: 5 };

/** When the newest test result was stored, in milliseconds since 1970. */
export const testedAt = (tiny: Tiny): Promise<number> =>
  withState(tiny, async (db) => {
    const row = await db.kysely
      .selectFrom("testResults")
      .select((e) => e.fn.max("at").as("at"))
      .executeTakeFirst();
    return row?.at?.getTime() ?? Number.POSITIVE_INFINITY;
  });
