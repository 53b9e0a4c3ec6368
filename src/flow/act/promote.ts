// passed verdict -> live release: prepare, flip, settle, read back, record. Safe to run twice; recovery looks at the warehouse's row.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { type Action, actionsOf, type Plan } from "../../core/plan/plan.ts";
import type { LiveRow, Promotion } from "../../core/plan/publish.ts";
import { relationText } from "../../core/project/relation.ts";
import type { Environment, ReleaseNode, Run, RunKind } from "../../core/records.ts";
import { recordAudit } from "../../db/audit.ts";
import { updateEnvironment } from "../../db/projects.ts";
import { makeLive } from "../../db/releases.ts";
import { setRunPhase } from "../../db/runs.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { PromotionHooks, Warehouse } from "../../warehouse/warehouse.ts";
import { fault } from "../session/fault.ts";
import { checkSignal, type Held } from "../session/lease.ts";
import type { Session } from "../session/session.ts";

export interface PromoteWork {
  session: Session;
  environment: EnvironmentConfig;
  record: Environment;
  warehouse: Warehouse;
  plan: Plan;
  row: LiveRow;
  release: { id: number; number: number };
  nodes: ReleaseNode[];
  run: Run;
  held: Held;
  kind: RunKind;
  reason: string | null;
}

export interface Promoted {
  switchMs: number;
  ms: number;
  readBack: number;
  published: number;
  unpublished: number;
  adopted: number;
  switchedAt: Date;
  /** Readers that keep the views from becoming plain, or null. */
  pending: string | null;
}

/** The promotion of a plan as data for the warehouse. */
export async function promotionOf(
  work: Pick<PromoteWork, "session" | "environment" | "plan" | "row"> & { fence: number; release: { number: number } },
): Promise<Promotion> {
  const { session, plan, row } = work;
  return {
    liveId: row.id,
    installation: await session.installation(),
    project: session.place.name,
    environment: work.environment.name,
    fence: work.fence,
    fromPosition: row.position,
    toPosition: Math.max(row.flip, row.position) + 1,
    fromRelease: row.release,
    toRelease: work.release.number,
    publish: actionsOf(plan, "publish").map(({ node, published, next, previous, dressing }) => ({
      node,
      published,
      next,
      previous,
      dressing,
    })),
    unpublish: actionsOf(plan, "unpublish").map(({ published, previous }) => ({ published, previous })),
  };
}

export async function promote(work: PromoteWork): Promise<Promoted> {
  const { session, warehouse, plan } = work;
  const { clock } = session.ctx;
  const from = clock.ticksMs();
  const promotion = await promotionOf({ ...work, fence: work.held.lease.fence });
  const names = promotion.publish.length + promotion.unpublish.length;
  session.ctx.progress({ kind: "phase_started", phase: "promote", total: names, estimateMs: null });
  const switched = await sharing(warehouse, () => switchOver(work, promotion));
  const [published, unpublished] = [promotion.publish.length, promotion.unpublish.length];
  const ms = clock.ticksMs() - from;
  const summary = say("log.promoted", { published, unpublished, switchMs: switched.switchMs });
  session.ctx.progress({ kind: "phase_finished", phase: "promote", ok: true, ms, summary });
  return {
    ...switched,
    ms,
    readBack: work.nodes.length,
    published,
    unpublished,
    adopted: actionsOf(plan, "adopt").length,
  };
}

/** One opening of the warehouse for several calls, where opening costs. */
export const sharing = <T>(
  warehouse: Warehouse,
  work: () => Promise<T>,
  mode: "read" | "write" = "write",
): Promise<T> => (warehouse.withOpen ? warehouse.withOpen(work, mode) : work());

async function switchOver(
  work: PromoteWork,
  promotion: Promotion,
): Promise<Pick<Promoted, "switchMs" | "switchedAt" | "pending">> {
  const { session, warehouse, plan } = work;
  const db = await session.db();
  await work.held.confirm();
  await stopOnProblems(work, promotion);
  const hooks = promotionHooks(session, work.held.signal);
  await setRunPhase(db, work.run.id, "prepare", { promotion });
  await warehouse.prepare(promotion, hooks);
  checkSignal(work.held.signal);
  await setRunPhase(db, work.run.id, "flip");
  const { switchMs } = await warehouse.flip(promotion, hooks);
  const switchedAt = session.ctx.clock.now();
  session.ctx.progress({
    kind: "switched",
    environment: work.environment.name,
    release: work.release.number,
    switchMs,
  });
  const { pending, astray } = await finish({ ...work, dress: actionsOf(plan, "dress"), promotion, hooks, switchMs });
  if (astray.length > 0)
    throw new AppError("upstream", say("flow.read_back", { count: astray.length, names: astray.slice(0, 5) }), {
      hint: say("flow.read_back_hint", { environment: work.environment.name }),
    });
  return { switchMs, switchedAt, pending };
}

