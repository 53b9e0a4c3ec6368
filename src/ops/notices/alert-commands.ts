// `alerts`, `ack`: what is wrong now, what was said of it to whom, and that somebody is on it.
import type { ActRequest } from "../../core/flow.ts";
import { type Alert, alertId, alertName, type Notice, type NoticeBody } from "../../core/notices/alert.ts";
import { noticeBody } from "../../core/notices/tell.ts";
import type { AckView, AlertsView, AlertView } from "../../core/views/notices.ts";
import { findAlert, listAlerts, lockAlerts, openAlerts, updateAlert } from "../../db/alerts.ts";
import { noticesOf } from "../../db/notices.ts";
import { activeSilences } from "../../db/silences.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError, type Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { alertRow, frame } from "./alert-rows.ts";
import { audit } from "./alerts.ts";

export async function alerts(session: Session, { all, limit }: { all: boolean; limit: number }): Promise<AlertsView> {
  const db = await session.db();
  const { id: projectId } = await session.project();
  const found = all ? await listAlerts(db, projectId, limit) : (await openAlerts(db, projectId)).toReversed();
  const shown = found.slice(0, limit);
  const silences = await activeSilences(db, projectId);
  const notices = await noticesOf(
    db,
    shown.map(({ id }) => id),
  );
  return {
    ...frame(session),
    problems: notices.filter(({ state }) => state === "failed").map(failure),
    all,
    alerts: shown.map((alert) => alertRow(session, alert, { silences, notices })),
  };
}

const failure = (notice: Notice): Problem => ({
  code: "notice_failed",
  severity: "warning",
  message: say("alerts.not_told", {
    alert: alertName(notice.alertId),
    to: notice.recipient || notice.channel,
    why: notice.lastError ?? say("alerts.no_reason"),
  }),
});

export async function alertShow(session: Session, request: { alert: string }): Promise<AlertView> {
  const db = await session.db();
  const alert = await named(session, request.alert);
  const notices = await noticesOf(db, [alert.id]);
  const silences = await activeSilences(db, alert.projectId);
  const row = alertRow(session, alert, { silences, notices });
  const next = row.next && { name: row.next.name, at: row.next.at.toISOString() };
  const last = notices.findLast(({ kind }) => kind !== "resolved")?.body.told.names ?? [];
  const notice: NoticeBody = { ...noticeBody(alert, session.place.name, "opened"), told: { names: last, next } };
  return { ...frame(session), alert: row, notice, messages: notices.map(messageRow) };
}

const messageRow = (notice: Notice): AlertView["messages"][number] => {
  const { kind, channel, recipient, state, attempts, createdAt, sentAt } = notice;
  const nextAttemptAt = state === "waiting" ? notice.nextAttemptAt : null;
  return { kind, channel, recipient, state, attempts, createdAt, sentAt, nextAttemptAt, error: notice.lastError };
};

/** Says that somebody is on it. One that is over, or acknowledged already, stays as it is. */
export async function ack(session: Session, request: { alert: string } & ActRequest): Promise<AckView> {
  const db = await session.db();
  const { id, projectId } = await named(session, request.alert);
  const who = await session.actor();
  const { alert, changed } = await db.transaction(async (trx) => {
    await lockAlerts(trx, projectId);
    const now = (await findAlert(trx, projectId, id))!;
    if (now.resolvedAt !== null || now.acknowledgedAt !== null) return { alert: now, changed: false };
    const patch = {
      acknowledgedAt: trx.clock.now(),
      acknowledgedBy: who,
      acknowledgedReason: request.reason,
      escalateAt: null,
      repeatAt: null,
    };
    const row = audit(who, "alert.acknowledged", now, request.reason);
    return { alert: await updateAlert(trx, id, patch, row), changed: true };
  });
  const beside = { silences: await activeSilences(db, projectId), notices: await noticesOf(db, [id]) };
  return { ...frame(session), outcome: changed ? "done" : "nothing_to_do", alert: alertRow(session, alert, beside) };
}

/** AppError `invalid` for what names no alert, `not_found` for one that does not exist. */
export async function named(session: Session, text: string): Promise<Alert> {
  const id = alertId(text);
  const hint = say("alerts.see_list");
  if (id === null) throw new AppError("invalid", say("alerts.no_name", { value: text }), { hint });
  const alert = await findAlert(await session.db(), (await session.project()).id, id);
  if (alert) return alert;
  throw new AppError("not_found", say("alerts.no_such", { alert: alertName(id) }), { hint });
}
