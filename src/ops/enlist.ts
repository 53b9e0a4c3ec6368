// A server enters the list of those who serve: the embedded state has one at a time, a PostgreSQL as many as one likes.
import { randomBytes } from "node:crypto";
import type { Server } from "../core/jobs.ts";
import type { Db } from "../db/db.ts";
import { takeTurns } from "../db/run-queue.ts";
import { listServers, registerServer, removeServer } from "../db/servers.ts";
import { holderName } from "../flow/lease.ts";
import type { Session } from "../flow/session.ts";
import { AppError } from "../lib/error.ts";
import { base32 } from "../lib/hash.ts";
import { say } from "../text/catalogue.ts";
import { isAlive } from "./rescue.ts";

export const newServerId = (): string => base32(randomBytes(5));

/** Who acts when nobody typed anything. */
export const serverActor = (id: string, host: string): string => `server ${id} (${host})`;

/** AppError `locked` when the embedded state is served already: says by whom. The address follows with the first sign of life. */
export async function enlist(session: Session, id: string): Promise<Server> {
  const { ctx, place } = session;
  const db = await session.db();
  const { id: projectId } = await session.project();
  const { pid, host, version } = ctx;
  return db.transaction(async (trx) => {
    await takeTurns(trx, projectId);
    const [other] = trx.backend === "embedded" ? await aliveServers(trx, session, projectId) : [];
    if (other) throw servedBy(place.name, other);
    const audit = await auditRow(session, id, "server.started");
    return registerServer(trx, { id, projectId, pid, host, version, address: null }, audit);
  });
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

function servedBy(project: string, { pid, host, address, startedAt }: Server): AppError {
  const since = startedAt.toISOString();
  return new AppError("locked", say("serve.served_already", { project }), {
    facts: [{ label: "who", text: say("serve.served_by", { pid, host, address: address ?? "-", since }) }],
    hint: say("serve.served_hint"),
  });
}
