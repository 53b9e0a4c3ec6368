// `slipway run show|logs|retry|cancel RUN`
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { type LogOptions, logCall, logOptions } from "./log-options.ts";
import { actRequest } from "./options.ts";
import { addRunCancel } from "./run-cancel.ts";

export function addRun(program: Program, run: Runner): void {
  const group = program.sub("run", "runs.help_run");
  addShow(group, run);
  addLogs(group, run);
  addRetry(group, run);
  addRunCancel(group, run);
}

const screen = async () => (await import("../render/run.ts")).renderRun;

/** `411`, as every screen prints it. */
const runNumber = (text: string): number => atLeastOne("RUN", text);

function addShow(group: Program, run: Runner): void {
  const command = group.sub("show", "runs.help_show").takes("<run>", "runs.arg_run");
  command
    .examples([["slipway run show 411", "runs.ex_show"]])
    .action((id: string) =>
      run(command, { schema: "run/1", act: (commands) => commands.runShow({ run: runNumber(id) }), screen }),
    );
}

function addLogs(group: Program, run: Runner): void {
  const command = logOptions(group.sub("logs", "runs.help_logs").takes("<run>", "runs.arg_run"));
  command
    .examples([
      ["slipway run logs 411 --errors", "runs.ex_errors"],
      ["slipway run logs 412 --follow", "runs.ex_follow"],
    ])
    .action((id: string, options: LogOptions) =>
      run(command, logCall({ run: runNumber(id), environment: null, since: null }, options)),
    );
}

function addRetry(group: Program, run: Runner): void {
  const command = group.sub("retry", "runs.help_retry").takes("<run>", "runs.arg_run");
  command.examples([["slipway run retry 411", "runs.ex_retry"]]).action((id: string) =>
    run(command, {
      schema: "run/1",
      act: (commands) => commands.runRetry({ run: runNumber(id), ...actRequest(command) }),
      screen,
    }),
  );
}
