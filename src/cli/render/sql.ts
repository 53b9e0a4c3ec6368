// `sql`: answers as tables that fit the screen, or as records where there are too many columns.
import type { SqlResult, SqlView } from "../../core/views/runs.ts";
import { cut, pad, table, width } from "./layout.ts";
import { plain, problemLines } from "./parts.ts";
import { paint, type Style, words } from "./style.ts";

/** Rows drawn; `--format csv` has all. */
const ROWS_SHOWN = 1_000;
/** Columns give way evenly down to this. */
const CELL_MIN = 8;

export function renderSql(view: SqlView, style: Style): string[] {
  if (view.format !== "table") return problemLines(style, view.problems);
  const blocks = view.results.map((result) => answer(result, style));
  return [
    ...blocks.flatMap((block, index) => (index > 0 ? ["", ...block] : block)),
    ...problemLines(style, view.problems),
  ];
}

function answer({ columns, rows, rowCount }: SqlResult, style: Style): string[] {
  const shown = rows.slice(0, ROWS_SHOWN).map((row) => row.map((value) => (value === null ? "-" : plain(value))));
  const heads = columns.map((column) => plain(column.name));
  const wanted = heads.map((head, at) => Math.max(width(head), ...shown.map((row) => width(row[at] ?? ""))));
  const widths = narrowed(wanted, style.width);
  const fits = widths.reduce((sum, one) => sum + one + 2, -2) <= style.width;
  const body = fits ? asTable(columns, shown, widths) : asRecords(heads, shown, style);
  const count = words(style, "sql.rows", { rows: rowCount, shown: shown.length });
  return [...(columns.length === 0 ? [] : body), paint(style, "dim", count)];
}

function asTable(columns: SqlResult["columns"], rows: string[][], widths: number[]): string[] {
  const heads = columns.map(({ name, kind }, at) => ({
    head: cut(plain(name), widths[at]!),
    ...(kind === "number" ? { align: "right" as const } : {}),
  }));
  const cells = rows.map((row) => row.map((value, at) => cut(value, widths[at]!)));
  return table(heads, cells, Number.MAX_SAFE_INTEGER);
}

/** Too many columns to stand side by side: each value on a line of its own, as `psql` has it after `\x`. */
function asRecords(heads: string[], rows: string[][], style: Style): string[] {
  const label = Math.max(...heads.map(width)) + 2;
  return rows.flatMap((row, index) => [
    paint(style, "dim", `-- ${index + 1}`),
    ...row.map((value, at) =>
      `${pad(heads[at]!, label)}${cut(value, Math.max(CELL_MIN, style.width - label))}`.trimEnd(),
    ),
  ]);
}

/** The widest columns give way first, until all fit or nothing more can be taken. */
function narrowed(widths: number[], total: number): number[] {
  const room = [...widths];
  for (let over = room.reduce((sum, one) => sum + one + 2, -2) - total; over > 0; over--) {
    const widest = room.indexOf(Math.max(...room));
    if ((room[widest] ?? 0) <= CELL_MIN) break;
    room[widest] = room[widest]! - 1;
  }
  return room;
}
