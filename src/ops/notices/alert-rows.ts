// Alerts and silences as their screens show them.
import { ALERT_TITLES, type Alert, alertName, type Notice, type Silence } from "../../core/notices/alert.ts";
import { contactsOf, covers, silencedUntil } from "../../core/notices/route.ts";
import type { AlertRow, SilenceRow } from "../../core/views/notices.ts";
import type { Session } from "../../flow/session/session.ts";

interface Beside {
  silences: readonly Silence[];
  notices: readonly Notice[];
}

export function alertRow(session: Session, alert: Alert, { silences, notices }: Beside): AlertRow {
  const own = notices.filter(({ alertId }) => alertId === alert.id);
  const count = (state: Notice["state"]) => own.filter((notice) => notice.state === state).length;
  const open = alert.resolvedAt === null;
  const next = contactsOf(session.place.config)[alert.level + 1];
  const { kind, severity, environment, job, seen, openedAt, lastSeenAt, resolvedAt } = alert;
  return {
    alert: alertName(alert.id),
    kind,
    title: ALERT_TITLES[kind],
    severity,
    environment,
    job,
    run: alert.lastRunId,
    seen,
    openedAt,
    lastSeenAt,
    resolvedAt,
    resolvedRun: alert.resolvedRunId,
    acknowledgedAt: alert.acknowledgedAt,
    acknowledgedBy: alert.acknowledgedBy,
    acknowledgedReason: alert.acknowledgedReason,
    silencedUntil: open ? silencedUntil(alert, silences) : null,
    next: open && next && alert.escalateAt ? { name: next.name, at: alert.escalateAt } : null,
    messages: { sent: count("sent"), waiting: count("waiting"), failed: count("failed") },
  };
}

export function silenceRow(silence: Silence, open: readonly Alert[]): SilenceRow {
  const { id, matchers, reason, createdBy, createdAt, until } = silence;
  const covered = open.filter((alert) => covers(matchers, alert)).map((alert) => alertName(alert.id));
  return { id, matchers, reason, createdBy, createdAt, until, covers: covered };
}

/** What every view of alerts begins with. */
export const frame = (session: Session) => ({
  outcome: "done" as const,
  timezone: session.place.config.timezone,
  at: session.ctx.clock.now(),
  problems: [],
});
