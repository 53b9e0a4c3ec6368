// `slipway dbt`: commands typed by hand, under the rules of the environment. A living server carries them out; without one they run here.
import { commandsOf, handRequest } from "../../core/jobs/job-request.ts";
import type { DbtRequest } from "../../core/ops/dbt.ts";
import type { JobRunView } from "../../core/views/job.ts";
import { enqueueRun } from "../../db/run-queue.ts";
import type { Session } from "../../flow/session/session.ts";
import { resolveCommit } from "../../git/repository.ts";
import { runView } from "./run-show.ts";
import { awaited, seeThrough } from "./see-through.ts";

export async function dbt(session: Session, request: DbtRequest): Promise<JobRunView> {
  const environment = session.environment(request.environment);
  const steps = commandsOf({ steps: request.commands, fullRefresh: "allowed" }).map((command) => command.text);
  const commit = request.commit === null ? null : (await resolveCommit(await session.repository(), request.commit)).sha;
  const { id: projectId } = await session.project();
  const { run } = await enqueueRun(await session.db(), {
    projectId,
    environmentId: (await session.record(environment)).id,
    kind: "job",
    job: null,
    request: handRequest(environment.name, steps, commit),
    reason: request.reason,
    retryOf: null,
    trigger: { kind: "manual" },
    actor: await session.actor(),
    overlap: "queue",
  });
  return awaited(await runView(session, await seeThrough(session, run.id)));
}
