// Step 1 of a promotion: every changed view gets its second branch, which nobody sees yet. Leftovers of earlier promotions go first.
import type { Promotion } from "../../core/plan/publish.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { PromotionHooks } from "../warehouse.ts";
import { type DdlStep, runDdl } from "./ddl.ts";
import { loadState, requireNext } from "./load-state.ts";
import { isFlipped, overtaken, raiseFence, type SwitchRow } from "./meta.ts";
import { ident, literal, qualified } from "./quote.ts";
import { type Room, throwIfAborted } from "./room.ts";
import { settleEntries } from "./settle.ts";
import { type NameStep, planSwitch, type State, type SwitchPlan } from "./switch-plan.ts";
import { branchedView } from "./view-sql.ts";

/** See `Warehouse.prepare`. Throws AppError `conflict` (overtaken) or `held` (naming who is in the way). */
export async function prepare(room: Room, promotion: Promotion, hooks: PromotionHooks): Promise<void> {
  room.prepared.delete(promotion.liveId);
  const first = await loadState(room.db, promotion);
  if (isFlipped(first.row, promotion)) return;
  checkRow(first.row, promotion);
  requireNext(promotion, first);
  await raiseFence(room.db, promotion, first.row);
  const plan = await settleLeftovers(room, promotion, first, hooks);
  await createSchemas(room, plan);
  await analyseNew(room, plan);
  const steps = plan.steps.filter((step) => step.kind === "branch");
  const ready = plan.steps.filter((step) => step.kind === "ready").length;
  const blocked = await runDdl(room, {
    steps: await prepareSteps(room, promotion, steps),
    holder: promotion,
    signal: hooks.signal,
    deadlineMs: room.lockDeadlineMs,
    middle: () => hooks.fault("prepare:middle"),
    progress: (done) => hooks.progress("prepare", ready + done, ready + steps.length),
  });
  if (blocked !== null) throw held(promotion, blocked);
  // The fencing number keeps others out, so that flip need not read a thousand definitions again.
  const left = { ...plan, steps: plan.steps.filter((step) => step.kind !== "branch") };
  room.prepared.set(promotion.liveId, { promotion, plan: left });
}

/** The row must be where this promotion starts, and no one with a higher fencing number may have been there. */
export function checkRow(row: SwitchRow, promotion: Promotion): void {
  if (row.fence > promotion.fence) throw overtaken(promotion);
  if (row.position === promotion.fromPosition) return;
  throw new AppError("conflict", say("postgres.moved_on", { expected: promotion.fromPosition, found: row.position }), {
    hint: say("postgres.moved_on_hint", {}),
  });
}

export function held(promotion: Promotion, who: string): AppError {
  return new AppError("held", say("postgres.held", { environment: promotion.environment, who }), {
    hint: say("postgres.held_hint", {}),
  });
}

/** Settles what earlier promotions left (to the side that shows) and plans again, until nothing is left. */
async function settleLeftovers(
  room: Room,
  promotion: Promotion,
  first: State,
  hooks: PromotionHooks,
): Promise<SwitchPlan> {
  let state = first;
  let plan = planSwitch(promotion, state);
  // Once is enough; a second round only when a reader of the plan made the first one obsolete.
  for (let round = 0; plan.leftovers.length > 0; round += 1) {
    throwIfAborted(hooks.signal);
    const pending = await settleEntries(
      room,
      promotion,
      { row: state.row, entries: plan.leftovers },
      { signal: hooks.signal },
    );
    if (pending !== null || round > 2) throw held(promotion, pending ?? "?");
    state = await loadState(room.db, promotion);
    plan = planSwitch(promotion, state);
  }
  return plan;
}

async function createSchemas(room: Room, plan: SwitchPlan): Promise<void> {
  const wanted = [
    ...new Set(plan.steps.filter((step) => step.kind === "create").map((step) => step.name.published.schema)),
  ];
  if (wanted.length === 0) return;
  const found = await room.db.rows(
    `select nspname from pg_namespace where nspname in (${wanted.map(literal).join(", ")})`,
  );
  const missing = wanted.filter((schema) => !found.some((row) => row.nspname === schema));
  if (missing.length > 0) await room.db.script(missing.map((schema) => `create schema if not exists ${ident(schema)}`));
}

/** Tables in one transaction: none of it waits for readers, but a cancel is noticed in between. */
const ANALYSE_AT_ONCE = 50;

/** A view that suddenly reads a table without statistics gets bad query plans until autovacuum comes by. */
async function analyseNew(room: Room, plan: SwitchPlan): Promise<void> {
  const fresh = plan.steps.flatMap((step) =>
    step.kind !== "ready" && step.next.kind === "r" && !step.next.rowsEstimate
      ? [`analyze ${qualified(step.next.relation)}`]
      : [],
  );
  for (let from = 0; from < fresh.length; from += ANALYSE_AT_ONCE) {
    await room.db.script(fresh.slice(from, from + ANALYSE_AT_ONCE), { durable: false });
  }
}

type BranchStep = Extract<NameStep, { kind: "branch" }>;

async function prepareSteps(room: Room, promotion: Promotion, steps: BranchStep[]): Promise<DdlStep[]> {
  const copies = steps.filter((step) => step.copyOf !== null);
  const definitions = new Map<number, string>();
  if (copies.length > 0) {
    const rows = await room.db.rows(
      `select oid::bigint::text as oid, pg_get_viewdef(oid) as sql from pg_class where oid in (${copies.map((step) => step.copyOf).join(", ")})`,
    );
    for (const row of rows) definitions.set(Number(row.oid), String(row.sql).replace(/;\s*$/, ""));
  }
  return steps.map((step) => {
    const { name, standing, next, old } = step;
    const shape = { view: name.published, columns: next.columns, options: standing.options };
    const branches = {
      liveId: promotion.liveId,
      threshold: promotion.toPosition,
      old,
      oldColumns: standing.columns,
      next: next.relation,
    };
    const copy = step.copyOf === null ? [] : [`create view ${qualified(old)} as ${definitions.get(step.copyOf) ?? ""}`];
    const aside = step.copyOf === null ? null : old;
    const entry = {
      published: name.published,
      work: "branch",
      threshold: promotion.toPosition,
      old,
      next: next.relation,
      aside,
    } as const;
    return {
      on: name.published,
      sql: [...copy, branchedView(shape, branches)],
      enter: entry,
    };
  });
}
