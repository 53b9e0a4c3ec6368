// A run of dbt commands as one transaction: every step is recorded, and consumers see all of it or nothing. The pipeline is the release's.

import { timerMs } from "../../core/duration.ts";
import type { DbtCommand } from "../../core/jobs/dbt-command.ts";
import { jobWork, leftOut } from "../../core/jobs/job-plan.ts";
import { commandsOf, environmentFor } from "../../core/jobs/job-request.ts";
import type { JobRequest } from "../../core/jobs/jobs.ts";
import { actionsOf, type Plan } from "../../core/plan/plan.ts";
import type { Run } from "../../core/records.ts";
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { type Act, actOn, claimStore, type RunEnd, seenBy, withRun } from "../act/act.ts";
import { sharing } from "../act/promote.ts";
import { withEvidence } from "../evidence/evidence.ts";
import { type Draft, type DraftWish, draftPlan } from "../plan/draft.ts";
import { ingest, ingestLive } from "../plan/ingest.ts";
import { type CarriedOut, carryPlan, keepPlan, prove } from "../release/carry-out.ts";
import { stopOnPlanProblems } from "../release/foresee.ts";
import { requiredRelease } from "../release/release.ts";
import { idle, type Script } from "../release/run-dbt.ts";
import type { Session } from "../session/session.ts";
import { attemptOf, commandsDone, jobCommit } from "./job-facts.ts";
import { type JobScriptWork, jobScript } from "./job-script.ts";
import { openSteps, type PlannedCommand, plannedCommands, type Steps } from "./steps.ts";

type PlacedCommand = PlannedCommand & { command: DbtCommand };

interface Job {
  act: Act;
  run: Run;
  request: JobRequest;
  commands: PlacedCommand[];
  steps: Steps;
}

/**
 * Carries out a claimed run (`running`, `plan`) and ends it: succeeded, held, failed or cancelled, with its steps. Throws as well what
 * stopped it; `locked` leaves it as it was, for somebody else is at the environment.
 */
export async function runJob(session: Session, run: Run): Promise<void> {
  const request = requestOf(run);
  const texts = commandsOf(request);
  const environment = environmentFor(session.environment(request.environment), request, texts);
  const freshness = commandsOf({ steps: ["dbt source freshness"], fullRefresh: "allowed" });
  const all = [...(request.sourceFreshness ? freshness : []), ...texts];
  const planned = plannedCommands(
    request,
    texts.map((command) => command.text),
  );
  const commands = planned.map((one, index) => ({ ...one, command: all[index]! }));
  await withTimeout(session, request, (limited) =>
    actOn(limited, environment, { kind: "job", reason: run.reason, claimed: run }, (act) =>
      withRun(act, null, async (claimed) => {
        const steps = await openSteps(limited, claimed, commands);
        return carryJob({ act, run: claimed, request, commands, steps });
      }),
    ),
  );
}

function requestOf(run: Run): JobRequest {
  if (run.request) return run.request;
  throw new AppError("internal", say("flow.internal", { message: `run ${run.id} has no request` }));
}

/** Past its time a run is cancelled as by hand: statements, processes and lease are gone, and its end says why. */
async function withTimeout<T>(
  session: Session,
  { timeoutMs }: JobRequest,
  work: (limited: Session) => Promise<T>,
): Promise<T> {
  if (timeoutMs === null) return work(session);
  const stop = new AbortController();
  const late = () => stop.abort(new AppError("cancelled", say("job.timed_out", { timeoutMs })));
  const timer = setTimeout(late, timerMs(timeoutMs));
  const signal = AbortSignal.any([session.ctx.signal, stop.signal]);
  try {
    return await work({ ...session, ctx: { ...session.ctx, signal } });
  } finally {
    clearTimeout(timer);
  }
}

async function carryJob(job: Job): Promise<RunEnd<null>> {
  const { act, run, steps, commands } = job;
  const { session, environment } = act;
  const { wish, draft } = await steps.during(1, () => prepare(job));
  const done = await commandsDone(act, run, draft, commands);
  const script = (from: Draft) =>
    jobScript({ session, environment, run, steps, draft: from, commands, work: wish.work, done });
  if (!changesSomething(draft)) return settle(job, draft, script(draft));
  const ready = await claimStore(act);
  // Another installation may hold the usual store's name.
  const claimed =
    ready.record.storeSchema === draft.storeSchema ? draft : await draftPlan(session, environment, wish.draft);
  await keepPlan(ready, claimed);
  const publishStep = commands.length + 2;
  const end = await carryPlan({
    act: ready,
    draft: claimed,
    run,
    handedOver: null,
    estimateMs: null,
    script: script(claimed),
    onPublish: () => steps.start(publishStep),
  });
  return endJob(job, end, publishStep);
}

