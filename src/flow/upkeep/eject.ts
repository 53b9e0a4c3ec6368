// Turns an environment back into plain dbt tables and removes Slipway's layer from its warehouse. No lock-in.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ActRequest } from "../../core/flow.ts";
import { buildManifest } from "../../core/project/build-manifest.ts";
import { buildOrder } from "../../core/project/graph.ts";
import { type NodeId, relationText } from "../../core/project/relation.ts";
import type { Environment, ReleaseNode, Version } from "../../core/records.ts";
import type { EjectView } from "../../core/views/upkeep.ts";
import { recordEjected } from "../../db/endings.ts";
import { listEnvironments } from "../../db/projects.ts";
import { listReleases } from "../../db/releases.ts";
import { listVersions, retireVersions } from "../../db/versions.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { type Act, actOn, withRun } from "../act/act.ts";
import { ingestedFrom, withCheckout } from "../plan/ingest.ts";
import { relationName } from "../release/run-dbt.ts";
import { releaseRef } from "../session/commit.ts";
import { engineSetting } from "../session/engine.ts";
import { type LiveRelease, liveRelease, releaseIn } from "../session/live.ts";
import type { Session } from "../session/session.ts";

export async function eject(session: Session, request: { environment: string } & ActRequest): Promise<EjectView> {
  const environment = session.environment(request.environment);
  return actOn(session, environment, { kind: "eject", reason: request.reason }, async (act) => {
    const live = await liveRelease(session, act.record);
    if (!live)
      throw new AppError("not_found", say("flow.never_deployed", { environment: environment.name }), {
        hint: say("flow.never_deployed_hint", { environment: environment.name }),
      });
    const { reason } = await session.ctx.approve({
      kind: "eject",
      names: live.nodes.length,
      ask: true,
      irreversible: false,
      environment: environment.name,
    });
    return takeOff({ ...act, reason: reason ?? act.reason }, live);
  });
}

async function takeOff(act: Act, live: LiveRelease): Promise<EjectView> {
  const { session } = act;
  const db = await session.db();
  return withRun(act, null, async (run) => {
    const { manifest } = await ingestedFrom(session, live.manifestId);
    const order = new Map(buildOrder(manifest).map((id, index) => [id, index]));
    const nodes = [...live.nodes].sort((a, b) => (order.get(a.node) ?? 0) - (order.get(b.node) ?? 0));
    const sql = await viewQueries(act, live, nodes, run.id);
    const needed = await neededByOthers(act);
    const names = nodes.map((node) => ({
      published: node.published,
      target: node.relation,
      materialized: node.materialized === "view" ? ("view" as const) : ("table" as const),
      viewSql: sql.get(node.node) ?? null,
      keep: needed.has(relationText(node.relation)),
    }));
    await act.warehouse.eject({ liveId: act.row.id, names });
    const mine = await versionsWithout(act, needed);
    const audit = {
      who: run.actor,
      what: "environment.ejected",
      subject: `environment ${act.environment.name}`,
      why: act.reason,
      details: { names: names.length },
    };
    if (mine.length > 0) {
      await act.warehouse.dropRelations(mine.map((version) => version.relation));
      await retireVersions(
        db,
        mine.map((version) => version.id),
        { ...audit, what: "versions.retired" },
      );
    }
    await recordEjected(db, act.record.id, audit);
    const outcome = say("flow.ejected", { environment: act.environment.name, names: names.length });
    return {
      state: "succeeded",
      outcome,
      value: view(act, live, { names, removed: mine.length, shared: needed.size > 0, runId: run.id }),
    };
  });
}

/** Relations that other environments of this warehouse serve or may go back to. */
async function neededByOthers(act: Act): Promise<Set<string>> {
  const environments = await listEnvironments(await act.session.db(), act.record.projectId);
  const needed = new Set<string>();
  for (const other of environments) {
    if (other.id === act.record.id || other.warehouse !== act.warehouse.identity) continue;
    for (const id of await usableReleases(act, other))
      for (const node of (await releaseIn(act.session, id, other.id)).nodes) needed.add(relationText(node.relation));
  }
  return needed;
}

async function versionsWithout(act: Act, needed: Set<string>): Promise<Version[]> {
  const search = { warehouse: act.warehouse.identity, projectId: act.record.projectId };
  const versions = await listVersions(await act.session.db(), { ...search, states: ["ready", "failed", "building"] });
  return versions.filter((one) => !needed.has(relationText(one.relation)));
}

/** Releases that an environment can still serve; which of them it keeps is a question for gc. */
async function usableReleases(act: Act, other: Environment): Promise<number[]> {
  const search = { projectId: other.projectId, environmentId: other.id, limit: 10_000 };
  const usable = (standing: { environmentId: number; state: string; collected: boolean }) =>
    standing.environmentId === other.id && standing.state !== "rejected" && !standing.collected;
  const releases = await listReleases(await act.session.db(), search);
  return releases.filter((release) => release.standings.some(usable)).map((release) => release.id);
}

/** The SQL of view models over published names, as plain dbt would have written it. */
async function viewQueries(
  act: Act,
  live: LiveRelease,
  nodes: ReleaseNode[],
  runId: number,
): Promise<Map<NodeId, string>> {
  const views = nodes.filter((node) => node.materialized === "view").map((node) => node.node);
  if (views.length === 0) return new Map();
  const { session, environment } = act;
  const { manifest } = await ingestedFrom(session, live.manifestId);
  const runDir = join(session.place.home, "runs", String(runId));
  await mkdir(runDir, { recursive: true });
  const tag = `slipway_run_${runId}`;
  const relations = new Map(live.nodes.map((node) => [node.node, node.published]));
  const pruned = buildManifest({ manifest, relations, build: views, tests: [], tag, relationName, hooks: false });
  const manifestPath = join(runDir, "manifest.json");
  await writeFile(manifestPath, JSON.stringify(pruned));
  return withCheckout(session, environment, { sha: live.release.commit }, async (projectDir) => {
    const setting = await engineSetting(session, environment, projectDir, runDir);
    const run = await act.engine.run();
    const compiled = await run.compile({ setting, manifestPath, tag, threads: environment.threads, failFast: false });
    await act.engine.close();
    return new Map(Object.entries(compiled));
  });
}

function view(
  act: Act,
  live: LiveRelease,
  done: {
    names: { published: { schema: string; name: string }; materialized: "table" | "view" }[];
    removed: number;
    /** Another environment uses the store. */
    shared: boolean;
    runId: number;
  },
): EjectView {
  const { release, standing } = live;
  return {
    outcome: "done",
    timezone: act.session.place.config.timezone,
    at: act.session.ctx.clock.now(),
    problems: [],
    environment: act.environment.name,
    runId: done.runId,
    serves: { ...releaseRef(release, standing), state: "retired", liveSince: standing?.liveSince ?? null },
    names: done.names.map((one) => ({ name: relationText(one.published), materialized: one.materialized })),
    removedVersions: done.removed,
    removedSchemas: done.shared || act.record.storeSchema === null ? [] : [act.record.storeSchema],
    totalMs: act.session.ctx.clock.ticksMs() - act.startedMs,
  };
}
