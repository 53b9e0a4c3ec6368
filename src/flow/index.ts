// The commands of the release as functions over one session that is opened when first needed.
import type { Ctx } from "../core/ctx.ts";
import type { Flow } from "../core/flow.ts";
import { openSession, type Session } from "./session/session.ts";

/** One session, opened when a command first needs it. */
export interface LazySession {
  (): Promise<Session>;
  close(): Promise<void>;
}

export function lazySession(ctx: Ctx): LazySession {
  let opened: Promise<Session> | null = null;
  const open = (): Promise<Session> => {
    opened ??= openSession(ctx);
    return opened;
  };
  const close = async () => (await opened?.catch(() => null))?.close();
  return Object.assign(open, { close });
}

/** The commands of the release. Each loads its own room when called, so that starting stays fast. */
export function createFlow(ctx: Ctx, session = lazySession(ctx)): Flow {
  return {
    init: async (request) => (await import("./init/init.ts")).initProject(ctx, request),
    doctor: async (request) => (await import("./doctor/doctor.ts")).doctor(ctx, request),
    plan: async (request) => (await import("./release/plan.ts")).plan(await session(), request),
    explain: async (request) => (await import("./release/plan.ts")).explain(await session(), request),
    deploy: async (request) => (await import("./release/release.ts")).deploy(await session(), request),
    refresh: async (request) => (await import("./release/release.ts")).refresh(await session(), request),
    promote: async (request) => (await import("./release/release.ts")).promoteRelease(await session(), request),
    rollback: async (request) => (await import("./release/rollback.ts")).rollback(await session(), request),
    status: async (request) => (await import("./look/status.ts")).status(await session(), request),
    releases: async (request) => (await import("./look/releases.ts")).releases(await session(), request),
    show: async (request) => (await import("./look/show.ts")).show(await session(), request),
    history: async (request) => (await import("./look/history.ts")).history(await session(), request),
    gc: async (request) => (await import("./upkeep/gc.ts")).gc(await session(), request),
    eject: async (request) => (await import("./upkeep/eject.ts")).eject(await session(), request),
    dbCurrent: async () => (await import("./upkeep/state-commands.ts")).dbCurrent(ctx),
    dbHistory: async () => (await import("./upkeep/state-commands.ts")).dbHistory(ctx),
    dbUpgrade: async (request) => (await import("./upkeep/state-commands.ts")).dbUpgrade(ctx, request),
    dbDowngrade: async (request) => (await import("./upkeep/state-commands.ts")).dbDowngrade(ctx, request),
    cancel: async (request) => (await import("./act/stop.ts")).cancel(await session(), request),
    unlock: async (request) => (await import("./act/stop.ts")).unlock(await session(), request),
    resume: async (request) => (await import("./act/stop.ts")).resume(await session(), request),
    close: () => session.close(),
  };
}
