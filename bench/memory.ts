// Steady memory of the control process and of the state process while a deployment of 1,000 models is planned.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testPython } from "../test/support/python.ts";
import { makeProject } from "./project.ts";

const main = join(import.meta.dirname, "../src/main.ts");
const folder = mkdtempSync(join(tmpdir(), "slipway-memory-"));
try {
  const project = makeProject(join(folder, "p"), 1000, await testPython());
  await run(project.dir, ["plan"]);
  const peaks = await run(project.dir, ["plan"]);
  console.log(
    `plan of 1,000 models, manifest known: command ${peaks.command} MB peak, embedded state ${peaks.state} MB`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}

/** Runs a command and returns the highest resident sizes seen, in MB: of itself and of the embedded state's process. */
function run(cwd: string, args: string[]): Promise<{ command: number; state: number }> {
  const child = spawn(process.execPath, [main, ...args], { cwd, stdio: "ignore" });
  const peaks = { command: 0, state: 0 };
  const timer = setInterval(() => {
    peaks.command = Math.max(peaks.command, resident(child.pid!));
    for (const pid of statePids()) peaks.state = Math.max(peaks.state, resident(pid));
  }, 20);
  return new Promise((resolve) =>
    child.on("close", () => {
      clearInterval(timer);
      resolve(peaks);
    }),
  );
}

function statePids(): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .map(Number)
    .filter(
      (pid) => read(`/proc/${pid}/cmdline`).includes(folder) && !read(`/proc/${pid}/cmdline`).includes("main.ts"),
    );
}

function resident(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
