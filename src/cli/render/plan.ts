// The screen of a plan: what would happen and why, what could hurt first. The same lines are shown before an act asks.
import type { PlanNode, PlanView } from "../../core/views/plan.ts";
import { render } from "../../text/catalogue.ts";
import { age, estimate, short } from "./format.ts";
import { cut, pad, padStart, width, wrap } from "./layout.ts";
import { labelRows, leftOutLines, nameList, problemLines, ref } from "./parts.ts";
import { comma, mark, paint, type Style, words } from "./style.ts";

/** Nodes listed without `--all`: more would push the rest of the plan off a screen. */
const NODES_SHOWN = 20;

/** `slipway plan`. */
export function renderPlan(view: PlanView, style: Style): string[] {
  if (view.outcome === "nothing_to_do") return nothing(view, style);
  const stops = view.problems.some((found) => found.severity === "error");
  const end = stops
    ? [
        paint(
          style,
          "bold",
          words(style, "cli.plan_stops", { count: view.problems.filter((found) => found.severity === "error").length }),
        ),
      ]
    : next(view, style);
  return [...planBody(view, style), ...end];
}

/** The plan without its last line: what `deploy` shows before it asks. */
export function planBody(view: PlanView, style: Style): string[] {
  const top = [
    ...head(view, style),
    ...leftOutLines(style, view.leftOut),
    ...warnings(view, style),
    ...problemLines(style, view.problems),
  ];
  const build = buildLines(view, style);
  const rows = labelRows(style, rowsOf(view, style));
  return [...top, ...(build.length ? ["", ...build] : []), ...rows];
}

function head(view: PlanView, style: Style): string[] {
  const from = view.from
    ? words(style, "cli.from_live", {
        release: view.from.number,
        commit: short(view.from.commit),
        age: age(view.at.getTime() - (view.from.liveSince ?? view.at).getTime(), style.lang),
      })
    : words(style, "cli.from_nothing");
  const release = view.release === null ? "" : `r${view.release} `;
  const text = `${view.environment}: ${from} -> ${release}${short(view.to.commit)} ${view.to.subject}`;
  return [paint(style, "bold", cut(text, style.width))];
}

const warnings = (view: PlanView, style: Style): string[] =>
  view.warnings.flatMap((text) =>
    wrap(render(text, style.lang), style.width - 2).map(
      (line, index) => `${index === 0 ? mark(style, "warn") : " "} ${line}`,
    ),
  );

function buildLines(view: PlanView, style: Style): string[] {
  const nodes = view.nodes.filter((node) => node.action === "build");
  if (nodes.length === 0) return [];
  const shown = style.all ? nodes : nodes.slice(0, NODES_SHOWN);
  const columns = {
    name: longest(
      shown.map((node) => node.name),
      30,
    ),
    kind: longest(
      shown.map((node) => node.materialized),
      17,
    ),
  };
  const lines = shown.map((node) => nodeLine(node, style, columns));
  const more = nodes.length - shown.length;
  return [
    words(style, "cli.build", { count: nodes.length }),
    ...lines,
    ...(more > 0 ? [`  ${words(style, "cli.and_more", { count: more, option: "--all" })}`] : []),
    ...(style.all ? reusedLines(view, style, columns) : []),
  ];
}

const longest = (texts: string[], most: number): number => Math.min(most, Math.max(0, ...texts.map(width)));

interface NodeColumns {
  name: number;
  kind: number;
}

function nodeLine(node: PlanNode, style: Style, columns: NodeColumns): string {
  const time = node.estimateMs === null ? "" : estimate(node.estimateMs, style.lang);
  const left = `${pad(cut(node.name, columns.name), columns.name)}  ${pad(cut(node.materialized, columns.kind), columns.kind)}  `;
  const room = style.width - 4 - width(left) - (time ? 9 : 0);
  const reason = cut(nodeReason(node, style), room);
  const right = time ? paint(style, "dim", padStart(time, 9)) : "";
  return `  ${mark(style, "build")} ${left}${time ? pad(reason, room) : reason}${right}`.trimEnd();
}

function nodeReason(node: PlanNode, style: Style): string {
  const how =
    node.how === "in_place"
      ? [words(style, "cli.how_in_place")]
      : node.materialized === "incremental" && node.how
        ? [words(style, node.how === "full" ? "cli.how_full" : "cli.how_clone")]
        : [];
  return [...node.reasons.map((reason) => render(reason, style.lang)), ...how].join(style.lang === "ja" ? "、" : "; ");
}

