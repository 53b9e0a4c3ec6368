// Runs a command and tells what it cost, with everything it started; medians and ratios of paired runs.
import { spawnSync } from "node:child_process";

export interface Cost {
  /** Wall time, seconds. */
  wall: number;
  /** Processor time of the command and all its descendants that ended, seconds. */
  cpu: number;
}

/** Throws with the command's output when it fails. */
export function cost(command: string[], cwd: string, env: Record<string, string> = {}): Cost {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>"$BENCH_LOG"';
  const log = `${cwd}/.bench.log`;
  const done = spawnSync("bash", ["-c", script, "bash", ...command], {
    cwd,
    env: { ...process.env, ...env, BENCH_LOG: log },
    encoding: "utf8",
  });
  const [wall, user, system] = done.stderr.trim().split("\n").at(-1)!.split(" ").map(Number);
  if (done.status !== 0) throw new Error(`${command.join(" ")} ended with ${done.status}; see ${log}`);
  return { wall: wall!, cpu: user! + system! };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Pair {
  ours: Cost;
  peer: Cost;
}

/** One line: both medians and their ratio, by wall time and by processor time. `faster` turns the ratio round. */
export function report(what: string, peer: string, pairs: Pair[], faster = false): string {
  const of = (side: keyof Pair, field: keyof Cost) => median(pairs.map((pair) => pair[side][field]));
  const ratio = (field: keyof Cost) => {
    const value = faster ? of("peer", field) / of("ours", field) : of("ours", field) / of("peer", field);
    return `${value.toFixed(2)} x`;
  };
  const side = (name: keyof Pair) => `${of(name, "wall").toFixed(1)} s (${of(name, "cpu").toFixed(1)} s cpu)`;
  const verb = faster ? "faster than" : "of";
  return `${what}: slipway ${side("ours")}, ${peer} ${side("peer")}: ${ratio("wall")} ${verb} the peer (cpu ${ratio("cpu")}), ${pairs.length} pairs`;
}
