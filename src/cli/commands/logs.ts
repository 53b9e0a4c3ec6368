// `slipway logs [env]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { type LogOptions, logCall, logOptions } from "./log-options.ts";

export function addLogs(program: Program, run: Runner): void {
  const command = logOptions(program.sub("logs", "runs.help_all_logs").takes("[env]", "cli.arg_env_all"));
  command
    .knows("--since <time>", "runs.opt_since")
    .examples([
      ["slipway logs --errors --since 2d", "runs.ex_all_errors"],
      ["slipway logs prod --slow 10", "runs.ex_slow"],
    ])
    .action((environment: string | undefined, { since, ...options }: LogOptions & { since?: string }) =>
      run(command, logCall({ run: null, environment: environment ?? null, since: since ?? null }, options)),
    );
}
