// The tables of alerts and notices as Kysely sees them; part of `Tables` in schema.ts.
import type { ColumnType, Generated, GeneratedAlways } from "kysely";
import type {
  AlertBody,
  AlertKind,
  Matchers,
  NoticeBody,
  NoticeKind,
  NoticeState,
  Severity,
} from "../core/notices/alert.ts";
import type { Text } from "../lib/text.ts";
import type { Json } from "./json.ts";

type JsonColumn<T> = ColumnType<T, Json, Json>;

export interface NoticeTables {
  alerts: {
    id: GeneratedAlways<number>;
    projectId: number;
    cause: string;
    kind: AlertKind;
    severity: Severity;
    environment: string | null;
    job: string | null;
    owners: JsonColumn<string[]>;
    tags: JsonColumn<string[]>;
    body: JsonColumn<AlertBody>;
    openedAt: Date;
    lastSeenAt: Date;
    seen: number;
    firstRunId: number | null;
    lastRunId: number | null;
    resolvedAt: Date | null;
    resolvedRunId: number | null;
    acknowledgedAt: Date | null;
    acknowledgedBy: string | null;
    acknowledgedReason: string | null;
    toldAt: Date | null;
    level: Generated<number>;
    escalateAt: Date | null;
    repeatAt: Date | null;
    occasions: Generated<number>;
  };
  notices: {
    id: GeneratedAlways<number>;
    projectId: number;
    alertId: number;
    occasion: string;
    kind: NoticeKind;
    channel: string;
    recipient: string;
    state: NoticeState;
    attempts: Generated<number>;
    nextAttemptAt: Date;
    lastError: ColumnType<Text | null, Json | null, Json | null>;
    body: JsonColumn<NoticeBody>;
    createdAt: Date;
    sentAt: Date | null;
  };
  silences: {
    id: GeneratedAlways<number>;
    projectId: number;
    matchers: JsonColumn<Matchers>;
    reason: string | null;
    createdBy: string;
    createdAt: Date;
    until: Date;
    endedAt: Date | null;
  };
  unjudged: {
    id: GeneratedAlways<number>;
    projectId: number;
    runId: number | null;
    job: string | null;
    dueAt: Date | null;
  };
}
