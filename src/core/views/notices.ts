// Views of alerts, silences and channels.
import type { Text } from "../../lib/text.ts";
import type { AlertKind, Matchers, NoticeBody, NoticeKind, NoticeState, Severity } from "../notices/alert.ts";
import type { ViewBase } from "./base.ts";

export interface AlertsView extends ViewBase {
  /** Resolved ones too. */
  all: boolean;
  /** Newest first. */
  alerts: AlertRow[];
}

export interface AlertRow {
  /** `A-27`. */
  alert: string;
  kind: AlertKind;
  title: string;
  severity: Severity;
  environment: string | null;
  job: string | null;
  /** The last run in which it was seen. */
  run: number | null;
  /** In how many runs. */
  seen: number;
  openedAt: Date;
  lastSeenAt: Date;
  resolvedAt: Date | null;
  resolvedRun: number | null;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  acknowledgedReason: string | null;
  silencedUntil: Date | null;
  /** Who is called next, and when. */
  next: { name: string; at: Date } | null;
  messages: { sent: number; waiting: number; failed: number };
}

export interface AlertView extends ViewBase {
  alert: AlertRow;
  /** What a message about it says now. */
  notice: NoticeBody;
  /** Oldest first. */
  messages: {
    kind: NoticeKind;
    channel: string;
    recipient: string;
    state: NoticeState;
    attempts: number;
    createdAt: Date;
    sentAt: Date | null;
    /** Of a waiting one. */
    nextAttemptAt: Date | null;
    error: Text | null;
  }[];
}

export interface AckView extends ViewBase {
  alert: AlertRow;
}

export interface SilenceRow {
  id: number;
  matchers: Matchers;
  reason: string | null;
  createdBy: string;
  createdAt: Date;
  until: Date;
  /** Open alerts that it covers, `A-27`. */
  covers: string[];
}

export interface SilencesView extends ViewBase {
  silences: SilenceRow[];
}

export interface SilenceDoneView extends ViewBase {
  action: "added" | "removed";
  silence: SilenceRow;
}

export interface NotifyTestView extends ViewBase {
  channel: string;
  type: "email" | "slack" | "teams" | "webhook" | "log";
  /** One per recipient; empty `recipient`: the channel itself. */
  results: { recipient: string; sent: boolean; error: Text | null; ms: number }[];
}
