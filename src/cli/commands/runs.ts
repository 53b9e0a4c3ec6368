// `slipway runs [env]`
import type { RunState } from "../../core/records.ts";
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";

const RUNS_SHOWN = "20";
const STATES: readonly RunState[] = [
  "queued",
  "running",
  "succeeded",
  "held",
  "failed",
  "cancelled",
  "interrupted",
  "skipped",
];

interface Options {
  job?: string;
  since?: string;
  state?: RunState;
  limit?: string;
}

export function addRuns(program: Program, run: Runner): void {
  const command = program.sub("runs", "runs.help_runs").takes("[env]", "cli.arg_env_all");
  command
    .knows("--job <job>", "runs.opt_job")
    .knows("--since <time>", "runs.opt_since")
    .knows("--state <state>", "runs.opt_state", STATES)
    .knows("--limit <n>", "cli.opt_limit")
    .examples([["slipway runs prod --since 1d", "runs.ex_runs"]])
    .action((environment: string | undefined, { job, since, state, limit = RUNS_SHOWN }: Options) => {
      const most = atLeastOne("--limit", limit);
      const states = state === undefined ? [] : [state];
      return run(command, {
        schema: "runs/1",
        act: (commands) =>
          commands.runs({
            environment: environment ?? null,
            job: job ?? null,
            since: since ?? null,
            states,
            limit: most,
          }),
        screen: async () => (await import("../render/runs.ts")).renderRuns,
      });
    });
}
