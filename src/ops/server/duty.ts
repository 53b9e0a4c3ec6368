// One thing that a server does again and again, by itself: a failure of one stops no other, and it goes on when it can.
import type { Clock } from "../../lib/clock.ts";
import { BACK_OFF_FIRST_MS, BACK_OFF_MAX_MS } from "../limits.ts";

export interface Duty {
  name: string;
  /** From the end of a round to the next; asked then, where it is no fixed time. */
  everyMs: number | (() => number);
  work(): Promise<void>;
}

export interface DutyWatch {
  clock: Clock;
  /** Aborted: no further round begins. */
  stop: AbortSignal;
  /** Called at the first failure in a row and at each that doubles the wait. */
  onFailure(duty: Duty, error: unknown): void;
  /** Called when it works again. */
  onRecovery(duty: Duty, failures: number): void;
}

export interface RunningDuty {
  name: string;
  /** The next round begins at once, or right after the one under way. */
  ring(): void;
  /** `ticksMs` of the last round that succeeded; null before the first. */
  lastMs(): number | null;
  /** Resolves when it was stopped and its last round has ended. */
  ended: Promise<void>;
}

export function startDuty(duty: Duty, watch: DutyWatch): RunningDuty {
  const { clock, stop } = watch;
  let last: number | null = null;
  let rung = false;
  let wake = (): void => {};
  const ring = () => {
    rung = true;
    wake();
  };
  stop.addEventListener("abort", ring, { once: true });
  const round = async (failures: number): Promise<number> => {
    try {
      await duty.work();
      last = clock.ticksMs();
      if (failures > 0) watch.onRecovery(duty, failures);
      return 0;
    } catch (error) {
      if (Math.log2(failures + 1) % 1 === 0) watch.onFailure(duty, error);
      return failures + 1;
    }
  };
  const run = async () => {
    for (let failures = 0; !stop.aborted; ) {
      rung = false;
      failures = await round(failures);
      // While it fails nobody hurries it: the bell rings for every new run.
      const waitMs = failures === 0 ? everyMs(duty) : backOffMs(failures);
      if (failures === 0 && rung) continue;
      await Promise.race([
        clock.sleep(waitMs),
        new Promise<void>((resolve) => {
          wake = () => (failures === 0 || stop.aborted) && resolve();
        }),
      ]);
    }
  };
  return { name: duty.name, ring, lastMs: () => last, ended: run() };
}

const everyMs = ({ everyMs: ms }: Duty): number => (typeof ms === "number" ? ms : ms());

const backOffMs = (failures: number): number => Math.min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS * 2 ** (failures - 1));
