// `rollout history`: every promotion and rollback of an environment.
import type { HistoryView } from "../../core/views/rollback.ts";
import { clock, duration, short } from "./format.ts";
import { table } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { type Style, words } from "./style.ts";

export function renderHistory(view: HistoryView, style: Style): string[] {
  if (view.revisions.length === 0) return [words(style, "cli.history_none", { environment: view.environment })];
  const columns = [
    { head: words(style, "cli.head_revision"), align: "right" as const },
    { head: words(style, "cli.head_when") },
    { head: words(style, "cli.head_what") },
    { head: words(style, "cli.head_commit") },
    { head: words(style, "cli.head_message"), flexible: true },
    { head: words(style, "cli.head_switch"), align: "right" as const },
    { head: words(style, "cli.head_by") },
  ];
  const rows = view.revisions.map((revision) => [
    `${revision.current ? ">" : ""}${revision.revision}`,
    clock(revision.at, view),
    `${revision.kind} r${revision.release.number}${revision.canGoBack || revision.current ? "" : " (gone)"}`,
    short(revision.release.commit),
    revision.reason ?? (revision.kind === "refresh" ? "" : revision.release.subject),
    duration(revision.switchMs, style.lang, { fine: true }),
    revision.actor,
  ]);
  return [
    ...table(columns, rows, style.width),
    ...problemLines(style, view.problems),
    words(style, "cli.history_undo", { environment: view.environment }),
  ];
}
