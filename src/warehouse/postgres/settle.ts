// Step 3 and 4: waits until no snapshot older than the flip is left, then makes views plain again and drops what is not published any more.
import type { Promotion } from "../../core/plan/publish.ts";
import { type Relation, relationText, sameRelation } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { PromotionHooks } from "../warehouse.ts";
import { type DdlStep, runDdl } from "./ddl.ts";
import { dressNames } from "./dress.ts";
import { DEPENDENT_OBJECTS, errorCode, errorMessage } from "./errors.ts";
import type { Fact } from "./facts.ts";
import { olderSnapshots } from "./holders.ts";
import { factMap, loadFacts } from "./load-state.ts";
import {
  type Holder,
  isFlipped,
  META_SCHEMA,
  overtaken,
  type Pending,
  parseState,
  raiseFence,
  type SwitchRow,
  stateStatements,
} from "./meta.ts";
import { qualified, relationKey } from "./quote.ts";
import { type Room, throwIfAborted } from "./room.ts";
import { plainView, viewOf } from "./view-sql.ts";

const POLL_FIRST_MS = 10;
const POLL_MAX_MS = 250;

/** See `Warehouse.settle`. Throws AppError `conflict` when this promotion's flip has not happened or was followed by another. */
export async function settle(
  room: Room,
  promotion: Promotion,
  hooks: PromotionHooks,
): Promise<{ done: boolean; pending: string | null }> {
  const [row, entries] = await room.db.script(stateStatements(promotion.liveId), { readOnly: true });
  const state = parseState(row, entries);
  if (!isFlipped(state.row, promotion)) {
    throw new AppError(
      "conflict",
      say("postgres.not_flipped", { expected: promotion.toPosition, found: state.row.position }),
    );
  }
  if (state.row.fence > promotion.fence) throw overtaken(promotion);
  await raiseFence(room.db, promotion, state.row);
  // Grants and comments come right after the flip, before any waiting.
  const facts = await dressNames(room, promotion.publish, { holder: promotion, signal: hooks.signal });
  const pending = await settleEntries(room, promotion, { row: state.row, entries: state.pending, facts }, hooks);
  return { done: pending === null, pending };
}

interface Work {
  row: SwitchRow;
  entries: Pending[];
  /** Published names that were looked at a moment ago. */
  facts?: Map<string, Fact>;
}

/** Settles entries to the side that shows now. Returns who is waited for when time is up, null when all is done. */
export async function settleEntries(
  room: Room,
  promotion: Holder,
  work: Work,
  hooks: Partial<PromotionHooks> & { signal: AbortSignal },
): Promise<string | null> {
  const waiting = work.entries.length === 0 ? null : await waitForSnapshots(room, promotion.liveId, hooks.signal);
  if (waiting !== null) return waiting;
  const steps = await settleSteps(room, work);
  const blocked = await runDdl(room, {
    steps: steps.branches,
    holder: promotion,
    signal: hooks.signal,
    deadlineMs: room.settleDeadlineMs,
    middle: async () => hooks.fault?.("settle:middle"),
    progress: (done) => hooks.progress?.("settle", done, work.entries.length),
  });
  return blocked ?? dropAll(room, promotion, steps.drops, hooks.signal);
}

/** Takes the holders of possibly older snapshots once, then waits until each of them is gone. */
async function waitForSnapshots(room: Room, liveId: number, signal: AbortSignal): Promise<string | null> {
  const deadline = room.clock.ticksMs() + room.settleDeadlineMs;
  const first = new Set((await olderSnapshots(room.db, liveId)).map((snapshot) => snapshot.key));
  for (let pauseMs = POLL_FIRST_MS; first.size > 0; pauseMs = Math.min(pauseMs * 2, POLL_MAX_MS)) {
    throwIfAborted(signal);
    const left = (await olderSnapshots(room.db, liveId)).filter((snapshot) => first.has(snapshot.key));
    if (left.length === 0) return null;
    if (room.clock.ticksMs() > deadline) return left.map((snapshot) => snapshot.who).join("; ");
    await room.clock.sleep(pauseMs);
  }
  return null;
}

interface Settling {
  branches: DdlStep[];
  drops: DdlStep[];
}

