// Warm processes for a server: one per Python environment, so that a run begins with a fork instead of importing dbt.
import type { Clock } from "../lib/clock.ts";
import { controlSidecar, type Sidecar, type SidecarChild } from "./sidecar-control.ts";
import {
  makeSurroundings,
  type SidecarOptions,
  type StartSidecar,
  sidecarDir,
  startSidecar,
} from "./sidecar-process.ts";
import type { Becoming } from "./warm-children.ts";
import { FORKS_MAX, startWarm, type WarmProcess } from "./warm-process.ts";

/** Failures in a row after which runs start cold for a while, as they would without a server. */
const FAILURES_MAX = 2;
const REST_MS = 60_000;

export interface WarmPool {
  /** As `startSidecar`, usually in milliseconds. Whatever goes wrong with the warm process, the run starts cold instead. */
  start: StartSidecar;
  /** The same for what needs no dbt: a warm process that is still importing it is not waited for. */
  startLight: StartSidecar;
  /** The light DuckDB process as a fork, talking by its streams; null: start one of its own. */
  light(wish: Wish, cwd: string): Promise<SidecarChild | null>;
  /** Starts the warm process for this Python before anybody needs it. */
  prepare(wish: Wish): void;
  close(): Promise<void>;
}

type Wish = Pick<SidecarOptions, "python" | "sidecarDir" | "installed">;

export interface WarmOptions {
  /** For sockets; made if need be. */
  folder: string;
  clock: Clock;
  platform: string;
  /** Forks of one process [2,000]. */
  forksMax?: number;
}

/** Where forks are not safe (macOS) every run starts cold. */
export function createWarmPool(options: WarmOptions): WarmPool {
  const forks = new Forks(options);
  const start = async (wish: SidecarOptions, waits: boolean): Promise<Sidecar> => {
    const { cwd, env, remove } = await makeSurroundings(wish.env);
    const child = await forks.fork(wish, { program: "sidecar", cwd, env }, waits);
    if (child) return controlSidecar(child, wish.onEvent, remove);
    await remove();
    return startSidecar(wish);
  };
  return {
    start: (wish) => start(wish, true),
    startLight: (wish) => start(wish, false),
    light: (wish, cwd) => forks.fork(wish, { program: "duckdb_light", cwd, env: { LANG: "C.UTF-8" } }, false),
    prepare: (wish) => forks.prepare(wish),
    close: () => forks.close(),
  };
}

class Forks {
  readonly #options: WarmOptions;
  readonly #warm = new Map<string, { process: Promise<WarmProcess>; installed: string | undefined }>();
  readonly #closing: Promise<void>[] = [];
  #failures = 0;
  #restUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: WarmOptions) {
    this.#options = options;
  }

  /** Null: there is no warm process, or it is of no use now. */
  async fork(wish: Wish, becoming: Becoming, waits: boolean): Promise<SidecarChild | null> {
    if (this.#resting()) return null;
    try {
      const warm = await this.#take(wish);
      if (!waits && !warm.ready) return null;
      const child = await warm.fork(becoming);
      this.#failures = 0;
      return child;
    } catch {
      this.#failures += 1;
      if (this.#failures >= FAILURES_MAX) this.#restUntilMs = this.#options.clock.ticksMs() + REST_MS;
      return null;
    }
  }

  prepare(wish: Wish): void {
    if (!this.#resting()) void this.#take(wish).catch(() => {});
  }

  async close(): Promise<void> {
    for (const { process } of this.#warm.values())
      this.#closing.push(process.then((one) => one.close()).catch(() => {}));
    this.#warm.clear();
    await Promise.all(this.#closing);
  }

  #resting(): boolean {
    return this.#options.platform !== "linux" || this.#options.clock.ticksMs() < this.#restUntilMs;
  }

  async #take(wish: Wish): Promise<WarmProcess> {
    const key = JSON.stringify([wish.python, wish.sidecarDir ?? sidecarDir]);
    const known = this.#warm.get(key);
    const process = await known?.process.catch(() => null);
    // Somebody's own environment may have got another dbt meanwhile.
    const same = wish.installed === undefined || wish.installed === known?.installed;
    if (process?.usable && same) return process;
    // Of several that come here at once the first one starts it.
    if (this.#warm.get(key) === known) {
      if (process) this.#closing.push(process.retire());
      const { folder, forksMax = FORKS_MAX } = this.#options;
      this.#warm.set(key, { process: startWarm({ ...wish, folder, forksMax }), installed: wish.installed });
    }
    return this.#warm.get(key)!.process;
  }
}
