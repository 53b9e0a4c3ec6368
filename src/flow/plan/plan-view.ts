// The plan as people read it before anything runs: what, why, for whom, how long, and whether there is a way back.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { estimateBuildMs } from "../../core/plan/estimate.ts";
import { explainPlan } from "../../core/plan/explain-plan.ts";
import { impactOf } from "../../core/plan/impact.ts";
import { actionsOf, isNothingToDo } from "../../core/plan/plan.ts";
import { rollbackClass } from "../../core/plan/rollback-class.ts";
import { physicalParents } from "../../core/project/graph.ts";
import type { NodeId } from "../../core/project/relation.ts";
import type { PlanView } from "../../core/views/plan.ts";
import { listEnvironments } from "../../db/projects.ts";
import { loadRun, loadTimings } from "../../db/runs.ts";
import type { Commit } from "../../git/repository.ts";
import { commitRef, releaseRefIn } from "../session/commit.ts";
import type { Session } from "../session/session.ts";
import { compareBuilds } from "./compare.ts";
import type { Draft } from "./draft.ts";
import { planWarnings } from "./plan-warnings.ts";

export interface PlanExtra {
  commit: Commit;
  /** Paths of the working tree that are not committed. */
  leftOut: string[];
  /** The release handed over; null or absent: this plan makes a new one. */
  release?: number | null;
}

/** Reads only; the same draft gives the same view but for its time. */
export async function planView(
  session: Session,
  environment: EnvironmentConfig,
  draft: Draft,
  extra: PlanExtra,
): Promise<PlanView> {
  const { plan } = draft;
  const compared = await compareBuilds(session, draft);
  const times = await timesOf(session, draft);
  const reasons = new Map([...compared].map(([node, { reasons }]) => [node, reasons]));
  const sheet = explainPlan(plan, { reasons, times, builtFor: await builtFor(session, draft) });
  const failed = draft.problems.some((problem) => problem.severity === "error");
  return {
    outcome: failed ? "problems_found" : isNothingToDo(plan) ? "nothing_to_do" : "done",
    timezone: session.place.config.timezone,
    at: session.ctx.clock.now(),
    problems: draft.problems,
    kind: plan.kind as PlanView["kind"],
    planId: plan.id,
    environment: environment.name,
    from: draft.live && (await releaseRefIn(session, draft.live.release, draft.record.id)),
    to: commitRef(extra.commit),
    release: extra.release ?? null,
    leftOut: extra.leftOut,
    warnings: planWarnings(draft, [...compared.values()].filter((one) => one.otherFormat).length),
    ...sheet,
    impact: impactOf(draft.ingested.manifest, plan),
    rollback: rollbackClass(draft),
    estimateMs: estimateBuildMs({
      nodes: builtNodes(draft),
      parents: (node) => physicalParents(draft.ingested.manifest, node),
      times,
      threads: environment.threads ?? (Number((await session.profile(environment)).output.threads) || 1),
    }),
    publishAtomicity: draft.warehouse.publishAtomicity,
  };
}

/** Nodes that the plan builds, parents first. */
function builtNodes(draft: Draft): NodeId[] {
  const built = new Set(
    [...actionsOf(draft.plan, "build"), ...actionsOf(draft.plan, "snapshot")].map((action) => action.node),
  );
  return draft.plan.nodes.flatMap(({ node }) => (built.has(node) ? [node] : []));
}

async function timesOf(session: Session, draft: Draft): Promise<Map<NodeId, number>> {
  const nodes = builtNodes(draft);
  if (nodes.length === 0) return new Map();
  const { id: projectId } = await session.project();
  return loadTimings(await session.db(), { warehouse: draft.warehouse.identity, projectId, nodes });
}

/** For which other environment each reused version was built. */
async function builtFor(session: Session, draft: Draft): Promise<Map<NodeId, string>> {
  const db = await session.db();
  const versions = new Map(draft.versions.map((version) => [`${version.node} ${version.key}`, version]));
  const taken = actionsOf(draft.plan, "reuse").flatMap(({ node, key, from }) => {
    const runId = from.live ? null : (versions.get(`${node} ${key}`)?.runId ?? null);
    return runId === null ? [] : [{ node, runId }];
  });
  const runs = await Promise.all([...new Set(taken.map((one) => one.runId))].map((id) => loadRun(db, id)));
  const names = new Map((await listEnvironments(db, draft.record.projectId)).map((one) => [one.id, one.name]));
  const places = new Map(runs.map((run) => [run.id, run.environmentId]));
  return new Map(
    taken.flatMap(({ node, runId }) => {
      const environmentId = places.get(runId);
      const name = environmentId === draft.record.id ? undefined : names.get(environmentId ?? 0);
      return name === undefined ? [] : [[node, name] as const];
    }),
  );
}
