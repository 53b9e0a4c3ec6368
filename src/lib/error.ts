// The one error class of the program: what happened, where, what is unchanged, what to do next.
import type { Text } from "./text.ts";

/** Closed set: match on codes, never on words. `src/cli/exit.ts` maps them to exit codes. */
export type ErrorCode =
  | "invalid"
  | "not_found"
  | "unauthorized"
  | "confirmation_required"
  | "held"
  | "rejected"
  | "problems_found"
  | "locked"
  | "conflict"
  | "upstream"
  | "timeout"
  | "cancelled"
  | "internal";

/** A place in a file of the user's. Lines and columns count from 1. `excerpt` is the line itself. */
export interface Where {
  file: string;
  line?: number;
  column?: number;
  excerpt?: string;
}

/** One of several findings that an error or a refused plan carries. */
export interface Problem {
  code: string;
  severity: "error" | "warning";
  message: Text;
  where?: Where;
  node?: string;
  hint?: Text;
}

export interface ErrorDetails {
  where?: Where;
  /** What to do next. */
  hint?: Text;
  /** Further labelled lines, in order: who holds it, why, what was done and what is unchanged. */
  facts?: { label: "who" | "why" | "done"; text: Text }[];
  problems?: Problem[];
  cause?: unknown;
}

/** Expected failures that stop a command. An expected *outcome* (a failed test) is data, not an AppError. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly text: Text;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, text: Text, details: ErrorDetails = {}) {
    super(`${code}: ${text.id} ${JSON.stringify(text.params)}`, { cause: details.cause });
    this.name = "AppError";
    this.code = code;
    this.text = text;
    this.details = details;
  }
}
