// `notify test`: whether each recipient's message was taken, and if not what was said.
import type { NotifyTestView } from "../../core/views/notices.ts";
import { render } from "../../text/catalogue.ts";
import { duration } from "./format.ts";
import { wrap } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { mark, type Style, words } from "./style.ts";

export function renderNotifyTest(view: NotifyTestView, style: Style): string[] {
  const { channel, type } = view;
  const lines = view.results.flatMap(({ recipient, sent, error, ms }) => {
    const to = recipient === "" ? "" : words(style, "alerts.test_to", { to: recipient });
    const took = duration(ms, style.lang, { fine: true });
    const text = sent
      ? words(style, "alerts.test_sent", { channel, to, took })
      : words(style, "alerts.test_failed", { channel, to, why: error && render(error, style.lang) });
    return wrap(`${mark(style, sent ? "ok" : "no")} ${text}`, style.width, "  ");
  });
  const hint = view.outcome === "done" ? "" : words(style, "alerts.test_hint", { type });
  return [
    ...lines,
    ...(hint === "" ? [] : wrap(`  ${hint}`, style.width, "  ")),
    ...problemLines(style, view.problems),
  ];
}
