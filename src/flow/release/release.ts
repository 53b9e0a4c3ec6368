// The whole story of a release on one screen: deploy (a commit), refresh (new data), promote (a release handed to another environment).
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { ActRequest, PlanRequest } from "../../core/flow.ts";
import { isNothingToDo } from "../../core/plan/plan.ts";
import type { Release, Run } from "../../core/records.ts";
import type { DeployView } from "../../core/views/deploy.ts";
import { listReleases, loadRelease, loadStanding } from "../../db/releases.ts";
import { type Commit, resolveCommit } from "../../git/repository.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { type Act, actOn, actWhile, claimStore, seenBy } from "../act/act.ts";
import { sharing } from "../act/promote.ts";
import { deployView, nothingView } from "../look/deploy-view.ts";
import { findRelease } from "../look/releases-find.ts";
import { type Draft, type DraftWish, draftPlan } from "../plan/draft.ts";
import { ingest, ingestLive } from "../plan/ingest.ts";
import { planView } from "../plan/plan-view.ts";
import { commitOfRelease, leftOut } from "../session/commit.ts";
import type { EngineHolder } from "../session/engine.ts";
import { liveRelease } from "../session/live.ts";
import type { Session } from "../session/session.ts";
import { carryOut } from "./carry-out.ts";
import { stopOnPlanProblems } from "./foresee.ts";

type DeployRequest = PlanRequest & ActRequest;

/**
 * A commit on its whole way to consumers. With `requires`, the release that was verified there is handed over. `claimed`: the waiting
 * run that this is; where nothing is to do it is left to the caller to end.
 */
export async function deploy(
  session: Session,
  request: DeployRequest,
  claimed: Run | null = null,
): Promise<DeployView> {
  const environment = session.environment(request.environment);
  const commit = await resolveCommit(await session.repository(), request.commit ?? "HEAD");
  checkWhole(environment, request);
  const required = await requiredRelease(session, environment, commit);
  // The commit that is served already stays with its own data: what the required release read may be older than the last refresh here.
  if (required && !(await serves(session, environment, commit)))
    return handOver({ session, environment, claimed }, required, request);
  const begin = (engine: EngineHolder) => ingest(session, environment, commit, engine);
  return actWhile(
    session,
    environment,
    { kind: "deploy", reason: request.reason, claimed, begin },
    async (act, begun) => {
      const ingested = await begun;
      const wish = { kind: "deploy" as const, ingested, ...request, pinned: null };
      return decide(act, wish, {
        handedOver: null,
        leftOut: await leftOut(session, request.commit),
        planId: request.planId,
      });
    },
  );
}

async function serves(session: Session, environment: EnvironmentConfig, commit: Commit): Promise<boolean> {
  const live = await liveRelease(session, await session.record(environment));
  return live?.release.commit === commit.sha;
}

/** The commit that is live, with the data of now. */
export async function refresh(
  session: Session,
  request: { environment: string | null; select: string | null; fullRefresh: string | null } & ActRequest,
): Promise<DeployView> {
  const environment = session.environment(request.environment);
  return actOn(session, environment, { kind: "refresh", reason: request.reason }, async (act) => {
    const live = await liveRelease(session, act.record);
    if (!live)
      throw new AppError("not_found", say("flow.never_deployed", { environment: environment.name }), {
        hint: say("flow.never_deployed_hint", { environment: environment.name }),
      });
    const commit = commitOfRelease(live.release);
    const ingested = await ingestLive(act, commit, live.manifestId);
    const wish = { kind: "refresh" as const, ingested, ...request, pinned: null };
    return decide(act, wish, { handedOver: null, leftOut: [], planId: request.planId });
  });
}

/** A release handed to another environment: versions and test results by key; only what is missing there is built. */
export async function promoteRelease(
  session: Session,
  request: { release: string; to: string } & ActRequest,
): Promise<DeployView> {
  const environment = session.environment(request.to);
  const release = await findRelease(session, request.release);
  await checkRequired(session, environment, release);
  return handOver({ session, environment, claimed: null }, release, request);
}

async function handOver(
  { session, environment, claimed }: Pick<Act, "session" | "environment" | "claimed">,
  release: Release,
  request: ActRequest,
): Promise<DeployView> {
  if (!release.whole)
    throw new AppError("rejected", say("flow.not_whole", { release: release.number }), {
      hint: say("flow.not_whole_hint", { commit: release.commit.slice(0, 7) }),
    });
  const begin = (engine: EngineHolder) => ingest(session, environment, commitOfRelease(release), engine);
  return actWhile(
    session,
    environment,
    { kind: "promote", reason: request.reason, claimed, begin },
    async (act, begun) => {
      const ingested = await begun;
      const preferred = new Map(release.nodes.map((node) => [node.node, node.key]));
      const wish = {
        kind: "promote" as const,
        ingested,
        select: null,
        fullRefresh: null,
        pinned: release.tokens,
        preferred,
      };
      return decide(act, wish, { handedOver: release, leftOut: [], planId: request.planId });
    },
  );
}

