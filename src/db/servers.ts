// Who serves a project: a row per server process with its last sign of life.
import type { Server } from "../core/jobs/jobs.ts";
import type { AuditRow } from "../core/records.ts";
import { recordAudit, recordAudits } from "./audit.ts";
import type { Db } from "./db.ts";

/** Servers that gave no sign of life for a day: machines that were taken away leave a row each. */
const LOST_MS = 86_400_000;

/**
 * A server begins, with one audit row. What an earlier process left under this process id of this host goes: it cannot live. So do servers
 * that have been lost for long, with one audit row each.
 */
export async function registerServer(
  db: Db,
  server: Omit<Server, "startedAt" | "heartbeatAt">,
  audit: AuditRow,
): Promise<Server> {
  return db.transaction(async (trx) => {
    const { pid, host, projectId } = server;
    const ofProject = () => trx.kysely.deleteFrom("servers").where("projectId", "=", projectId);
    await ofProject().where("pid", "=", pid).where("host", "=", host).execute();
    const now = trx.clock.now();
    const lost = await ofProject()
      .where("heartbeatAt", "<", new Date(now.getTime() - LOST_MS))
      .returningAll()
      .execute();
    await recordAudits(
      trx,
      lost.map(({ id, ...details }) => ({ ...audit, what: "server.lost", subject: `server ${id}`, details })),
    );
    const row = { ...server, startedAt: now, heartbeatAt: now };
    await trx.kysely.insertInto("servers").values(row).execute();
    await recordAudit(trx, audit);
    return row;
  });
}

/** A sign of life. A row that was taken for dead and removed meanwhile comes back. */
export async function heartbeat(db: Db, server: Server): Promise<void> {
  const heartbeatAt = db.clock.now();
  await db.kysely
    .insertInto("servers")
    .values({ ...server, heartbeatAt })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ heartbeatAt, address: server.address }))
    .execute();
}

/** A server ends or is known to be dead, with one audit row when it was there. */
export async function removeServer(db: Db, id: string, audit: AuditRow): Promise<void> {
  await db.transaction(async (trx) => {
    const gone = await trx.kysely.deleteFrom("servers").where("id", "=", id).executeTakeFirst();
    if (gone.numDeletedRows > 0n) await recordAudit(trx, audit);
  });
}

/** All of a project, oldest first; whether each still lives is told by its last sign of life. */
export async function listServers(db: Db, projectId: number): Promise<Server[]> {
  return db.kysely.selectFrom("servers").selectAll().where("projectId", "=", projectId).orderBy("startedAt").execute();
}
