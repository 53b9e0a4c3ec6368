// One time for all machines that share a state: that of its PostgreSQL server. Leases, signs of life and schedules are compared by it.
import { sql } from "kysely";
import type { Db } from "./db.ts";

/** Less is within what a question to a busy server takes, and does no harm: leases last 30 s. */
const DIFFERENCE_LEAST_MS = 2_000;
const SAMPLES = 3;

/**
 * Sets this process's clock by the server's where they differ, and returns how much later than the machine's own it is now (ms). What is
 * small, or cannot be told from the time that the question took, is left as it is. Does nothing on the embedded state.
 */
export async function goByServer(db: Db): Promise<number> {
  if (db.backend === "embedded" || !db.clock.shift) return 0;
  let best = await compare(db);
  for (let more = 1; more < SAMPLES && differs(best); more++) {
    const next = await compare(db);
    if (next.tookMs < best.tookMs) best = next;
  }
  return db.clock.shift(differs(best) ? best.aheadMs : 0);
}

interface Sample {
  aheadMs: number;
  tookMs: number;
}

const differs = ({ aheadMs, tookMs }: Sample): boolean => Math.abs(aheadMs) > Math.max(DIFFERENCE_LEAST_MS, tookMs);

async function compare({ clock, kysely }: Db): Promise<Sample> {
  const startedMs = clock.ticksMs();
  const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(kysely);
  const tookMs = clock.ticksMs() - startedMs;
  return { aheadMs: Math.round(rows[0]!.at.getTime() + tookMs / 2 - clock.now().getTime()), tookMs };
}
