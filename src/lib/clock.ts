// The only place that asks what time it is; everything else takes a clock.

export interface Clock {
  /** Now, UTC. */
  now(): Date;
  /** A steady count of milliseconds for measuring durations; not related to the date. */
  ticksMs(): number;
  sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  ticksMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
