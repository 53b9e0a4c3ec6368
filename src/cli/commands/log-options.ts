// What `slipway logs` and `slipway run logs` have in common: which lines, and how they are printed.
import type { LogsRequest } from "../../core/ops/runs.ts";
import type { Commands } from "../../core/ops.ts";
import type { LogLineView } from "../../core/views/runs.ts";
import type { Program } from "../program.ts";

export interface LogOptions {
  errors?: boolean;
  slow?: string;
  grep?: string;
  follow?: boolean;
}

export const logOptions = (command: Program): Program =>
  command
    .knows("--errors", "runs.opt_errors")
    .knows("--slow <n>", "runs.opt_slow")
    .knows("--grep <text>", "runs.opt_grep")
    .knows("--follow", "runs.opt_follow");

type Place = Pick<LogsRequest, "run" | "environment" | "since">;

export const logCall = (place: Place, { errors, slow, grep, follow }: LogOptions) => ({
  schema: "logs/1" as const,
  act: (commands: Commands, print: (line: LogLineView) => void) =>
    commands.logs(
      { ...place, errors: errors === true, slow: slow ?? null, grep: grep ?? null, follow: follow === true },
      print,
    ),
  screen: async () => (await import("../render/logs.ts")).renderLogs,
  line: { schema: "log/1" as const, screen: async () => (await import("../render/logs.ts")).renderLogLine },
});
