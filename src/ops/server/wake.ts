// Tells the servers that something waits, so that nobody waits for their next look at the queue.
import { request } from "node:http";
import type { Server } from "../../core/jobs/jobs.ts";
import type { Session } from "../../flow/session/session.ts";
import { WAKE_WAIT_MS } from "../limits.ts";
import { aliveServers } from "./enlist.ts";

/** The servers that live; each was told, whether or not it heard. */
export async function wakeServers(session: Session): Promise<Server[]> {
  const servers = await aliveServers(await session.db(), session, (await session.project()).id);
  await Promise.all(servers.map(({ address }) => address && ring(address)));
  return servers;
}

/** One on another machine may listen there only for itself: its next look finds the run. */
function ring(address: string): Promise<void> {
  return new Promise((resolve) => {
    const call = request(`http://${address}/wake`, { method: "POST", timeout: WAKE_WAIT_MS }, (response) => {
      response.resume();
      response.on("close", resolve);
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve());
    call.end();
  });
}
