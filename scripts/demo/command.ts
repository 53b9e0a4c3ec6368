// Types `slipway ..` for the demo: the real launcher as a process in a group of its own, its output shown as it comes.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Stage } from "./stage.ts";
import { everything, type Trim } from "./trim.ts";

const launcher = join(import.meta.dirname, "../../bin/slipway");
const endWithinMs = 10_000;

export interface Typed {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Wall-clock time of the whole command. */
  ms: number;
}

export interface Slipway {
  /** Shows the command, its progress and its output, and waits for its end. */
  type(command: string, trim?: Trim): Promise<Typed>;
  /** Lets `seen` read each line of progress and know the process group, so that it can be killed. */
  watch(command: string, seen: (line: string, group: number) => void): Promise<Typed>;
  /** Asks without showing anything; the document of `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: a document of any command, looked at by the scene that asked for it
  ask(args: string[]): Promise<any>;
  /** Ends what still runs: politely first. */
  end(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export function openSlipway(stage: Stage, dir: string, env: Record<string, string | undefined>): Slipway {
  const running = new Set<ChildProcess>();
  let ended = false;
  const start = (args: string[], progress: "inherit" | "pipe"): ChildProcess => {
    if (ended) throw new Error("the demo was stopped");
    const child = spawn(launcher, args, { cwd: dir, env, stdio: ["ignore", "pipe", progress], detached: true });
    running.add(child);
    child.once("close", () => running.delete(child));
    return child;
  };
  return {
    type(command, trim = everything) {
      stage.typed(command);
      return show(stage, start(argsOf(command), process.stderr.isTTY ? "inherit" : "pipe"), trim);
    },
    watch(command, seen) {
      stage.typed(command);
      const child = start(argsOf(command), "pipe");
      createInterface({ input: child.stderr! }).on("line", (line) => seen(line, child.pid!));
      return show(stage, child, () => null, true);
    },
    async ask(args) {
      const child = start([...args, "--json"], "pipe");
      const [out, errors] = [[] as string[], [] as string[]];
      child.stdout!.on("data", (chunk) => out.push(String(chunk)));
      child.stderr!.on("data", (chunk) => errors.push(String(chunk)));
      await once(child, "close");
      try {
        return JSON.parse(out.join("")).data;
      } catch {
        throw new Error(`slipway ${args.join(" ")} --json gave no document: ${out.join("")}${errors.join("")}`);
      }
    },
    async end() {
      ended = true;
      await Promise.all([...running].map(endOne));
    },
    kill: () => {
      for (const child of running) kill(child, "SIGKILL");
    },
  };
}

/** Writes the output as it comes and waits for the end. What nobody saw of stderr is shown when the command failed. */
async function show(stage: Stage, child: ChildProcess, trim: Trim, watched = false): Promise<Typed> {
  const fromMs = performance.now();
  const errors: string[] = [];
  child.stderr?.on("data", (chunk) => errors.push(String(chunk)));
  createInterface({ input: child.stdout! }).on("line", (line) => {
    const text = trim(line);
    // The command may have its progress line on this row: it draws it again below.
    if (text !== null) stage.line(process.stderr.isTTY ? `\r\u001b[2K${text}` : text);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  if (code !== 0 && code !== 3 && !watched) process.stdout.write(errors.join(""));
  return { code, signal, ms: performance.now() - fromMs };
}

/** The words after `slipway`; quoted ones stay together. */
function argsOf(command: string): string[] {
  const found = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)];
  return found.map(([, single, double, bare]) => single ?? double ?? bare!).slice(1);
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function endOne(child: ChildProcess): Promise<void> {
  const closed = once(child, "close");
  kill(child, "SIGINT");
  const late = setTimeout(() => kill(child, "SIGKILL"), endWithinMs);
  await closed;
  clearTimeout(late);
}
