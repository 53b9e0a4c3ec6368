// `silence`: what is quiet until when, and what was changed about it.
import { alertName, type Matchers } from "../../core/notices/alert.ts";
import type { SilenceDoneView, SilenceRow, SilencesView } from "../../core/views/notices.ts";
import { clock, clockZone } from "./format.ts";
import { table, wrap } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { mark, type Style, words } from "./style.ts";

export function renderSilences(view: SilencesView, style: Style): string[] {
  if (view.silences.length === 0) return [words(style, "alerts.no_silences")];
  const columns = [
    { head: words(style, "alerts.head_id"), align: "right" as const },
    { head: words(style, "alerts.head_until") },
    { head: words(style, "alerts.head_match"), flexible: true },
    { head: words(style, "alerts.head_covers") },
    { head: words(style, "alerts.head_by") },
  ];
  const cells = (row: SilenceRow) => [
    String(row.id),
    clock(row.until, view),
    `${matchText(row.matchers)}${row.reason === null ? "" : ` (${row.reason})`}`,
    row.covers.join(", ") || "-",
    row.createdBy,
  ];
  return [...table(columns, view.silences.map(cells), style.width), ...problemLines(style, view.problems)];
}

export function renderSilenceDone(view: SilenceDoneView, style: Style): string[] {
  const { id, matchers, until, covers } = view.silence;
  const what = matchText(matchers);
  const text =
    view.action === "added"
      ? words(style, "alerts.silence_added", { id, what, until: clockZone(until, view) })
      : words(style, "alerts.silence_removed", { id, what, open: covers.length });
  return [...wrap(`${mark(style, "ok")} ${text}`, style.width, "  "), ...problemLines(style, view.problems)];
}

/** `environment prod, severity warning`: as the options are called, in every language. */
const matchText = (matchers: Matchers): string =>
  Object.entries({ ...matchers, alert: matchers.alert === null ? null : alertName(matchers.alert) })
    .flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]))
    .join(", ");
