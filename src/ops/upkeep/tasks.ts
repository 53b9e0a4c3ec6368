// The tasks of upkeep, one by one: a task that cannot be done now says why, and the others go on.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { UpkeepTask, UpkeepTaskName } from "../../core/upkeep.ts";
import { pruneEvidence } from "../../db/evidence.ts";
import { pruneAlerts } from "../../db/notices.ts";
import { vacuumState } from "../../db/upkeep.ts";
import { actOn } from "../../flow/act/act.ts";
import { checkSignal } from "../../flow/session/lease.ts";
import type { Session } from "../../flow/session/session.ts";
import { gc, withSiblings } from "../../flow/upkeep/gc.ts";
import { leftBehind } from "../../flow/upkeep/left-behind.ts";
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { EVIDENCE_KEEP_MS, UPKEEP_WAIT_MS, UPKEEP_WAIT_POLL_MS } from "../limits.ts";
import { watchDisks } from "./disk.ts";
import { cleanFolders } from "./folders.ts";
import { rotateLogs } from "./logs.ts";

type Result = Pick<UpkeepTask, "freedBytes" | "notes"> & { freeBytes?: number; host?: string; ok?: boolean };

const WORK: Record<UpkeepTaskName, (session: Session) => Promise<Result>> = {
  logs: rotateLogs,
  clean: async (session) => {
    const done = await cleanFolders(session);
    const before = new Date(session.ctx.clock.now().getTime() - EVIDENCE_KEEP_MS);
    const [db, { id }] = [await session.db(), await session.project()];
    const rows = (await pruneEvidence(db, session.place.name, before)) + (await pruneAlerts(db, id, before));
    return rows === 0 ? done : { ...done, notes: [...done.notes, say("upkeep.evidence_pruned", { rows })] };
  },
  gc: async (session) => {
    const done = await eachWarehouse(session, collect);
    const left = done.notes.length > 0 ? await leftBehind(session).catch(() => []) : [];
    return { ...done, notes: [...done.notes, ...left.map(({ message }) => message)] };
  },
  optimize: async (session) => {
    const done = await eachWarehouse(session, optimize);
    const tables = await vacuumState(await session.db());
    return { ...done, notes: [...done.notes, say("upkeep.state_optimized", { tables })] };
  },
  compact: (session) => eachWarehouse(session, compact),
  disk: async (session) => {
    const disks = await watchDisks(session);
    const notes = disks.map(({ folder, freeBytes, days }) => say("upkeep.disk", { folder, freeBytes, days }));
    return { freedBytes: 0, freeBytes: disks[0]?.freeBytes ?? 0, host: session.ctx.host, notes };
  },
};

/** Never throws, but for Ctrl-C and the end of the server. */
export async function carryOutTask(session: Session, task: UpkeepTaskName): Promise<UpkeepTask> {
  const { clock, signal } = session.ctx;
  const from = clock.ticksMs();
  const end = (result: Result): UpkeepTask => ({
    task,
    ok: true,
    freeBytes: null,
    ...result,
    ms: clock.ticksMs() - from,
  });
  checkSignal(signal);
  try {
    return end(await WORK[task](session));
  } catch (error) {
    checkSignal(signal);
    return end({ ok: false, freedBytes: 0, notes: [say("upkeep.not_now", { why: whyOf(error) })] });
  }
}

const whyOf = (error: unknown): Text | string => (error instanceof AppError ? error.text : (error as Error).message);

/** Each warehouse once, by the first environment in it that was ever deployed to. One that is busy is waited for, then left for next time. */
async function eachWarehouse(
  session: Session,
  work: (session: Session, environment: EnvironmentConfig) => Promise<Result | null>,
): Promise<Result> {
  const all: Result = { freedBytes: 0, notes: [], ok: true };
  const seen = new Set<string>();
  for (const environment of session.place.config.environments) {
    const record = await session.record(environment);
    if (record.warehouse === null || record.storeSchema === null || seen.has(record.warehouse)) continue;
    seen.add(record.warehouse);
    const done = await patiently(session, () => work(session, environment)).catch((error: unknown) => {
      checkSignal(session.ctx.signal);
      return { ok: false, freedBytes: 0, notes: [say("upkeep.not_now", { why: whyOf(error) })] };
    });
    if (done === null) continue;
    all.freedBytes += done.freedBytes;
    all.ok &&= done.ok ?? true;
    all.notes.push(...done.notes.map((what) => say("upkeep.in", { place: environment.name, what })));
  }
  return all;
}

async function patiently<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const { clock, signal } = session.ctx;
  const from = clock.ticksMs();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const busy = error instanceof AppError && error.code === "locked";
      if (!busy || clock.ticksMs() - from > UPKEEP_WAIT_MS) throw error;
      await clock.sleep(UPKEEP_WAIT_POLL_MS);
      checkSignal(signal);
    }
  }
}

async function collect(session: Session, { name }: EnvironmentConfig): Promise<Result> {
  const view = await gc(session, { environment: name, dryRun: false, planId: null, reason: "upkeep" });
  const note = say("upkeep.collected", { count: view.remove.length, run: view.runId });
  return { freedBytes: view.freedBytes, notes: [note] };
}

async function optimize(session: Session, environment: EnvironmentConfig): Promise<Result> {
  const { storeSchema } = await session.record(environment);
  const warehouse = await session.warehouse(environment);
  const { tables, refused, freedBytes } = await warehouse.optimize([storeSchema ?? ""], session.ctx.signal);
  return { freedBytes, notes: [say("upkeep.optimized", { tables, refused })] };
}

/** Nobody builds or switches meanwhile: the file is another one afterwards. */
async function compact(session: Session, environment: EnvironmentConfig): Promise<Result | null> {
  const warehouse = await session.warehouse(environment);
  if (!warehouse.compact) return null;
  return actOn(session, environment, { kind: "gc", reason: "upkeep" }, (act) =>
    withSiblings(act, async () => {
      const { freedBytes, why } = await act.warehouse.compact!();
      return { freedBytes, notes: [why ?? say("upkeep.compacted", { freedBytes })] };
    }),
  );
}
