// `slipway job run`: a declared job by hand. A living server carries it out and is followed; without one it runs here.
import { jobRequest } from "../../core/jobs/job-request.ts";
import type { JobRequest } from "../../core/jobs/jobs.ts";
import type { JobRunRequest } from "../../core/ops/serve.ts";
import type { JobRunView } from "../../core/views/job.ts";
import { type Enqueued, enqueueRun } from "../../db/run-queue.ts";
import type { Session } from "../../flow/session/session.ts";
import { resolveCommit } from "../../git/repository.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { wakeServers } from "../server/wake.ts";
import { runShow } from "./run-show.ts";
import { awaited, seeThrough } from "./see-through.ts";

export async function jobRun(session: Session, request: JobRunRequest): Promise<JobRunView> {
  const wish = await wishOf(session, request);
  const { outcome, run } = await enqueue(session, wish, request);
  const { progress } = session.ctx;
  if (outcome === "refused")
    throw new AppError("conflict", say("serve.refused", { job: request.job, run: run.id, state: run.state }), {
      hint: say("serve.refused_hint", { run: run.id }),
    });
  if (outcome === "merged") progress({ kind: "note", text: say("serve.joined", { run: run.id }) });
  if (request.wait) await seeThrough(session, run.id);
  else if ((await wakeServers(session)).length === 0)
    progress({ kind: "note", text: say("serve.waits_for_server", { run: run.id }) });
  return awaited(await runShow(session, { run: run.id }));
}

/** The declared job with what this person says otherwise. AppError `invalid` where the job forbids it. */
async function wishOf(session: Session, request: JobRunRequest): Promise<JobRequest> {
  const declared = jobRequest(session.place.config, request.job);
  if (request.fullRefresh && declared.fullRefresh === "never")
    throw new AppError("invalid", say("serve.no_full_refresh", { job: request.job }));
  const commit = request.commit === null ? null : (await resolveCommit(await session.repository(), request.commit)).sha;
  return {
    ...declared,
    commit,
    threads: request.threads ?? declared.threads,
    vars: { ...declared.vars, ...request.vars },
    fullRefresh: request.fullRefresh ? "always" : declared.fullRefresh,
  };
}

async function enqueue(session: Session, wish: JobRequest, { job, reason }: JobRunRequest): Promise<Enqueued> {
  const environment = await session.record(session.environment(wish.environment));
  const { id: projectId } = await session.project();
  return enqueueRun(await session.db(), {
    ...{ projectId, environmentId: environment.id, kind: "job", job, request: wish, reason, retryOf: null },
    trigger: { kind: "manual" },
    actor: await session.actor(),
    overlap: session.place.config.jobs[job]?.overlap ?? "merge",
  });
}
