// Starts the Python process of a run in a process group of its own, isolated from the user's surroundings.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EngineEvent } from "./engine.ts";
import { controlSidecar, killGroup, type Sidecar, type SidecarChild } from "./sidecar-control.ts";

/** The Python code that belongs to this program; the same place seen from src/ and from dist/. */
export const sidecarDir = fileURLToPath(new URL("../../sidecar", import.meta.url));

export interface SidecarOptions {
  python: string;
  sidecarDir?: string;
  /** Stands for the packages of this Python: a warm process that has others imported is of no use. */
  installed?: string;
  /** Everything the process sees, beside what every Python process needs. */
  env: Record<string, string>;
  onEvent: (event: EngineEvent) => void;
}

/** A process of its own, or a fork of one that has dbt imported already: the caller need not know. */
export type StartSidecar = (options: SidecarOptions) => Promise<Sidecar>;

/** Starts Python isolated from the user's surroundings; the working directory is empty and private. */
export const startSidecar: StartSidecar = async (options) => {
  const surroundings = await makeSurroundings(options.env);
  const { cwd, env } = surroundings;
  const child = spawn(options.python, pythonArgs(options.sidecarDir), { cwd, detached: true, env, stdio: "pipe" });
  const { stdin, stdout, stderr, pid } = child;
  const kill = (signal: NodeJS.Signals) => killGroup(pid, signal);
  const ended = new Promise<string>((resolve) => {
    child.on("error", ({ message }) =>
      resolve(message.startsWith("spawn") ? message : `${options.python}: ${message}`),
    );
    child.on("exit", (code, signal) => {
      kill("SIGKILL"); // whatever it may have started
      resolve(signal ?? `exit code ${code}`);
    });
  });
  const process: SidecarChild = { pid: pid ?? null, stdin, stdout, stderr, ended, kill };
  return controlSidecar(process, options.onEvent, surroundings.remove);
};

export const pythonArgs = (folder: string = sidecarDir): string[] => ["-I", "-X", "utf8", folder];

/** What a process of ours sees and where it works: nothing is inherited. */
export interface Surroundings {
  cwd: string;
  env: Record<string, string>;
  remove(): Promise<void>;
}

export async function makeSurroundings(extra: Record<string, string>): Promise<Surroundings> {
  const work = await mkdtemp(join(tmpdir(), "slipway-"));
  const [home, cwd, temp] = [join(work, "home"), join(work, "cwd"), join(work, "tmp")];
  for (const folder of [home, cwd, temp]) await mkdir(folder);
  const env = { ...baseEnv, HOME: home, TMPDIR: temp, SLIPWAY_WORK: work, ...extra };
  return { cwd, env, remove: () => rm(work, { recursive: true, force: true }) };
}

const baseEnv = { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", PYTHON_DOTENV_DISABLED: "1" };
