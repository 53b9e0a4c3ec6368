// `alerts`, `ack`: the table of alerts, one of them with its message and deliveries, and that somebody is on it.
import { explainNotice } from "../../core/notices/message.ts";
import { plainLines } from "../../core/notices/plain.ts";
import type { AckView, AlertRow, AlertsView, AlertView } from "../../core/views/notices.ts";
import { render } from "../../text/catalogue.ts";
import { clock, type Zone } from "./format.ts";
import { table, width, wrap } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { type Mark, mark, paint, type Style, words } from "./style.ts";

export function renderAlerts(view: AlertsView, style: Style): string[] {
  if (view.alerts.length === 0)
    return [`${mark(style, "ok")} ${words(style, view.all ? "alerts.none_ever" : "alerts.none")}`];
  const columns = [
    { head: `  ${words(style, "alerts.head_alert")}` },
    { head: words(style, "alerts.head_since") },
    { head: words(style, "alerts.head_what"), flexible: true },
    { head: words(style, "alerts.head_state") },
  ];
  const rows = view.alerts.map((row) => [
    `${mark(style, signOf(row))} ${row.alert}`,
    clock(row.openedAt, view),
    words(style, "alerts.what", { title: row.title, environment: row.environment, job: row.job, run: null }),
    stateOf(row, view, style),
  ]);
  const waiting = view.alerts.find((row) => row.resolvedAt === null && row.acknowledgedAt === null);
  const hint = waiting ? wrap(words(style, "alerts.hint_ack", { alert: waiting.alert }), style.width) : [];
  return [...table(columns, rows, style.width), ...problemLines(style, view.problems), ...hint];
}

const signOf = ({ severity, resolvedAt }: AlertRow): Mark =>
  resolvedAt ? "ok" : ({ critical: "no", warning: "warn", info: "remove" } as const)[severity];

const whatOf = ({ title, environment, job, run }: AlertRow, style: Style): string =>
  words(style, "alerts.what", { title, environment, job, run });

function stateOf(row: AlertRow, zone: Zone, style: Style): string {
  if (row.resolvedAt) return words(style, "alerts.resolved", { at: clock(row.resolvedAt, zone), run: row.resolvedRun });
  if (row.acknowledgedBy !== null) return words(style, "alerts.acknowledged", { by: row.acknowledgedBy });
  if (row.silencedUntil) return words(style, "alerts.silenced", { until: clock(row.silencedUntil, zone) });
  if (row.next) return words(style, "alerts.open_next", { name: row.next.name, at: clock(row.next.at, zone) });
  return words(style, "alerts.open");
}

/** As its message says it, then who was told. */
export function renderAlert(view: AlertView, style: Style): string[] {
  const { alert } = view;
  const message = explainNotice(view.notice, { lang: style.lang, timezone: view.timezone });
  const [headline = "", ...body] = plainLines(message);
  const title = `${alert.alert} ${alert.title} (${alert.severity}): ${stateOf(alert, view, style)}`;
  const indent = body[0] ? " ".repeat(columnOf(message.rows[0]?.lines[0] ?? "", body[0])) : "";
  return [
    `${mark(style, signOf(alert))} ${paint(style, "bold", title)}`,
    ...wrap(headline.replace(/\s*A-\d+$/, ""), style.width),
    ...body.flatMap((line) => wrap(line, style.width, indent)),
    "",
    words(style, "alerts.messages"),
    ...(view.messages.length === 0
      ? [`  ${words(style, "alerts.no_messages")}`]
      : view.messages.flatMap((one) => messageLines(one, view, style))),
    ...problemLines(style, view.problems),
  ];
}

/** Where the texts begin, behind the labels. */
const columnOf = (text: string, line: string): number => width(line.slice(0, Math.max(0, line.indexOf(text))));

function messageLines(one: AlertView["messages"][number], zone: Zone, style: Style): string[] {
  const to = one.recipient === "" ? one.channel : one.recipient;
  const why = one.error && render(one.error, style.lang);
  const said = { kind: one.kind, to, why };
  const line = (sign: Mark, text: string) => wrap(`  ${mark(style, sign)} ${text}`, style.width, "    ");
  if (one.state === "sent")
    return line("ok", words(style, "alerts.message_sent", { ...said, at: clock(one.sentAt ?? one.createdAt, zone) }));
  if (one.state === "dropped") return line("none", words(style, "alerts.message_dropped", said));
  if (one.state === "failed") return line("no", words(style, "alerts.message_failed", said));
  const at = one.nextAttemptAt ? clock(one.nextAttemptAt, zone) : "";
  return line("none", words(style, "alerts.message_waiting", { ...said, at, attempts: one.attempts }));
}

export function renderAck(view: AckView, style: Style): string[] {
  const { alert } = view;
  const line = (sign: Mark, text: string) => [
    ...wrap(`${mark(style, sign)} ${text}`, style.width, "  "),
    ...problemLines(style, view.problems),
  ];
  if (view.outcome === "done")
    return line("ok", words(style, "alerts.ack_done", { alert: alert.alert, what: whatOf(alert, style) }));
  if (alert.resolvedAt)
    return line("none", words(style, "alerts.ack_over", { alert: alert.alert, at: clock(alert.resolvedAt, view) }));
  const at = alert.acknowledgedAt ? clock(alert.acknowledgedAt, view) : "";
  return line("none", words(style, "alerts.ack_already", { alert: alert.alert, by: alert.acknowledgedBy ?? "", at }));
}