async function stopOnProblems(work: PromoteWork, promotion: Promotion): Promise<void> {
  const problems = (await work.warehouse.checkPromotion(promotion)).filter((problem) => problem.severity === "error");
  if (problems.length === 0) return;
  throw new AppError(
    "problems_found",
    say("plan.stopped", { environment: work.environment.name, count: problems.length }),
    {
      problems,
      hint: say("plan.stopped_hint"),
      facts: [{ label: "done", text: say("flow.nothing_published", { environment: work.environment.name }) }],
    },
  );
}

export function promotionHooks(session: Session, signal: AbortSignal): PromotionHooks {
  return {
    fault: (name) => fault(session.ctx, name),
    progress: (what, done, total) =>
      session.ctx.progress({ kind: "phase_progress", phase: "promote", done, total, what }),
    signal,
  };
}

export interface FinishWork {
  session: Session;
  environment: EnvironmentConfig;
  record: Environment;
  warehouse: Warehouse;
  release: { id: number; number: number };
  nodes: ReleaseNode[];
  run: Run;
  kind: RunKind;
  reason: string | null;
  promotion: Promotion;
  /** Names that stay and are dressed anew. */
  dress: Extract<Action, { kind: "dress" }>[];
  hooks: PromotionHooks;
  switchMs: number;
}

export interface Finished {
  /** Who is still waited for, or null. */
  pending: string | null;
  /** Published names that somebody else has changed or dropped, with what was found. */
  astray: string[];
}

/**
 * Everything after the flip; recovery after a crash runs exactly this again. The flip is on record even where names are found astray: what
 * is true stays so, and an environment that cannot be recorded could neither be rolled back nor mended.
 */
export async function finish(work: FinishWork): Promise<Finished> {
  const { session, warehouse, promotion, hooks } = work;
  const db = await session.db();
  await setRunPhase(db, work.run.id, "settle");
  const settled = await warehouse.settle(promotion, hooks);
  if (work.dress.length > 0) await warehouse.dress(work.dress);
  const astray = await readBack(work);
  await setRunPhase(db, work.run.id, "record");
  await fault(session.ctx, "record:before");
  if (work.kind === "rollback" && !work.record.paused) await pause(work);
  await makeLive(
    db,
    {
      environmentId: work.record.id,
      releaseId: work.release.id,
      fromReleaseId: work.record.liveReleaseId,
      revision: work.record.revision + 1,
      kind: work.kind,
      runId: work.run.id,
      actor: work.run.actor,
      reason: work.reason,
      switchMs: work.switchMs,
      liveId: promotion.liveId,
      warehouse: warehouse.identity,
      storeSchema: work.record.storeSchema ?? "",
    },
    {
      who: work.run.actor,
      what: `environment.${work.kind}`,
      subject: `environment ${work.environment.name}`,
      why: work.reason,
      details: { release: work.release.number, run: work.run.id, fence: promotion.fence, switch_ms: work.switchMs },
    },
  );
  return { pending: settled.done ? null : settled.pending, astray };
}

/** What a person took back must not come again by itself. */
async function pause(work: FinishWork): Promise<void> {
  const audit = {
    who: work.run.actor,
    what: "environment.paused",
    subject: `environment ${work.environment.name}`,
    why: work.reason,
    details: { run: work.run.id },
  };
  await updateEnvironment(await work.session.db(), work.record.id, { paused: true }, audit);
}

/** Every published name must point where the release says, and answer. */
async function readBack(work: FinishWork): Promise<string[]> {
  const names = work.nodes.map((node) => ({ published: node.published, target: node.relation }));
  const astray = (await work.warehouse.readBack(names)).map((one) => `${relationText(one.published)}: ${one.found}`);
  if (astray.length > 0)
    await recordAudit(await work.session.db(), {
      who: work.run.actor,
      what: "environment.read_back_failed",
      subject: `environment ${work.environment.name}`,
      why: null,
      details: { names: astray.slice(0, 100) },
    });
  return astray;
}
