// The only place that asks what time it is; everything else takes a clock.

export interface Clock {
  /** Now, UTC. */
  now(): Date;
  /** A steady count of milliseconds for measuring durations; not related to the date. */
  ticksMs(): number;
  sleep(ms: number): Promise<void>;
  /**
   * Goes so much later (or earlier) than until now: by the clock of others, where several machines share one state. Returns how much
   * later than the machine's own it is in all. Absent in tests.
   */
  shift?(ms: number): number;
}

let shiftedMs = 0;

export const systemClock: Clock = {
  now: () => new Date(Date.now() + shiftedMs),
  shift: (ms) => {
    shiftedMs += ms;
    return shiftedMs;
  },
  ticksMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
