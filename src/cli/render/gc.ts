// `gc`: what no release needs, before and after it is removed.
import type { GcView } from "../../core/views/upkeep.ts";
import { render } from "../../text/catalogue.ts";
import { duration, size } from "./format.ts";
import { cut, pad, padStart, width, wrap } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { mark, paint, type Style, words } from "./style.ts";

const ITEMS_SHOWN = 12;

export function renderGc(view: GcView, style: Style): string[] {
  if (view.forgotten)
    return [
      ...wrap(`${mark(style, "ok")} ${words(style, "cli.gc_forgotten", view.forgotten)}`, style.width, "  "),
      ...problemLines(style, view.problems),
    ];
  if (view.applied) return [...done(view, style), ...problemLines(style, view.problems)];
  const command = `slipway gc${view.environment ? ` ${view.environment}` : ""}`;
  const end = view.remove.length ? [words(style, "cli.gc_shown", { command })] : [];
  return [...gcBody(view, style), ...problemLines(style, view.problems), ...end];
}

/** What would be removed; shown before it asks. */
export function gcBody(view: GcView, style: Style): string[] {
  if (view.remove.length === 0)
    return [words(style, "cli.gc_nothing", { environment: view.environment }), kept(view, style)];
  const head = words(style, "cli.gc_head", {
    environment: view.environment,
    count: view.remove.length,
    size: freed(view, style),
  });
  const shown = style.all ? view.remove : view.remove.slice(0, ITEMS_SHOWN);
  const name = Math.min(40, Math.max(...shown.map((item) => width(item.relation))));
  const more = view.remove.length - shown.length;
  return [
    paint(style, "bold", head),
    ...shown.map((item) => {
      const bytes = item.sizeBytes === null ? "" : size(item.sizeBytes);
      const left = `${pad(cut(item.relation, name), name)} ${padStart(bytes, 8)}  `;
      return `  ${mark(style, "remove")} ${left}${cut(render(item.why, style.lang), style.width - 4 - width(left))}`;
    }),
    ...(more > 0 ? [`  ${words(style, "cli.and_more", { count: more, option: "--all" })}`] : []),
    ...releases(view, style),
    kept(view, style),
  ];
}

function done(view: GcView, style: Style): string[] {
  const took = duration(view.totalMs, style.lang);
  const text = words(style, "cli.gc_done", { count: view.remove.length, size: freed(view, style), took });
  const left = view.left.flatMap(({ relation, why }) =>
    wrap(`${mark(style, "warn")} ${relation}: ${render(why, style.lang)}`, style.width, "  "),
  );
  return [`${mark(style, "ok")} ${paint(style, "bold", text)}`, ...left, ...releases(view, style), kept(view, style)];
}

const freed = (view: GcView, style: Style): string | null =>
  view.freedBytes > 0
    ? view.atLeast
      ? words(style, "cli.at_least", { size: size(view.freedBytes) })
      : size(view.freedBytes)
    : null;

const releases = (view: GcView, style: Style): string[] =>
  view.releasesCollected.length
    ? wrap(
        words(style, "cli.gc_releases", { releases: view.releasesCollected.map((number) => `r${number}`).join(", ") }),
        style.width,
        "  ",
      )
    : [];

const kept = (view: GcView, style: Style): string =>
  words(style, "cli.gc_keep", {
    versions: view.keep.versions,
    releases: view.keep.releases,
    size: view.keep.sizeBytes === 0 ? "" : size(view.keep.sizeBytes),
  });
