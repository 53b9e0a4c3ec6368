// What every command is given: time, surroundings, language, the person's answers. Built once, in main.ts. Types only.
import type { Clock } from "../lib/clock.ts";
import type { Language, Text } from "../lib/text.ts";
import type { Proposal } from "./plan/proposal.ts";
import type { ProgressSink } from "./progress.ts";

export interface Ctx {
  clock: Clock;
  lang: Language;
  /** Of package.json. */
  version: string;
  /** Absolute folder the command was typed in. */
  cwd: string;
  /** `--project-dir`, absolute; null: look upward from cwd. */
  projectDir: string | null;
  /** A copy of the process's environment: SLIPWAY_HOME, DATABASE_URL, values that `dbt.env` declares. Never handed to dbt as it is. */
  env: Readonly<Record<string, string | undefined>>;
  /** Operating-system user. The Git identity is found by flow, in the project. */
  user: string;
  host: string;
  pid: number;
  /** Aborted by the first Ctrl-C or SIGTERM: stop cleanly. A switch under way ends first. */
  signal: AbortSignal;
  /** Aborted by the second Ctrl-C, just before the process ends: listeners kill process groups, synchronously. */
  killed: AbortSignal;
  progress: ProgressSink;
  /** Where a server writes its log, line by line; `pretty`: a person reads along. */
  log: { write(text: string): void; pretty: boolean };
  /**
   * Shows what is about to happen and asks when `proposal.ask`. Resolves with the reason given (or `--reason`). Throws AppError
   * `confirmation_required` (no terminal and no --yes; a missing `--allow-irreversible` or `--confirm`) or `cancelled` (the answer was no).
   */
  approve(proposal: Proposal): Promise<{ reason: string | null }>;
  /** Asks for a value without showing it; without a terminal it is all of standard input. "" when there is none. */
  askSecret(question: Text): Promise<string>;
}
