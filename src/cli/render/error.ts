// The block of an error: what, where, what is unchanged, what next.
import type { AppError } from "../../lib/error.ts";
import { render } from "../../text/catalogue.ts";
import { width, wrap } from "./layout.ts";
import { excerpt, foreign, plain, problemLines, whereText } from "./parts.ts";
import { mark, paint, type Style, words } from "./style.ts";

/** Problems listed; `--json` has all. */
const PROBLEMS_SHOWN = 10;

export function renderError(error: AppError, style: Style): string[] {
  if (error.code === "cancelled") return cancelled(error, style);
  const { where, hint, facts = [] } = error.details;
  const label = labelColumn(style);
  const rows: [string, string][] = facts.map(({ label: name, text }) => [
    words(style, `cli.label_${name}` as const),
    render(text, style.lang),
  ]);
  const who = rows.filter((_, index) => facts[index]!.label !== "done");
  const done = rows.filter((_, index) => facts[index]!.label === "done");
  const place = where
    ? [...row(words(style, "cli.label_where"), whereText(where), label, style), ...excerpt(style, where, label)]
    : [];
  return [
    ...head(error, style),
    ...place,
    ...listed(error, style),
    ...who.flatMap(([name, text]) => row(name, text, label, style)),
    ...done.flatMap(([name, text]) => row(name, text, label, style)),
    ...(hint ? row(words(style, "cli.label_next"), render(hint, style.lang), label, style) : []),
    ...row(words(style, "cli.label_code"), error.code, label, style),
  ];
}

/** Somebody wanted it so: no error to people, though the exit code says it. */
function cancelled(error: AppError, style: Style): string[] {
  const facts = (error.details.facts ?? []).map(({ text }) => render(text, style.lang));
  return [render(error.text, style.lang), ...facts].flatMap((text, index) =>
    wrap(`${index === 0 ? mark(style, "warn") : " "} ${text}`, style.width, "  "),
  );
}

function head(error: AppError, style: Style): string[] {
  const lead = words(style, "cli.error");
  const [opening = "", ...more] = render(error.text, style.lang).split(/\r?\n/);
  // The lead takes its place in the first line; below, what stood below each other still does.
  const place = "x".repeat(width(lead) + 1);
  const [first = "", ...rest] = wrap(place + plain(opening).trim(), style.width, "  ");
  const below = more.length === 0 ? [] : foreign(style, [".", ...more].join("\n"), { indent: "  ", most: 20 }).slice(1);
  return [`${paint(style, "red", lead)} ${paint(style, "bold", first.slice(place.length))}`, ...rest, ...below];
}

/** Problems besides the error's own sentence. */
function listed(error: AppError, style: Style): string[] {
  const problems = (error.details.problems ?? []).filter((found) => found.message !== error.text);
  const more = problems.length - PROBLEMS_SHOWN;
  return [
    ...problemLines({ ...style, width: style.width - 2 }, problems.slice(0, PROBLEMS_SHOWN)).map((line) => `  ${line}`),
    ...(more > 0 ? [`  ${words(style, "cli.more_problems", { count: more })}`] : []),
  ];
}

/** `where`, `who`, `why`, `done`, `next`, `code` stand in one column. */
function labelColumn(style: Style): number {
  const ids = [
    "cli.label_where",
    "cli.label_who",
    "cli.label_why",
    "cli.label_done",
    "cli.label_next",
    "cli.label_code",
  ] as const;
  return Math.max(...ids.map((id) => width(words(style, id)))) + 4;
}

function row(name: string, text: string, label: number, style: Style): string[] {
  const indent = " ".repeat(label);
  const lines = foreign({ ...style, width: style.width - label }, text, { indent: "", most: 12 });
  return lines.map((line, index) =>
    index === 0 ? `  ${paint(style, "dim", name)}${" ".repeat(label - 2 - width(name))}${line}` : indent + line,
  );
}
