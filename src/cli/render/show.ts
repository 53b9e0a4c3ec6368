// `show RELEASE`: nodes, tests, timings, commit, what differs from the release before.
import type { ReleaseNodeView, ReleaseView } from "../../core/views/status.ts";
import { render } from "../../text/catalogue.ts";
import { clock, clockZone, duration, fullTime, short } from "./format.ts";
import { cut, pad, padStart, table, width, wrap } from "./layout.ts";
import { countParts, errorLines, findingLines, labelRows, plain, problemLines } from "./parts.ts";
import { comma, mark, paint, type Style, words } from "./style.ts";

const NODES_SHOWN = 20;
/** Widest cell of the rows that do not pass: several columns must fit on a screen. */
const CELL_COLUMNS = 24;

export function renderShow(view: ReleaseView, style: Style): string[] {
  if (view.rows) return rowsScreen(view, style);
  const { release } = view;
  const author = words(style, "cli.show_by", {
    commit: short(release.commit),
    author: release.author,
    time: fullTime(release.committedAt, view.timezone),
  });
  return [
    paint(style, "bold", cut(`r${release.number} ${release.subject}`, style.width)),
    `  ${author}`,
    `  ${words(style, "cli.show_run", { kind: release.kind, run: view.runId, actor: view.actor, reason: view.reason })}`,
    ...standings(view, style),
    ...nodeLines(view, style),
    ...view.errors.flatMap((error) => errorLines(error, style)),
    ...testLines(view, style),
    ...labelRows(style, footer(view, style)),
    ...problemLines(style, view.problems),
  ];
}

function standings(view: ReleaseView, style: Style): string[] {
  const name = Math.max(...view.standings.map((standing) => width(standing.environment)), 4);
  return view.standings.flatMap((standing) => {
    const time = standing.liveSince
      ? `${clock(standing.liveSince, view)} - ${standing.liveUntil ? clockZone(standing.liveUntil, view) : words(style, "cli.live_now")}`
      : "";
    const parts = [pad(standing.state, 8), standing.verdict ?? "", standing.collected ? "gone" : "", time]
      .filter(Boolean)
      .join("  ");
    const override = standing.override
      ? wrap(
          `    ${mark(style, "warn")} ${words(style, "cli.show_override", { reason: standing.override })}`,
          style.width,
          "      ",
        )
      : [];
    return [`  ${pad(standing.environment, name)}  ${parts}`, ...override];
  });
}

function nodeLines(view: ReleaseView, style: Style): string[] {
  const changed = view.nodes.filter((node) => node.change !== "same");
  const listed = style.all ? view.nodes : changed.slice(0, NODES_SHOWN);
  const name = Math.min(32, Math.max(8, ...listed.map((node) => width(node.name))));
  const kind = Math.min(12, Math.max(0, ...listed.map((node) => width(node.materialized))));
  const more = style.all ? 0 : changed.length - listed.length;
  const same = view.nodes.length - changed.length;
  return [
    paint(style, "bold", words(style, "cli.show_compared", { release: view.comparedWith })),
    ...listed.map((node) => nodeLine(node, style, { name, kind })),
    ...(more > 0 ? [`  ${words(style, "cli.and_more", { count: more, option: "--all" })}`] : []),
    ...view.removed.map(
      (node) => `  ${mark(style, "remove")} ${pad(node.name, name)}  ${words(style, "cli.show_removed")}`,
    ),
    ...(same > 0 && !style.all ? [`  ${words(style, "cli.show_same", { n: same })}`] : []),
  ];
}

function nodeLine(node: ReleaseNodeView, style: Style, columns: { name: number; kind: number }): string {
  const time = node.how === "built" && node.buildMs !== null ? duration(node.buildMs, style.lang) : "";
  const reasons =
    node.change === "new"
      ? words(style, "cli.state_new")
      : node.reasons.map((text) => render(text, style.lang)).join(style.lang === "ja" ? "、" : "; ");
  const left = `${pad(cut(node.name, columns.name), columns.name)}  ${pad(cut(node.materialized, columns.kind), columns.kind)}  `;
  const room = style.width - 4 - width(left) - 10;
  const sign = mark(style, node.change === "same" ? "reuse" : node.how === "built" ? "build" : "reuse");
  return `  ${sign} ${left}${pad(cut(reasons, room), room)}${paint(style, "dim", padStart(time, 10))}`.trimEnd();
}

function testLines(view: ReleaseView, style: Style): string[] {
  const findings = view.tests.filter(({ status }) => status !== "pass" && status !== "skipped");
  const text = words(style, "cli.tested", { total: view.counts.total, parts: countParts(style, view.counts) });
  return [
    ...labelRows(style, [{ label: words(style, "cli.show_tests"), text }]),
    ...findings.flatMap((test) => findingLines(style, test)),
  ];
}

function footer(view: ReleaseView, style: Style): { label: string; text: string }[] {
  const { timings } = view;
  const rollback = view.standings.find((standing) => standing.state === "live")?.rollback;
  const time = words(style, "cli.show_timings", {
    build: duration(timings.buildMs, style.lang),
    verify: duration(timings.verifyMs, style.lang),
    promote: timings.switchMs === 0 ? null : duration(timings.promoteMs, style.lang),
    switchTime: duration(timings.switchMs, style.lang, { fine: true }),
  });
  const why = rollback?.why.map((text) => render(text, style.lang)).join(comma(style)) ?? "";
  return [
    { label: words(style, "cli.show_time"), text: time },
    ...(rollback
      ? [
          {
            label: words(style, "cli.rollback"),
            text: words(style, "cli.rollback_class", { kind: rollback.kind, to: rollback.to, why }),
          },
        ]
      : []),
  ];
}

function rowsScreen({ rows }: ReleaseView, style: Style): string[] {
  if (!rows) return [];
  if (rows.sql === null && rows.columns.length === 0)
    return wrap(words(style, "cli.show_rows_unknown", { test: rows.test }), style.width);
  const head = words(style, "cli.show_rows", { test: rows.test, rows: rows.rows.length, truncated: rows.truncated });
  const fitting = columnsThatFit(rows.columns, rows.rows, style.width);
  const columns = rows.columns.slice(0, fitting).map((column) => ({ head: cut(plain(column), CELL_COLUMNS) }));
  const cells = rows.rows.map((row) => row.slice(0, fitting).map((cell) => cut(plain(cell), CELL_COLUMNS)));
  const left = rows.columns.slice(fitting);
  return [
    paint(style, "bold", head),
    ...table(columns, cells, style.width),
    ...(left.length ? wrap(`.. ${left.map(plain).join(", ")}`, style.width, "   ") : []),
  ];
}

/** How many columns stand side by side; at least one. */
function columnsThatFit(columns: string[], rows: string[][], total: number): number {
  let used = 0;
  for (const [index, column] of columns.entries()) {
    const cells = [column, ...rows.map((row) => row[index] ?? "")];
    used += Math.min(CELL_COLUMNS, Math.max(...cells.map((cell) => width(plain(cell))))) + (index ? 2 : 0);
    if (used > total) return Math.max(1, index);
  }
  return columns.length;
}
