// Opening the file, briefly and politely: one opening at a time, closed again at once, waiting for others' locks.
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import type { Relation } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { lockedError, noFolder, openError, statementError } from "./errors.ts";
import { describeHolder, parseLockMessage } from "./holder.ts";
import { DuckdbError, LightProcess } from "./process.ts";
import type { DuckdbSettings } from "./settings.ts";
import { quote } from "./sql.ts";

export interface Statement {
  sql: string;
  parameters?: unknown[];
  /** Rows are wanted. */
  rows?: boolean;
  /** An error is a result, not the end of the batch. Only for statements whose failure leaves a transaction usable (binding). */
  try?: boolean;
  /** Refuse anything but one query. */
  readOnly?: boolean;
}
export type Row = Record<string, unknown>;
export type Mode = "read" | "write";
type RawResult = { columns: string[]; rows: unknown[][] } | { error: string } | null;

const WAIT_MS = 60_000;
/** The first waits are short: most holders are other Slipway commands that are done in a moment. */
const BACKOFF = { firstMs: 50, factor: 1.6, maxMs: 1000 };

/** How long an opening waits for a file that somebody holds. */
export interface Patience {
  /** Aborted: not any longer. */
  signal?: AbortSignal;
  /** Default: the settings'. */
  waitMs?: number;
}

/** One opening of the file. Valid only inside the callback that got it. */
export class Session {
  readonly #light: LightProcess;
  /** The name DuckDB gives the file (its base name). Slipway's own statements carry it: `a.b` is ambiguous in a file named a. */
  readonly catalog: string;

  constructor(light: LightProcess, catalog: string) {
    this.#light = light;
    this.catalog = catalog;
  }

  /** Fully qualified, quoted. */
  name(relation: Relation): string {
    return `${this.schemaName(relation.schema)}.${quote(relation.name)}`;
  }

  schemaName(schema: string): string {
    return `${quote(this.catalog)}.${quote(schema)}`;
  }

  /** Statements in order, one message. Results line up with the statements; null where no rows were asked for. */
  async run(statements: (Statement | string)[]): Promise<RawResult[]> {
    const list = statements.map((entry) => (typeof entry === "string" ? { sql: entry } : entry));
    try {
      const request = list.map(({ readOnly, ...rest }) => ({ ...rest, read_only: readOnly === true }));
      return await this.#light.request<RawResult[]>({ op: "run", statements: request });
    } catch (error) {
      throw statementError(
        error,
        error instanceof DuckdbError && error.at !== null ? (list[error.at]?.sql ?? null) : null,
      );
    }
  }

  async rows(sql: string, parameters?: unknown[], readOnly = false): Promise<Row[]> {
    const [result] = await this.run([{ sql, rows: true, readOnly, ...(parameters ? { parameters } : {}) }]);
    return toRows(result ?? null);
  }

  /** Commits when `work` is through; rolls back and rethrows when it fails. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run(["begin"]);
    try {
      const result = await work();
      await this.run(["commit"]);
      return result;
    } catch (error) {
      await this.run([{ sql: "rollback", try: true }]).catch(() => {});
      throw error;
    }
  }
}

/** Rows as objects; [] for a failed `try` or no rows. */
export function toRows(result: RawResult): Row[] {
  if (result === null || "error" in result) return [];
  return result.rows.map((row) => Object.fromEntries(result.columns.map((column, index) => [column, row[index]])));
}

export class Connection {
  readonly settings: DuckdbSettings;
  readonly #light: LightProcess;
  #turn: Promise<unknown> = Promise.resolve();
  /** While openings are shared: how to open, and the opening once there is one. */
  #shared: { mode: Mode; session: Session | null } | null = null;

  constructor(settings: DuckdbSettings) {
    this.settings = settings;
    this.#light = new LightProcess(settings.python, settings.sidecarDir, settings.startLight);
  }

