// One round of alerts: judges what has ended, goes up the chain, reminds, and sends what is due. Everything it did survives a crash.
import { tellDue } from "../core/notices/tell.ts";
import { dueAlerts, findAlert, lockAlerts } from "../db/alerts.ts";
import type { Session } from "../flow/session.ts";
import { alertDesk, audit, surroundings, told } from "./alerts.ts";
import { judgeEnded } from "./judge.ts";
import { JUDGED_MAX } from "./notice-limits.ts";
import { sendDue } from "./send-notices.ts";

/**
 * Called again and again by every server of a project; several share the work. What a channel answers is no error of this: messages
 * wait for their next attempt. Throws when the state cannot be reached, or a run cannot be judged; everything else has been done then.
 */
export async function noticeTick(session: Session): Promise<void> {
  const failures: unknown[] = [];
  for (const part of [judgeAll, tellAgain, sendDue])
    await part(session).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function judgeAll(session: Session): Promise<void> {
  while ((await judgeEnded(session)) >= JUDGED_MAX) if (session.ctx.signal.aborted) return;
}

async function tellAgain(session: Session): Promise<void> {
  const db = await session.db();
  const { id: projectId } = await session.project();
  if ((await dueAlerts(db, projectId)).length === 0) return;
  const desk = await alertDesk(session);
  await db.transaction(async (trx) => {
    await lockAlerts(trx, projectId);
    const around = await surroundings(trx, desk);
    for (const { id } of await dueAlerts(trx, projectId)) {
      const alert = await findAlert(trx, projectId, id);
      const telling = alert && tellDue(alert, around);
      if (!alert || !telling) continue;
      await told(trx, alert, telling, telling.escalated ? audit(desk.who, "alert.escalated", alert) : null);
    }
  });
}
