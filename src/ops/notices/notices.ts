// One round of alerts: judges what has ended, goes up the chain and reminds. Messages wait in the outbox; everything it did survives a crash.
import { tellDue } from "../../core/notices/tell.ts";
import { dueAlerts, lockAlerts } from "../../db/alerts.ts";
import type { Session } from "../../flow/session/session.ts";
import { alertDesk, audit, surroundings, told } from "./alerts.ts";
import { judgeEnded } from "./judge.ts";

/**
 * Called again and again by every server of a project; several share the work. Throws when the state cannot be reached, or a run cannot be
 * judged; everything else has been done then. True: there may be something to send.
 */
export async function noticeTick(session: Session): Promise<boolean> {
  const failures: unknown[] = [];
  let busy = false;
  for (const part of [judgeEnded, tellAgain]) {
    const done = await part(session).catch((error: unknown) => failures.push(error));
    if (done > 0) busy = true;
  }
  if (failures.length > 0) throw failures[0];
  return busy;
}

/** How many alerts were due. */
async function tellAgain(session: Session): Promise<number> {
  const db = await session.db();
  const { id: projectId } = await session.project();
  if ((await dueAlerts(db, projectId)).length === 0) return 0;
  const desk = await alertDesk(session);
  return db.transaction(async (trx) => {
    await lockAlerts(trx, projectId);
    const around = await surroundings(trx, desk);
    const due = await dueAlerts(trx, projectId);
    for (const alert of due) {
      const telling = tellDue(alert, around);
      if (!telling) continue;
      await told(trx, alert, telling, telling.escalated ? audit(desk.who, "alert.escalated", alert) : null);
    }
    return due.length;
  });
}
