// Pieces that several screens share: test counts, findings, problems, label columns.
import { stripVTControlCharacters } from "node:util";
import { shortName } from "../../core/project/store-name.ts";
import type { TestOutcome } from "../../core/records.ts";
import type { ReleaseRef, TestCounts } from "../../core/views/base.ts";
import type { NodeErrorView } from "../../core/views/deploy.ts";
import type { Problem, Where } from "../../lib/error.ts";
import { render } from "../../text/catalogue.ts";
import { short } from "./format.ts";
import { cut, ends, labelled, pad, width, wrap } from "./layout.ts";
import { comma, mark, paint, type Style, words } from "./style.ts";

/** Rows of `Label  text`, the labels in one column of at least `least`. */
export function labelRows(style: Style, rows: { label: string; text: string }[], least = 12): string[] {
  const label = Math.max(least, ...rows.map((row) => width(row.label) + 1));
  return rows.flatMap((row) => labelled(row.label, row.text, { columns: style.width, label }));
}

/** `43 pass, 1 warning`. */
export function countParts(style: Style, counts: TestCounts): string {
  const parts = [
    counts.passed ? words(style, "cli.pass", { n: counts.passed }) : "",
    counts.warned ? words(style, "cli.warn", { n: counts.warned }) : "",
    counts.failed ? words(style, "cli.fail", { n: counts.failed }) : "",
    counts.errored ? words(style, "cli.error_count", { n: counts.errored }) : "",
    counts.skipped ? words(style, "cli.skip", { n: counts.skipped }) : "",
  ];
  return parts.filter(Boolean).join(comma(style));
}

/** A test that does not pass: its name (whole, since people type it), rows, file, and what it holds back. */
export function findingLines(style: Style, test: TestOutcome): string[] {
  const failed = test.status !== "warn" && test.status !== "pass";
  const rows = test.failures === null ? plain(test.message ?? "") : words(style, "cli.rows", { rows: test.failures });
  const place = placeText(test.file, test.line);
  const lines = inLines([test.name, rows, place], style.width - 4).flatMap((line) => wrap(line, style.width - 4));
  const first = lines.map((line, index) =>
    index === 0 ? `  ${mark(style, failed ? "no" : "warn")} ${line}` : `    ${line}`,
  );
  if (test.holdsBack.length === 0 || !failed) return first;
  return [...first, ...names(style, "cli.holds_back", test.holdsBack.map(shortName))];
}

/** Parts side by side, three blanks between, on as few lines as hold them whole. */
function inLines(parts: string[], columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts.filter(Boolean)) {
    const longer = `${lines.at(-1)}   ${part}`;
    if (lines.length > 0 && width(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

/** A node that could not be built: its name, file, what dbt or the warehouse says, and what was not tried. */
export function errorLines(error: NodeErrorView, style: Style): string[] {
  const place = placeText(error.file, error.line);
  return [
    `  ${mark(style, "no")} ${error.name}${place ? `   ${place}` : ""}`,
    ...foreign(style, error.message, { indent: "    ", most: 6 }),
    ...(error.skipped.length ? names(style, "cli.skipped_below", error.skipped.map(shortName)) : []),
  ];
}

/** `holds back: a, b, ..` on as many columns as there are. */
export function names(style: Style, id: "cli.holds_back" | "cli.skipped_below", list: string[]): string[] {
  const most = 6;
  const shown = list.slice(0, most).join(", ") + (list.length > most ? ", .." : "");
  return wrap(`    ${words(style, id, { names: shown })}`, style.width, "      ");
}

export const placeText = (file: string | null, line: number | null): string =>
  file ? `${file}${line ? `:${line}` : ""}` : "";

export const whereText = ({ file, line, column }: Where): string =>
  `${file}${line ? `:${line}` : ""}${line && column ? `:${column}` : ""}`;

/** Problems as a list: mark, sentence, place, what to do. */
export function problemLines(style: Style, problems: Problem[]): string[] {
  return problems.flatMap((found) => {
    const message = render(found.message, style.lang);
    const text =
      found.node && !message.includes(shortName(found.node)) ? `${shortName(found.node)}: ${message}` : message;
    const lines = wrap(text, style.width - 2).map((line, index) =>
      index === 0 ? `${mark(style, found.severity === "error" ? "no" : "warn")} ${line}` : `  ${line}`,
    );
    return [
      ...lines,
      ...(found.where ? [`    ${whereText(found.where)}`, ...excerpt(style, found.where, 4)] : []),
      ...(found.hint ? wrap(`    ${render(found.hint, style.lang)}`, style.width, "    ") : []),
    ];
  });
}

/** The user's own line, with its number. */
export function excerpt(style: Style, where: Where, indent: number): string[] {
  if (where.excerpt === undefined || where.excerpt.trim() === "" || !where.line) return [];
  const head = `${" ".repeat(indent)}${where.line} | `;
  return [paint(style, "dim", head) + cut(plain(where.excerpt), style.width - width(head))];
}

/** Foreign text (dbt, the warehouse, the user's files) on one line, without anything that steers a terminal. */
export const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\t/g, "  ")
    .replace(/\p{Cc}|\p{Bidi_Control}/gu, " ");

/** Foreign text of several lines, wrapped and indented (what stood below each other still does); at most `most` lines. */
export function foreign(style: Style, text: string, { indent, most }: { indent: string; most: number }): string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => plain(line).trimEnd())
    .filter((line) => line !== "");
  const [first = "", ...rest] = lines;
  const common = Math.min(...rest.map((line) => line.search(/\S/)));
  const level = [first.trimStart(), ...rest.map((line) => line.slice(common))];
  const wrapped = level.flatMap((line) => wrap(indent + line, style.width, `${indent}  `));
  return wrapped.length > most ? [...wrapped.slice(0, most), `${indent}..`] : wrapped;
}

/** `prod: r42 (3f9c2a1)`-like references of a release. */
export const ref = (environment: string, release: ReleaseRef) => ({
  environment,
  release: release.number,
  commit: short(release.commit),
});

/** Names as `schema.a, b, c, ..`: the schema once per run of equal ones, cut to one line. */
export function nameList(list: { schema: string; name: string }[], columns: number): string {
  const parts = list.map((entry, index) =>
    list[index - 1]?.schema === entry.schema ? entry.name : `${entry.schema}.${entry.name}`,
  );
  let out = "";
  for (const [index, part] of parts.entries()) {
    const next = out === "" ? part : `${out}, ${part}`;
    const room = index === parts.length - 1 ? columns : columns - 4;
    if (width(next) > room && out !== "") return `${out}, ..`;
    out = next;
  }
  return out;
}

/** What is not committed is not deployed. */
export function leftOutLines(style: Style, paths: string[]): string[] {
  if (paths.length === 0) return [];
  const most = 3;
  const files = paths.slice(0, most).join(comma(style)) + (paths.length > most ? `${comma(style)}..` : "");
  return wrap(words(style, "cli.left_out", { count: paths.length, files }), style.width, "  ");
}

/** Column at which the times of stages end: near enough to the words to be read with them. */
const TIMES_END = 66;

/** Line with a duration at its right end. */
export const timed = (style: Style, left: string, time: string): string =>
  ends(left, paint(style, "dim", time), Math.min(style.width, TIMES_END));

export const stage = (style: Style, ok: boolean, name: string, text: string): string =>
  `${mark(style, ok ? "ok" : "no")} ${pad(name, 8)} ${text}`;
