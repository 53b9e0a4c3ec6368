// earlier release -> plan, promoted like any other: the same executor, aimed backwards. Builds nothing and needs no dbt.

import type { ActRequest } from "../../core/flow.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { isNothingToDo, type PlanSubject, planRelease } from "../../core/plan/plan.ts";
import { dataAsOf } from "../../core/plan/revisions.ts";
import { relationText } from "../../core/project/relation.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { ReleaseNode, Run } from "../../core/records.ts";
import type { ReleaseRef } from "../../core/views/base.ts";
import type { RollbackProposal, RollbackView } from "../../core/views/rollback.ts";
import { savePlan } from "../../db/plans.ts";
import { listRevisions } from "../../db/releases.ts";
import { setRunPhase } from "../../db/runs.ts";
import { loadVersions } from "../../db/versions.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { type Act, actOn, type RunEnd, withRun } from "../act/act.ts";
import { type Promoted, promote } from "../act/promote.ts";
import { findRelease } from "../look/releases-find.ts";
import { releaseRef } from "../session/commit.ts";
import { type LiveRelease, liveRelease, releaseIn } from "../session/live.ts";
import type { Session } from "../session/session.ts";

type RollbackRequest = { environment: string | null; to: string | null; toRevision: number | null } & ActRequest;

/** Back to the release before, a named one, or that of a revision. Automatic deployments of the environment wait until `resume`. */
export async function rollback(session: Session, request: RollbackRequest): Promise<RollbackView> {
  const environment = session.environment(request.environment);
  return actOn(session, environment, { kind: "rollback", reason: request.reason }, async (act) => {
    const live = await liveRelease(session, act.record);
    if (!live) throw nothingLive(act);
    const target = await releaseIn(session, await targetId(act, live, request), act.record.id);
    const nodes = keepSnapshots(target.nodes, live.nodes);
    await stopWhenCollected(act, target);
    const plan = rollbackPlan(act, live, target, nodes);
    if (live.release.id === target.release.id || (isNothingToDo(plan) && live.release.commit === target.release.commit))
      throw new AppError(
        "conflict",
        say("flow.already_live", { environment: environment.name, release: target.release.number }),
        {
          hint: say("flow.already_live_hint", { environment: environment.name }),
        },
      );
    const view = await proposal(act, live, target, plan);
    const { reason } = await session.ctx.approve({
      kind: "rollback",
      view,
      ask: environment.confirm,
      irreversible: false,
      environment: environment.name,
    });
    return carryBack({ ...act, reason: reason ?? act.reason }, live, target, { plan, nodes });
  });
}

const nothingLive = (act: Act): AppError =>
  new AppError("not_found", say("flow.never_deployed", { environment: act.environment.name }), {
    hint: say("flow.never_deployed_hint", { environment: act.environment.name }),
  });

async function targetId(act: Act, live: LiveRelease, request: RollbackRequest): Promise<number> {
  const { session } = act;
  const revisions = await listRevisions(await session.db(), act.record.id, 1000);
  if (request.to !== null)
    return (
      await namedTarget(
        act,
        request.to,
        revisions.map((one) => one.releaseId),
      )
    ).id;
  if (request.toRevision !== null) {
    const found = revisions.find((one) => one.revision === request.toRevision);
    if (found) return found.releaseId;
    throw new AppError(
      "not_found",
      say("flow.unknown_revision", { revision: request.toRevision, newest: revisions[0]?.revision ?? 0 }),
    );
  }
  for (const revision of revisions) {
    if (revision.releaseId === live.release.id) continue;
    const { release } = await releaseIn(session, revision.releaseId, act.record.id);
    if (release.number < live.release.number) return release.id;
  }
  throw new AppError(
    "not_found",
    say("flow.no_earlier", { environment: act.environment.name, release: live.release.number }),
    {
      hint: say("flow.no_earlier_hint", { environment: act.environment.name }),
    },
  );
}

async function namedTarget(act: Act, name: string, served: number[]) {
  const release = await findRelease(act.session, name);
  if (served.includes(release.id)) return release;
  throw new AppError(
    "rejected",
    say("flow.never_live_here", { environment: act.environment.name, release: release.number }),
    {
      hint: say("flow.never_live_here_hint", { environment: act.environment.name, release: release.number }),
    },
  );
}

/** A snapshot has one relation for all releases: going back leaves it as it is now. */
function keepSnapshots(target: ReleaseNode[], live: ReleaseNode[]): ReleaseNode[] {
  const now = new Map(live.map((node) => [node.node, node]));
  return target.map((node) => {
    const current = node.resourceType === "snapshot" ? now.get(node.node) : undefined;
    return current
      ? { ...node, key: current.key, plainKey: current.plainKey, logicKey: current.logicKey, chain: current.chain }
      : node;
  });
}

