// The log of a run as it goes: JSON lines in runs/N/events.jsonl, written at least each second, without secrets.
import { existsSync } from "node:fs";
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { dbtEntry, type LogEntry, type LogLine, progressEntry, resultEntry } from "../../core/evidence/run-log.ts";
import type { ProgressEvent, ProgressSink } from "../../core/progress.ts";
import type { EngineEvent } from "../../dbt/engine.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Scrub } from "../../lib/scrub.ts";
import type { Text } from "../../lib/text.ts";

/** Whoever follows a run is at most this far behind. */
const FLUSH_MS = 1_000;
/** Lines kept before the run has its number: reading the commit and planning tell a few dozen. */
const KEPT_MAX = 2_000;

export const runDirOf = (home: string, runId: number): string => join(home, "runs", String(runId));
export const runLogFile = (home: string, runId: number): string => join(runDirOf(home, runId), "events.jsonl");

export interface RunLog {
  /** What was told before goes to this run's file, and all that follows until `end`. A second time for the same run changes nothing. */
  begin(run: { id: number; environment: string }, scrub: () => Promise<Scrub>): Promise<void>;
  write(entry: LogEntry): void;
  /** The release that the run has made or serves: lines carry its number from now on. */
  release(number: number): void;
  /** The job's step that lines belong to from now on; null: none. */
  step(position: number | null): void;
  engine(event: EngineEvent): void;
  /** Phases that have ended, in order. */
  phases(): EndedPhase[];
  /** Everything written is in the file. */
  flush(): Promise<void>;
  end(): Promise<void>;
}

export interface EndedPhase {
  name: string;
  ok: boolean;
  at: Date;
  ms: number;
  summary: Text;
}

/** A line for the log of a run that has no process any more, where its log is on this machine. */
export async function appendEntry(
  home: string,
  run: { id: number; environment: string },
  entry: LogEntry,
  clock: Clock,
): Promise<void> {
  const file = runLogFile(home, run.id);
  if (!existsSync(file)) return;
  const line = { at: clock.now().toISOString(), ...entry, run_id: run.id, environment: run.environment };
  const rest = { release: null, step: null, node: null, thread: null, ms: null };
  await appendFile(file, `\n${JSON.stringify({ ...rest, ...line })}\n`).catch(() => undefined);
}

/** The log, and a progress sink that feeds it. A log that cannot be written never hurts a run. */
export function createRunLog(home: string, clock: Clock, next: ProgressSink): { log: RunLog; progress: ProgressSink } {
  const log = new FileLog(home, clock);
  const progress = (event: ProgressEvent) => {
    const entry = progressEntry(event);
    if (entry) log.write(entry);
    if (event.kind === "phase_finished") log.phaseEnded(event);
    next(event);
  };
  return { log, progress };
}

type Waiting = Omit<LogLine, "run_id" | "environment">;

class FileLog implements RunLog {
  readonly #home: string;
  readonly #clock: Clock;
  #run: { id: number; environment: string } | null = null;
  #scrub: Scrub = (text) => text;
  #step: number | null = null;
  #release: number | null = null;
  #phases: EndedPhase[] = [];
  #waiting: Waiting[] = [];
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  constructor(home: string, clock: Clock) {
    this.#home = home;
    this.#clock = clock;
  }

  async begin(run: { id: number; environment: string }, scrub: () => Promise<Scrub>): Promise<void> {
    if (this.#run?.id === run.id) return;
    if (this.#run) await this.end();
    await mkdir(runDirOf(this.#home, run.id), { recursive: true }).catch(() => undefined);
    this.#scrub = await scrub();
    this.#run = run;
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.#timer.unref();
    await this.flush();
  }

  write(entry: LogEntry): void {
    this.#release = entry.release ?? this.#release;
    if (this.#run === null && this.#waiting.length >= KEPT_MAX) this.#waiting.shift();
    this.#waiting.push({
      at: this.#clock.now().toISOString(),
      release: this.#release,
      step: this.#step,
      node: null,
      thread: null,
      ...entry,
      ms: entry.ms === undefined || entry.ms === null ? null : Math.round(entry.ms * 10) / 10,
    });
  }

  phaseEnded({ phase, ok, ms, summary }: Extract<ProgressEvent, { kind: "phase_finished" }>): void {
    this.#phases.push({ name: phase, ok, at: this.#clock.now(), ms, summary });
  }

  phases(): EndedPhase[] {
    return this.#phases;
  }

  release(number: number): void {
    this.#release = number;
  }

  step(position: number | null): void {
    this.#step = position;
  }

  engine(event: EngineEvent): void {
    const entry = event.kind === "result" ? resultEntry(event.row) : event.kind === "log" ? dbtEntry(event) : null;
    if (entry) this.write(entry);
  }

  flush(): Promise<void> {
    const run = this.#run;
    const lines = run === null ? [] : this.#waiting.splice(0);
    if (run !== null && lines.length > 0) {
      const text = lines.map((line) => `${JSON.stringify(this.#lineOf(run, line))}\n`).join("");
      // In order, and each piece whole: a reader never meets half a line for long.
      this.#writing = this.#writing
        .then(() => appendFile(runLogFile(this.#home, run.id), text, { mode: 0o600 }))
        .catch(() => undefined);
    }
    return this.#writing;
  }

  #lineOf(run: { id: number; environment: string }, { text, ...line }: Waiting): LogLine {
    const message = this.#scrub(line.message);
    const { at, level, event, ...rest } = line;
    const known = { at, level, event, run_id: run.id, environment: run.environment, ...rest, message };
    return text && message === line.message ? { ...known, text } : known;
  }

  async end(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.flush();
    this.#run = null;
    this.#phases = [];
    this.#step = null;
    this.#release = null;
    this.#timer = null;
  }
}
