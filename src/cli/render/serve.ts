// What a server says at its end, and what became of a run that was stopped.
import type { RunCancelView, ServeView } from "../../core/views/serve.ts";
import { duration, short } from "./format.ts";
import { wrap } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { mark, type Style, words } from "./style.ts";

export function renderServe(view: ServeView, style: Style): string[] {
  const text = words(style, "serve.done", {
    project: view.project,
    runs: view.runs,
    took: duration(view.totalMs, style.lang),
  });
  const waiting = view.handedOver.length === 0 ? [] : [words(style, "serve.done_waiting", { runs: view.handedOver })];
  return [
    ...wrap(`${mark(style, "ok")} ${text}`, style.width, "  "),
    ...waiting.flatMap((line) => wrap(`  ${line}`, style.width, "  ")),
    ...problemLines(style, view.problems),
  ];
}

export function renderRunCancel(view: RunCancelView, style: Style): string[] {
  const { runId, environment, before, state } = view;
  const serves = view.serves ? { release: view.serves.number, commit: short(view.serves.commit) } : null;
  const text = words(style, "serve.run_stopped", { run: runId, job: view.job, before, state });
  const sign = view.outcome === "done" ? "ok" : "none";
  return [
    ...wrap(`${mark(style, sign)} ${text}`, style.width, "  "),
    ...(view.statementsEnded
      ? wrap(
          `${mark(style, "ok")} ${words(style, "cli.statements_ended", { count: view.statementsEnded })}`,
          style.width,
          "  ",
        )
      : []),
    ...problemLines(style, view.problems),
    ...(state === "cancelled" || state === "interrupted"
      ? wrap(words(style, "cli.not_changed", { environment, serves }), style.width, "  ")
      : []),
  ];
}
