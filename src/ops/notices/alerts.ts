// Alerts opened, merged and resolved, each with its messages in the same transaction. The one place that changes them.
import { type Alert, alertName, type Condition, type NoticeBody, type Serves } from "../../core/notices/alert.ts";
import { type Judgement, unseenNames } from "../../core/notices/judge.ts";
import type { NoticeRules } from "../../core/notices/route.ts";
import {
  isNews,
  type Surroundings,
  type Telling,
  tellNews,
  tellOpened,
  tellResolved,
} from "../../core/notices/tell.ts";
import type { AuditRow } from "../../core/records.ts";
import { insertAlert, lockAlerts, openAlerts, updateAlert } from "../../db/alerts.ts";
import type { Db } from "../../db/db.ts";
import { dropUntold, enqueueNotices, toldOf } from "../../db/notices.ts";
import { activeSilences } from "../../db/silences.ts";
import type { Session } from "../../flow/session/session.ts";

/** Who decides, about whose alerts, by which rules. */
export interface AlertDesk {
  projectId: number;
  project: string;
  rules: NoticeRules;
  who: string;
}

/** The run, or act, that ended a cause. */
export interface End {
  runId: number | null;
  how: NonNullable<NoticeBody["resolved"]>["how"];
  actor: string | null;
  /** Null: what consumers see has nothing to do with it. */
  serves: Serves | null;
}

export async function alertDesk(session: Session): Promise<AlertDesk> {
  const { id: projectId, name: project } = await session.project();
  return { projectId, project, rules: session.place.config, who: await session.actor() };
}

/** Something is wrong, found by something else than a run: opens an alert or adds to the one that is open for this cause. */
export async function raiseAlert(session: Session, condition: Condition): Promise<void> {
  await decide(session, { raise: [condition], settle: [] });
}

/** A cause is over; nothing happens when no alert is open for it. */
export async function settleAlert(session: Session, cause: string): Promise<void> {
  const db = await session.db();
  const { id } = await session.project();
  // Asked often, true rarely.
  if ((await openAlerts(db, id)).some((alert) => alert.cause === cause))
    await decide(session, { raise: [], settle: [cause] });
}

async function decide(session: Session, judgement: Judgement): Promise<void> {
  const desk = await alertDesk(session);
  const db = await session.db();
  const end: End = { runId: null, how: "other", actor: null, serves: null };
  await db.transaction((trx) => applyJudgement(trx, desk, judgement, end));
}

/** In a transaction. What is over first, so that a message about it stands before what followed it. */
export async function applyJudgement(trx: Db, desk: AlertDesk, judgement: Judgement, end: End): Promise<void> {
  await lockAlerts(trx, desk.projectId);
  const open = await openAlerts(trx, desk.projectId);
  for (const alert of open.filter(({ cause }) => judgement.settle.includes(cause))) {
    const names = unseenNames(alert, judgement);
    if (names.length === 0) await resolve(trx, desk, alert, end);
    else await updateAlert(trx, alert.id, { body: { ...alert.body, names } }, null);
  }
  if (judgement.raise.length === 0) return;
  const around = await surroundings(trx, desk);
  for (const condition of judgement.raise) {
    const known = open.find(({ cause }) => cause === condition.cause);
    if (known) await merge(trx, around, known, withNames(condition, unseenNames(known, judgement)));
    else await openNew(trx, around, condition);
  }
}

/** What was wrong before and could not be looked at now is no news the next time. */
const withNames = (condition: Condition, more: string[]): Condition => ({
  ...condition,
  body: { ...condition.body, names: [...new Set([...condition.body.names, ...more])].sort() },
});

export type Around = Surroundings & Pick<AlertDesk, "projectId" | "who">;

export async function surroundings(trx: Db, desk: AlertDesk): Promise<Around> {
  return { ...desk, silences: await activeSilences(trx, desk.projectId), now: trx.clock.now() };
}

async function openNew(trx: Db, around: Around, condition: Condition): Promise<void> {
  const alert = await insertAlert(trx, { ...condition, projectId: around.projectId });
  await told(trx, alert, tellOpened(alert, around), audit(around.who, "alert.opened", alert));
}

async function merge(trx: Db, around: Around, known: Alert, condition: Condition): Promise<void> {
  const news = isNews(known, condition);
  const { kind, severity, owners, tags, body } = condition;
  const patch = {
    kind,
    severity,
    owners,
    tags,
    body,
    seen: known.seen + 1,
    lastSeenAt: around.now,
    lastRunId: body.run?.id ?? known.lastRunId,
  };
  const unheard = { acknowledgedAt: null, acknowledgedBy: null, acknowledgedReason: null };
  const alert = await updateAlert(trx, known.id, { ...patch, ...(news ? unheard : {}) }, null);
  if (news) return told(trx, alert, tellNews(alert, around), audit(around.who, "alert.changed", alert));
  // No place was known when it opened, and none is waited for by a silence: there may be one by now.
  if (alert.toldAt !== null || alert.repeatAt !== null) return;
  const telling = tellOpened(alert, around);
  if (telling.letters.length > 0) await told(trx, alert, telling, audit(around.who, "alert.changed", alert));
}

async function resolve(trx: Db, desk: AlertDesk, alert: Alert, end: End): Promise<void> {
  const now = trx.clock.now();
  const resolved = { run: end.runId, how: end.how, actor: end.actor, openMs: now.getTime() - alert.openedAt.getTime() };
  const seen = end.serves === null ? alert : { ...alert, body: { ...alert.body, serves: end.serves } };
  await dropUntold(trx, alert.id);
  const telling = tellResolved(seen, desk, { resolved, told: await toldOf(trx, alert.id) });
  await updateAlert(trx, alert.id, { resolvedAt: now, resolvedRunId: end.runId }, null);
  await told(trx, alert, telling, audit(desk.who, "alert.resolved", alert));
}

/** What was decided about messages, written with the messages themselves. */
export async function told(trx: Db, alert: Alert, { patch, letters }: Telling, row: AuditRow | null): Promise<void> {
  const places = letters.map(({ channel, recipient }) => (recipient === "" ? channel : `${channel} ${recipient}`));
  const full = row && { ...row, details: { ...row.details, told: places } };
  await updateAlert(trx, alert.id, patch, full);
  await enqueueNotices(
    trx,
    letters.map((letter) => ({ ...letter, projectId: alert.projectId, alertId: alert.id })),
  );
}

export const audit = (who: string, what: string, alert: Alert, why: string | null = null): AuditRow => ({
  who,
  what,
  subject: `alert ${alertName(alert.id)}`,
  why,
  details: { kind: alert.kind, severity: alert.severity, environment: alert.environment, job: alert.job },
});
