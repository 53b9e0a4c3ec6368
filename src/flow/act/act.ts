// What every act on an environment shares: its lease, recovery of an earlier crash, the store, and a run that always gets an end.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { endEntry, errorEntry } from "../../core/evidence/run-log.ts";
import { flipHappened, type LiveRow } from "../../core/plan/publish.ts";
import type { Environment, Run, RunKind } from "../../core/records.ts";
import { recordPhases } from "../../db/job-steps.ts";
import { updateEnvironment } from "../../db/projects.ts";
import { finishRun, loadRun, type NewRun, setRunPhase, startRun } from "../../db/runs.ts";
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import { copyOwed } from "../evidence/evidence-copy.ts";
import { storeSchemaOf } from "../plan/draft.ts";
import { hideSecrets } from "../secrets/hide-secrets.ts";
import { secretScrubber } from "../secrets/scrub.ts";
import { type EngineHolder, holdEngine } from "../session/engine.ts";
import { environmentLease, type Held, isHandedOver, withLease } from "../session/lease.ts";
import { readRow, type Served, seeServed } from "../session/served.ts";
import type { Session } from "../session/session.ts";
import { sharing } from "./promote.ts";
import { reconcile } from "./reconcile.ts";
import { type Recovered, recover } from "./recover.ts";
import { withReplica } from "./replica.ts";

export interface Act {
  session: Session;
  environment: EnvironmentConfig;
  /** The environment's record as it was when the act began (after recovery). */
  record: Environment;
  warehouse: Warehouse;
  /** `NO_ROW` until `claimStore` in an environment that has never been deployed to. */
  row: LiveRow;
  /** What was live when a deployment or hand-over began. */
  served: Served | null;
  held: Held;
  engine: EngineHolder;
  kind: RunKind;
  reason: string | null;
  recovered: Recovered | null;
  startedMs: number;
  /** The run that was claimed from the queue for this act; null: the act starts one of its own. */
  claimed: Run | null;
}

export interface ActWish {
  kind: RunKind;
  reason: string | null;
  /** See `Act.claimed`. */
  claimed?: Run | null;
}

/** Runs `work` as the only act on an environment. Closes dbt's process whatever happens. */
export const actOn = <T>(
  session: Session,
  environment: EnvironmentConfig,
  wish: ActWish,
  work: (act: Act) => Promise<T>,
): Promise<T> => actWhile(session, environment, { ...wish, begin: async () => undefined }, work);

/**
 * The same with something to begin with that needs nothing but the lease and dbt, as a parse: it goes on while the warehouse is looked at.
 * `work` waits for it; where it does not come to that, it is over before the act is.
 */
export async function actWhile<A, T>(
  session: Session,
  environment: EnvironmentConfig,
  wish: ActWish & { begin: (engine: EngineHolder) => Promise<A> },
  work: (act: Act, begun: Promise<A>) => Promise<T>,
): Promise<T> {
  const { kind, claimed = null, begin } = wish;
  const startedMs = session.ctx.clock.ticksMs();
  const lease = { name: environmentLease(session, environment), what: `${kind} ${environment.name}`, waitMs: 0 };
  return withLease(session, lease, async (held) => {
    const engine = holdEngine(session, environment, held.signal);
    let begun: Promise<A> | null = null;
    try {
      if (claimed) await beginLog(session, environment, claimed);
      const warehouse = await session.warehouse(environment);
      begun = begin(engine);
      begun.catch(() => {});
      const looked = await sharing(warehouse, () => look({ session, environment, warehouse, held, kind }), "read");
      const act: Act = { ...looked, held, engine, kind, reason: wish.reason, startedMs, claimed };
      const { signal } = held;
      const value = await work(act, begun).finally(() => copyOwed({ session, environment, warehouse, signal }));
      return await withReplica(act, value);
    } catch (error) {
      session.log.write(errorEntry(error));
      throw error;
    } finally {
      await engine.close();
      await begun?.catch(() => {});
      await engine.close(); // what was begun may have been about to start it
      await session.log.end();
    }
  });
}

type Looked = Pick<Act, "session" | "environment" | "record" | "warehouse" | "row" | "served" | "recovered">;

/** What stands, once an earlier crash is made good. */
async function look(from: Pick<Act, "session" | "environment" | "warehouse" | "held" | "kind">): Promise<Looked> {
  const { session, environment, warehouse, held, kind } = from;
  const before = await session.record(environment);
  const known = before.liveId !== null || (await readRow(session, environment, warehouse)) !== null;
  const row = known ? await ensureStore(session, environment, warehouse) : NO_ROW;
  const recovered = await recover({
    session,
    environment,
    record: await session.record(environment),
    warehouse,
    held,
  });
  const current = recovered?.finished ? await ensureStore(session, environment, warehouse) : row;
  const storeSchema = (await session.record(environment)).storeSchema ?? "";
  if (known) await reconcile({ session, environment, before, warehouse, row: current, storeSchema });
  const record = await session.record(environment);
  const sight = { session, environment, record, warehouse, row: known ? current : null, kind };
  const served = PLANNED_FROM_ALL.has(kind) ? await seeServed(sight) : null;
  return { session, environment, record, warehouse, row: current, served, recovered };
}

/** Acts that plan with all that is live and how it stands. */
const PLANNED_FROM_ALL = new Set<RunKind>(["deploy", "promote"]);

