// Text in columns of a terminal: width by East Asian width, cut by grapheme, wrap, tables.
import stringWidth from "string-width";

const ASCII = /^[\x20-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
const COLOURED = /\x1b\[[\d;]*m/;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Columns that a text takes. Plain ASCII, which is most, costs nothing. */
export const width = (text: string): number => (ASCII.test(text) ? text.length : stringWidth(text));

/** At most `columns` wide; what is cut ends with `..`. Give it text without colours. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  if (columns <= 2) return ".".repeat(Math.max(0, columns));
  let out = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = width(segment);
    if (used + next > columns - 2) break;
    out += segment;
    used += next;
  }
  return `${out}..`;
}

/** Filled with blanks to `columns`; longer texts stay as they are. */
export const pad = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - width(text)));
export const padStart = (text: string, columns: number): string =>
  " ".repeat(Math.max(0, columns - width(text))) + text;

/** A text on the left, another ending at column `columns`; one blank at least between them. */
export function ends(left: string, right: string, columns: number): string {
  if (right === "") return left;
  return `${left}${" ".repeat(Math.max(1, columns - width(left) - width(right)))}${right}`;
}

/** What belongs to the word before the blank: units, counts, particles. */
const BOUND = String.raw`(?:ms|s|min|h|d|[kMGT]?B)(?![\p{L}\d])|秒|[\d,]+(?:[件行日]|[.,](?: |$))|\p{sc=Hira}`;
/** Where a line may break: after a blank, after 、 and 。, and in Japanese where a new phrase begins. */
const BREAKS = new RegExp(
  String.raw`(?<= )(?! |${BOUND})|(?<=[、。])(?![、。」)])|(?<=[\p{sc=Hira}」])(?=[\p{sc=Han}\p{sc=Kana}「])`,
  "u",
);

/** Lines of at most `columns`, further ones indented. Words (paths, commands, names) are kept whole even when too long. */
export function wrap(text: string, columns: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(BREAKS)) {
    const start = lines.length > 0 ? indent : "";
    if (line !== "" && width(start + line + word.trimEnd()) > columns) {
      lines.push((start + line).trimEnd());
      line = "";
    }
    line += word;
  }
  if (line.trimEnd() !== "" || lines.length === 0) lines.push(((lines.length > 0 ? indent : "") + line).trimEnd());
  return lines;
}

/** A label and its text; further lines stand below the text. */
export function labelled(
  label: string,
  text: string,
  { columns, label: labelWidth }: { columns: number; label: number },
): string[] {
  const blank = " ".repeat(labelWidth);
  return wrap(text, columns - labelWidth).map(
    (line, index) => `${index === 0 ? pad(label, labelWidth) : blank}${line}`,
  );
}

export interface TableColumn {
  head: string;
  align?: "right";
  /** This column gives way when the table is too wide. */
  flexible?: boolean;
}

/**
 * Rows under heads, two blanks between columns. A row with fewer cells than there are columns runs its last cell over the rest.
 * Cells may be coloured only where their column is not flexible.
 */
export function table(columns: TableColumn[], rows: string[][], total: number): string[] {
  const all = [columns.map((column) => column.head), ...rows];
  const widths = columns.map((_, index) =>
    Math.max(
      ...all.map((row) => (row.length === columns.length || index < row.length - 1 ? width(row[index] ?? "") : 0)),
    ),
  );
  const over = widths.reduce((sum, each) => sum + each + 2, -2) - total;
  const give = columns.findIndex((column) => column.flexible);
  if (over > 0 && give >= 0) widths[give] = Math.max(8, widths[give]! - over);
  return all.map((row) => tableRow(row, columns, widths, total));
}

function tableRow(row: string[], columns: TableColumn[], widths: number[], total: number): string {
  let line = "";
  for (const [index, cell] of row.entries()) {
    const runsOver = index === row.length - 1 && row.length < columns.length;
    const room = runsOver ? total - width(line) : widths[index]!;
    const shown = COLOURED.test(cell) ? cell : cut(cell, room);
    line += columns[index]!.align === "right" && !runsOver ? padStart(shown, room) : pad(shown, room);
    if (index < row.length - 1) line += "  ";
  }
  return line.trimEnd();
}
