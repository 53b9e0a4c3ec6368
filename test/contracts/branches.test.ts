// Watched branches: each new commit starts its jobs and environments once. Real Git repositories; on PGlite and on PostgreSQL.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { git } from "../../scripts/shop.ts";
import type { Db } from "../../src/db/db.ts";
import { listOccurrences } from "../../src/db/jobs.ts";
import { updateEnvironment } from "../../src/db/projects.ts";
import { listRuns } from "../../src/db/runs.ts";
import type { Session } from "../../src/flow/session/session.ts";
import { openRepository } from "../../src/git/repository.ts";
import { pollBranches } from "../../src/ops/schedule/branches.ts";
import { schedulePlan } from "../../src/ops/schedule/schedule-plan.ts";
import { scheduleWorld } from "../support/schedule-session.ts";
import { backends, handClock, makePlace, type StatePlace } from "../support/state.ts";
import { audit } from "../support/state-samples.ts";

const jobs =
  "  check: { environment: prod, steps: [dbt run], triggers: [{ branch: main }] }\n" +
  "  other: { environment: prod, steps: [dbt run], triggers: [{ branch: dev }] }\n";

describe.each(backends)("watched branches on %s", (backend) => {
  const clock = handClock("2026-11-20T00:00:00Z");
  const folder = mkdtempSync(join(tmpdir(), "sw-branches-"));
  let place: StatePlace;
  let db: Db;

  beforeAll(async () => {
    place = await makePlace(backend, clock);
    db = await place.open();
  });
  afterAll(async () => {
    await db.close();
    await place.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const commit = (repository: string, message: string): string => {
    git(repository, "commit", "-q", "--allow-empty", "-m", message);
    return git(repository, "rev-parse", "HEAD");
  };
  /** A repository with a commit on main and on dev. */
  const repositoryAt = (name: string): string => {
    const path = join(folder, name);
    git(folder, "init", "-q", "-b", "main", path);
    commit(path, "first");
    git(path, "branch", "dev");
    return path;
  };
  const server = (name: string, root: string): Session => {
    const { session } = scheduleWorld(db, name, { jobs, root });
    return { ...session, repository: () => openRepository(root, process.env) };
  };
  /** Each look comes when it is time. */
  const look = (session: Session, ms = 60_000) => {
    clock.move(ms);
    return pollBranches(session);
  };
  /** Runs that wait, oldest first: `check c0ffee`, `deploy c0ffee`. */
  const asked = async (session: Session) => {
    const runs = await listRuns(db, { projectId: (await session.project()).id, limit: 50 });
    return runs.reverse().map(({ kind, job, trigger }) => {
      return `${job ?? kind} ${trigger?.kind === "branch" ? trigger.commit : "?"}`;
    });
  };

  test("the first commit seen is deployed, the next ones also start jobs; each once, whoever looks", async () => {
    const root = repositoryAt("local");
    const first = git(root, "rev-parse", "HEAD");
    const servers = [server("local", root), server("local", root)];
    const reports = await Promise.all(servers.map((one) => look(one)));
    expect(reports.map(({ failed }) => failed)).toEqual([null, null]);
    expect(reports.reduce((sum, { queued }) => sum + queued, 0)).toBe(1);
    expect(await asked(servers[0]!)).toEqual([`deploy ${first}`]);
    expect(await look(servers[0]!)).toEqual({ queued: 0, seen: [], failed: null });
    const second = commit(root, "second");
    expect((await pollBranches(servers[0]!)).seen).toEqual([]);
    await Promise.all(servers.map((one) => look(one)));
    expect(await asked(servers[0]!)).toEqual([`deploy ${second}`, `check ${second}`]);
    git(root, "reset", "-q", "--hard", first);
    await look(servers[0]!);
    expect(await asked(servers[0]!)).toEqual([`deploy ${first}`, `check ${first}`]);
    expect(await look(server("local", root))).toEqual({ queued: 0, seen: [], failed: null });
    const rows = await listOccurrences(db, { projectId: (await servers[0]!.project()).id, limit: 99 });
    expect(rows.map(({ job, state, trigger }) => `${job} ${state} ${trigger}`).sort()).toEqual(
      [
        `check merged branch:main:${first}`,
        `check queued branch:main:${second}`,
        `deploy prod merged branch:main:${first}`,
        `deploy prod merged branch:main:${second}`,
        `deploy prod queued branch:main:${first}`,
      ].sort(),
    );
  });

  test("while an environment is paused its commits wait, and the newest goes on", async () => {
    const root = repositoryAt("paused");
    const session = server("paused", root);
    const record = await session.record(session.environment("prod"));
    await updateEnvironment(db, record.id, { paused: true }, audit());
    await look(session);
    const second = commit(root, "second");
    await look(session);
    expect(await asked(session)).toEqual([`check ${second}`]);
    await updateEnvironment(db, record.id, { paused: false }, audit());
    await look(session);
    await look(session);
    expect(await asked(session)).toEqual([`check ${second}`, `deploy ${second}`]);
  });

  test("commits of a remote are fetched; the clone's own branches stay; a remote that is away is asked again later", async () => {
    const origin = repositoryAt("origin");
    const root = join(folder, "clone");
    git(folder, "clone", "-q", origin, root);
    const before = git(root, "rev-parse", "HEAD");
    const session = server("remote", root);
    await look(session);
    const second = commit(origin, "second");
    expect((await look(session)).seen).toEqual([{ branch: "main", commit: second }]);
    expect(await asked(session)).toEqual([`deploy ${second}`, `check ${second}`]);
    expect(git(root, "cat-file", "-t", second)).toBe("commit");
    expect([git(root, "rev-parse", "main"), git(root, "rev-parse", "origin/main")]).toEqual([before, before]);
    git(root, "remote", "set-url", "origin", "http://user:secret@127.0.0.1:9/x");
    const failed = await look(session);
    expect(failed.failed).toMatchObject({ code: "upstream" });
    expect(String(failed.failed)).not.toContain("secret");
    expect(await pollBranches(session)).toEqual({ queued: 0, seen: [], failed: null });
    git(root, "remote", "set-url", "origin", origin);
    const third = commit(origin, "third");
    expect((await look(session, 10 * 60_000)).seen).toEqual([{ branch: "main", commit: third }]);
  });

  test("a branch that is not there is named, and the others go on", async () => {
    const root = repositoryAt("gone");
    git(root, "branch", "-D", "dev");
    const session = server("gone", root);
    expect(await look(session)).toMatchObject({ queued: 1, failed: { text: { params: { branch: "dev" } } } });
    expect(await look(session)).toMatchObject({ failed: null }); // told once
    git(root, "branch", "dev");
    await look(session);
    git(root, "branch", "-D", "dev");
    expect(await look(session)).toMatchObject({ failed: { text: { params: { branch: "dev" } } } });
  });

  test("a server that is slow to decide does not bring back an older commit", async () => {
    const root = repositoryAt("slow");
    const [quick, slow] = [server("slow", root), server("slow", root)];
    await look(quick);
    const older = commit(root, "older");
    await schedulePlan(slow);
    // The slow one has asked for the tip, and comes to decide when the quick one has seen and settled the next commit.
    const project = slow.project;
    let newer = "";
    slow.project = async () => {
      slow.project = project;
      clock.move(1_000);
      newer = commit(root, "newer");
      await pollBranches(quick);
      return project();
    };
    await look(slow);
    expect(await asked(slow)).toEqual([`deploy ${newer}`, `check ${newer}`]);
    expect(older).not.toBe(newer);
    await look(slow);
    expect(await asked(slow)).toEqual([`deploy ${newer}`, `check ${newer}`]);
  });
});
