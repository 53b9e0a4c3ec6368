// What every act on an environment shares: its lease, recovery of an earlier crash, the store, and a run that always gets an end.
import type { EnvironmentConfig } from "../core/config.ts";
import { flipHappened, type LiveRow } from "../core/publish.ts";
import type { Environment, Run, RunKind } from "../core/records.ts";
import { endEntry, errorEntry } from "../core/run-log.ts";
import { recordPhases } from "../db/job-steps.ts";
import { updateEnvironment } from "../db/projects.ts";
import { finishRun, loadRun, type NewRun, setRunPhase, startRun } from "../db/runs.ts";
import { AppError } from "../lib/error.ts";
import type { Text } from "../lib/text.ts";
import { say } from "../text/catalogue.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import { readRow, storeSchemaOf } from "./draft.ts";
import { type EngineHolder, holdEngine } from "./engine.ts";
import { copyOwed } from "./evidence-copy.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { environmentLease, type Held, isHandedOver, withLease } from "./lease.ts";
import { reconcile } from "./reconcile.ts";
import { type Recovered, recover } from "./recover.ts";
import { withReplica } from "./replica.ts";
import { secretScrubber } from "./scrub.ts";
import type { Session } from "./session.ts";

export interface Act {
  session: Session;
  environment: EnvironmentConfig;
  /** The environment's record as it was when the act began (after recovery). */
  record: Environment;
  warehouse: Warehouse;
  /** `NO_ROW` until `claimStore` in an environment that has never been deployed to. */
  row: LiveRow;
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
export async function actOn<T>(
  session: Session,
  environment: EnvironmentConfig,
  { kind, reason, claimed = null }: ActWish,
  work: (act: Act) => Promise<T>,
): Promise<T> {
  const startedMs = session.ctx.clock.ticksMs();
  const lease = { name: environmentLease(session, environment), what: `${kind} ${environment.name}`, waitMs: 0 };
  return withLease(session, lease, async (held) => {
    const engine = holdEngine(session, environment);
    try {
      if (claimed) await beginLog(session, environment, claimed);
      const warehouse = await session.warehouse(environment);
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
      const act: Act = {
        session,
        environment,
        record,
        warehouse,
        row: current,
        held,
        engine,
        kind,
        reason,
        recovered,
        startedMs,
        claimed,
      };
      const value = await work(act).finally(() => copyOwed({ session, environment, warehouse, signal: held.signal }));
      return await withReplica(act, value);
    } catch (error) {
      session.log.write(errorEntry(error));
      throw error;
    } finally {
      await engine.close();
      await session.log.end();
    }
  });
}

const beginLog = (session: Session, environment: EnvironmentConfig, run: Run): Promise<void> =>
  session.log.begin({ id: run.id, environment: environment.name }, () => secretScrubber(session, environment));

/** An environment of which the warehouse knows nothing yet. */
export const NO_ROW: LiveRow = { id: 0, position: 0, release: 0, flip: 0, fence: 0 };

/** For a draft made within the act. */
export const knownRow = (act: Act): LiveRow | null => (act.row === NO_ROW ? null : act.row);

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
