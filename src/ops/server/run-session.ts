// The surroundings of one run inside a server: its own signal, progress and connections, the server's state, rules and warm engine.
import type { Ctx } from "../../core/ctx.ts";
import type { Run } from "../../core/records.ts";
import { openSession, type Session } from "../../flow/session/session.ts";

export interface RunSurroundings {
  signal: AbortSignal;
  progress: Ctx["progress"];
}

/** A run follows the rules of slipway.yml as they were when it started. Nobody is asked: slipway.yml says what runs by itself. */
export async function openRunSession(server: Session, run: Run | null, own: RunSurroundings): Promise<Session> {
  const ctx: Ctx = { ...server.ctx, ...own, approve: async () => ({ reason: run?.reason ?? null }) };
  return openSession(ctx, { within: server });
}
