// Every command as a function: those of the release, and those beside it, over the same session.
import type { Ctx } from "../core/ctx.ts";
import type { Flow } from "../core/flow.ts";
import type { Commands, Ops } from "../core/ops.ts";
import { createFlow, type LazySession, lazySession } from "../flow/index.ts";

export function createCommands(ctx: Ctx): Commands {
  const session = lazySession(ctx);
  // `status` of the release, with what comes next by itself.
  return { ...createFlow(ctx, session), ...createOps(session) };
}

/** Each loads its own room when called, so that starting stays fast. */
function createOps(session: LazySession): Ops & Pick<Flow, "status"> {
  return {
    status: async (request) => (await import("./runs/status.ts")).status(await session(), request),
    jobList: async () => (await import("./runs/jobs.ts")).jobList(await session()),
    jobShow: async (request) => (await import("./runs/jobs.ts")).jobShow(await session(), request),
    jobNext: async (request) => (await import("./runs/jobs.ts")).jobNext(await session(), request),
    jobPause: async (request) => (await import("./runs/jobs.ts")).jobPause(await session(), request),
    jobResume: async (request) => (await import("./runs/jobs.ts")).jobResume(await session(), request),
    dbt: async (request) => (await import("./runs/dbt.ts")).dbt(await session(), request),
    runs: async (request) => (await import("./runs/runs.ts")).runs(await session(), request),
    runShow: async (request) => (await import("./runs/run-show.ts")).lookAtRun(await session(), request),
    runRetry: async (request) => (await import("./runs/retry.ts")).runRetry(await session(), request),
    logs: async (request, print) => (await import("./runs/logs.ts")).logs(await session(), request, print),
    sql: async (request, print) => (await import("./runs/sql.ts")).sql(await session(), request, print),
    upkeepShow: async () => (await import("./upkeep.ts")).upkeepShow(await session()),
    upkeepRun: async (request) => (await import("./upkeep.ts")).upkeepRun(await session(), request),
    secretSet: async (request) => (await import("./secrets.ts")).secretSet(await session(), request),
    secretList: async () => (await import("./secrets.ts")).secretList(await session()),
    secretRemove: async (request) => (await import("./secrets.ts")).secretRemove(await session(), request),
    serve: async (request) => (await import("./server/serve.ts")).serve(await session(), request),
    jobRun: async (request) => (await import("./runs/job-run.ts")).jobRun(await session(), request),
    runCancel: async (request) => (await import("./runs/run-cancel.ts")).runCancel(await session(), request),
    alerts: async (request) => (await import("./notices/alert-commands.ts")).alerts(await session(), request),
    alertShow: async (request) => (await import("./notices/alert-commands.ts")).alertShow(await session(), request),
    ack: async (request) => (await import("./notices/alert-commands.ts")).ack(await session(), request),
    silenceAdd: async (request) => (await import("./notices/silence-commands.ts")).silenceAdd(await session(), request),
    silenceList: async () => (await import("./notices/silence-commands.ts")).silenceList(await session()),
    silenceRemove: async (request) =>
      (await import("./notices/silence-commands.ts")).silenceRemove(await session(), request),
    notifyTest: async (request) => (await import("./notices/notify-test.ts")).notifyTest(await session(), request),
  };
}
