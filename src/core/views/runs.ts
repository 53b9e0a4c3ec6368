// What was run: the list of runs, lines of their logs, answers of SQL.
import type { Text } from "../../lib/text.ts";
import type { LogLevel } from "../evidence/run-log.ts";
import type { Trigger } from "../jobs/jobs.ts";
import type { RunKind, RunState } from "../records.ts";
import type { ViewBase } from "./base.ts";

export interface RunsView extends ViewBase {
  /** Newest first. */
  runs: RunRow[];
  /** More than were asked for. */
  more: boolean;
}

export interface RunRow {
  runId: number;
  kind: RunKind;
  state: RunState;
  environment: string;
  /** Name in slipway.yml; null: not a job's. */
  job: string | null;
  /** First command of a run of plain dbt commands, and how many follow it. */
  command: { first: string; more: number } | null;
  /** Number of the release it made or served. */
  release: number | null;
  startedAt: Date;
  finishedAt: Date | null;
  /** Until now for one that goes on; null while it waits. */
  totalMs: number | null;
  actor: string;
  reason: string | null;
  trigger: Trigger | null;
  retryOf: number | null;
}

export interface LogsView extends ViewBase {
  /** Runs whose logs were read. */
  runs: number;
  /** Lines printed. */
  lines: number;
  /** Runs whose log is on another machine, or gone. */
  missing: number[];
}

/** A line of a run's log as it is printed. */
export interface LogLineView {
  at: Date;
  level: LogLevel;
  event: string;
  runId: number;
  environment: string;
  release: number | null;
  step: number | null;
  node: string | null;
  thread: string | null;
  ms: number | null;
  message: Text | string;
  /** IANA zone of slipway.yml. */
  timezone: string;
}

export interface SqlView extends ViewBase {
  format: SqlFormat;
  /** One per statement, in order. With `csv` and `json` they were printed before. */
  results: SqlResult[];
}

export type SqlFormat = "table" | "csv" | "json";
export interface SqlResult {
  columns: { name: string; kind: "number" | "boolean" | "json" | "time" | "text" }[];
  /** As PostgreSQL prints them; null is SQL null. */
  rows: (string | null)[][];
  rowCount: number;
}
