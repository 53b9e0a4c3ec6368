// The part of a flip that changes definitions: new names, changed columns, adopted relations. All locks first, then the work, then the row.
import type { Promotion } from "../../core/plan/publish.ts";
import { type Relation, relationText } from "../../core/project/relation.ts";
import type { Transaction } from "./connection.ts";
import { blockers } from "./ddl.ts";
import { dressStatements } from "./dressing.ts";
import { errorCode, LOCK_NOT_AVAILABLE } from "./errors.ts";
import { factsStatement, parseFacts } from "./facts.ts";
import { insertPending, overtaken } from "./meta.ts";
import { ident, literal, qualified, relationKey, relationRows } from "./quote.ts";
import type { Room } from "./room.ts";
import type { FlipStep } from "./switch-plan.ts";
import { branchedView, plainView } from "./view-sql.ts";

export interface FlipDdl {
  steps: FlipStep[];
  /** The update of the switch row, then notes for settle. */
  record: string[];
  /** Locked first, holding nothing else, for up to `firstMs`. */
  first: Relation | null;
  firstMs: number;
  /** All further waits of one attempt together, while readers queue behind what is held already. */
  restMs: number;
}

/** A lock did not come in time. */
export class Busy extends Error {
  readonly relation: Relation;
  constructor(relation: Relation) {
    super(`busy: ${relationText(relation)}`);
    this.relation = relation;
  }
}

/** One attempt. Resolves with the milliseconds from the first lock to the commit. Throws `Busy`, or AppError `conflict`. */
export async function flipDdl(room: Room, ddl: FlipDdl, promotion: Promotion): Promise<number> {
  const renames = await indexRenames(room, ddl.steps);
  let started = room.clock.ticksMs();
  await room.db.transaction({ lockTimeoutMs: 1 }, async (transaction) => {
    started = await lockAll(room, transaction, ddl);
    const changes = ddl.steps.flatMap((step) =>
      changeStatements(step, promotion, renames.get(relationKey(step.name.published)) ?? []),
    );
    await transaction.run(["set local lock_timeout = 100", ...changes].join(";\n"));
    const dressing = await dressAll(transaction, ddl.steps);
    if (dressing.length > 0) await transaction.run(dressing.join(";\n"));
    // New names alone hold no lock that a reader could wait for: what counts then is the switch itself.
    if (ddl.steps.every((step) => step.kind === "create")) started = room.clock.ticksMs();
    const [updated] = await transaction.run(ddl.record.join(";\n"));
    if (updated?.length !== 1) throw overtaken(promotion);
  });
  return room.clock.ticksMs() - started;
}

/**
 * Locks in one order. While anything is held, all further waits together are short: a reader that holds one of them may itself wait
 * for what we hold, which only ends when we give up, and long before `deadlock_timeout` has it look for a deadlock. Resolves with the
 * tick of the first lock.
 */
async function lockAll(room: Room, transaction: Transaction, ddl: FlipDdl): Promise<number> {
  const standing = ddl.steps.flatMap((step) => (step.kind === "create" ? [] : [step.standing]));
  const rank = (relation: Relation): string =>
    ddl.first && relationKey(relation) === relationKey(ddl.first) ? "" : relationKey(relation);
  standing.sort((a, b) => (rank(a.relation) < rank(b.relation) ? -1 : 1));
  let firstLock = room.clock.ticksMs();
  for (const [index, fact] of standing.entries()) {
    const alone = index === 0;
    const leftMs = alone ? ddl.firstMs : ddl.restMs - (room.clock.ticksMs() - firstLock);
    const waitMs = Math.max(1, Math.round(leftMs));
    // LOCK TABLE on a view would lock what it reads as well; giving it the owner it has locks the view only and changes nothing.
    const sql =
      fact.kind === "r" || fact.kind === "p"
        ? `lock table only ${qualified(fact.relation)} in access exclusive mode`
        : `alter ${kindWord(fact.kind)} ${qualified(fact.relation)} owner to ${ident(fact.owner)}`;
    await transaction.run(`set local lock_timeout = ${waitMs}; ${sql}`).catch((error: unknown) => {
      throw errorCode(error) === LOCK_NOT_AVAILABLE ? new Busy(fact.relation) : error;
    });
    if (alone) firstLock = room.clock.ticksMs();
  }
  return firstLock;
}