  /** Opens for reading (other readers may share the file); `missing` when there is no file. */
  async reading<T>(missing: T, work: (session: Session) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      if (await exists(this.settings.path)) return this.#held("read", {}, work);
      // The file may still be made; a folder that is missing would only be found after the build of everything.
      if (!(await exists(dirname(this.settings.path)))) throw noFolder(dirname(this.settings.path));
      return missing;
    });
  }

  /** Opens for writing, alone; makes the file when it is missing (never its folder, as plain dbt). */
  async writing<T>(work: (session: Session) => Promise<T>, patience: Patience = {}): Promise<T> {
    return this.#inTurn(() => this.#held("write", patience, work));
  }

  /** All calls inside `work` share one opening in this mode, made by the first that needs it and closed when `work` ends. */
  async sharing<T>(mode: Mode, work: () => Promise<T>): Promise<T> {
    if (this.#shared) return work();
    this.#shared = { mode, session: null };
    try {
      return await work();
    } finally {
      await this.#inTurn(async () => {
        const open = this.#shared?.session;
        this.#shared = null;
        if (open) await this.#close();
      });
    }
  }

  /** Who holds the file now; null when it can be opened. Does not wait. */
  async holder() {
    return this.#inTurn(async () => {
      if (this.#shared?.session) return null;
      const refusal = await this.#open("read").catch((error: unknown) => error);
      await this.#close();
      const lock = refusal instanceof DuckdbError ? parseLockMessage(refusal.message) : null;
      return lock ? describeHolder(lock) : null;
    });
  }

  version(): Promise<string> {
    return this.#light.version();
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#light.close();
  }

  /** The process has one connection, so callers of the same command take turns. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async #held<T>(mode: Mode, patience: Patience, work: (session: Session) => Promise<T>): Promise<T> {
    const shared = this.#shared;
    const fits = shared?.session && (shared.mode === "write" || mode === "read") ? shared.session : null;
    if (shared && mode === "write") shared.mode = "write";
    const session = fits ?? (await this.#openPatiently(shared?.mode ?? mode, patience));
    if (shared) shared.session = session;
    let result: T;
    try {
      result = await work(session);
    } catch (error) {
      // Also a shared opening: after some errors DuckDB answers nothing any more until the file is opened anew.
      if (shared) shared.session = null;
      await this.#close().catch(() => {});
      throw error;
    }
    if (!shared) await this.#close();
    return result;
  }

  async #openPatiently(mode: Mode, { signal, waitMs }: Patience): Promise<Session> {
    const { clock, onWait, path } = this.settings;
    const mostMs = waitMs ?? this.settings.waitMs ?? WAIT_MS;
    // Counted from the first refusal: starting the process is not waiting.
    let refusedAt: number | null = null;
    for (let delayMs = BACKOFF.firstMs; ; delayMs = Math.min(delayMs * BACKOFF.factor, BACKOFF.maxMs)) {
      try {
        return await this.#open(mode);
      } catch (error) {
        const lock = error instanceof DuckdbError ? parseLockMessage(error.message) : null;
        if (!lock) throw await openError(error, path, await this.#light.version());
        const holder = await describeHolder(lock);
        const told = refusedAt !== null;
        refusedAt ??= clock.ticksMs();
        const waitedMs = clock.ticksMs() - refusedAt;
        if (waitedMs + delayMs > mostMs) throw lockedError(holder, waitedMs);
        if (!told) onWait(holder);
        if (signal?.aborted) throw new AppError("cancelled", say("duckdb.wait_cancelled", { file: holder.file }));
        await clock.sleep(delayMs);
      }
    }
  }

  async #open(mode: Mode): Promise<Session> {
    const { path, settings, extensions, fileSearchPath, use } = this.settings;
    const answer = await this.#light.request<{ catalog: string }>({
      op: "open",
      path,
      read_only: mode === "read",
      attach: await this.#attachable(),
      settings,
      extensions,
      file_search_path: fileSearchPath,
      use: use ?? null,
    });
    return new Session(this.#light, answer.catalog);
  }

  async #close(): Promise<void> {
    if (this.#light.running) await this.#light.request({ op: "close" });
  }

  /** Slipway only ever reads attached databases. One that dbt would still have to create is left out. */
  async #attachable() {
    const { attach, path } = this.settings;
    const found = await Promise.all(
      attach.map(async (entry) => entry.path !== path && (entry.readOnly || (await exists(entry.path)))),
    );
    return attach
      .filter((_entry, index) => found[index])
      .map(({ alias, path: file, type }) => ({ alias, path: file, type }));
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
