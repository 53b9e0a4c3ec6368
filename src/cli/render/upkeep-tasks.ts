// `upkeep`: what is done when, what it came to, and how much room there is.
import type { UpkeepTask } from "../../core/upkeep.ts";
import type { UpkeepDone, UpkeepRunView, UpkeepView } from "../../core/views/upkeep-tasks.ts";
import { render } from "../../text/catalogue.ts";
import { clockZone, duration, size } from "./format.ts";
import { wrap } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { mark, paint, type Style, words } from "./style.ts";

export function renderUpkeep(view: UpkeepView, style: Style): string[] {
  return [
    ...view.periods.flatMap((one) => {
      const name = paint(style, "bold", words(style, "upkeep.period", { period: one.period }));
      if (one.cron === null) return [`${name}  ${words(style, "upkeep.off")}`];
      const next = one.nextAt === null ? "" : words(style, "upkeep.next", { when: clockZone(one.nextAt, view) });
      return [`${name}  ${one.cron}  ${next}`, ...lastLines(one.last, view, style)];
    }),
    ...view.disks.flatMap((disk) =>
      wrap(`${mark(style, disk.short ? "warn" : "ok")} ${words(style, "upkeep.disk", disk)}`, style.width, "  "),
    ),
    ...(view.disks.some((disk) => disk.short) ? wrap(`  ${words(style, "upkeep.disk_hint")}`, style.width, "  ") : []),
    ...problemLines(style, view.problems),
  ];
}

function lastLines(last: UpkeepDone | null, view: UpkeepView, style: Style): string[] {
  if (last === null) return [`  ${words(style, "upkeep.never")}`];
  const when = clockZone(last.startedAt, view);
  const text = words(style, "upkeep.last", { when, by: last.actor, freed: freedText(last.freedBytes) });
  return [`  ${text}`, ...last.tasks.flatMap((task) => taskLines(task, style))];
}

export function renderUpkeepRun(view: UpkeepRunView, style: Style): string[] {
  const failed = view.tasks.filter((task) => !task.ok).length;
  const { period } = view;
  const text =
    failed > 0
      ? words(style, "upkeep.failed", { period, count: failed })
      : words(style, "upkeep.done", {
          period,
          freed: freedText(view.freedBytes),
          took: duration(view.totalMs, style.lang),
        });
  return [
    ...view.tasks.flatMap((task) => taskLines(task, style)),
    `${mark(style, failed > 0 ? "no" : "ok")} ${paint(style, "bold", text)}`,
    ...problemLines(style, view.problems),
  ];
}

const freedText = (bytes: number): string | null => (bytes > 0 ? size(bytes) : null);

/** One thing stands on the line of its task, several below it. */
function taskLines({ task, ok, freedBytes, notes }: UpkeepTask, style: Style): string[] {
  const freed = freedBytes > 0 ? ` (${size(freedBytes)})` : "";
  const head = `  ${mark(style, ok ? "ok" : "no")} ${words(style, "upkeep.task", { task })}${freed}`;
  const [first, ...more] = notes.map((note) => render(note, style.lang));
  if (first === undefined) return [head];
  if (more.length === 0) return wrap(`${head}: ${first}`, style.width, "      ");
  return [head, ...[first, ...more].flatMap((line) => wrap(`      ${line}`, style.width, "      "))];
}
