// The last block of a deployment, refresh or promotion: what was done, what consumers see, the way back or the next step.
import type { ReleaseRef } from "../../core/views/base.ts";
import type { BuildSummary, DeployView, VerifySummary } from "../../core/views/deploy.ts";
import { render } from "../../text/catalogue.ts";
import { clockZone, duration, short } from "./format.ts";
import { width, wrap } from "./layout.ts";
import { countParts, errorLines, findingLines, leftOutLines, problemLines, ref, stage, timed } from "./parts.ts";
import { mark, paint, type Style, words } from "./style.ts";

/** Failing tests and nodes shown; the rest is in `show`. */
const FINDINGS_SHOWN = 10;

export function renderDeploy(view: DeployView, style: Style): string[] {
  if (view.outcome === "nothing_to_do") return nothingToDo(view, style);
  return [
    ...(view.build.ms > 0 || view.build.errors.length > 0 ? buildStage(view.build, style) : []),
    ...(view.verify ? verifyStage(view.verify, style) : []),
    ...promoteStage(view, style),
    ...verdict(view, style),
    ...problemLines(style, view.problems),
    ...(view.promote ? warningLines(view, style) : []),
    ...after(view, style),
  ];
}

function buildStage(build: BuildSummary, style: Style): string[] {
  const ok = build.failed === 0 && build.errors.length === 0;
  const line = stage(style, ok, words(style, "cli.stage_build"), words(style, "cli.built", build));
  return [
    timed(style, line, duration(build.ms, style.lang, { decimals: true })),
    ...build.errors.slice(0, FINDINGS_SHOWN).flatMap((error) => errorLines(error, style)),
    ...more(build.errors.length, style),
  ];
}

function verifyStage(verify: VerifySummary, style: Style): string[] {
  const bad = verify.findings.filter((test) => test.status === "fail" || test.status === "error");
  const text = words(style, "cli.tested", { total: verify.counts.total, parts: countParts(style, verify.counts) });
  return [
    timed(
      style,
      stage(style, bad.length === 0, words(style, "cli.stage_verify"), text),
      duration(verify.ms, style.lang, { decimals: true }),
    ),
    ...bad.slice(0, FINDINGS_SHOWN).flatMap((test) => findingLines(style, test)),
    ...more(bad.length, style),
  ];
}

const more = (count: number, style: Style): string[] =>
  count > FINDINGS_SHOWN ? [`  ${words(style, "cli.more_problems", { count: count - FINDINGS_SHOWN })}`] : [];

function promoteStage({ promote }: DeployView, style: Style): string[] {
  if (!promote) return [];
  const switchTime = duration(promote.switchMs, style.lang, { fine: true });
  const text = words(style, "cli.promoted", { ...promote, switchTime });
  const line = stage(style, true, words(style, "cli.stage_promote"), text);
  return [timed(style, line, duration(promote.ms, style.lang, { decimals: true }))];
}

function verdict(view: DeployView, style: Style): string[] {
  const { environment, promote, serves, release } = view;
  const resumed = view.resumed ? [words(style, "cli.resumed")] : [];
  const run = { run: view.runId, time: promote ? duration(view.totalMs, style.lang) : null };
  const parts =
    serves && (promote || view.outcome === "done")
      ? [servesText(view, serves, style)]
      : [
          words(style, "cli.not_changed", {
            environment,
            serves: serves ? { release: serves.number, commit: short(serves.commit) } : null,
          }),
          ...(release && release.state === "rejected"
            ? [words(style, "cli.is_rejected", { release: release.number })]
            : []),
        ];
  const sentence = [
    ...resumed,
    ...parts,
    ...(view.runId === null && run.time === null ? [] : [words(style, "cli.run_took", run)]),
  ];
  const lines = wrap(sentence.join(style.lang === "ja" ? "" : " "), style.width, "  ");
  const override = view.override
    ? wrap(`${mark(style, "warn")} ${render(view.override, style.lang)}`, style.width, "  ")
    : [];
  return [...lines.map((line) => paint(style, "bold", line)), ...override];
}

function servesText(view: DeployView, serves: ReleaseRef, style: Style): string {
  const since = view.promote?.switchedAt ?? serves.liveSince ?? view.at;
  return words(style, "cli.serves_since", { ...ref(view.environment, serves), time: clockZone(since, view) });
}

function warningLines(view: DeployView, style: Style): string[] {
  const warnings = view.verify?.findings.filter((test) => test.status === "warn") ?? [];
  if (warnings.length === 0) return [];
  const lines = warnings.slice(0, 3).map((test) => {
    const rows = test.failures === null ? "" : `: ${words(style, "cli.rows", { rows: test.failures })}`;
    return `${mark(style, "warn")} ${test.name}${rows} (${words(style, "cli.a_warning")})`;
  });
  const show = view.release ? `   slipway show r${view.release.number}` : "";
  return lines.map((line, index) =>
    index === lines.length - 1 && width(line + show) <= style.width ? line + show : line,
  );
}

function after(view: DeployView, style: Style): string[] {
  if (view.promote) {
    const command = `slipway rollback ${view.environment}`;
    return (view.rollback?.to ?? view.previous) ? [words(style, "cli.undo", { command })] : [];
  }
  const failing = view.verify?.findings.find((test) => test.status === "fail");
  const command = `slipway ${view.kind === "promote" ? "deploy" : view.kind} ${view.environment}`;
  return [
    ...(failing && view.release
      ? [words(style, "cli.rows_at", { command: `slipway show r${view.release.number} --test ${failing.name}` })]
      : []),
    ...(view.outcome === "done"
      ? []
      : wrap(words(style, "cli.next_fix", { command, again: view.buildAgain }), style.width, "  ")),
  ];
}

function nothingToDo(view: DeployView, style: Style): string[] {
  const { serves, unchanged, environment } = view;
  if (!serves) return problemLines(style, view.problems);
  const took = duration(view.totalMs, style.lang);
  if (view.kind !== "refresh" || !unchanged)
    return [
      ...leftOutLines(style, view.leftOut),
      ...wrap(words(style, "cli.nothing_to_deploy", { ...ref(environment, serves), took }), style.width, "  "),
    ];
  const time = unchanged.dataAsOf ? clockZone(unchanged.dataAsOf, view) : null;
  return wrap(words(style, "cli.nothing_new", { ...unchanged, release: serves.number, time, took }), style.width, "  ");
}
