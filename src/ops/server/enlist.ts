// A server enters the list of those who serve: the embedded state has one at a time, a PostgreSQL as many as one likes.
import { randomBytes } from "node:crypto";
import type { Server } from "../../core/jobs/jobs.ts";
import type { Db } from "../../db/db.ts";
import { takeTurns } from "../../db/run-queue.ts";
import { listServers, registerServer, removeServer } from "../../db/servers.ts";
import { holderName } from "../../flow/session/lease.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import { base32 } from "../../lib/hash.ts";
import { say } from "../../text/catalogue.ts";
import { fullTime } from "../../text/format.ts";
import { TWIN_POLL_MS, TWIN_WAIT_MS } from "../limits.ts";
import { isAlive } from "./rescue.ts";

export const newServerId = (): string => base32(randomBytes(5));

/** Who acts when nobody typed anything. */
export const serverActor = (id: string, host: string): string => `server ${id} (${host})`;

/**
 * AppError `locked` when the embedded state is served already, `conflict` when another server goes by this very machine's name and process
 * id: says by whom. The address follows with the first sign of life.
 */
export async function enlist(session: Session, id: string): Promise<Server> {
  const { ctx, place } = session;
  const db = await session.db();
  const { id: projectId } = await session.project();
  const { pid, host, version } = ctx;
  if (db.backend === "postgres") await refuseTwin(session, db, projectId);
  return db.transaction(async (trx) => {
    await takeTurns(trx, projectId);
    const [other] = trx.backend === "embedded" ? await aliveServers(trx, session, projectId) : [];
    if (other) throw servedBy(place.name, other, place.config.timezone);
    const audit = await auditRow(session, id, "server.started");
    return registerServer(trx, { id, projectId, pid, host, version, address: null }, audit);
  });
}

/**
 * Containers may share a name, and each has its process 1: their runs could not be told apart, and each would take up the other's. A row
 * that gives signs of life while this process is here is such a twin's; one that does not was left by a server that was killed.
 */
async function refuseTwin({ ctx }: Session, db: Db, projectId: number): Promise<void> {
  const { pid, host, clock } = ctx;
  const twinOf = async () => (await listServers(db, projectId)).find((one) => one.pid === pid && one.host === host);
  const before = await twinOf();
  if (!before || !isAlive(before, clock.now().getTime())) return;
  for (const from = clock.ticksMs(); clock.ticksMs() - from < TWIN_WAIT_MS; await clock.sleep(TWIN_POLL_MS)) {
    const now = await twinOf();
    if (!now) return;
    if (now.heartbeatAt.getTime() === before.heartbeatAt.getTime()) continue;
    throw new AppError("conflict", say("serve.same_name", { host, pid }), { hint: say("serve.same_name_hint") });
  }
}

export async function delist(session: Session, id: string): Promise<void> {
  await removeServer(await session.db(), id, await auditRow(session, id, "server.stopped"));
}

const auditRow = async (session: Session, id: string, what: string) => ({
  who: await session.actor(),
  what,
  subject: `server ${id}`,
  why: null,
  details: { pid: session.ctx.pid, host: session.ctx.host },
});

/** Servers of the project whose process is there, as far as can be seen from here. */
export async function aliveServers(db: Db, session: Session, projectId: number): Promise<Server[]> {
  const { pid, host, clock } = session.ctx;
  const now = clock.now().getTime();
  const alive: Server[] = [];
  for (const server of await listServers(db, projectId)) {
    const own = server.host === host;
    if (!isAlive(server, now) || (own && server.pid === pid)) continue;
    if (!own || !(await holderName(server.pid)).endsWith(":gone")) alive.push(server);
  }
  return alive;
}

function servedBy(project: string, { pid, host, address, startedAt }: Server, timezone: string): AppError {
  const since = fullTime(startedAt, timezone);
  return new AppError("locked", say("serve.served_already", { project }), {
    facts: [{ label: "who", text: say("serve.served_by", { pid, host, address: address ?? "-", since }) }],
    hint: say("serve.served_hint"),
  });
}