/** A release in the list really exists: its versions are ready by the record and there in the warehouse. */
async function stopWhenCollected(act: Act, target: LiveRelease): Promise<void> {
  const ids = target.nodes.flatMap((node) => (node.versionId === null ? [] : [node.versionId]));
  const ready = new Set(
    (await loadVersions(await act.session.db(), ids)).filter((one) => one.state === "ready").map((one) => one.id),
  );
  const facts = await act.warehouse.inspect(target.nodes.map((node) => node.relation));
  const there = new Set(facts.map((fact) => relationText(fact.relation)));
  const gone = target.nodes.filter(
    (node) => (node.versionId !== null && !ready.has(node.versionId)) || !there.has(relationText(node.relation)),
  );
  if (gone.length === 0) return;
  const { number, commit } = target.release;
  throw new AppError(
    "rejected",
    say("flow.collected", {
      release: number,
      count: gone.length,
      names: gone.slice(0, 3).map((node) => shortName(node.node)),
    }),
    {
      facts: [{ label: "done", text: say("flow.nothing_published", { environment: act.environment.name }) }],
      hint: say("flow.collected_hint", { environment: act.environment.name, commit: commit.slice(0, 7) }),
    },
  );
}

function rollbackPlan(act: Act, live: LiveRelease, target: LiveRelease, nodes: ReleaseNode[]): Plan {
  const subjects: PlanSubject[] = nodes.map((node) => ({
    id: node.node,
    name: shortName(node.node),
    resourceType: node.resourceType,
    materialized: node.materialized,
    published: node.published,
    dressing: node.dressing,
    key: { ...node, mode: "full" },
    version: { relation: node.relation, environment: null },
    base: null,
  }));
  return planRelease({
    kind: "rollback",
    project: act.session.place.name,
    environment: act.environment.name,
    target: act.environment.target,
    commit: target.release.commit,
    storeSchema: act.record.storeSchema ?? "",
    revision: act.record.revision + 1,
    subjects,
    live: { release: live.release.number, nodes: live.nodes },
    tests: [],
    tokens: target.tokens,
    foreign: new Map(),
    removedReason: () => say("flow.not_in_release", { release: target.release.number }),
  });
}

const refOf = ({ release, standing }: LiveRelease): ReleaseRef => releaseRef(release, standing);

async function proposal(act: Act, live: LiveRelease, target: LiveRelease, plan: Plan): Promise<RollbackProposal> {
  const names = (kind: "publish" | "unpublish") =>
    plan.actions.flatMap((action) =>
      action.kind === kind ? [{ node: action.node, ...action.published, why: null }] : [],
    );
  const snapshots = live.nodes.filter(
    (node) =>
      node.resourceType === "snapshot" && target.nodes.some((one) => one.node === node.node && one.key !== node.key),
  );
  return {
    environment: act.environment.name,
    timezone: act.session.place.config.timezone,
    at: act.session.ctx.clock.now(),
    planId: plan.id,
    from: refOf(live),
    to: refOf(target),
    publish: names("publish"),
    unpublish: names("unpublish"),
    dataAsOf: dataAsOf(target.tokens),
    dataAsOfNow: dataAsOf(live.tokens),
    toBuild: 0,
    lost: snapshots.map((node) => say("plan.rollback_snapshot", { name: shortName(node.node) })),
    keptForDays: act.environment.retention.days,
    pauses: true,
  };
}

async function carryBack(
  act: Act,
  live: LiveRelease,
  target: LiveRelease,
  way: { plan: Plan; nodes: ReleaseNode[] },
): Promise<RollbackView> {
  const { session, environment } = act;
  const db = await session.db();
  const { id: projectId } = await session.project();
  await savePlan(db, { id: way.plan.id, projectId, environmentId: act.record.id, body: way.plan });
  return withRun(act, way.plan.id, async (run: Run): Promise<RunEnd<RollbackView>> => {
    await setRunPhase(db, run.id, "prepare", { releaseId: target.release.id });
    const promoted = await promote({ ...act, plan: way.plan, release: target.release, nodes: way.nodes, run });
    const outcome = say("flow.live", { environment: environment.name, release: target.release.number });
    const after = await releaseIn(session, target.release.id, act.record.id);
    return { state: "succeeded", outcome, value: rollbackView(act, { live, after, promoted, run }) };
  });
}

function rollbackView(
  act: Act,
  done: { live: LiveRelease; after: LiveRelease; promoted: Promoted; run: Run },
): RollbackView {
  const { published, unpublished, readBack, switchMs, switchedAt } = done.promoted;
  return {
    outcome: "done",
    timezone: act.session.place.config.timezone,
    at: act.session.ctx.clock.now(),
    problems: [],
    environment: act.environment.name,
    runId: done.run.id,
    from: refOf(done.live),
    serves: refOf(done.after),
    published,
    unpublished,
    readBack,
    switchMs,
    switchedAt,
    totalMs: act.session.ctx.clock.ticksMs() - act.startedMs,
    paused: true,
  };
}