interface Prepared {
  wish: { draft: DraftWish; work: JobScriptWork["work"] };
  draft: Draft;
}

/** The first step: the commit as dbt sees it, and what the commands come to. */
async function prepare({ act, run, request, commands }: Job) {
  const { session, environment } = act;
  const { commit, live } = await jobCommit(act, request);
  // New code comes in by the rule of the environment, whoever brings it.
  if (live === null) await requiredRelease(session, environment, commit);
  const ingested =
    live === null ? await ingest(session, environment, commit, act.engine) : await ingestLive(act, commit, live);
  const work = jobWork(
    ingested.manifest,
    commands.map(({ command }) => command),
    request.fullRefresh,
  );
  const wish: DraftWish = {
    kind: "refresh",
    ingested,
    select: null,
    fullRefresh: null,
    pinned: null,
    only: work,
    ...(await attemptOf(act, run)),
  };
  const draft = await sharing(
    act.warehouse,
    async () => {
      const planned = await draftPlan(session, environment, { ...wish, ...seenBy(act) });
      await stopOnPlanProblems(act, planned);
      return planned;
    },
    "read",
  );
  const value: Prepared = { wish: { draft: wish, work }, draft };
  return { value, summary: parsed(draft, work.nodes.size > 0) };
}

/** A first release by a job without `dbt snapshot` has no snapshots: that is said before anything runs. Who only looks leaves nothing out. */
function parsed({ ingested, plan }: Draft, builds: boolean): Text {
  const commit = ingested.commit.sha.slice(0, 7);
  const kinds = !builds ? [] : leftOut(ingested.manifest, new Set(plan.nodes.map((node) => node.node)));
  return kinds.length === 0 ? say("flow.parsed", { commit }) : say("job.parsed_left_out", { commit, kinds });
}

/** True when consumers could see something else afterwards: another table, another name; or all of it is of another commit now. */
const changesSomething = ({ plan, live, whole }: Draft): boolean =>
  changesOf(plan) > 0 || (whole && plan.nodes.length > 0 && live?.release.commit !== plan.commit);

const changesOf = (plan: Plan): number =>
  plan.actions.filter((action) => action.kind !== "reuse" && action.kind !== "test").length;

/** Nothing is to be published: tests and other commands run on what is live, and no release is made of it. */
async function settle(job: Job, draft: Draft, script: Script): Promise<RunEnd<null>> {
  const { steps, commands } = job;
  const tests = actionsOf(draft.plan, "test");
  const idles = !script.always && tests.every((test) => test.reused);
  if (idles) await script.run(idle({ nodes: [], tests: [] }));
  const end = idles ? nothingNew(tests.length) : await proveLive(job, draft, script);
  await steps.end(
    commands.length + 2,
    end.state === "succeeded" ? "succeeded" : "skipped",
    say("job.nothing_to_publish"),
  );
  return end;
}

const nothingNew = (tests: number): RunEnd<null> => ({
  state: "succeeded",
  outcome: say("job.nothing_new", { tests }),
  value: null,
});

async function proveLive(job: Job, draft: Draft, script: Script): Promise<RunEnd<null>> {
  const { act, run } = job;
  await keepPlan(act, draft);
  const release = { number: draft.live?.release.number ?? 0 };
  const end = await withEvidence({ act, draft, run }, async (ran) => {
    const { verified } = await prove({ act, draft, run, handedOver: null, estimateMs: null, script }, ran);
    const { verdict, evidence } = verified;
    if (verdict === "pass" || verified.overridden) return { ...nothingNew(evidence.tests.length), value: { release } };
    const outcome = say("job.nothing_new_failed");
    return { state: verdict === "error" ? ("failed" as const) : ("held" as const), outcome, value: { release } };
  });
  return { ...end, value: null };
}

/** A candidate of which something could not be built or run is a failure; a verdict of its tests holds it. */
async function endJob(job: Job, { state, outcome, value }: RunEnd<CarriedOut>, step: number): Promise<RunEnd<null>> {
  const { steps, act } = job;
  const { promoted, verified } = value;
  if (promoted) {
    const { published, switchMs } = promoted;
    await steps.end(
      step,
      "succeeded",
      say("job.step_published", { published, switchMs, release: value.release.number }),
    );
    return { state, outcome, value: null };
  }
  await steps.end(step, "skipped", say("job.step_held", { release: value.release.number }));
  if (verified.verdict !== "error") return { state, outcome, value: null };
  return { state: "failed", outcome: say("job.failed", { environment: act.environment.name }), value: null };
}