interface Decision {
  handedOver: Release | null;
  leftOut: string[];
  /** `--plan`: run exactly that plan. */
  planId: string | null;
}

/** Shows the plan, asks where the environment wants it, and carries it out. */
async function decide(act: Act, wish: DraftWish, decision: Decision): Promise<DeployView> {
  const { session, environment } = act;
  const { commit } = wish.ingested;
  const draft = await sharing(act.warehouse, () => soundDraft(act, wish), "read");
  const sameRelease = decision.handedOver === null || decision.handedOver.id === act.record.liveReleaseId;
  const sameCommit = draft.live?.release.commit === commit.sha;
  if (isNothingToDo(draft.plan) && sameCommit && sameRelease) return nothingView(act, draft, decision.leftOut);
  const view = await planView(session, environment, draft, {
    commit,
    leftOut: decision.leftOut,
    release: decision.handedOver?.number ?? null,
  });
  if (decision.planId !== null && decision.planId !== draft.plan.id)
    throw new AppError("conflict", say("flow.plan_overtaken", { wanted: decision.planId, now: draft.plan.id }), {
      hint: say("flow.plan_overtaken_hint", { environment: environment.name }),
    });
  const irreversible = view.rollback.kind === "irreversible";
  const ask = environment.confirm && act.kind !== "refresh";
  const { reason } = await session.ctx.approve({
    kind: "plan",
    view,
    ask,
    irreversible,
    environment: environment.name,
  });
  const ready = await claimStore({ ...act, reason: reason ?? act.reason });
  // Another installation may hold the usual store's name.
  const same = ready.record.storeSchema === draft.storeSchema;
  const claimed = same ? draft : await draftPlan(session, environment, wish);
  const carried = await carryOut(ready, claimed, decision.handedOver, view.estimateMs);
  if (carried.promoted) await parseDownstream(act, commit);
  return deployView(ready, claimed, { ...carried, leftOut: decision.leftOut });
}

async function soundDraft(act: Act, wish: DraftWish): Promise<Draft> {
  const draft = await draftPlan(act.session, act.environment, { ...wish, ...seenBy(act) });
  await stopOnPlanProblems(act, draft);
  return draft;
}

function checkWhole(environment: EnvironmentConfig, request: DeployRequest): void {
  const [required] = environment.requires;
  if (required === undefined || (request.select === null && request.fullRefresh === null)) return;
  throw new AppError("invalid", say("flow.hand_over_whole", { environment: environment.name }), {
    hint: say("flow.hand_over_whole_hint", { required }),
  });
}

/** With `requires`: the newest release of that commit that passed there. AppError `rejected` when there is none. */
export async function requiredRelease(
  session: Session,
  environment: EnvironmentConfig,
  commit: Commit,
): Promise<Release | null> {
  if (environment.requires.length === 0) return null;
  const db = await session.db();
  const { id: projectId } = await session.project();
  for (const summary of await listReleases(db, { projectId, limit: 200 })) {
    if (summary.commit !== commit.sha || !summary.whole) continue;
    const release = await loadRelease(db, summary.id);
    if ((await missingApproval(session, environment, release)) === null) return release;
  }
  const [first] = environment.requires;
  throw new AppError(
    "rejected",
    say("flow.required", {
      environment: environment.name,
      required: environment.requires.join(", "),
      commit: commit.sha.slice(0, 7),
    }),
    {
      hint: say("flow.required_hint", {
        required: first ?? "",
        commit: commit.sha.slice(0, 7),
        environment: environment.name,
      }),
      facts: [{ label: "done", text: say("flow.nothing_published", { environment: environment.name }) }],
    },
  );
}

async function checkRequired(session: Session, environment: EnvironmentConfig, release: Release): Promise<void> {
  const missing = await missingApproval(session, environment, release);
  if (missing === null) return;
  throw new AppError(
    "rejected",
    say("flow.required_release", { environment: environment.name, required: missing, release: release.number }),
    {
      hint: say("flow.required_hint", {
        required: missing,
        commit: release.commit.slice(0, 7),
        environment: environment.name,
      }),
      facts: [{ label: "done", text: say("flow.nothing_published", { environment: environment.name }) }],
    },
  );
}

/** The first required environment where this release was neither verified nor live; null when all are satisfied. */
async function missingApproval(
  session: Session,
  environment: EnvironmentConfig,
  release: Release,
): Promise<string | null> {
  const db = await session.db();
  for (const name of environment.requires) {
    const record = await session.record(session.environment(name));
    const standing = await loadStanding(db, release.id, record.id);
    if (!standing || !["verified", "live", "retired"].includes(standing.state)) return name;
  }
  return null;
}

/** Parses the commit for environments that require this one, so that a later promotion needs no dbt. A failure there is theirs. */
async function parseDownstream(act: Act, commit: Commit): Promise<void> {
  const { session, environment } = act;
  for (const next of session.place.config.environments.filter((one) => one.requires.includes(environment.name))) {
    try {
      await ingest(session, next, commit, act.engine);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      session.ctx.progress({ kind: "note", text: say("flow.downstream_parse", { environment: next.name, message }) });
    }
  }
}
