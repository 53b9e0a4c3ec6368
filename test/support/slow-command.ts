// A command line whose `deploy` never ends by itself: for signals. Argument `deaf`: it does not listen to the first one either.

import { streamSink } from "../../src/cli/output.ts";
import { runShell } from "../../src/cli/shell.ts";
import { interrupts } from "../../src/cli/signals.ts";
import type { Ctx } from "../../src/core/ctx.ts";
import type { Flow } from "../../src/core/flow.ts";
import type { Commands } from "../../src/core/ops.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { AppError } from "../../src/lib/error.ts";
import { say } from "../../src/text/catalogue.ts";

const deaf = process.argv[2] === "deaf";
const signals = interrupts((exit) => process.exit(exit));
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => signals.interrupt(name));

function slowFlow(ctx: Ctx): Flow {
  const stopped = new Promise<never>((_, reject) => {
    if (!deaf) ctx.signal.addEventListener("abort", () => reject(new AppError("cancelled", say("cli.cancelled"))));
  });
  ctx.killed.addEventListener("abort", () => process.stderr.write("killed\n"));
  const deploy = async () => {
    ctx.progress({ kind: "run_started", runId: 7, run: "deploy", environment: "prod", serves: 41 });
    process.stderr.write("ready\n");
    setInterval(() => undefined, 1000);
    return stopped;
  };
  return { deploy, close: async () => undefined } as unknown as Flow;
}

process.exit(
  await runShell({
    argv: ["deploy", "prod"],
    env: {},
    cwd: process.cwd(),
    version: "0",
    user: "aoi",
    host: "h",
    pid: process.pid,
    clock: systemClock,
    stdout: streamSink(process.stdout),
    stderr: streamSink(process.stderr),
    asker: null,
    piped: async () => "",
    interrupts: signals,
    loadCommands: async (ctx) => slowFlow(ctx) as Commands,
  }),
);
