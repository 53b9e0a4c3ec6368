// `logs`, `run logs`: a line per event, with its time, how long it took, and dbt's own words below it.
import type { LogLineView, LogsView } from "../../core/views/runs.ts";
import type { Text } from "../../lib/text.ts";
import { render } from "../../text/catalogue.ts";
import { cleaned } from "./clean.ts";
import { duration, logTime } from "./format.ts";
import { wrap } from "./layout.ts";
import { foreign, problemLines } from "./parts.ts";
import { mark, paint, type Style, words } from "./style.ts";

/** Lines of one message shown; the file has all. */
const MESSAGE_LINES_MAX = 30;

/** Lines were printed as they came; what is left to say goes below them. */
export function renderLogs(view: LogsView, style: Style): string[] {
  if (view.lines > 0 || view.problems.length > 0) return problemLines(style, view.problems);
  return [paint(style, "dim", words(style, "runs.no_lines", { runs: view.runs }))];
}

/** `11-20 06:00:31  411  ! orders ..  41 s`: further lines of a message stand below it. */
export function renderLogLine(raw: LogLineView, style: Style): string[] {
  const line = cleaned(raw);
  const time = `${logTime(line.at, line.timezone)}  ${line.runId}  `;
  const took = line.ms === null ? "" : `  ${duration(line.ms, style.lang, { fine: true })}`;
  const [first = "", ...rest] = wordsOf(line.message, style).split("\n");
  const sign = line.level === "error" ? "no" : line.level === "warn" ? "warn" : "none";
  const indent = " ".repeat(time.length + 2);
  const [head = "", ...wrapped] = wrap(`${"x".repeat(time.length + 2)}${first}${took}`, style.width, indent);
  const more =
    rest.length === 0 ? [] : foreign(style, [".", ...rest].join("\n"), { indent, most: MESSAGE_LINES_MAX }).slice(1);
  return [`${paint(style, "dim", time)}${mark(style, sign)} ${head.slice(time.length + 2)}`, ...wrapped, ...more];
}

const wordsOf = (message: Text | string, style: Style): string =>
  typeof message === "string" ? message : render(message, style.lang);
