// After a crash: looks at what stands (the warehouse's own row) and finishes or closes the run that never ended. Runs under the lease.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { endEntry } from "../../core/evidence/run-log.ts";
import { actionsOf, type Plan } from "../../core/plan/plan.ts";
import { flipHappened } from "../../core/plan/publish.ts";
import type { Environment, Run, RunState } from "../../core/records.ts";
import { loadPlan } from "../../db/plans.ts";
import { finishRun, openRun } from "../../db/runs.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import { recoverEvidence } from "../evidence/evidence-recovered.ts";
import { hideSecrets } from "../secrets/hide-secrets.ts";
import { appendEntry } from "../secrets/run-log.ts";
import { applicationName } from "../session/engine.ts";
import type { Held } from "../session/lease.ts";
import { releaseIn } from "../session/live.ts";
import type { Session } from "../session/session.ts";
import { type FinishWork, finish, promotionHooks } from "./promote.ts";

export interface Recovered {
  run: Run;
  /** True: the switch had happened and the run is complete now. False: it was closed, what it built stays ready for reuse. */
  finished: boolean;
}

interface RecoverWork {
  session: Session;
  environment: EnvironmentConfig;
  record: Environment;
  warehouse: Warehouse;
  held: Held;
}

/** The unfinished run of this environment is finished (its switch had happened) or closed as interrupted; null when there is none. */
export async function recover(work: RecoverWork): Promise<Recovered | null> {
  const { session, environment, record, warehouse } = work;
  const db = await session.db();
  const run = await openRun(db, record.id);
  if (!run) return null;
  session.ctx.progress({
    kind: "run_resumed",
    runId: run.id,
    run: run.kind,
    environment: environment.name,
    phase: run.phase,
  });
  await warehouse.endOrphans(await applicationName(session, environment));
  await hideSecrets(session, { ...environment, env: { ...environment.env, ...run.request?.env } }, run.id);
  const { promotion } = run;
  const names = {
    installation: await session.installation(),
    project: session.place.name,
    environment: environment.name,
  };
  const row = promotion && run.releaseId !== null ? await warehouse.readLive(names) : null;
  if (promotion && row && run.releaseId !== null && flipHappened(promotion, row)) {
    await finishFlipped(work, run, run.releaseId);
    await keepWhatIsKnown(work, run, "succeeded", say("flow.resumed", { run: run.id }));
    return { run, finished: true };
  }
  const audit = {
    who: await session.actor(),
    what: "run.interrupted",
    subject: `run ${run.id}`,
    why: null,
    details: { phase: run.phase },
  };
  const outcome = say("flow.interrupted", { run: run.id, phase: run.phase });
  await finishRun(db, run.id, "interrupted", outcome, audit);
  await keepWhatIsKnown(work, run, "interrupted", outcome);
  return { run, finished: false };
}

/** Its evidence and the last line of its log. Nothing that depends on either is lost without them. */
async function keepWhatIsKnown(
  { session, environment }: RecoverWork,
  run: Run,
  state: RunState,
  outcome: Text,
): Promise<void> {
  await recoverEvidence(session, environment, run).catch(() => undefined);
  const { place, ctx } = session;
  await appendEntry(place.home, { id: run.id, environment: environment.name }, endEntry(state, outcome), ctx.clock);
}

async function finishFlipped(work: RecoverWork, run: Run, releaseId: number): Promise<void> {
  const { session, environment, record, warehouse } = work;
  const { release, nodes } = await releaseIn(session, releaseId, record.id);
  const hooks = promotionHooks(session, work.held.signal);
  const promotion = run.promotion!;
  await finish({
    session,
    environment,
    record,
    warehouse,
    release,
    nodes,
    run,
    kind: run.kind,
    reason: run.reason,
    promotion,
    dress: await dressOf(session, run),
    hooks,
    switchMs: 0,
  });
  const audit = {
    who: await session.actor(),
    what: "run.resumed",
    subject: `run ${run.id}`,
    why: null,
    details: { phase: run.phase },
  };
  await finishRun(await session.db(), run.id, "succeeded", say("flow.resumed", { run: run.id }), audit);
}

async function dressOf(session: Session, run: Run): Promise<FinishWork["dress"]> {
  if (run.planId === null) return [];
  const { body } = await loadPlan(await session.db(), run.planId);
  return actionsOf(body as Plan, "dress");
}
