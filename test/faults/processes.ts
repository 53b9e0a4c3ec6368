// Who a command started: its descendants as they come, known by process id and start time, and whether they are gone.
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { systemClock } from "../../src/lib/clock.ts";

const POLL_MS = 25;
/** A process whose command was killed notices the end of its input; a loaded machine needs its time. */
const GONE_MS = 120_000;

interface Seen {
  pid: number;
  parent: number;
  started: string;
  command: string;
}

/**
 * Processes of this machine that were not there the last time, zombies left out. Only those are read: to read all of them took
 * a tenth of a core away from what the test watches. A process that leaves its family (its parent died) was seen before.
 */
function newcomers(before: Set<number>): { found: Seen[]; now: Set<number> } {
  const now = new Set(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
  );
  return { found: [...now].filter((pid) => !before.has(pid)).flatMap((pid) => processOf(pid) ?? []), now };
}

function processOf(pid: number): Seen | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, parent: Number(fields[1]), started: fields[19] ?? "", command };
  } catch {
    return null; // It ended while we looked.
  }
}

/** The embedded state's process outlives commands on purpose: it leaves by itself soon after its last client. */
const staysOnPurpose = (seen: Seen): boolean => /slipway-state|state-process/.test(seen.command);

export interface Family {
  /** Descendants that live now, the state's process left out. */
  living(): Seen[];
  /** SIGKILL for the command and everything it started (state's process included when asked). */
  killAll(options?: { state: boolean }): void;
  /** Resolves with commands that should have ended and have not. */
  left(): Promise<string[]>;
}

/** Watches a started command until it has ended. */
export function familyOf(child: ChildProcess): Family {
  const known = new Map<string, Seen>();
  let looked = new Set<number>();
  const look = (): void => {
    const { found: all, now: there } = newcomers(looked);
    looked = there;
    const inside = new Set([child.pid, ...[...known.values()].map((seen) => seen.pid)]);
    for (let grew = true; grew; ) {
      grew = false;
      for (const seen of all) {
        const key = `${seen.pid} ${seen.started}`;
        if (known.has(key) || !inside.has(seen.parent)) continue;
        known.set(key, seen);
        inside.add(seen.pid);
        grew = true;
      }
    }
  };
  const timer = setInterval(look, POLL_MS);
  child.once("exit", () => clearInterval(timer));
  const now = (): Seen[] =>
    [...known.values()].flatMap((seen) => {
      const current = processOf(seen.pid);
      return current?.started === seen.started ? [current] : [];
    });
  const living = (): Seen[] => now().filter((seen) => !staysOnPurpose(seen));
  return {
    living,
    killAll: (options = { state: false }) => {
      look();
      const others = options.state ? now() : living();
      for (const pid of [child.pid!, ...others.map((seen) => seen.pid)]) kill(pid);
    },
    left: async () => {
      const until = systemClock.ticksMs() + GONE_MS;
      while (living().length > 0 && systemClock.ticksMs() < until) await systemClock.sleep(POLL_MS);
      return living().map((seen) => `${seen.pid} ${seen.command}`);
    },
  };
}

/** Resolves when a process has been stopped by SIGSTOP. */
export async function stopped(child: ChildProcess): Promise<void> {
  const state = (): string => readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ").at(-1)!;
  while (!state().startsWith("T")) await systemClock.sleep(POLL_MS);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}
