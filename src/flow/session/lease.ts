// Holds a lease while something long runs: renews it, notices a cancel or its loss, gives it back. Says who holds it otherwise.
import { readFile } from "node:fs/promises";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { environmentLeaseName } from "../../core/jobs/queue.ts";
import { CANCEL_POLL_MS, LEASE_TTL_MS, LEASE_WAIT_POLL_MS } from "../../core/limits.ts";
import type { Lease } from "../../core/records.ts";
import type { Db } from "../../db/db.ts";
import { acquireLease, breakLease, cancelRequested, releaseLease, renewLease } from "../../db/leases.ts";
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { fullTime } from "../../text/format.ts";
import type { Session } from "./session.ts";

export interface Held {
  lease: Lease;
  /** Aborted by Ctrl-C, by `slipway cancel` from elsewhere, or when the lease was lost. */
  signal: AbortSignal;
  /** Asks now, where `signal` may not have heard yet. AppError `conflict` when the lease was lost, `cancelled` when it is to stop. */
  confirm(): Promise<void>;
}

export const environmentLease = (session: Session, environment: EnvironmentConfig): string =>
  environmentLeaseName(session.place.name, environment.name);

/** One build (or gc) at a time in one store: two environments may share it. */
export const storeLease = (session: Session, warehouse: string): string => `store:${session.place.name}@${warehouse}`;

export interface LeaseWish {
  name: string;
  /** What for, e.g. `deploy prod`; shown to whoever finds it held. */
  what: string;
  /** 0: fail at once with AppError `locked` when somebody holds it. */
  waitMs: number;
}

/** Runs `work` under a lease and gives the lease back whatever happens. */
export async function withLease<T>(session: Session, wish: LeaseWish, work: (held: Held) => Promise<T>): Promise<T> {
  const db = await session.db();
  const lease = await obtain(session, db, wish);
  const stop = new AbortController();
  const timer = setInterval(() => void keep(db, lease, stop), CANCEL_POLL_MS);
  const signal = AbortSignal.any([session.ctx.signal, stop.signal]);
  const confirm = async () => {
    await keep(db, lease, stop);
    checkSignal(signal);
  };
  try {
    return await work({ lease, signal, confirm });
  } finally {
    clearInterval(timer);
    await releaseLease(db, lease).catch(() => {});
  }
}

async function keep(db: Db, lease: Lease, stop: AbortController): Promise<void> {
  try {
    if (await cancelRequested(db, lease)) stop.abort(cancelled());
    else if (!(await renewLease(db, lease, LEASE_TTL_MS))) stop.abort(lost(lease));
  } catch {
    // The state is away for a moment: the lease lives on until its time is up; the fencing number guards the rest.
  }
}

export const cancelled = (): AppError => new AppError("cancelled", say("flow.cancelled"));
/** What aborts a run of a server that stops, when the next one shall begin it again. */
export const handedOver = (): AppError => new AppError("cancelled", say("serve.handed_over"));
export const isHandedOver = ({ reason }: AbortSignal): boolean =>
  reason instanceof AppError && reason.text.id === "serve.handed_over";
const lost = (lease: Lease): AppError => new AppError("conflict", say("flow.lease_lost", { name: lease.name }));

/** Throws what aborted the signal, as an AppError. */
export function checkSignal(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw signal.reason instanceof AppError ? signal.reason : cancelled();
}

async function obtain(session: Session, db: Db, wish: LeaseWish): Promise<Lease> {
  const { ctx } = session;
  const holder = await holderName(ctx.pid);
  const from = ctx.clock.ticksMs();
  for (let told = false; ; ) {
    const answer = await acquireLease(db, {
      name: wish.name,
      holder,
      pid: ctx.pid,
      host: ctx.host,
      what: wish.what,
      ttlMs: LEASE_TTL_MS,
      clock: ctx.clock,
    });
    if (answer.granted) return answer.lease;
    if (await isGone(answer.heldBy, ctx.host)) {
      await breakLease(db, wish.name, audit("lease.expired", wish.name, `pid ${answer.heldBy.pid} is gone`));
      continue;
    }
    if (ctx.clock.ticksMs() - from >= wish.waitMs) throw locked(answer.heldBy, session.place.config.timezone);
    if (!told)
      ctx.progress({
        kind: "waiting",
        forWhat: leaseText(wish),
        holder: holderText(answer.heldBy),
        maxMs: wish.waitMs,
      });
    told = true;
    checkSignal(ctx.signal);
    await ctx.clock.sleep(LEASE_WAIT_POLL_MS);
  }
}

const audit = (what: string, subject: string, why: string | null) => ({
  who: "slipway",
  what,
  subject,
  why,
  details: {},
});
const leaseText = (wish: LeaseWish): Text => say("flow.waiting_for", { what: wish.what });
export const holderText = (lease: Lease): string => `${lease.what} (pid ${lease.pid}, ${lease.host})`;

function locked(lease: Lease, timezone: string): AppError {
  return new AppError("locked", say("flow.locked", { what: lease.what }), {
    facts: [
      {
        label: "who",
        text: say("flow.locked_who", { pid: lease.pid, host: lease.host, since: fullTime(lease.acquiredAt, timezone) }),
      },
      { label: "done", text: say("flow.nothing_changed") },
    ],
    hint: say("flow.locked_hint"),
  });
}

/** True when the holder ran on this machine and its process is no more (a process id that was given anew does not count). */
export async function isGone(lease: Lease, host: string): Promise<boolean> {
  return lease.host === host && (await holderName(lease.pid)) !== lease.holder;
}

/** How long a process of this machine has lived; null: it is gone, or this is not Linux. */
export async function processAgeMs(pid: number): Promise<number | null> {
  // Counted from this process's own birth: /proc/uptime is that of a container in some of them, start times never are.
  const [own, other] = [
    Number((await holderName(process.pid)).split(":")[1]),
    Number((await holderName(pid)).split(":")[1]),
  ];
  return Number.isNaN(own) || Number.isNaN(other) ? null : process.uptime() * 1000 + (own - other) * MS_PER_TICK;
}

/** Of start times in /proc, on every machine that Node runs on. */
const MS_PER_TICK = 10;

/** `pid:start time`: tells a process from a later one with its id. Elsewhere than on Linux only the id. */
export async function holderName(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const afterName = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (afterName[0] === "Z") return `${pid}:gone`;
    return `${pid}:${afterName[19]}`;
  } catch {
    try {
      process.kill(pid, 0);
      return `${pid}:?`;
    } catch {
      return `${pid}:gone`;
    }
  }
}
