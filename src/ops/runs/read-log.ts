// Reads the file of a run's log: all of it, or as it grows. A line that is still being written waits for its end.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { type LogLine, parseLine } from "../../core/evidence/run-log.ts";
import type { Clock } from "../../lib/clock.ts";

/** How often a followed file is looked at; the writer writes each second. */
const FOLLOW_MS = 250;
/** A run is on record as ended before its last lines are in the file: closing dbt takes a moment. */
const LAST_LINES_MS = 5_000;
const PIECE_BYTES = 256 * 1024;

/** Every line, in order. False: there is no such file. */
export async function readLog(file: string, take: (line: LogLine) => void): Promise<boolean> {
  try {
    const stream = createReadStream(file, { encoding: "utf8" });
    for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      const line = parseLine(text);
      if (line) take(line);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

export interface Follow {
  file: string;
  clock: Clock;
  /** True once nothing more will be written; asked before each look, so that the last lines are not missed. */
  hasEnded(): Promise<boolean>;
  signal: AbortSignal;
}

/** As `readLog`, and on until the end of the run or of patience. False: there never was such a file. */
export async function followLog(
  { file, clock, hasEnded, signal }: Follow,
  take: (line: LogLine) => void,
): Promise<boolean> {
  let [position, rest, seen, finished] = [0, Buffer.alloc(0), false, false];
  let endedMs: number | null = null;
  for (;;) {
    if (endedMs === null && (await hasEnded())) endedMs = clock.ticksMs();
    const piece = await readFrom(file, position);
    seen ||= piece !== null;
    position += piece?.length ?? 0;
    const bytes = Buffer.concat([rest, piece ?? Buffer.alloc(0)]);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    rest = bytes.subarray(whole);
    for (const text of bytes.subarray(0, whole).toString("utf8").split("\n")) {
      const line = parseLine(text);
      if (line) take(line);
      finished ||= line?.event === "run_finished";
    }
    const waits = seen && !finished && clock.ticksMs() - (endedMs ?? 0) < LAST_LINES_MS;
    const done = signal.aborted || (endedMs !== null && !waits);
    if (done && (piece?.length ?? 0) === 0) return seen;
    if ((piece?.length ?? 0) === 0) await clock.sleep(FOLLOW_MS);
  }
}

async function readFrom(file: string, position: number): Promise<Buffer | null> {
  const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (!handle) return null;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
