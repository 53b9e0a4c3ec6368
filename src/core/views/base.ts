// Parts that several views share. A view is plain data about one screen: printed by the terminal and, as snake_case, by `--json`.
// Rule for every view: no maps with names as keys (use arrays), times are Dates, durations end in `Ms`, sizes in `Bytes`.
import type { Problem } from "../../lib/error.ts";
import type { ReleaseState, RunKind } from "../records.ts";

/** What a command came to. The exit code follows from it (`src/cli/exit.ts`). */
export type Outcome = "done" | "nothing_to_do" | "held" | "rejected" | "problems_found";

export interface ViewBase {
  outcome: Outcome;
  /** IANA zone of `slipway.yml` in which people read times. */
  timezone: string;
  /** The instant the view was made: "live 3 h" counts from here. */
  at: Date;
  /** Findings that stop it or that a person should read; [] when all is well. */
  problems: Problem[];
}

export interface CommitRef {
  /** Full hash; screens show the first seven characters. */
  commit: string;
  subject: string;
  author: string;
  committedAt: Date;
}

export interface ReleaseRef extends CommitRef {
  /** 42 of `r42`. */
  number: number;
  kind: RunKind;
  state: ReleaseState;
  /** Since when consumers of the environment at hand see it; null when they do not. */
  liveSince: Date | null;
}

/** Counts of tests by result; `total` is their sum. `reused` are passes taken over by test key, included in `passed`. */
export interface TestCounts {
  total: number;
  passed: number;
  warned: number;
  failed: number;
  errored: number;
  skipped: number;
  reused: number;
}
