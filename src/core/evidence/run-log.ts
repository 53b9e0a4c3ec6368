// Lines of a run's log, `runs/N/events.jsonl`: what is told while it runs, as plain data with one shape. Pure.
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { render, say } from "../../text/catalogue.ts";
import type { JobStepState } from "../jobs/jobs.ts";
import type { ProgressEvent } from "../progress.ts";
import { shortName } from "../project/store-name.ts";
import type { RunState } from "../records.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** One line of the file, with these very keys. */
export interface LogLine {
  /** ISO, UTC. */
  at: string;
  level: LogLevel;
  /** `run_started`, `phase_finished`, `node_finished`, `test_finished`, `dbt`, .. */
  event: string;
  run_id: number;
  environment: string;
  release: number | null;
  /** Of a job, from 1. */
  step: number | null;
  /** dbt's unique_id. */
  node: string | null;
  thread: string | null;
  ms: number | null;
  /** English, or dbt's own words. */
  message: string;
  /** The message for people of any language; absent for dbt's own words. */
  text?: Text;
}

/** What a line says; the rest is known by whoever writes it. */
export type LogEntry = Pick<LogLine, "level" | "event" | "message"> &
  Partial<Pick<LogLine, "at" | "release" | "node" | "thread" | "ms" | "text">>;

const told = (level: LogLevel, event: string, text: Text, more: Partial<LogEntry> = {}): LogEntry => ({
  level,
  event,
  message: render(text, "en"),
  text,
  ...more,
});

/** Null: nodes and tests have lines of their own with dbt's words, and counts of a phase are for eyes only. */
export function progressEntry(event: ProgressEvent): LogEntry | null {
  switch (event.kind) {
    case "run_started":
      return told("info", event.kind, say("log.run_started", { kind: event.run, environment: event.environment }));
    case "run_resumed":
      return told("warn", event.kind, say("log.run_resumed", { run: event.runId, phase: event.phase }));
    case "phase_started":
      return told("info", event.kind, say("log.phase_started", { phase: say("cli.phase", { phase: event.phase }) }));
    case "phase_finished": {
      const { phase, ok, ms, summary } = event;
      const words = say("log.phase_finished", { phase: say("cli.phase", { phase }), ok, summary });
      return told(ok ? "info" : "error", event.kind, words, { ms });
    }
    case "waiting":
      return told("warn", event.kind, event.forWhat);
    case "switched": {
      const { environment, release, switchMs } = event;
      return told("info", event.kind, say("log.switched", { environment, release }), { ms: switchMs, release });
    }
    case "note":
      return told("info", event.kind, event.text);
    default:
      return null;
  }
}

/** dbt's row of a node, as far as a line tells it. */
interface ResultRow {
  uniqueId: string;
  status: string;
  message: string | null;
  failures: number | null;
  executionMs: number;
  thread: string | null;
  rowsAffected: number | null;
}

/** `unique_orders_order_id.fed79b3a6e` */
const TEST_HASH = /_[0-9a-f]{10}$/;
const LEVELS: Record<string, LogLevel> = {
  error: "error",
  fail: "error",
  // Of a microbatch model some of whose batches failed.
  "partial success": "error",
  "runtime error": "error",
  warn: "warn",
  skipped: "warn",
};

/** A node or a test that dbt is through with: `orders success, 1204 rows (SELECT 1204)`. */
export function resultEntry(row: ResultRow): LogEntry {
  const rows = row.failures ?? row.rowsAffected;
  const counted = rows === null || rows === 0 ? "" : `, ${rows} rows`;
  const words = row.message === null || row.message === "" ? "" : `: ${row.message.trim()}`;
  const isTest = /^(unit_)?test\./.test(row.uniqueId);
  const name = isTest ? shortName(row.uniqueId).replace(TEST_HASH, "") : shortName(row.uniqueId);
  return {
    level: LEVELS[row.status] ?? "info",
    event: isTest ? "test_finished" : "node_finished",
    node: row.uniqueId,
    thread: row.thread,
    ms: row.executionMs,
    message: `${name} ${row.status}${counted}${words}`,
  };
}

/** dbt's own lines that repeat what the rows of nodes say. */
const REPEATED =
  /^(LogStartLine|LogModelResult|LogTestResult|LogSnapshotResult|LogSeedResult|LogFreshnessResult|LogHookEndLine|LogHookStartLine|LogNodeResult|LogSkipBecauseError|SkippingDetails|LogFunctionResult|RunResultError|RunResultErrorNoMessage|RunResultFailure|RunResultWarning|RunResultWarningMessage|CheckNodeTestFailure|SQLCompiledPath|EndOfRunSummary|StatsLine|Formatting|EmptyLine)$/;

interface EngineLine {
  level: LogLevel;
  name: string;
  text: string;
  uniqueId: string | null;
  at: string;
}

/** A line of dbt's log; null for what the rows say, and for empty ones. */
export function dbtEntry(line: EngineLine): LogEntry | null {
  const message = line.text.trim();
  if (message === "" || REPEATED.test(line.name)) return null;
  return { at: line.at, level: line.level, event: "dbt", node: line.uniqueId, message };
}

/** A step of a job that begins. */
export const stepStarted = (name: string): LogEntry => told("info", "step_started", say("log.step_started", { name }));

/** A step that ended, or that was not tried; `ms` null: it never began. */
export function stepFinished(
  name: string,
  { state, summary, ms }: { state: JobStepState; summary: Text | null; ms: number | null },
): LogEntry {
  const level = state === "failed" ? "error" : state === "cancelled" ? "warn" : "info";
  const words = say("log.step_finished", { name, state: say("runs.state", { state }), summary });
  return told(level, "step_finished", words, { ms });
}

/** How a run ended. */
export function endEntry(state: RunState, outcome: Text | null): LogEntry {
  const level = state === "failed" || state === "held" ? "error" : state === "succeeded" ? "info" : "warn";
  return told(level, "run_finished", say("log.run_finished", { state: say("runs.state", { state }), outcome }));
}

export const warnEntry = (text: Text): LogEntry => told("warn", "warning", text);

/** What stopped a run, with where and what to do next. */
export function errorEntry(error: unknown): LogEntry {
  if (!(error instanceof AppError)) return { level: "error", event: "error", message: String(error) };
  const { where } = error.details;
  const place = where ? ` (${[where.file, where.line].filter((part) => part !== undefined).join(":")})` : "";
  const words = told("error", "error", error.text);
  return place === "" ? words : { ...words, message: `${words.message}${place}` };
}

/** A line of the file, or null when it is none (cut off by a crash). */
export function parseLine(text: string): LogLine | null {
  try {
    const line = JSON.parse(text) as LogLine;
    return typeof line.at === "string" && typeof line.message === "string" ? line : null;
  } catch {
    return null;
  }
}
