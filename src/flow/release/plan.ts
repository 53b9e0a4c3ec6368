// `slipway plan`: what would happen and why. Reads, parses and compares; nothing runs and nothing in the warehouse changes.
import type { PlanRequest } from "../../core/flow.ts";
import type { ExplainView, PlanView } from "../../core/views/plan.ts";
import { resolveCommit } from "../../git/repository.ts";
import { type Draft, draftPlan } from "../plan/draft.ts";
import { explainNode } from "../plan/explain.ts";
import { ingest } from "../plan/ingest.ts";
import { planView } from "../plan/plan-view.ts";
import { leftOut } from "../session/commit.ts";
import { holdEngine } from "../session/engine.ts";
import { readRow } from "../session/served.ts";
import type { Session } from "../session/session.ts";
import { foreseenProblems } from "./foresee.ts";

export async function plan(session: Session, request: PlanRequest): Promise<PlanView> {
  const drafted = await draftOf(session, request);
  const environment = session.environment(request.environment);
  const draft = { ...drafted, problems: await foreseenProblems(session, environment, drafted) };
  return planView(session, environment, draft, {
    commit: draft.ingested.commit,
    leftOut: await leftOut(session, request.commit),
    release: null,
  });
}

export async function explain(session: Session, request: PlanRequest & { node: string }): Promise<ExplainView> {
  return explainNode(session, session.environment(request.environment), await draftOf(session, request), request.node);
}

async function draftOf(session: Session, request: PlanRequest): Promise<Draft> {
  const environment = session.environment(request.environment);
  const commit = await resolveCommit(await session.repository(), request.commit ?? "HEAD");
  const engine = holdEngine(session, environment, session.ctx.signal);
  try {
    // A warehouse that does not answer is said before dbt takes its seconds.
    await readRow(session, environment, await session.warehouse(environment));
    const ingested = await ingest(session, environment, commit, engine);
    const { select, fullRefresh } = request;
    return await draftPlan(session, environment, { kind: "deploy", ingested, select, fullRefresh, pinned: null });
  } finally {
    await engine.close();
  }
}