async function settleSteps(room: Room, work: Work): Promise<Settling> {
  const facts = await settleFacts(room, work);
  const fact = (relation: Relation | null): Fact | undefined =>
    relation === null ? undefined : facts.get(relationKey(relation));
  const definitions = await definitionsOf(room, work, fact);
  const steps: Settling = { branches: [], drops: [] };
  for (const entry of work.entries) {
    const view = fact(entry.published);
    if (entry.work === "drop") {
      // Only our own view on that very relation is ours to drop: somebody may have put something else there.
      const ours = view?.kind === "v" && (entry.old === null || view.refs.includes(fact(entry.old)?.oid ?? 0));
      const sql = ours ? [`drop view if exists ${qualified(entry.published)}`] : [];
      steps.drops.push({ on: entry.published, sql, leave: true });
      continue;
    }
    const shown = work.row.showing >= entry.threshold ? entry.next : entry.old;
    const ours = view?.kind === "v" && view.refs.includes(fact(LIVE)?.oid ?? 0) && shown !== null;
    const sql = ours ? [settledView(view, shown, definitions.get(relationKey(shown)))] : [];
    steps.branches.push({ on: entry.published, sql, leave: entry.aside === null });
    // Only when every view is plain again: what was set aside may read other things that were set aside.
    if (entry.aside !== null) {
      steps.drops.push({ on: entry.published, sql: [`drop view if exists ${qualified(entry.aside)}`], leave: true });
    }
  }
  return steps;
}

const LIVE: Relation = { schema: META_SCHEMA, name: "live" };

async function settleFacts(room: Room, work: Work): Promise<Map<string, Fact>> {
  const known = work.facts ?? new Map<string, Fact>();
  const views = work.entries.map((entry) => entry.published).filter((it) => !known.has(relationKey(it)));
  const others = [LIVE, ...work.entries.flatMap((entry) => [entry.old, entry.aside])].filter((it) => it !== null);
  const loaded = [...(await loadFacts(room.db, others, { detail: "oid" })), ...(await loadFacts(room.db, views))];
  return new Map([...factMap(loaded), ...known]);
}

/** Queries of foreign views whose adoption never came to its flip: they get their own text back. By relation key of the copy. */
async function definitionsOf(
  room: Room,
  work: Work,
  fact: (relation: Relation | null) => Fact | undefined,
): Promise<Map<string, string>> {
  const copies = work.entries.flatMap((entry) => {
    const goingBack = entry.work === "branch" && work.row.showing < entry.threshold;
    const copy =
      goingBack && entry.aside !== null && entry.old !== null && sameRelation(entry.aside, entry.old)
        ? fact(entry.aside)
        : undefined;
    return copy?.kind === "v" ? [copy] : [];
  });
  if (copies.length === 0) return new Map();
  const list = copies.map((copy) => copy.oid).join(", ");
  const rows = await room.db.rows(
    `select oid::bigint::text as oid, pg_get_viewdef(oid) as sql from pg_class where oid in (${list})`,
  );
  const texts = new Map(rows.map((row) => [Number(row.oid), String(row.sql)]));
  return new Map(copies.map((copy) => [relationKey(copy.relation), texts.get(copy.oid) ?? ""]));
}

function settledView(view: Fact, shown: Relation, definition: string | undefined): string {
  const shape = { view: view.relation, columns: view.columns, options: view.options };
  return definition ? viewOf(shape, definition) : plainView(shape, shown);
}

/** Drops what is not needed any more: together, or one by one and in passes when something depends on one of them. */
async function dropAll(room: Room, promotion: Holder, drops: DdlStep[], signal: AbortSignal): Promise<string | null> {
  const run = (steps: DdlStep[]): Promise<string | null> =>
    runDdl(room, { steps, holder: promotion, signal, deadlineMs: room.settleDeadlineMs });
  try {
    return await run(drops);
  } catch (error) {
    if (errorCode(error) !== DEPENDENT_OBJECTS) throw error;
  }
  for (let left = drops; ; ) {
    const kept: { step: DdlStep; why: string }[] = [];
    for (const step of left) {
      const why = await run([step]).catch((error: unknown) => {
        if (errorCode(error) !== DEPENDENT_OBJECTS) throw error;
        return `${relationText(step.on)}: ${errorMessage(error)}`;
      });
      if (why !== null) kept.push({ step, why });
    }
    if (kept.length === 0) return null;
    if (kept.length === left.length) return kept.map((it) => it.why).join("; ");
    left = kept.map((it) => it.step);
  }
}
