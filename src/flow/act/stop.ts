// `cancel`, `unlock`, `resume`: stops what runs, takes away what a dead process left, lets automatic deployments go on.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { ActRequest } from "../../core/flow.ts";
import { CANCEL_WAIT_MS, LEASE_WAIT_POLL_MS } from "../../core/limits.ts";
import type { AuditRow, Environment, Lease, Run } from "../../core/records.ts";
import type { ReleaseRef } from "../../core/views/base.ts";
import type { CancelView, LeaseView, ResumeView, UnlockView } from "../../core/views/upkeep.ts";
import { breakLease, loadLease, loadLeases, requestCancel } from "../../db/leases.ts";
import { findEnvironment, updateEnvironment } from "../../db/projects.ts";
import { loadRun, openRun } from "../../db/runs.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { releaseRef } from "../session/commit.ts";
import { applicationName } from "../session/engine.ts";
import { checkSignal, environmentLease, holderText, isGone, storeLease, withLease } from "../session/lease.ts";
import { liveRelease } from "../session/live.ts";
import type { Session } from "../session/session.ts";
import { recover } from "./recover.ts";

type StopRequest = { environment: string | null } & ActRequest;

/**
 * Asks whoever works on the environment to stop and waits until it has; a switch under way ends first. What a dead process left behind
 * is ended here. AppError `timeout` when it does not stop in time: says who still runs.
 */
export async function cancel(session: Session, request: StopRequest): Promise<CancelView> {
  const environment = session.environment(request.environment);
  const db = await session.db();
  const record = await findEnvironment(db, (await session.project()).id, environment.name);
  const lease = await loadLease(db, environmentLease(session, environment));
  const run = record && (await openRun(db, record.id));
  const held = lease !== null && !(await isStale(session, lease));
  if (record && !held && run) return stopDead(session, environment, record);
  if (lease && held) await stopLiving(session, environment, lease, request);
  const ended = run && (await loadRun(db, run.id));
  const stopped = ended?.state === "cancelled" && run ? [stoppedRun(run)] : [];
  return cancelView(session, environment, { stopped, statementsEnded: 0, asked: held });
}

async function stopLiving(
  session: Session,
  environment: EnvironmentConfig,
  lease: Lease,
  request: StopRequest,
): Promise<void> {
  const { ctx } = session;
  const db = await session.db();
  const asked = await requestCancel(
    db,
    lease.name,
    await audit(session, environment, "environment.cancel_requested", request, lease),
  );
  if (!asked) return;
  ctx.progress({
    kind: "waiting",
    forWhat: say("views.waiting_for_end"),
    holder: holderText(lease),
    maxMs: CANCEL_WAIT_MS,
  });
  const from = ctx.clock.ticksMs();
  while (await stillHeld(session, lease)) {
    if (ctx.clock.ticksMs() - from >= CANCEL_WAIT_MS) throw notStopped(environment, lease);
    checkSignal(ctx.signal);
    await ctx.clock.sleep(LEASE_WAIT_POLL_MS);
  }
  ctx.progress({ kind: "waited", ms: ctx.clock.ticksMs() - from });
}

async function stillHeld(session: Session, lease: Lease): Promise<boolean> {
  const now = await loadLease(await session.db(), lease.name);
  return now !== null && now.fence === lease.fence && !(await isStale(session, now));
}

const notStopped = (environment: EnvironmentConfig, lease: Lease): AppError =>
  new AppError("timeout", say("views.not_stopped", { environment: environment.name, holder: holderText(lease) }), {
    hint: say("views.not_stopped_hint", { environment: environment.name }),
  });

/** Nobody works on it any more: ends its statements and closes its run, or finishes it when its switch had happened. */
async function stopDead(session: Session, environment: EnvironmentConfig, record: Environment): Promise<CancelView> {
  const warehouse = await session.warehouse(environment);
  const statementsEnded = await warehouse.endOrphans(await applicationName(session, environment));
  const wish = { name: environmentLease(session, environment), what: `cancel ${environment.name}`, waitMs: 0 };
  const recovered = await withLease(session, wish, (held) =>
    recover({ session, environment, record, warehouse, held }),
  );
  const stopped = recovered && !recovered.finished ? [stoppedRun(recovered.run)] : [];
  return cancelView(session, environment, { stopped, statementsEnded, asked: true });
}

const stoppedRun = ({ id, kind, phase, actor, host, pid }: Run): CancelView["stopped"][number] => ({
  runId: id,
  kind,
  phase,
  actor,
  host,
  pid,
});

