// Step 2 of a promotion, the instant: one update of the switch row, with whatever could not be prepared in the same transaction.
import type { Promotion } from "../../core/plan/publish.ts";
import type { Relation } from "../../core/project/relation.ts";
import type { PromotionHooks } from "../warehouse.ts";
import { jitterMs } from "./ddl.ts";
import { withRoles } from "./dressing.ts";
import { DEADLOCK, errorCode, LOCK_NOT_AVAILABLE, QUERY_CANCELLED } from "./errors.ts";
import { Busy, blockersOf, type FlipDdl, flipDdl } from "./flip-ddl.ts";
import { lockHolders } from "./holders.ts";
import {
  deletePending,
  insertPending,
  isFlipped,
  META_SCHEMA,
  overtaken,
  parseState,
  stateStatements,
} from "./meta.ts";
import { checkRow, held, prepare } from "./prepare.ts";
import { relationKey } from "./quote.ts";
import { lockBudgetMs, type Room, throwIfAborted } from "./room.ts";
import { isFlipStep } from "./switch-plan.ts";

/** The switch row's lock is held by others only for the length of a small batch. */
const ROW_LOCK_MS = 1000;

/** See `Warehouse.flip`. Throws AppError `conflict` (overtaken, or the row is elsewhere) or `held` (locks that do not come). */
export async function flip(room: Room, asked: Promotion, hooks: PromotionHooks): Promise<{ switchMs: number }> {
  const [rows, pending] = await room.db.script(stateStatements(asked.liveId), { readOnly: true });
  const { row } = parseState(rows, pending);
  if (isFlipped(row, asked)) return { switchMs: 0 };
  checkRow(row, asked);
  // After a crash, or without a prepare in this process: what is prepared already is found standing.
  if (room.prepared.get(asked.liveId)?.promotion !== asked) await prepare(room, asked, hooks);
  const { plan } = room.prepared.get(asked.liveId)!;
  const promotion = { ...asked, publish: await withRoles(room.db, asked.publish) };
  await hooks.fault("flip:before");
  const dressed = new Map(promotion.publish.map((name) => [relationKey(name.published), name]));
  const steps = plan.steps
    .filter(isFlipStep)
    .map((step) => ({ ...step, name: dressed.get(relationKey(step.name.published))! }));
  const record = switchStatements(promotion, plan.showing);
  const switchMs =
    steps.length === 0
      ? await flipRow(room, promotion, record)
      : await flipWithDdl(room, promotion, { steps, record }, hooks);
  hooks.progress("flip", promotion.publish.length, promotion.publish.length);
  await hooks.fault("flip:after");
  return { switchMs };
}

/** The update and the notes for settle. The update comes first: it says whether the rest may happen. */
function switchStatements(promotion: Promotion, showing: number): string[] {
  const update = `update ${META_SCHEMA}.live set position = ${promotion.toPosition}, showing = ${showing}, release = ${promotion.toRelease},
    flip = flip + 1, fence = ${promotion.fence}, flip_transaction = pg_current_xact_id()::text::bigint, updated_at = clock_timestamp()
    where id = ${promotion.liveId} and position = ${promotion.fromPosition} and fence <= ${promotion.fence} returning id`;
  const kept = deletePending(
    promotion.publish.map((name) => name.published),
    "drop",
  );
  const drops = insertPending(
    promotion.liveId,
    promotion.unpublish.map((name) => ({
      published: name.published,
      work: "drop",
      threshold: 0,
      old: name.previous,
      next: null,
      aside: null,
    })),
  );
  return [update, ...kept, ...drops];
}

/** Nothing but the row: one round trip. */
async function flipRow(room: Room, promotion: Promotion, record: string[]): Promise<number> {
  const started = room.clock.ticksMs();
  // The extra division fails, and so rolls back, when the update found no row.
  const [update, ...rest] = record;
  const sure = `with flipped as (${update}) select 1 / count(*) from flipped`;
  try {
    await room.db.script([sure, ...rest], { lockTimeoutMs: ROW_LOCK_MS });
  } catch (error) {
    return afterFailure(room, promotion, error);
  }
  return room.clock.ticksMs() - started;
}

/** Somebody else flipped or took the environment; or it was this promotion after all (a commit whose answer was lost). */
async function afterFailure(room: Room, promotion: Promotion, error: unknown): Promise<number> {
  if (errorCode(error) !== "22012") throw error;
  const [row, pending] = await room.db.script(stateStatements(promotion.liveId), { readOnly: true });
  const { row: found } = parseState(row, pending);
  if (isFlipped(found, promotion)) return 0;
  checkRow(found, promotion);
  throw overtaken(promotion);
}

interface FlipWork {
  steps: Parameters<typeof flipDdl>[1]["steps"];
  record: string[];
}

/** Attempts are short and many: whether readers hold the locks crosswise is a matter of luck, and each failed attempt makes them wait. */
const REST_MS = 8;
const FIRST_MS = 4;

/** Retries until all locks come at once; the relation that was busy is taken first next time. */
async function flipWithDdl(room: Room, promotion: Promotion, work: FlipWork, hooks: PromotionHooks): Promise<number> {
  const budgetMs = await lockBudgetMs(room);
  const deadline = room.clock.ticksMs() + room.lockDeadlineMs;
  const ddl: FlipDdl = { ...work, first: null, firstMs: budgetMs / 2, restMs: Math.min(REST_MS, budgetMs / 2) };
  for (;;) {
    throwIfAborted(hooks.signal);
    try {
      return await flipDdl(room, ddl, promotion);
    } catch (error) {
      const busy = error instanceof Busy ? error.relation : null;
      const again = busy !== null || [LOCK_NOT_AVAILABLE, QUERY_CANCELLED, DEADLOCK].includes(errorCode(error));
      if (!again) return afterFailure(room, promotion, error);
      if (room.clock.ticksMs() > deadline) throw held(promotion, await blockersOf(room, work.steps, busy));
      await nextAttempt(room, ddl, { busy, budgetMs });
    }
  }
}

/**
 * The busy relation goes first, with a patience drawn anew each time: a long wait gets through to a busy view but gathers readers who
 * hold the others; a short one finds a gap. Autovacuum gives way only to someone who has waited for `deadlock_timeout`.
 */
async function nextAttempt(room: Room, ddl: FlipDdl, last: { busy: Relation | null; budgetMs: number }): Promise<void> {
  const { busy, budgetMs } = last;
  ddl.first = busy;
  ddl.firstMs = FIRST_MS * (budgetMs / FIRST_MS) ** Math.random();
  if (busy !== null && (await lockHolders(room.db, busy)).some((holder) => holder.autovacuum)) {
    const [row] = await room.db.rows("select setting from pg_settings where name = 'deadlock_timeout'");
    ddl.firstMs = Number(row?.setting ?? 1000) + 500;
  }
  await room.clock.sleep(jitterMs(FIRST_MS));
}