const beginLog = (session: Session, environment: EnvironmentConfig, run: Run): Promise<void> =>
  session.log.begin({ id: run.id, environment: environment.name }, () => secretScrubber(session, environment));

/** An environment of which the warehouse knows nothing yet. */
export const NO_ROW: LiveRow = { id: 0, position: 0, release: 0, flip: 0, fence: 0 };

/** For a draft made within the act: what it has looked at already. */
export const seenBy = (act: Act): { row: LiveRow | null; served: Served | null } => ({
  row: act.row === NO_ROW ? null : act.row,
  served: act.served,
});

/** Before the first change in the warehouse: a refused plan or an answer of no leaves nothing behind there. */
export async function claimStore(act: Act): Promise<Act> {
  if (act.row !== NO_ROW) return act;
  const row = await ensureStore(act.session, act.environment, act.warehouse);
  return { ...act, row, record: await act.session.record(act.environment) };
}

/** Slipway's schemas and this environment's row in the warehouse. Another installation's store of that name is left alone. */
async function ensureStore(session: Session, environment: EnvironmentConfig, warehouse: Warehouse): Promise<LiveRow> {
  const record = await session.record(environment);
  const installation = await session.installation();
  const request = { installation, project: session.place.name, environment: environment.name };
  const usual = record.storeSchema ?? storeSchemaOf(session.place.name);
  const claim = async (storeSchema: string): Promise<LiveRow> => {
    const row = await warehouse.ensureEnvironment({ ...request, storeSchema });
    // Another warehouse than before is recorded by `reconcile`, once the versions have followed.
    const identity = record.warehouse ?? warehouse.identity;
    if (record.storeSchema !== storeSchema || record.liveId !== row.id || record.warehouse !== identity) {
      const audit = {
        who: await session.actor(),
        what: "environment.store",
        subject: `environment ${environment.name}`,
        why: null,
        details: { storeSchema },
      };
      await updateEnvironment(
        await session.db(),
        record.id,
        { storeSchema, liveId: row.id, warehouse: identity },
        audit,
      );
    }
    return row;
  };
  try {
    return await claim(usual);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "conflict" || record.storeSchema !== null) throw error;
    return claim(`${usual}_${installation.slice(0, 4)}`);
  }
}

export interface RunEnd<T> {
  /** `failed`: a job of which something could not be built or run. */
  state: "succeeded" | "held" | "failed";
  outcome: Text;
  value: T;
}

/** Records a run around `work`. When the switch may have happened a failure leaves it open: the next command finishes it by what it finds. */
export async function withRun<T>(act: Act, planId: string | null, work: (run: Run) => Promise<RunEnd<T>>): Promise<T> {
  const { session } = act;
  const db = await session.db();
  const actor = await session.actor();
  const run = act.claimed ?? (await startRun(db, await newRun(act, planId, actor)));
  await beginLog(session, act.environment, run);
  session.ctx.progress({ kind: "run_started", runId: run.id, run: act.kind, environment: act.environment.name });
  const audit = (what: string) => ({
    who: actor,
    what: `run.${what}`,
    subject: `run ${run.id}`,
    why: act.reason,
    details: { kind: act.kind, environment: act.environment.name },
  });
  try {
    const end = await work(run);
    await keepPhases(session, run);
    await finishRun(db, run.id, end.state, end.outcome, audit(end.state));
    session.log.write(endEntry(end.state, end.outcome));
    return end.value;
  } catch (error) {
    const cancelled = error instanceof AppError && error.code === "cancelled";
    const outcome = error instanceof AppError ? error.text : say("flow.internal", { message: String(error) });
    const state = cancelled ? "cancelled" : "failed";
    const close = async () => {
      if (await mayHaveSwitched(act, await loadRun(db, run.id))) return;
      // It has no end: its server gives it back. Killed before that, it is one that had not begun.
      if (act.claimed && cancelled && isHandedOver(session.ctx.signal)) return setRunPhase(db, run.id, "plan");
      await keepPhases(session, run);
      await finishRun(db, run.id, state, outcome, audit(state));
    };
    // Where the state is away too, the run stays open, and people see what came first.
    await close().catch(() => undefined);
    throw error;
  } finally {
    await hideSecrets(session, act.environment, run.id);
  }
}

/** A job has steps of its own; what anything else was made of are its phases. */
async function keepPhases({ log, db }: Session, run: Run): Promise<void> {
  if (run.kind === "job") return;
  const rows = log.phases().map(({ name, ok, at, ms, summary }, index) => ({
    runId: run.id,
    position: index + 1,
    name,
    state: ok ? ("succeeded" as const) : ("failed" as const),
    startedAt: new Date(at.getTime() - ms),
    finishedAt: at,
    summary,
  }));
  await recordPhases(await db(), rows);
}

async function newRun({ session, record, kind, reason }: Act, planId: string | null, actor: string): Promise<NewRun> {
  const { pid, host } = session.ctx;
  const { id: projectId } = await session.project();
  return { projectId, environmentId: record.id, kind, planId, actor, reason, pid, host };
}

/** At the flip itself only the warehouse knows (the answer to a commit may have been lost), and only if it can be asked. */
async function mayHaveSwitched(act: Act, { phase, promotion }: Run): Promise<boolean> {
  if (phase === "settle" || phase === "record") return true;
  if (phase !== "flip" || promotion === null) return false;
  const row = await act.warehouse.readLive(promotion).catch(() => undefined);
  return row === undefined || (row !== null && flipHappened(promotion, row));
}
