// The named points at which the crash tests kill Slipway: `SLIPWAY_FAULT=flip:after` ends the process there as `kill -9` would,
// `SLIPWAY_FAULT=stop@verify:before` stops it there until somebody lets it go on.
import type { Ctx } from "../../core/ctx.ts";

/** Points in the order a deployment passes them; `gc:middle` is gc's own. */
export const FAULT_POINTS = [
  "build:middle",
  "verify:before",
  "prepare:middle",
  "flip:before",
  "flip:after",
  "settle:middle",
  "record:before",
  "gc:middle",
] as const;

export type FaultName = (typeof FAULT_POINTS)[number];

/** Does nothing unless the environment names this very point. */
export async function fault(ctx: Ctx, name: string, alsoKill: number | null = null): Promise<void> {
  if (ctx.env.SLIPWAY_FAULT === `stop@${name}`) process.kill(process.pid, "SIGSTOP");
  if (ctx.env.SLIPWAY_FAULT !== name) return;
  if (alsoKill !== null) process.kill(-alsoKill, "SIGKILL");
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => {});
}
