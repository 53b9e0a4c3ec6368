// The crash of the story: a deployment's whole process group is killed once some nodes are built.
import type { Play } from "./play.ts";

export interface Killed {
  signal: NodeJS.Signals | null;
  /** Nodes built before the end, of those that were planned. */
  done: number;
  total: number;
  liveBefore: number;
  live: number;
}

/** So many nodes are reported as built before the kill: the first of them is on record by then. */
const nodesBefore = 3;

export async function killHalfway({ stage, slipway }: Play): Promise<Killed> {
  const live = async () => (await slipway.ask(["status", "staging"])).environments[0].live.number;
  const liveBefore = await live();
  let [done, total] = [0, 0];
  let shot = false;
  const { signal } = await slipway.watch("slipway deploy staging --yes", (line, group) => {
    const count = /^\S+ \S+ (\d+)\/(\d+) /.exec(line);
    stage.dim(line);
    if (!count || shot) return;
    [done, total] = [Number(count[1]), Number(count[2])];
    if (done < nodesBefore) return;
    shot = true;
    stage.typed(`kill -9 -${group}`);
    process.kill(-group, "SIGKILL");
  });
  return { signal, done, total, liveBefore, live: await live() };
}
