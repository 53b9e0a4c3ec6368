// Asking the queue for runs: each waits, joins one that waits, or is refused.
import type { JobRequest, Trigger } from "../core/jobs/jobs.ts";
import { commitAsked, meetable, type Overlap, type QueuedRun, takesIn, workKey } from "../core/jobs/queue.ts";
import { WAITING_RUNS_MAX } from "../core/limits.ts";
import type { AuditRow, Run } from "../core/records.ts";
import { recordAudits } from "./audit.ts";
import type { Db } from "./db.ts";
import { json, jsonOrNull } from "./json.ts";
import { anyId, inPieces } from "./lists.ts";
import { runsIn, takeTurns } from "./queue-rows.ts";

export interface RunWish {
  projectId: number;
  environmentId: number;
  /** `deploy`: a new commit of the environment's branch. */
  kind: "job" | "deploy";
  job: string | null;
  trigger: Trigger;
  request: JobRequest | null;
  reason: string | null;
  actor: string;
  retryOf: number | null;
  overlap: Overlap;
}

export interface Enqueued {
  outcome: "queued" | "merged" | "refused";
  /** The run that will do it; when refused the one in the way. */
  run: Run;
  /** Refused because so many wait already; null: not for that. */
  full: number | null;
}

/**
 * Asks for a run, in the caller's transaction, with one audit row unless refused. `queue` always waits for itself, `merge` joins a
 * waiting run of the same work (whose commit becomes the newer one), `refuse` takes no for an answer while one waits or runs. Where
 * `WAITING_RUNS_MAX` of the work wait, triggers are refused, people are not.
 */
export async function enqueueRun(db: Db, wish: RunWish): Promise<Enqueued> {
  const [answer] = await enqueueRuns(db, [wish]);
  return answer!;
}

/** The same for several of one project, answered in their order: a thousand schedules may come at one minute. */
export async function enqueueRuns(db: Db, wishes: readonly RunWish[]): Promise<Enqueued[]> {
  const answers = new Map<RunWish, Enqueued>();
  await db.transaction(async (trx) => {
    // What is asked for twice meets itself: each round asks once for every work.
    for (const round of roundsOf(wishes)) {
      await takeTurns(trx, round[0]!.projectId);
      for (const [wish, answer] of await enqueueRound(trx, round)) answers.set(wish, answer);
    }
    await recordAudits(
      trx,
      wishes.flatMap((wish) => auditOf(wish, answers.get(wish)!)),
    );
  });
  return wishes.map((wish) => answers.get(wish)!);
}

function roundsOf(wishes: readonly RunWish[]): RunWish[][] {
  const rounds: RunWish[][] = [];
  const asked = new Map<string, number>();
  for (const wish of wishes) {
    const key = workKey(wish);
    const round = asked.get(key) ?? 0;
    asked.set(key, round + 1);
    rounds[round] = [...(rounds[round] ?? []), wish];
  }
  return rounds;
}

async function enqueueRound(trx: Db, round: readonly RunWish[]): Promise<[RunWish, Enqueued][]> {
  const { projectId } = round[0]!;
  const waiting = byWork(await runsIn(trx, projectId, "queued"));
  const refusing = round.some(({ overlap }) => overlap === "refuse");
  const running = byWork(refusing ? await runsIn(trx, projectId, "running") : []);
  const paused = await pausedEnvironments(trx, projectId);
  const met: Met[] = [];
  const fresh: RunWish[] = [];
  for (const wish of round) {
    const key = workKey(wish);
    const one = meet(wish, {
      waiting: meetable(waiting.get(key) ?? [], wish, paused),
      running: running.get(key) ?? [],
    });
    if (one) met.push(one);
    else fresh.push(wish);
  }
  for (const { wish, outcome, run } of met) if (outcome === "merged") await join(trx, run, wish);
  const stands = new Map(
    (
      await loadRuns(
        trx,
        met.map(({ run }) => run.id),
      )
    ).map((run) => [run.id, run]),
  );
  const inserted = await insert(trx, fresh);
  return [
    ...met.map((one): [RunWish, Enqueued] => [one.wish, { ...one, run: stands.get(one.run.id)! }]),
    ...fresh.map((wish, at): [RunWish, Enqueued] => [wish, { outcome: "queued", run: inserted[at]!, full: null }]),
  ];
}

interface Met extends Pick<Enqueued, "full"> {
  wish: RunWish;
  outcome: "refused" | "merged";
  run: QueuedRun;
}

/** What stands in the way of a run of its own; null: nothing does. */
function meet(wish: RunWish, { waiting, running }: { waiting: QueuedRun[]; running: QueuedRun[] }): Met | null {
  const inTheWay = wish.overlap === "refuse" ? (running[0] ?? waiting[0]) : undefined;
  if (inTheWay) return { wish, outcome: "refused", run: inTheWay, full: null };
  const same = wish.overlap === "merge" ? takesIn(waiting, wish) : null;
  if (same) return { wish, outcome: "merged", run: same, full: null };
  const byItself = wish.trigger.kind !== "manual" && wish.trigger.kind !== "retry";
  if (!byItself || waiting.length < WAITING_RUNS_MAX) return null;
  return { wish, outcome: "refused", run: waiting.at(-1)!, full: waiting.length };
}

async function pausedEnvironments(trx: Db, projectId: number): Promise<Set<number>> {
  const rows = await trx.kysely
    .selectFrom("environments")
    .select("id")
    .where("projectId", "=", projectId)
    .where("paused", "=", true)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

const loadRuns = (trx: Db, ids: readonly number[]): Promise<Run[]> =>
  trx.kysely.selectFrom("runs").selectAll().where("id", "=", anyId(ids)).execute();

function byWork(runs: QueuedRun[]): Map<string, QueuedRun[]> {
  return Map.groupBy(runs, workKey);
}

function auditOf(wish: RunWish, { outcome, run }: Enqueued): AuditRow[] {
  if (outcome === "refused") return [];
  const details = { environment: wish.environmentId, job: wish.job, trigger: wish.trigger };
  return [{ who: wish.actor, what: `run.${outcome}`, subject: `run ${run.id}`, why: wish.reason, details }];
}

/** In the order of the wishes. */
async function insert(trx: Db, wishes: readonly RunWish[]): Promise<Run[]> {
  const now = trx.clock.now();
  const rows = wishes.map(({ overlap: _, trigger, request, ...wish }) => ({
    ...wish,
    trigger: json(trigger),
    request: jsonOrNull(request),
    state: "queued" as const,
    phase: "plan" as const,
    planId: null,
    releaseId: null,
    promotion: null,
    startedAt: now,
    queuedAt: now,
    finishedAt: null,
    pid: 0,
    host: "",
    outcome: null,
  }));
  const inserted: Run[] = [];
  for (const piece of inPieces(rows, ROWS_MAX))
    inserted.push(...(await trx.kysely.insertInto("runs").values(piece).returningAll().execute()));
  return inserted.sort((one, other) => one.id - other.id);
}

/** Rows of one insert: 19 values each, below the 65,535 of PostgreSQL. */
const ROWS_MAX = 1_000;

/** A newer commit replaces the one that waits, and with it why the run starts. */
async function join(trx: Db, same: QueuedRun, wish: RunWish): Promise<void> {
  const newer = commitAsked(wish);
  if (newer === null || newer === commitAsked(same)) return;
  const taken = { trigger: json(wish.trigger), request: jsonOrNull(wish.request) };
  await trx.kysely.updateTable("runs").set(taken).where("id", "=", same.id).execute();
}