async function cancelView(
  session: Session,
  environment: EnvironmentConfig,
  done: { stopped: CancelView["stopped"]; statementsEnded: number; asked: boolean },
): Promise<CancelView> {
  const { stopped, statementsEnded } = done;
  return {
    outcome: done.asked ? "done" : "nothing_to_do",
    ...frame(session, environment),
    stopped,
    serves: await servesNow(session, environment),
    statementsEnded,
  };
}

/** Takes leases away: stale ones as they are, living ones only when a person says so, having seen who holds them. */
export async function unlock(session: Session, request: StopRequest): Promise<UnlockView> {
  const environment = session.environment(request.environment);
  const leases = await leasesOf(session, environment);
  const views = await Promise.all(leases.map((lease) => leaseView(session, environment, lease)));
  const living = leases.filter((_, index) => !isOver(session, views[index]!));
  let { reason } = request;
  if (living.length > 0) {
    const { ctx, place } = session;
    const view = { environment: environment.name, timezone: place.config.timezone, at: ctx.clock.now(), leases: views };
    reason =
      (await ctx.approve({ kind: "unlock", view, ask: true, irreversible: false, environment: environment.name }))
        .reason ?? reason;
  }
  const db = await session.db();
  const released: LeaseView[] = [];
  for (const [index, lease] of leases.entries()) {
    const row = await audit(session, environment, "lease.broken", { reason }, lease);
    if (await breakLease(db, lease.name, row)) released.push(views[index]!);
  }
  return { outcome: released.length > 0 ? "done" : "nothing_to_do", ...frame(session, environment), released };
}

/** The environment's own leases; the store's too when this environment builds in it, or nobody alive does. */
async function leasesOf(session: Session, environment: EnvironmentConfig): Promise<Lease[]> {
  const db = await session.db();
  const record = await findEnvironment(db, (await session.project()).id, environment.name);
  const own = [environmentLease(session, environment), `checkout:${session.place.name}/${environment.name}`];
  const store = record?.warehouse ? storeLease(session, record.warehouse) : null;
  const mine: Lease[] = [];
  for (const lease of await loadLeases(db)) {
    const builds =
      lease.name === store && (lease.what.endsWith(` ${environment.name}`) || (await isStale(session, lease)));
    if (own.includes(lease.name) || builds) mine.push(lease);
  }
  return mine;
}

const isOver = (session: Session, view: LeaseView): boolean =>
  view.alive === false || view.expiresAt <= session.ctx.clock.now();

const isStale = async (session: Session, lease: Lease): Promise<boolean> =>
  lease.expiresAt <= session.ctx.clock.now() || isGone(lease, session.ctx.host);

/** A lease for people: who holds it, and whether that process is still there. */
async function leaseView(session: Session, environment: EnvironmentConfig | null, lease: Lease): Promise<LeaseView> {
  const { name, what, host, pid, acquiredAt, expiresAt } = lease;
  const db = await session.db();
  const record = environment && (await findEnvironment(db, (await session.project()).id, environment.name));
  const run = record && (await openRun(db, record.id));
  const holder = run && run.pid === pid ? run.actor : "slipway";
  const alive = host === session.ctx.host ? !(await isGone(lease, host)) : null;
  return { name, holder, what, host, pid, alive, acquiredAt, expiresAt };
}

/** Automatic deployments of a rolled-back environment go on. */
export async function resume(session: Session, request: StopRequest): Promise<ResumeView> {
  const environment = session.environment(request.environment);
  const db = await session.db();
  const record = await findEnvironment(db, (await session.project()).id, environment.name);
  const wasPaused = record?.paused ?? false;
  if (record && wasPaused)
    await updateEnvironment(
      db,
      record.id,
      { paused: false },
      await audit(session, environment, "environment.resumed", request, null),
    );
  return {
    outcome: wasPaused ? "done" : "nothing_to_do",
    ...frame(session, environment),
    wasPaused,
    serves: await servesNow(session, environment),
  };
}

async function audit(
  session: Session,
  environment: EnvironmentConfig,
  what: string,
  request: { reason: string | null },
  lease: Lease | null,
): Promise<AuditRow> {
  const details = lease ? { lease: lease.name, what: lease.what, pid: lease.pid, host: lease.host } : {};
  return { who: await session.actor(), what, subject: `environment ${environment.name}`, why: request.reason, details };
}

const frame = (session: Session, environment: EnvironmentConfig) => ({
  timezone: session.place.config.timezone,
  at: session.ctx.clock.now(),
  problems: [],
  environment: environment.name,
});

async function servesNow(session: Session, environment: EnvironmentConfig): Promise<ReleaseRef | null> {
  const record = await findEnvironment(await session.db(), (await session.project()).id, environment.name);
  const live = record && (await liveRelease(session, record));
  return live ? releaseRef(live.release, live.standing) : null;
}
