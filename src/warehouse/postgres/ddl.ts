// Runs many small changes of views so that no reader waits longer than the stall budget and nobody can deadlock.
import type { Relation } from "../../core/project/relation.ts";
import { relationText } from "../../core/project/relation.ts";
import { errorCode, LOCK_NOT_AVAILABLE } from "./errors.ts";
import { lockHolders } from "./holders.ts";
import {
  deletePending,
  fenceGuard,
  type Holder,
  insertPending,
  isFenceError,
  overtaken,
  type Pending,
} from "./meta.ts";
import { lockBudgetMs, type Room, throwIfAborted } from "./room.ts";

/** Changes of one relation: statements that take its lock and no other that readers hold. */
export interface DdlStep {
  on: Relation;
  sql: string[];
  /** Work it leaves for settle, written in the same transaction. */
  enter?: Pending;
  /** The name has no work left, forgotten in the same transaction. */
  leave?: boolean;
}

interface DdlRun {
  steps: DdlStep[];
  /** Whose fencing number must hold in every transaction; null: nobody's (work outside of promotions, which leaves nothing pending). */
  holder: Holder | null;
  signal: AbortSignal;
  deadlineMs: number;
  /** Called once, between two transactions, when half is done. */
  middle?: () => Promise<void>;
  progress?: (done: number) => void;
}

/** A transaction of several views shall be over in this time: its readers wait for all of it. */
const BATCH_TARGET_MS = 50;
const BATCH_MAX = 200;
/** In a batch a lock must come at once; whoever has to wait for one does it alone, holding nothing. */
const BATCH_LOCK_MS = 5;
const FIRST_LOCK_MS = 50;

interface Item {
  step: DdlStep;
  /** How long its next attempt alone may wait. */
  lockMs: number;
}

interface Work {
  queue: Item[];
  done: number;
  /** Half of all: no batch reaches across. */
  middle: number;
  /** Views per transaction, while locks come at once. */
  size: number;
  /** So many next ones go one by one. */
  alone: number;
  budgetMs: number;
  /** Tick of the last success. */
  lastMs: number;
}

/**
 * Many views per transaction while their locks come at once, one per transaction after the first that had to wait. A busy view is
 * come back to later, each time with more patience up to the budget. Returns who blocks the rest when nothing has moved for
 * `deadlineMs`, else null. Throws AppError `conflict` when the fencing number is overtaken.
 */
export async function runDdl(room: Room, run: DdlRun): Promise<string | null> {
  const work: Work = {
    queue: run.steps.map((step) => ({ step, lockMs: FIRST_LOCK_MS })),
    done: 0,
    middle: Math.floor(run.steps.length / 2),
    size: 16,
    alone: 0,
    budgetMs: run.steps.length === 0 ? 0 : await lockBudgetMs(room),
    lastMs: room.clock.ticksMs(),
  };
  if (work.middle === 0) await run.middle?.();
  while (work.queue.length > 0) {
    throwIfAborted(run.signal);
    const batch = takeBatch(work);
    const [first] = batch as [Item];
    const started = room.clock.ticksMs();
    const lockMs = batch.length > 1 ? BATCH_LOCK_MS : Math.min(first.lockMs, work.budgetMs);
    const steps = batch.map((item) => item.step);
    if (await runBatch(room, run, { steps, lockMs })) {
      work.lastMs = room.clock.ticksMs();
      await advance(run, work, { count: batch.length, tookMs: work.lastMs - started });
    } else if (batch.length > 1) {
      work.queue.unshift(...batch);
      work.alone = batch.length;
      work.size = Math.max(1, work.size / 2);
    } else if (room.clock.ticksMs() - work.lastMs > run.deadlineMs) {
      return blockers(room, first.step.on);
    } else {
      work.queue.push({ step: first.step, lockMs: Math.min(first.lockMs * 2, work.budgetMs) });
      // With several views waiting there is other work; the last ones leave readers a gap between two attempts.
      await room.clock.sleep(work.queue.length > 4 ? 1 : jitterMs(lockMs));
    }
  }
  return null;
}

function takeBatch(work: Work): Item[] {
  const share = work.done < work.middle ? work.middle - work.done : work.queue.length;
  return work.queue.splice(0, Math.min(work.alone > 0 ? 1 : Math.floor(work.size), share));
}

async function advance(run: DdlRun, work: Work, batch: { count: number; tookMs: number }): Promise<void> {
  const full = batch.count >= Math.floor(work.size);
  const growth = Math.min(2, BATCH_TARGET_MS / Math.max(batch.tookMs, 1));
  if (full) work.size = Math.min(BATCH_MAX, Math.max(1, work.size * growth));
  work.alone = Math.max(0, work.alone - batch.count);
  const before = work.done;
  work.done += batch.count;
  run.progress?.(work.done);
  if (before < work.middle && work.done >= work.middle) await run.middle?.();
}

/** True when committed, false when a lock did not come in time (nothing is changed then). */
async function runBatch(room: Room, run: DdlRun, batch: { steps: DdlStep[]; lockMs: number }): Promise<boolean> {
  const { holder } = run;
  const { steps, lockMs } = batch;
  const statements = steps.flatMap((step) => step.sql);
  if (holder !== null) {
    statements.unshift(fenceGuard(holder));
    statements.push(
      ...insertPending(
        holder.liveId,
        steps.flatMap((step) => step.enter ?? []),
      ),
    );
    statements.push(...deletePending(steps.flatMap((step) => (step.leave ? [step.on] : []))));
  }
  try {
    await room.db.script(statements, { durable: false, lockTimeoutMs: Math.max(1, Math.round(lockMs)) });
    return true;
  } catch (error) {
    if (errorCode(error) === LOCK_NOT_AVAILABLE) return false;
    throw holder !== null && isFenceError(error) ? overtaken(holder) : error;
  }
}

/** A gap of the same length as the wait before it, spread so that two waiting programs do not keep step. */
export const jitterMs = (waitedMs: number): number => waitedMs * (0.5 + Math.random());

/** Who holds a relation, for people: `analytics.orders: pid 4242 (user bi) since ..`. */
export async function blockers(room: Room, relation: Relation): Promise<string> {
  const holders = await lockHolders(room.db, relation);
  return `${relationText(relation)}: ${holders.map((holder) => holder.who).join(", ") || "?"}`;
}
