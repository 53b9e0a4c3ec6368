// Which lines of logs a person wants to see: errors, slow ones, those that hold a text. Pure.
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { durationMs } from "../duration.ts";
import { instantsOf, parseDate, parseDateTime } from "../schedule/zone.ts";
import type { LogLine } from "./run-log.ts";

export interface LogWish {
  errors: boolean;
  slow: string | null;
  grep: string | null;
}

export interface LogFilter {
  keeps(line: LogLine): boolean;
  /** Only so many, slowest first; null: all, in their order. */
  slowest: number | null;
}

/** AppError `invalid` for a `--slow` that is neither a number nor a time. */
export function logFilter({ errors, slow, grep }: LogWish): LogFilter {
  const wanted = slow === null ? null : slowWish(slow);
  const pattern = grep === null ? null : patternOf(grep);
  return {
    slowest: wanted !== null && "count" in wanted ? wanted.count : null,
    keeps: (line) =>
      (!errors || line.level === "error") &&
      (wanted === null || isTimed(line, "ms" in wanted ? wanted.ms : 0)) &&
      (pattern === null || pattern.test(`${line.node ?? ""} ${line.message}`)),
  };
}

/** Phases, and steps that build, are sums of what is in them: only nodes, tests and other commands are slow. */
const isTimed = (line: LogLine, leastMs: number): boolean =>
  line.ms !== null && line.ms >= leastMs && !["phase_finished", "evidence"].includes(line.event) && !isSum(line);

const isSum = ({ event, message }: LogLine): boolean =>
  event === "step_finished" && !/^dbt (docs|source|run-operation|compile|ls|show) /.test(message);

function slowWish(text: string): { count: number } | { ms: number } {
  if (/^[1-9]\d{0,5}$/.test(text)) return { count: Number(text) };
  const ms = durationMs(text);
  if (ms !== null) return { ms };
  throw new AppError("invalid", say("log.bad_slow", { value: text }), { hint: say("log.bad_slow_hint") });
}

/** As grep does it where the text is a regular expression; letters of either case. */
function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, "iu");
  } catch {
    return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "iu");
  }
}

/**
 * When `2d` ago was, or the time itself: `2026-11-20`, `2026-11-20 06:00` as a clock in `timezone` shows it, `2026-11-20T06:00Z` as it
 * says. AppError `invalid` for anything else.
 */
export function sinceTime(text: string, now: Date, timezone: string): Date {
  const ms = durationMs(text);
  if (ms !== null) return new Date(now.getTime() - ms);
  const wallMs = parseDate(text) ?? parseDateTime(text);
  if (wallMs !== null) return new Date(instantsOf(wallMs, timezone)[0]!);
  const at = INSTANT.test(text) && parseDate(text.slice(0, 10)) !== null ? new Date(text) : null;
  if (at && !Number.isNaN(at.getTime())) return at;
  throw new AppError("invalid", say("log.bad_since", { value: text }), { hint: say("log.bad_since_hint") });
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:\d\d)$/;