function changeStatements(step: FlipStep, promotion: Promotion, renames: string[]): string[] {
  const { name, next } = step;
  const view = name.published;
  if (step.kind === "create") return [plainView({ view, columns: next.columns, options: [] }, next.relation)];
  const { standing } = step;
  const options =
    standing.kind === "v" ? standing.options.filter((option) => option.startsWith("security_barrier")) : [];
  const old = step.kind === "adopt" ? step.aside : step.old;
  const branches = {
    liveId: promotion.liveId,
    threshold: promotion.toPosition,
    old,
    oldColumns: standing.columns,
    next: next.relation,
  };
  const shape = { view, columns: next.columns, options: step.kind === "append" ? standing.options : options };
  const viewAside = step.kind === "reshape" || (step.kind === "adopt" && standing.kind === "v") ? step.aside : null;
  const entry = {
    published: view,
    work: "branch",
    threshold: promotion.toPosition,
    old,
    next: next.relation,
    aside: viewAside,
  } as const;
  const moves = step.kind === "append" ? [] : [...renames, ...setAside(view, step.aside, standing.kind)];
  return [...moves, branchedView(shape, branches), ...insertPending(promotion.liveId, [entry])];
}

const KIND_WORDS: Record<string, string> = { v: "view", m: "materialized view", f: "foreign table" };
const kindWord = (kind: string): string => KIND_WORDS[kind] ?? "table";

/** Out of the way, into the store; whatever is bound to the relation itself stays bound to it. */
function setAside(from: Relation, to: Relation, kind: string): string[] {
  const what = kindWord(kind);
  const renamed = { schema: from.schema, name: to.name };
  const move = from.schema === to.schema ? [] : [`alter ${what} ${qualified(renamed)} set schema ${ident(to.schema)}`];
  return [`alter ${what} ${qualified(from)} rename to ${ident(to.name)}`, ...move];
}

/** Owner, grants and comments of what stood there, then the project's own; read back inside the transaction, because default privileges count. */
async function dressAll(transaction: Transaction, steps: FlipStep[]): Promise<string[]> {
  const dressed = steps.filter((step) => step.kind !== "append");
  if (dressed.length === 0) return [];
  const views = dressed.map((step) => step.name.published);
  const owners = dressed.flatMap((step) =>
    step.kind === "create" || step.standing.own
      ? []
      : [`alter view ${qualified(step.name.published)} owner to ${ident(step.standing.owner)}`],
  );
  if (owners.length > 0) await transaction.run(owners.join(";\n"));
  const [rows] = await transaction.run(factsStatement(views));
  const facts = new Map(parseFacts(views, rows ?? []).map((fact) => [relationKey(fact.relation), fact]));
  return dressed.flatMap((step) => {
    const now = facts.get(relationKey(step.name.published));
    const inherited = step.kind === "create" ? null : step.standing;
    const labels = (inherited?.labels ?? []).map(
      (it) =>
        `security label for ${ident(it.provider)} on view ${qualified(step.name.published)} is ${literal(it.label)}`,
    );
    return now === undefined ? [] : [...dressStatements(now, step.name.dressing, inherited), ...labels];
  });
}

/** Indexes and owned sequences move with a table; one whose name the store (or another moved table) has already is renamed before. */
async function indexRenames(room: Room, steps: FlipStep[]): Promise<Map<string, string[]>> {
  const adopted = steps.flatMap((step) => (step.kind === "adopt" && step.standing.kind !== "v" ? [step] : []));
  const renames = new Map<string, string[]>();
  if (adopted.length === 0) return renames;
  const stores = [...new Set(adopted.map((step) => step.aside.schema))].map(literal).join(", ");
  const rows = await room.db.rows(`
select w.i, n.nspname as schema, m.relname as name, m.relkind::text as kind, m.oid::bigint::text as oid,
  exists (select from pg_class o join pg_namespace s on s.oid = o.relnamespace where o.relname = m.relname and s.nspname in (${stores})) as taken
from ${relationRows(adopted.map((step) => step.name.published))}
join pg_namespace n on n.nspname = w.schema join pg_class c on c.relnamespace = n.oid and c.relname = w.name
join pg_class m on m.oid in (select indexrelid from pg_index where indrelid = c.oid
  union select objid from pg_depend where refclassid = 'pg_class'::regclass and refobjid = c.oid and classid = 'pg_class'::regclass and deptype = 'a')
where m.relkind in ('i', 'S')`);
  const moved = new Set<string>();
  for (const row of rows) {
    const first = !moved.has(String(row.name));
    moved.add(String(row.name));
    if (row.taken !== true && first) continue;
    const key = relationKey(adopted[Number(row.i)]!.name.published);
    const from = qualified({ schema: String(row.schema), name: String(row.name) });
    const sql = `alter ${row.kind === "S" ? "sequence" : "index"} ${from} rename to ${ident(`original_${String(row.oid)}`)}`;
    renames.set(key, [...(renames.get(key) ?? []), sql]);
  }
  return renames;
}

/** Who holds the relation that was busy last, or any of those a flip must lock. */
export async function blockersOf(room: Room, steps: FlipStep[], busy: Relation | null): Promise<string> {
  if (busy !== null) return blockers(room, busy);
  const texts = await Promise.all(steps.slice(0, 5).map((step) => blockers(room, step.name.published)));
  return texts.filter((text) => !text.endsWith(": ?")).join("; ") || "?";
}
