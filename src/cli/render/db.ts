// `db current|history|upgrade|downgrade`: the revisions of Slipway's own schema.
import type { DbView } from "../../core/views/upkeep.ts";
import { fullTime } from "./format.ts";
import { pad, width } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { mark, type Style, words } from "./style.ts";

export function renderDb(view: DbView, style: Style): string[] {
  const name = Math.max(0, ...view.migrations.map((migration) => width(migration.name)));
  const rows = view.migrations.map(({ name: id, appliedAt, direction }) => {
    const state = appliedAt
      ? words(style, "cli.db_applied", { time: fullTime(appliedAt, view.timezone) })
      : words(style, "cli.db_pending");
    const sign =
      direction === "down"
        ? mark(style, "remove")
        : direction === "up"
          ? mark(style, "build")
          : mark(style, appliedAt ? "ok" : "none");
    return `${sign} ${pad(id, name)}  ${direction ?? state}`;
  });
  const nothing = view.migrations.length === 0 && (view.action === "upgrade" || view.action === "downgrade");
  const end = words(style, "cli.db_current", { current: view.current, head: view.head, database: view.database });
  return [...rows, ...(nothing ? [words(style, "cli.db_nothing")] : []), end, ...problemLines(style, view.problems)];
}
