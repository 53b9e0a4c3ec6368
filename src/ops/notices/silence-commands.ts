// `silence add|list|remove`: what nobody wants to hear of until when. Alerts are opened all the same.
import type { ActRequest } from "../../core/flow.ts";
import type { Matchers } from "../../core/notices/alert.ts";
import { covers } from "../../core/notices/route.ts";
import { silenceEnd } from "../../core/notices/silence-end.ts";
import type { SilenceRequest } from "../../core/ops/notices.ts";
import type { SilenceDoneView, SilencesView } from "../../core/views/notices.ts";
import { openAlerts } from "../../db/alerts.ts";
import { activeSilences, addSilence, removeSilence } from "../../db/silences.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import { say } from "../../text/catalogue.ts";
import { named } from "./alert-commands.ts";
import { frame, silenceRow } from "./alert-rows.ts";

export async function silenceAdd(session: Session, request: SilenceRequest & ActRequest): Promise<SilenceDoneView> {
  const { config } = session.place;
  const matchers = await matchersOf(session, request);
  const until = silenceEnd(request, config.timezone, session.ctx.clock.now());
  const [db, { id: projectId }] = [await session.db(), await session.project()];
  const fresh = { projectId, matchers, reason: request.reason, until };
  const silence = await addSilence(db, fresh, await session.actor());
  return { ...frame(session), action: "added", silence: silenceRow(silence, await openAlerts(db, projectId)) };
}

async function matchersOf(session: Session, request: SilenceRequest): Promise<Matchers> {
  const { severity, environment, job, owner, tag } = request;
  const alert = request.alert === null ? null : (await named(session, request.alert)).id;
  const matchers = { alert, severity, environment, job, owner, tag };
  if (Object.values(matchers).every((value) => value === null))
    throw new AppError("invalid", say("alerts.silence_what"), { hint: say("alerts.silence_what_hint") });
  if (environment !== null) session.environment(environment);
  const jobs = Object.keys(session.place.config.jobs);
  if (job !== null && !jobs.includes(job)) {
    const near = nearest(job, jobs);
    const hint = near ? { hint: say("config.did_you_mean", { name: near }) } : {};
    throw new AppError("not_found", say("config.route_unknown", { kind: "job", name: job }), hint);
  }
  return matchers;
}

/** Those that hold now. */
export async function silenceList(session: Session): Promise<SilencesView> {
  const [db, { id: projectId }] = [await session.db(), await session.project()];
  const open = await openAlerts(db, projectId);
  const silences = await activeSilences(db, projectId);
  return { ...frame(session), silences: silences.map((silence) => silenceRow(silence, open)) };
}

export async function silenceRemove(session: Session, request: { id: number } & ActRequest): Promise<SilenceDoneView> {
  const [db, { id: projectId }] = [await session.db(), await session.project()];
  const found = (await activeSilences(db, projectId)).find(({ id }) => id === request.id);
  if (!found)
    throw new AppError("not_found", say("alerts.no_silence", { id: request.id }), { hint: say("alerts.see_silences") });
  const covered = (await openAlerts(db, projectId)).filter((alert) => covers(found.matchers, alert));
  const wish = { projectId, id: request.id, wake: covered.map(({ id }) => id) };
  const silence = await removeSilence(db, wish, { who: await session.actor(), why: request.reason });
  return { ...frame(session), action: "removed", silence: silenceRow(silence, covered) };
}
