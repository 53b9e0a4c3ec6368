// `doctor`: one line per check, and what to do below what is wrong.
import type { DoctorView } from "../../core/views/upkeep.ts";
import { render } from "../../text/catalogue.ts";
import { wrap } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { mark, paint, type Style, words } from "./style.ts";

export function renderDoctor(view: DoctorView, style: Style): string[] {
  const lines = view.checks.flatMap((check) => {
    const sign = mark(style, check.status === "ok" ? "ok" : check.status === "warning" ? "warn" : "no");
    const text = wrap(render(check.message, style.lang), style.width - 2).map(
      (line, index) => `${index === 0 ? sign : " "} ${line}`,
    );
    const remedy = check.remedy ? wrap(`          ${render(check.remedy, style.lang)}`, style.width, "          ") : [];
    return [...text, ...remedy];
  });
  return [
    ...lines,
    ...problemLines(style, view.problems),
    paint(style, "bold", words(style, "cli.doctor_total", view.totals)),
  ];
}