function reusedLines(view: PlanView, style: Style, columns: NodeColumns): string[] {
  const nodes = view.nodes.filter((node) => node.action === "reuse");
  const name = longest(
    nodes.map((node) => node.name),
    30,
  );
  return [
    words(style, "cli.reuse", { count: nodes.length }),
    ...nodes.map((node) => {
      const from = node.reusedFrom?.live
        ? words(style, "cli.reuse_live_one", { environment: view.environment })
        : words(style, "cli.reuse_built_one", { environment: node.reusedFrom?.environment ?? null });
      return `  ${mark(style, "reuse")} ${pad(cut(node.name, name), name)}  ${pad(node.materialized, columns.kind)}  ${from}`;
    }),
  ];
}

function rowsOf(view: PlanView, style: Style): { label: string; text: string }[] {
  const room = style.width - 16;
  const { publish, unpublish, adopt, rollback } = view;
  return [
    ...reuse(view, style),
    ...(publish.length
      ? [
          {
            label: words(style, "cli.publish", { count: publish.length }),
            text: `${mark(style, "publish")} ${nameList(publish, room)}`,
          },
        ]
      : []),
    ...(adopt.length
      ? [
          {
            label: words(style, "cli.adopt", { count: adopt.length }),
            text: `${mark(style, "warn")} ${words(style, "cli.adopt_how", { names: nameList(adopt, room - 30) })}`,
          },
        ]
      : []),
    ...unpublish.map((name, index) => ({
      label: index === 0 ? words(style, "cli.unpublish", { count: unpublish.length }) : "",
      text: `${mark(style, "remove")} ${name.schema}.${name.name}${name.why ? `: ${render(name.why, style.lang)}` : ""}`,
    })),
    ...impact(view, style),
    { label: words(style, "cli.checks"), text: words(style, "cli.checks_are", view.checks) },
    {
      label: words(style, "cli.rollback"),
      text: words(style, "cli.rollback_class", {
        kind: rollback.kind,
        to: rollback.to,
        why: rollback.why.map((text) => render(text, style.lang)).join(comma(style)),
      }),
    },
    {
      label: words(style, "cli.time"),
      text: words(style, "cli.time_is", {
        estimate: view.estimateMs === null ? null : estimate(view.estimateMs, style.lang),
      }),
    },
  ];
}

function reuse(view: PlanView, style: Style): { label: string; text: string }[] {
  const nodes = view.nodes.filter((node) => node.action === "reuse");
  if (nodes.length === 0) return [];
  const live = nodes.filter((node) => node.reusedFrom?.live).length;
  const built = new Map<string | null, number>();
  for (const node of nodes) {
    if (node.reusedFrom?.live) continue;
    const environment = node.reusedFrom?.environment ?? null;
    built.set(environment, (built.get(environment) ?? 0) + 1);
  }
  const parts = [
    ...(live ? [words(style, "cli.reuse_live", { count: live, environment: view.environment })] : []),
    ...[...built].map(([environment, count]) => words(style, "cli.reuse_built", { count, environment })),
  ];
  const all = style.all ? "" : ` (${words(style, "cli.all_lists")})`;
  return [
    {
      label: words(style, "cli.reuse", { count: nodes.length }),
      text: `${mark(style, "reuse")} ${parts.join(comma(style))}${all}`,
    },
  ];
}

function impact(view: PlanView, style: Style): { label: string; text: string }[] {
  const parts = [
    ...view.impact.exposures.map((exposure) => words(style, "cli.impact_exposure", exposure)),
    ...view.impact.datasets.map(({ owner, names }) =>
      words(style, "cli.impact_datasets", { count: names.length, owner }),
    ),
  ];
  return parts.length ? [{ label: words(style, "cli.impact"), text: parts.join(comma(style)) }] : [];
}

function next(view: PlanView, style: Style): string[] {
  const { environment, kind, release } = view;
  const act = kind === "promote" ? `slipway promote r${release} --to ${environment}` : `slipway ${kind} ${environment}`;
  const explain = `slipway plan ${environment} --explain NODE`;
  const [first, why] = [
    words(style, "cli.plan_next", { planId: view.planId, act }),
    words(style, "cli.plan_why", { explain }),
  ];
  const line = `${first}   ${why}`;
  return width(line) <= style.width ? [line] : [first, why];
}

const nothing = (view: PlanView, style: Style): string[] =>
  view.from
    ? [...leftOutLines(style, view.leftOut), words(style, "cli.plan_nothing", ref(view.environment, view.from))]
    : planBody(view, style);
