// A consumer in a process of its own: reads several views all along, in every way that must hold, and counts what is wrong.
// Arguments: JSON {dbname, views, pauseMs?}. Says "reading" when everything has been read once; ends on a message and answers with its counts.
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { settingsOf } from "./postgres-world.ts";

export interface ReaderCounts {
  reads: number;
  mixed: number;
  errors: string[];
  longestMs: number;
  /** Release numbers seen. */
  releases: number[];
  /** When each was seen first: [release, milliseconds since 1970]. */
  firstSeen: [number, number][];
}

const {
  dbname,
  views,
  pauseMs = 1,
} = JSON.parse(process.argv[2]!) as {
  dbname: string;
  views: string[];
  pauseMs?: number;
};
const { host, port, user, password } = settingsOf(dbname);
const counts: ReaderCounts = { reads: 0, mixed: 0, errors: [], longestMs: 0, releases: [], firstSeen: [] };
const releases = new Map<number, number>();
let stop = false;

const one = (view: string): string =>
  `select min(release) as low, max(release) as high, count(*)::int as rows from analytics."${view}"`;
const all = views.map(one).join(" union all ");

interface Row {
  low: number | null;
  high: number | null;
  rows: number;
}

/** Rows of one moment: exactly one release, three rows each. */
function judge(rows: Row[]): void {
  counts.reads += 1;
  const seen = new Set(rows.flatMap((row) => [row.low, row.high]));
  if (seen.size !== 1 || rows.some((row) => row.rows !== 3)) counts.mixed += 1;
  for (const release of seen) if (release !== null && !releases.has(release)) releases.set(release, Date.now());
}

type Way = (client: pg.Client) => Promise<Row[]>;

const statement: Way = async (client) => (await client.query(all)).rows;
const prepared: Way = async (client) => (await client.query({ name: "all", text: all })).rows;
const repeatable =
  (gapMs: number): Way =>
  async (client) => {
    await client.query("begin isolation level repeatable read");
    const rows: Row[] = [];
    for (const view of views) {
      rows.push(...(await client.query(one(view))).rows);
      await pause(gapMs);
    }
    await client.query("commit");
    return rows;
  };

async function readAll(way: Way, begun: () => void): Promise<void> {
  const client = new pg.Client({ host, port, user, database: dbname, ...(password ? { password } : {}) });
  await client.connect();
  // Once more after it was told to stop: what stands in the end is seen in any case.
  for (let last = false; !last; ) {
    last = stop;
    const started = performance.now();
    await way(client).then(judge, async (error: Error) => {
      counts.errors.push(error.message);
      await client.query("rollback");
    });
    counts.longestMs = Math.max(counts.longestMs, performance.now() - started);
    begun();
    await pause(pauseMs);
  }
  await client.end();
}

const starting: Promise<void>[] = [];
const reading = [statement, prepared, repeatable(1), repeatable(20)].map((way) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  starting.push(promise);
  return readAll(way, resolve);
});
process.once("message", async () => {
  stop = true;
  await Promise.all(reading);
  const firstSeen = [...releases].sort(([a], [b]) => a - b);
  process.send?.({ ...counts, releases: firstSeen.map(([release]) => release), firstSeen }, () => process.exit(0));
});
await Promise.race([Promise.all(starting), Promise.all(reading)]);
process.send?.("reading");
