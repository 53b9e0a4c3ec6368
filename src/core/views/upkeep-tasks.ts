// Views of upkeep: when what is done, and what it came to.
import type { UpkeepPeriod, UpkeepState, UpkeepTask, UpkeepTaskName } from "../upkeep.ts";
import type { ViewBase } from "./base.ts";

export interface UpkeepView extends ViewBase {
  periods: {
    period: UpkeepPeriod;
    /** Null: off. */
    cron: string | null;
    tasks: UpkeepTaskName[];
    nextAt: Date | null;
    last: UpkeepDone | null;
  }[];
  disks: DiskView[];
}

export interface UpkeepDone {
  dueAt: Date;
  startedAt: Date;
  finishedAt: Date | null;
  state: Exclude<UpkeepState, "noted">;
  actor: string;
  freedBytes: number;
  tasks: UpkeepTask[];
}

export interface DiskView {
  folder: string;
  freeBytes: number;
  /** For how many days it lasts at the pace of the last week; null: not known, or long enough. */
  days: number | null;
  short: boolean;
}

export interface UpkeepRunView extends ViewBase {
  period: UpkeepPeriod;
  tasks: UpkeepTask[];
  freedBytes: number;
  totalMs: number;
}
