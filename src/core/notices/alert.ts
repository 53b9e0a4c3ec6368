// Alerts, notices and silences as data: what is wrong, who was told, and who wants to hear nothing of it.
import type { Text } from "../../lib/text.ts";
import type { RunKind } from "../records.ts";

export type Severity = "critical" | "warning" | "info";

/** `run_failed`: a run ended without a result. `tests_failed`, `tests_warned`: its tests say no, or say something. */
export type AlertKind = "run_failed" | "tests_failed" | "tests_warned" | "stale" | "missed" | "disk" | "upkeep";

/** The same in every language: rules of mail programs and channels look for them. */
export const ALERT_TITLES: Record<AlertKind, string> = {
  run_failed: "dbt Alert",
  tests_failed: "dbt Test Failures",
  tests_warned: "dbt Test Warnings",
  stale: "Stale Sources",
  missed: "Schedule Missed",
  disk: "Disk Space Low",
  upkeep: "Upkeep Failed",
};

/** One thing that failed: a node, a test, a source. No SQL, no rows. */
export interface Finding {
  name: string;
  /** One line. */
  message: string | null;
  /** `models/orders.sql:17`. */
  place: string | null;
  /** Failing rows of a test. */
  rows: number | null;
}

/** What a message about an alert says, before its words are chosen. Times are ISO, UTC. */
export interface AlertBody {
  run: { id: number; kind: RunKind; at: string; step: { position: number; name: string } | null } | null;
  /** What went wrong, the most important first; of `findings` only the first few are kept. */
  findings: Finding[];
  findingsTotal: number;
  /** Names of everything that failed, by which news are told from the same again. */
  names: string[];
  /** Nodes below the failed ones that were not tried. */
  skipped: number;
  /** Tests that ran; null where tests are not what it is about. */
  testsTotal: number | null;
  /** What became of the new data: `held` kept it from consumers, `published` did not. */
  effect: "unchanged" | "held" | "published";
  /** Datasets whose new data is held. */
  heldDatasets: number;
  /** What consumers see now. */
  serves: Serves | null;
  /** The last run of this job that was good before it. */
  lastGood: { run: number; at: string } | null;
  /** Beside or instead of findings. */
  detail: Text | null;
  /** Commands to type, in order. */
  commands: string[];
}

export interface Serves {
  release: number;
  dataAsOf: string | null;
}

/** Something that is wrong now, as it is raised. */
export interface Condition {
  /** Names the cause; of one cause at most one alert is open. */
  cause: string;
  kind: AlertKind;
  severity: Severity;
  environment: string | null;
  job: string | null;
  /** Of what failed, for routes. */
  owners: string[];
  tags: string[];
  body: AlertBody;
}

export interface Alert extends Condition {
  /** 27 of `A-27`: counted per installation. */
  id: number;
  projectId: number;
  openedAt: Date;
  lastSeenAt: Date;
  /** How often it was found, from 1. */
  seen: number;
  firstRunId: number | null;
  lastRunId: number | null;
  resolvedAt: Date | null;
  resolvedRunId: number | null;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  acknowledgedReason: string | null;
  /** When the first message about it was written; null: nobody was told. */
  toldAt: Date | null;
  /** How far up the contacts it has gone: 0 the first. */
  level: number;
  /** When it goes to the next contact; null: it does not. */
  escalateAt: Date | null;
  /** When it is told again; null: it is not. */
  repeatAt: Date | null;
  /** Messages about it so far; part of what makes each of them one of its kind. */
  occasions: number;
}

export const alertName = (id: number): string => `A-${id}`;

/** 27 of `A-27`, `a-27` or `27`; null when it is none. */
export function alertId(text: string): number | null {
  const found = /^(?:A-)?([1-9]\d{0,14})$/i.exec(text.trim());
  return found ? Number(found[1]) : null;
}

export type NoticeKind = "opened" | "changed" | "repeat" | "escalated" | "resolved" | "test";

/** `dropped`: its channel or contact is gone from slipway.yml, or the matter was over before it was tried. */
export type NoticeState = "waiting" | "sent" | "failed" | "dropped";

/** Everything a message needs, frozen when it was written: a later run does not change what an earlier message says. */
export interface NoticeBody {
  kind: NoticeKind;
  project: string;
  alert: Pick<Alert, "id" | "kind" | "severity" | "environment" | "job" | "seen" | "firstRunId"> & { openedAt: string };
  body: AlertBody;
  /** Who has been told in person, and who is next if nobody acknowledges. */
  told: { names: string[]; next: { name: string; at: string } | null };
  /** Whom this message calls: contact of an escalation. */
  calls: { name: string; slack: string | null; phone: string | null } | null;
  /** How it ended. */
  resolved: {
    run: number | null;
    how: "schedule" | "retry" | "manual" | "other";
    actor: string | null;
    openMs: number;
  } | null;
}

/** One message to one recipient. */
export interface Notice {
  id: number;
  projectId: number;
  alertId: number;
  /** `opened`, `repeat 3`: with channel and recipient unique per alert, so that nothing is told twice. */
  occasion: string;
  kind: NoticeKind;
  /** Name in slipway.yml, or `contacts.secondary`. */
  channel: string;
  /** An address of an e-mail channel; empty where the channel itself is the place. */
  recipient: string;
  state: NoticeState;
  attempts: number;
  nextAttemptAt: Date;
  /** What the channel said last. */
  lastError: Text | null;
  body: NoticeBody;
  createdAt: Date;
  sentAt: Date | null;
}

/** What a silence covers: every condition that is given must hold. */
export interface Matchers {
  alert: number | null;
  severity: Severity | null;
  environment: string | null;
  job: string | null;
  owner: string | null;
  tag: string | null;
}

export interface Silence {
  id: number;
  projectId: number;
  matchers: Matchers;
  reason: string | null;
  createdBy: string;
  createdAt: Date;
  until: Date;
  /** Removed before its end. */
  endedAt: Date | null;
}

/** A body that says nothing yet. */
export const EMPTY_BODY: AlertBody = {
  run: null,
  findings: [],
  findingsTotal: 0,
  names: [],
  skipped: 0,
  testsTotal: null,
  effect: "unchanged",
  heldDatasets: 0,
  serves: null,
  lastGood: null,
  detail: null,
  commands: [],
};
