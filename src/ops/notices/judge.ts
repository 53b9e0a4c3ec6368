// Ended runs and missed times, judged in the order in which they ended: each once, whichever server comes first.
import { type Judgement, judgeMissed, judgeRun } from "../../core/notices/judge.ts";
import type { NoticeRules } from "../../core/notices/route.ts";
import type { Run } from "../../core/records.ts";
import { nextUnjudged, takeUnjudged, type Unjudged } from "../../db/alerts.ts";
import { listRuns, loadRun } from "../../db/runs.ts";
import { activeSilences } from "../../db/silences.ts";
import type { Session } from "../../flow/session/session.ts";
import { say } from "../../text/catalogue.ts";
import { fullTime } from "../../text/format.ts";
import { alertDesk, applyJudgement, type End } from "./alerts.ts";
import { INTERRUPTED_GRACE_MS, JUDGED_MAX } from "./notice-limits.ts";
import { runFacts } from "./run-facts.ts";

/**
 * Opens, merges and resolves alerts by what has ended since the last time. Returns how many were judged. One that cannot be judged keeps
 * no other waiting; its error comes last.
 */
export async function judgeEnded(session: Session): Promise<number> {
  const db = await session.db();
  const { id: projectId } = await session.project();
  const failures: unknown[] = [];
  let judged = 0;
  for (let after = 0; ; ) {
    const waiting = await nextUnjudged(db, projectId, { after, limit: JUDGED_MAX });
    judged += await judgeThese(session, waiting, failures);
    if (waiting.length < JUDGED_MAX || session.ctx.signal.aborted) break;
    after = waiting.at(-1)!.id;
  }
  if (failures.length > 0) throw failures[0];
  return judged;
}

async function judgeThese(session: Session, waiting: Unjudged[], failures: unknown[]): Promise<number> {
  if (waiting.length === 0) return 0;
  const db = await session.db();
  const desk = await alertDesk(session);
  let judged = 0;
  for (const one of waiting) {
    const found = await judge(session, one).catch((error: unknown) => void failures.push(error));
    if (!found || found === "later") continue;
    await db.transaction(async (trx) => {
      if (await takeUnjudged(trx, one.id)) await applyJudgement(trx, desk, found.judgement, found.end);
    });
    judged += 1;
  }
  return judged;
}

async function judge(
  session: Session,
  { runId, job, dueAt }: Unjudged,
): Promise<"later" | { judgement: Judgement; end: End }> {
  if (runId === null) return { judgement: missed(session, job ?? "", dueAt), end: NO_END };
  const run = await loadRun(await session.db(), runId);
  if (run.state === "interrupted") {
    const age = session.ctx.clock.now().getTime() - (run.finishedAt ?? run.startedAt).getTime();
    if (await isOvertaken(session, run)) return { judgement: { raise: [], settle: [] }, end: NO_END };
    if (age < INTERRUPTED_GRACE_MS) return "later";
  }
  const people = await wantsPeople(session);
  const facts = await runFacts(session, run, { people });
  const how = howOf(run);
  const actor = how === "schedule" ? null : run.actor;
  return { judgement: judgeRun(facts), end: { runId, how, actor, serves: facts.serves } };
}

const NO_END: End = { runId: null, how: "other", actor: null, serves: null };

function howOf({ trigger, retryOf }: Run): End["how"] {
  if (retryOf !== null || trigger?.kind === "retry") return "retry";
  return trigger === null || trigger.kind === "manual" ? "manual" : "schedule";
}

/**
 * A server repeats what another left interrupted; then that run's end counts. So does the end of any later run of its kind: it was judged
 * while this one waited for its repetition.
 */
async function isOvertaken(session: Session, run: Run): Promise<boolean> {
  const { projectId, environmentId, job, id } = run;
  const later = await listRuns(await session.db(), {
    projectId,
    environmentId,
    ...(job === null ? {} : { job }),
    since: run.startedAt,
    limit: JUDGED_MAX,
  });
  const isSameKind = (one: Run) => one.job === job && (job !== null || one.trigger?.kind === run.trigger?.kind);
  return later.some(
    (one) =>
      one.retryOf === id || (one.id > id && isSameKind(one) && ["succeeded", "held", "failed"].includes(one.state)),
  );
}

/** Owners and tags cost a manifest; they are read only for a route or a silence that asks for them. */
async function wantsPeople(session: Session): Promise<boolean> {
  const { notices }: NoticeRules = session.place.config;
  if (notices.routes.some(({ owner, tag }) => owner !== undefined || tag !== undefined)) return true;
  const silences = await activeSilences(await session.db(), (await session.project()).id);
  return silences.some(({ matchers }) => matchers.owner !== null || matchers.tag !== null);
}

function missed(session: Session, job: string, dueAt: Date | null): Judgement {
  const { jobs, timezone } = session.place.config;
  const due = dueAt === null ? "" : fullTime(dueAt, timezone);
  return judgeMissed({
    job,
    environment: jobs[job]?.environment ?? null,
    detail: say("notices.missed_detail", { due }),
  });
}
