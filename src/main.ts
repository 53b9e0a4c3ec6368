// The process: arguments, environment values, signals, streams. Everything below gets what it needs handed over.
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { pipedInput, terminalAsker } from "./cli/ask.ts";
import { streamSink } from "./cli/output.ts";
import { runShell } from "./cli/shell.ts";
import { interrupts } from "./cli/signals.ts";
import type { Ctx } from "./core/ctx.ts";
import type { Commands } from "./core/ops.ts";
import { systemClock } from "./lib/clock.ts";

const signals = interrupts((exit) => process.exit(exit));
process.on("SIGINT", () => signals.interrupt("SIGINT"));
process.on("SIGTERM", () => signals.interrupt("SIGTERM"));
process.on("SIGHUP", () => signals.interrupt("SIGTERM"));

const exit = await runShell({
  argv: process.argv.slice(2),
  env: { ...process.env },
  cwd: process.cwd(),
  version: (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string })
    .version,
  user: userName(),
  host: hostname(),
  pid: process.pid,
  clock: systemClock,
  stdout: streamSink(process.stdout),
  stderr: streamSink(process.stderr),
  asker: terminalAsker({ input: process.stdin, output: process.stderr, interrupt: () => signals.interrupt("SIGINT") }),
  piped: () => pipedInput(process.stdin),
  interrupts: signals,
  loadCommands,
});
process.exit(exit);

/** Imported only when a command runs: `--help` must not wait for the warehouse. */
async function loadCommands(ctx: Ctx): Promise<Commands> {
  const { createCommands } = await import("./ops/index.ts");
  return createCommands(ctx);
}

/** Users of containers may have a number and no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? String(process.getuid?.() ?? "unknown");
  }
}
