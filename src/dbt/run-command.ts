// Runs a short-lived program (Python, pip, uv) to its end and gives back what it printed.
import { spawn } from "node:child_process";

export interface CommandResult {
  /** Exit code, or null when it did not run or was killed. */
  code: number | null;
  stdout: string;
  /** stderr, or why it did not start. */
  stderr: string;
}

const OUTPUT_LENGTH_MAX = 200_000;

/** Never throws; a program that is missing, fails or takes too long is a result whose code is not 0. */
export function runCommand(
  command: string,
  args: string[],
  options: { env: Record<string, string>; cwd?: string; input?: string; timeoutMs: number },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const result: CommandResult = { code: null, stdout: "", stderr: "" };
    const child = spawn(command, args, {
      env: options.env,
      ...(options.cwd ? { cwd: options.cwd } : {}),
      stdio: ["pipe", "pipe", "pipe"],
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
    });
    child.stdout.setEncoding("utf8").on("data", (data: string) => {
      result.stdout = (result.stdout + data).slice(-OUTPUT_LENGTH_MAX);
    });
    child.stderr.setEncoding("utf8").on("data", (data: string) => {
      result.stderr = (result.stderr + data).slice(-OUTPUT_LENGTH_MAX);
    });
    child.stdin.on("error", () => {}); // it did not want the input
    child.on("error", (error) => resolve({ ...result, stderr: error.message }));
    child.on("close", (code) => resolve({ ...result, code }));
    child.stdin.end(options.input ?? "");
  });
}
