// What a job's run depends on besides its request: the commit, the attempt that it repeats, and what need not be done once more.

import type { JobRequest } from "../../core/jobs/jobs.ts";
import { hasFreshnessRules } from "../../core/keys/freshness.ts";
import type { Run } from "../../core/records.ts";
import { listJobSteps } from "../../db/job-steps.ts";
import { loadRun } from "../../db/runs.ts";
import { type Commit, resolveCommit } from "../../git/repository.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { Act } from "../act/act.ts";
import { type Draft, type DraftWish, saltOf } from "../plan/draft.ts";
import { commitOfRelease } from "../session/commit.ts";
import { liveRelease } from "../session/live.ts";
import { docsMadeBy } from "./job-artifacts.ts";
import type { JobScriptWork } from "./job-script.ts";

/** The commit of a request; without one that which is live, before the first release the branch's tip or HEAD. `live`: its manifest. */
export async function jobCommit(
  { session, environment, record }: Act,
  request: Pick<JobRequest, "commit">,
): Promise<{ commit: Commit; live: number | null }> {
  const live = await liveRelease(session, record);
  if (live && (request.commit === null || request.commit === live.release.commit))
    return { commit: commitOfRelease(live.release), live: live.manifestId };
  const wanted = request.commit ?? environment.branch ?? "HEAD";
  return { commit: await resolveCommit(await session.repository(), wanted), live: null };
}

/**
 * A retry is the same attempt: what nothing stands for but the attempt is as it was, so that what worked is found ready. Sources are read
 * anew, for somebody may have mended them.
 */
export async function attemptOf({ session, environment, record }: Act, run: Run): Promise<Pick<DraftWish, "salt">> {
  const db = await session.db();
  let first = run;
  while (first.retryOf !== null && first.request?.only) first = await loadRun(db, first.retryOf);
  if (first === run) return {};
  return { salt: await saltOf(session, environment, { record, kind: "refresh", before: first.id }) };
}

/** Steps that need not be done, with the reason. */
export async function commandsDone(
  { session, environment }: Act,
  run: Run,
  draft: Draft,
  commands: JobScriptWork["commands"],
): Promise<Map<number, Text>> {
  const done = new Map<number, Text>();
  const fresh = hasFreshnessRules(draft.ingested.manifest.sources);
  const before = run.retryOf === null ? [] : await listJobSteps(await session.db(), run.retryOf);
  for (const { command, position } of commands) {
    const made = command.kind === "docs generate" ? await docsMadeBy(session, environment, draft, command) : null;
    if (made !== null) done.set(position, say("job.as_in_run", { run: made }));
    if (command.kind === "source freshness" && !fresh) done.set(position, say("job.no_freshness"));
    // By its place: a job may have the same operation twice, of which the second one failed.
    const ran = before.some(
      (step) => step.position === position && step.name === command.text && step.state === "succeeded",
    );
    if (command.kind === "run-operation" && ran) done.set(position, say("job.as_in_run", { run: run.retryOf ?? 0 }));
  }
  return done;
}
