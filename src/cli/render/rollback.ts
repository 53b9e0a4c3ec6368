// Rollback: what it would do, before; what consumers see, after.
import type { RollbackProposal, RollbackView } from "../../core/views/rollback.ts";
import { render } from "../../text/catalogue.ts";
import { age, clockZone, duration, short } from "./format.ts";
import { cut, wrap } from "./layout.ts";
import { labelRows, nameList, problemLines } from "./parts.ts";
import { comma, mark, paint, type Style, words } from "./style.ts";

export function renderRollback(view: RollbackView, style: Style): string[] {
  const text = words(style, "cli.rolled_back", {
    environment: view.environment,
    release: view.serves.number,
    time: clockZone(view.switchedAt, view),
    switchTime: duration(view.switchMs, style.lang, { fine: true }),
    names: view.readBack,
    took: duration(view.totalMs, style.lang),
  });
  const command = `slipway rollback ${view.environment} --to r${view.from.number}`;
  return [
    ...wrap(text, style.width - 2).map(
      (line, index) => `${index === 0 ? mark(style, "ok") : " "} ${paint(style, "bold", line)}`,
    ),
    ...problemLines(style, view.problems),
    words(style, "cli.undo", { command }),
  ];
}

/** Shown before it asks. */
export function rollbackBody(view: RollbackProposal, style: Style): string[] {
  const { from, to } = view;
  const head = `${words(style, "cli.from_live", {
    release: from.number,
    commit: short(from.commit),
    age: age(view.at.getTime() - (from.liveSince ?? view.at).getTime(), style.lang),
  })} -> r${to.number} (${short(to.commit)} ${to.subject})`;
  return [
    paint(style, "bold", cut(`${view.environment}: ${head}`, style.width)),
    ...labelRows(style, rows(view, style)),
  ];
}

function rows(view: RollbackProposal, style: Style): { label: string; text: string }[] {
  const room = style.width - 16;
  const { publish, unpublish } = view;
  const same = view.dataAsOf?.getTime() === view.dataAsOfNow?.getTime();
  return [
    ...(publish.length
      ? [
          {
            label: words(style, "cli.publish", { count: publish.length }),
            text: `${mark(style, "publish")} ${nameList(publish, room)}`,
          },
        ]
      : []),
    ...(unpublish.length
      ? [
          {
            label: words(style, "cli.unpublish", { count: unpublish.length }),
            text: `${mark(style, "remove")} ${nameList(unpublish, room)}`,
          },
        ]
      : []),
    {
      label: words(style, "cli.data"),
      text: words(style, "cli.data_is", {
        time: view.dataAsOf ? clockZone(view.dataAsOf, view) : null,
        same,
        release: view.from.number,
        toBuild: view.toBuild,
      }),
    },
    {
      label: words(style, "cli.lost"),
      text: view.lost.length
        ? view.lost.map((text) => render(text, style.lang)).join(comma(style))
        : words(style, "cli.lost_nothing", { release: view.from.number, days: view.keptForDays }),
    },
    ...(view.pauses
      ? [{ label: words(style, "cli.then"), text: words(style, "cli.then_paused", { environment: view.environment }) }]
      : []),
  ];
}
