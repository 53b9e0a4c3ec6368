// `status`: one sentence per environment, and below it what it rests on.
import type { ReleaseRef } from "../../core/views/base.ts";
import type { Condition, EnvironmentStatus, StatusView } from "../../core/views/status.ts";
import type { Zone } from "./format.ts";
import { age, clock, clockZone, short, weekday } from "./format.ts";
import { cut, wrap } from "./layout.ts";
import { countParts, problemLines } from "./parts.ts";
import { comma, type Mark, mark, paint, type Style, words } from "./style.ts";

export function renderStatus(view: StatusView, style: Style): string[] {
  return [
    ...view.environments.flatMap((environment) => environmentLines(environment, view, style)),
    ...problemLines(style, view.problems),
  ];
}

function environmentLines(status: EnvironmentStatus, zone: Zone, style: Style): string[] {
  const head = statusSentence(status, zone, style);
  const lines = wrap(head, style.width - 2).map(
    (line, index) => `${index === 0 ? mark(style, markOf(status)) : " "} ${paint(style, "bold", line)}`,
  );
  return [...lines, ...below(status, zone, style).flatMap((line) => wrap(`  ${line}`, style.width, "    "))];
}

/** The one sentence: the same on the terminal, on pages and in mails. */
export function statusSentence(status: EnvironmentStatus, zone: Zone, style: Pick<Style, "lang">): string {
  const { environment, live } = status;
  const sentence = conditionText(status.condition, environment, zone, style);
  if (!live || status.condition.kind === "never_deployed") return sentence;
  const since = words(style, "cli.status_release", {
    release: live.number,
    time: clock(live.liveSince ?? zone.at, zone),
  });
  return `${sentence}: ${since}`;
}

function conditionText(condition: Condition, environment: string, zone: Zone, style: Pick<Style, "lang">): string {
  switch (condition.kind) {
    case "fine":
      return words(style, "cli.status_fine", { environment });
    case "newer_held":
      return words(style, "cli.status_newer_held", {
        environment,
        release: condition.release,
        time: clock(condition.since, zone),
      });
    case "partly_held":
      return words(style, "cli.status_partly_held", {
        environment,
        nodes: condition.nodes,
        time: clock(condition.since, zone),
      });
    case "serves_failed":
      return words(style, "cli.status_serves_failed", { environment, nodes: condition.nodes });
    case "stale":
      return words(style, "cli.status_stale", { environment });
    case "switching":
      return words(style, "cli.status_switching", { environment });
    case "not_seen":
      return words(style, "cli.status_not_seen", { environment, time: clock(condition.since, zone) });
    case "never_deployed":
      return words(style, "cli.status_never", { environment });
  }
}

const markOf = (status: EnvironmentStatus): Mark =>
  ({
    fine: "ok",
    newer_held: "warn",
    partly_held: "warn",
    serves_failed: "no",
    stale: "warn",
    switching: "publish",
    not_seen: "no",
    never_deployed: "remove",
  })[status.condition.kind] as Mark;

function below(status: EnvironmentStatus, zone: Zone, style: Style): string[] {
  const { live, next, environment, rollbackTo } = status;
  return [
    ...(live ? [commitLine(status, live, style), facts(status, zone, style)] : []),
    ...status.stale.map((source) => {
      const [past, max] = [age(source.ageMs, style.lang), age(source.maxMs, style.lang)];
      return words(style, "cli.status_stale_source", { name: source.name, age: past, max });
    }),
    ...runs(status, zone, style),
    ...(rollbackTo === null
      ? []
      : [words(style, "cli.status_undo", { release: rollbackTo, command: `slipway rollback ${environment}` })]),
    ...(status.paused ? [words(style, "cli.status_paused", { command: `slipway resume ${environment}` })] : []),
    ...(next
      ? [words(style, "cli.status_next", { job: next.job, time: weekday(next.at, zone.timezone, style.lang) })]
      : []),
  ];
}

function commitLine({ actor, reason }: EnvironmentStatus, live: ReleaseRef, style: Style): string {
  const text = words(style, "cli.status_by", { commit: short(live.commit), subject: live.subject, actor, reason });
  return cut(text, style.width - 2);
}

/** What is going on there, and what was cut off. */
function runs({ running, interrupted }: EnvironmentStatus, zone: Zone, style: Style): string[] {
  const going = running && {
    kind: running.kind,
    run: running.runId,
    phase: running.phase,
    age: age(zone.at.getTime() - running.startedAt.getTime(), style.lang),
    actor: running.actor,
  };
  const cutOff = interrupted && { kind: interrupted.kind, run: interrupted.runId, phase: interrupted.phase };
  return [
    ...(going ? [words(style, "cli.status_running", going)] : []),
    ...(cutOff ? [words(style, "cli.status_interrupted", cutOff)] : []),
  ];
}

function facts(status: EnvironmentStatus, zone: Zone, style: Style): string {
  const { tests, dataAsOf } = status;
  const parts = [
    tests && tests.total > 0
      ? words(style, "cli.status_tests", { parts: countParts(style, tests) })
      : words(style, "cli.status_no_tests"),
    ...(dataAsOf ? [words(style, "cli.status_data", { time: clockZone(dataAsOf, zone) })] : []),
    ...(dataAsOf && status.stale.length === 0 ? [words(style, "cli.status_all_fresh")] : []),
  ];
  return parts.join(comma(style));
}
