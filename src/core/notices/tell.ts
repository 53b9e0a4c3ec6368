// What is said of an alert, to whom, and when again: opened, news, reminder, next contact, resolved. Pure.
import type { Alert, Notice, NoticeBody, NoticeKind, Silence } from "./alert.ts";
import {
  type Contact,
  contactPlaces,
  contactsOf,
  type NoticeRules,
  type Recipient,
  routed,
  silencedUntil,
} from "./route.ts";

export interface Surroundings {
  rules: NoticeRules;
  silences: readonly Silence[];
  project: string;
  now: Date;
}

export type Letter = Pick<Notice, "occasion" | "kind" | "channel" | "recipient" | "body">;

/** What changes in the alert's record, and the messages that go out with that change. */
export interface Telling {
  patch: Partial<Pick<Alert, "toldAt" | "level" | "escalateAt" | "repeatAt" | "occasions">>;
  letters: Letter[];
}

/** A new alert, or one about which nobody could be told until now. */
export const tellOpened = (alert: Alert, around: Surroundings): Telling => tell(alert, around, "opened", 0);

/** More fails than before, or worse: whoever had acknowledged is asked again. */
export const tellNews = (alert: Alert, around: Surroundings): Telling =>
  tell(alert, around, alert.toldAt === null ? "opened" : "changed", alert.level);

/**
 * What its time has come for: the next contact of a critical alert that nobody acknowledged, or a reminder. Null when nothing is due.
 * `escalated` tells which it was.
 */
export function tellDue(alert: Alert, around: Surroundings): (Telling & { escalated: boolean }) | null {
  const due = (at: Date | null) => at !== null && at <= around.now;
  const contacts = contactsOf(around.rules);
  if (alert.toldAt === null) return due(alert.repeatAt) ? { ...tellOpened(alert, around), escalated: false } : null;
  if (due(alert.escalateAt) && alert.level + 1 < contacts.length)
    return { ...tell(alert, around, "escalated", alert.level + 1), escalated: true };
  if (!due(alert.repeatAt) && !due(alert.escalateAt)) return null;
  return { ...tell(alert, around, "repeat", alert.level), escalated: false };
}

/** To everybody who heard of it. */
export function tellResolved(
  alert: Alert,
  { project }: Pick<Surroundings, "project">,
  { resolved, told }: { resolved: NonNullable<NoticeBody["resolved"]>; told: readonly Recipient[] },
): Telling {
  const body = { ...noticeBody(alert, project, "resolved"), resolved };
  const occasions = alert.occasions + 1;
  return {
    patch: { occasions, escalateAt: null, repeatAt: null },
    letters: told.map((place) => ({ ...place, kind: "resolved", occasion: `resolved ${occasions}`, body })),
  };
}

function tell(alert: Alert, around: Surroundings, kind: NoticeKind, level: number): Telling {
  const { rules, silences, project, now } = around;
  const quiet = silencedUntil(alert, silences);
  if (quiet !== null) return { patch: { repeatAt: quiet, escalateAt: alert.escalateAt && quiet }, letters: [] };
  const calling = alert.severity === "critical";
  const contacts = calling ? contactsOf(rules) : [];
  const places = routed(alert, rules);
  const told = [...places, ...contactPlaces(contacts, level, places)];
  if (told.length === 0) return { patch: { repeatAt: null, escalateAt: null }, letters: [] };
  const after = (ms: number) => new Date(now.getTime() + ms);
  const next = alert.acknowledgedAt === null ? contacts[level + 1] : undefined;
  // A reminder does not put off the next contact.
  const escalateAt = next
    ? kind === "repeat" && alert.escalateAt !== null && alert.escalateAt > now
      ? alert.escalateAt
      : after(rules.notices.escalateAfterMs)
    : null;
  const occasions = alert.occasions + 1;
  const body: NoticeBody = {
    ...noticeBody(alert, project, kind),
    told: {
      names: contacts.slice(0, level + 1).map(({ name }) => name),
      next: next && escalateAt ? { name: next.name, at: escalateAt.toISOString() } : null,
    },
    calls: called(contacts[level], kind),
  };
  return {
    patch: { toldAt: alert.toldAt ?? now, level, escalateAt, repeatAt: after(rules.notices.repeatEveryMs), occasions },
    letters: told.map((place) => ({ ...place, kind, occasion: `${kind} ${occasions}`, body })),
  };
}

const called = (contact: Contact | undefined, kind: NoticeKind): NoticeBody["calls"] =>
  contact === undefined || kind === "repeat"
    ? null
    : { name: contact.name, slack: contact.slack ?? null, phone: contact.phone ?? null };

/** What a message of this kind says of an alert, to nobody in particular. */
export function noticeBody(alert: Alert, project: string, kind: NoticeKind): NoticeBody {
  const { id, severity, environment, job, seen, firstRunId, openedAt } = alert;
  return {
    kind,
    project,
    alert: { id, kind: alert.kind, severity, environment, job, seen, firstRunId, openedAt: openedAt.toISOString() },
    // Names tell news from the same again; no message needs a thousand of them.
    body: { ...alert.body, names: [] },
    told: { names: [], next: null },
    calls: null,
    resolved: null,
  };
}

const RANK = { info: 0, warning: 1, critical: 2 };

/** True when more is wrong than was told: something new fails, it weighs more, or consumers see it now. */
export function isNews(known: Alert, found: Pick<Alert, "severity" | "body">): boolean {
  const before = new Set(known.body.names);
  return (
    RANK[found.severity] > RANK[known.severity] ||
    (found.body.effect === "published" && known.body.effect !== "published") ||
    found.body.names.some((name) => !before.has(name))
  );
}
