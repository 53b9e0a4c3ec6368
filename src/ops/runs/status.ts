// `slipway status` with what comes next by itself: the view of the release knows nothing of schedules.
import type { JobSummary } from "../../core/views/schedule.ts";
import type { EnvironmentStatus, StatusView } from "../../core/views/status.ts";
import { status as releaseStatus } from "../../flow/look/status.ts";
import type { Session } from "../../flow/session/session.ts";
import { aliveServers } from "../server/enlist.ts";

/** `next` only where a server lives to start it: nothing is promised that nobody will do. */
export async function status(session: Session, request: { environment: string | null }): Promise<StatusView> {
  const view = await releaseStatus(session, request);
  if (Object.keys(session.place.config.jobs).length === 0) return view;
  const { id: projectId } = await session.project();
  if ((await aliveServers(await session.db(), session, projectId)).length === 0) return view;
  const { jobs } = await (await import("./jobs.ts")).jobList(session);
  return { ...view, environments: view.environments.map((one) => ({ ...one, next: nextOf(jobs, one.environment) })) };
}

function nextOf(jobs: JobSummary[], environment: string): EnvironmentStatus["next"] {
  const coming = jobs.flatMap(({ job, environment: where, paused, nextAt }) =>
    where === environment && paused === null && nextAt !== null ? [{ job, at: nextAt }] : [],
  );
  return coming.sort((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null;
}
