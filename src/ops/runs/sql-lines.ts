// Answers of SQL for other programs: CSV (RFC 4180, with heads) or one JSON list per statement.
import type { SqlFormat, SqlResult } from "../../core/views/runs.ts";

type Answer = Pick<SqlResult, "columns" | "rows">;

/** Lines of `csv` and `json`; tables are drawn by the command line. Several answers are apart by an empty line. */
export function* answerLines(format: SqlFormat, answers: readonly Answer[]): Generator<string> {
  if (format === "table") return;
  for (const [index, answer] of answers.entries()) {
    if (index > 0) yield "";
    yield* format === "csv" ? csvLines(answer) : jsonLines(answer);
  }
}

function* csvLines({ columns, rows }: Answer): Generator<string> {
  yield columns.map((column) => csvCell(column.name)).join(",");
  for (const row of rows) yield row.map(csvCell).join(",");
}

/** An empty text is quoted, null is nothing. */
const csvCell = (value: string | null): string =>
  value === null ? "" : value === "" || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

function* jsonLines({ columns, rows }: Answer): Generator<string> {
  if (rows.length === 0) return yield "[]";
  for (const [index, row] of rows.entries()) {
    const entries = columns.map(({ name, kind }, at) => [name, jsonValue(row[at] ?? null, kind)]);
    const [open, close] = [index === 0 ? "[" : " ", index === rows.length - 1 ? "]" : ","];
    yield `${open}${JSON.stringify(Object.fromEntries(entries))}${close}`;
  }
}

/** Numbers that JSON's readers would round stay texts. */
function jsonValue(value: string | null, kind: SqlResult["columns"][number]["kind"]): unknown {
  if (value === null) return null;
  if (kind === "boolean") return value === "t";
  if (kind === "json") return JSON.parse(value);
  if (kind !== "number") return value;
  const number = Number(value);
  const exact = Number.isFinite(number) && (Number.isSafeInteger(number) || value.replace(/[^\d]/g, "").length <= 15);
  return exact ? number : value;
}
