// `releases`: the table of an environment's releases, newest first.
import type { ReleaseRow, ReleasesView } from "../../core/views/status.ts";
import { digits } from "../../text/words.ts";
import { age, day, short } from "./format.ts";
import { table } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { type Style, words } from "./style.ts";

export function renderReleases(view: ReleasesView, style: Style): string[] {
  if (view.releases.length === 0) return [words(style, "cli.no_releases", { environment: view.environment })];
  const columns = [
    { head: words(style, "cli.head_release") },
    { head: words(style, "cli.head_state") },
    { head: words(style, "cli.head_commit") },
    { head: words(style, "cli.head_message"), flexible: true },
    { head: words(style, "cli.head_built"), align: "right" as const },
    { head: words(style, "cli.head_reused"), align: "right" as const },
    { head: words(style, "cli.head_tests"), align: "right" as const },
    { head: words(style, "cli.head_live"), align: "right" as const },
  ];
  const rows = view.releases.map((row) => cells(row, view, style));
  return [...table(columns, rows, style.width), ...problemLines(style, view.problems)];
}

function cells(row: ReleaseRow, view: ReleasesView, style: Style): string[] {
  const name = `r${row.number}`;
  const what = row.kind === "refresh" ? "refresh" : row.subject;
  if (row.collectedAt)
    return [
      name,
      "gone",
      short(row.commit),
      words(style, "cli.collected", { kind: what, time: day(row.collectedAt, view) }),
    ];
  const live =
    row.state === "live" ? words(style, "cli.live_now") : row.liveMs === null ? "-" : age(row.liveMs, style.lang);
  return [name, row.state, short(row.commit), what, digits(row.built), digits(row.reused), verdict(row), live];
}

/** dbt's own words for results are never translated in tables. */
function verdict({ tests, verdict: kind }: ReleaseRow): string {
  if (!tests || tests.total === 0) return kind ?? "-";
  if (tests.errored) return `${tests.errored} error`;
  if (tests.failed) return `${tests.failed} fail`;
  return tests.warned ? `${tests.warned} warn` : "pass";
}
