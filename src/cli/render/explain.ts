// The screen of `plan --explain NODE`: each component of the key, and what changed as a diff.
import type { ExplainView, KeyComponentView } from "../../core/views/plan.ts";
import { render } from "../../text/catalogue.ts";
import { fullTime, short } from "./format.ts";
import { cut, pad, width, wrap } from "./layout.ts";
import { placeText, plain } from "./parts.ts";
import { comma, paint, type Style, words } from "./style.ts";

/** Diff lines shown of one change without `--all`. */
const DIFF_LINES_SHOWN = 12;

export function renderExplain(view: ExplainView, style: Style): string[] {
  const action = view.action === "none" ? words(style, "cli.state_same") : view.action;
  const head = words(style, "cli.explain_head", { name: view.name, action, from: view.fromKey, to: view.toKey });
  const bare = view.components.filter((one) => !one.summary && one.changes.length === 0 && !style.all);
  const groups = (["same", "new"] as const).map((state) => bare.filter((component) => component.state === state));
  const told = view.components.filter((component) => !groups.flat().includes(component));
  const label = Math.max(10, ...told.map((component) => width(component.name))) + 1;
  return [
    paint(style, "bold", head),
    ...told.flatMap((component) => lines(component, style, label)),
    ...groups.flatMap((group) => (group.length ? [groupLine(group, style, label)] : [])),
    ...since(view, style),
  ];
}

/** Components with nothing to say but their state: `macros, config same`. */
function groupLine(group: KeyComponentView[], style: Style, label: number): string {
  const names = group.map((component) => component.name).join(comma(style));
  const state = words(style, `cli.state_${group[0]!.state}` as const);
  return `  ${pad(names, label)} ${pad(state, 8)} (${words(style, "cli.explain_all")})`;
}

function lines(component: KeyComponentView, style: Style, label: number): string[] {
  const state = words(style, `cli.state_${component.state}` as const);
  const look = component.state === "same" ? "dim" : "yellow";
  const summary = component.summary ? render(component.summary, style.lang) : changeText(component);
  const indent = " ".repeat(label + 12);
  const head = `  ${pad(component.name, label)} ${paint(style, look, pad(state, 8))} `;
  const first = wrap(summary, style.width - label - 12);
  const value =
    style.all && component.value !== null
      ? component.value
          .split("\n")
          .flatMap((line) => wrap(plain(line), style.width - 15).map((part) => `               ${part}`))
      : [];
  return [
    (head + (first[0] ?? "")).trimEnd(),
    ...first.slice(1).map((line) => indent + line),
    ...component.changes.flatMap((change) => diffLines(change.diff, style)),
    ...value,
  ];
}

const changeText = (component: KeyComponentView): string =>
  component.changes.map(({ what, file, line }) => [what, placeText(file, line)].filter(Boolean).join(", ")).join("; ");

function diffLines(diff: KeyComponentView["changes"][number]["diff"], style: Style): string[] {
  const shown = style.all ? diff : diff.slice(0, DIFF_LINES_SHOWN);
  const rows = shown.map(({ mark, text }) => {
    const line = cut(`               ${mark} ${plain(text)}`, style.width);
    return mark === "+" ? paint(style, "green", line) : mark === "-" ? paint(style, "red", line) : line;
  });
  const more = diff.length - shown.length;
  return more > 0
    ? [...rows, `               ${words(style, "cli.and_more", { count: more, option: "--all" })}`]
    : rows;
}

const since = (view: ExplainView, style: Style): string[] =>
  view.since
    ? [
        words(style, "cli.since_commit", {
          commit: short(view.since.commit),
          author: view.since.author,
          time: fullTime(view.since.committedAt, view.timezone),
        }),
      ]
    : [];
