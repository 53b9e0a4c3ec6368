// The options of dbt's commands: which Slipway reads, which it hands on, which change nothing here, and which it decides itself.
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";

/** Commands that build or test: their nodes and tests are planned. */
export type BuildKind = "seed" | "run" | "test" | "build" | "snapshot";
/** Commands that look at the candidate, or act beside it. */
export type SideKind = "source freshness" | "docs generate" | "run-operation" | "compile" | "ls" | "show";
/** Commands whose work is part of every run's first step. */
export type ReadyKind = "deps" | "parse" | "debug" | "clean";
export type CommandKind = BuildKind | SideKind | ReadyKind;

export type OptionName =
  | "select"
  | "exclude"
  | "resource_type"
  | "exclude_resource_type"
  | "full_refresh"
  | "fail_fast"
  | "threads"
  | "vars"
  | "macro"
  | "args"
  /** Goes to dbt as it is. */
  | "rest";

export interface Option {
  name: OptionName | "ignored";
  takes: "nothing" | "one" | "many";
}

export interface Refusal {
  refused: Text;
}

const select: Option = { name: "select", takes: "many" };
const exclude: Option = { name: "exclude", takes: "many" };
const types: Option = { name: "resource_type", takes: "many" };
const withoutTypes: Option = { name: "exclude_resource_type", takes: "many" };
const failFast: Option = { name: "fail_fast", takes: "nothing" };
const rest: Option = { name: "rest", takes: "one" };
const flag: Option = { name: "rest", takes: "nothing" };
const ignored: Option = { name: "ignored", takes: "nothing" };
const ignoredValue: Option = { name: "ignored", takes: "one" };

const selecting = {
  "--select": select,
  "-s": select,
  "--models": select,
  "--model": select,
  "-m": select,
  "--exclude": exclude,
};
const typed = {
  "--resource-type": types,
  "--resource-types": types,
  "--exclude-resource-type": withoutTypes,
  "--exclude-resource-types": withoutTypes,
};
const everywhere: Record<string, Option> = {
  "--vars": { name: "vars", takes: "one" },
  "--threads": { name: "threads", takes: "one" },
};
const failing = { "--fail-fast": failFast, "-x": failFast, "--no-fail-fast": ignored };
const refreshing: Record<string, Option> = {
  "--full-refresh": { name: "full_refresh", takes: "nothing" },
  "-f": { name: "full_refresh", takes: "nothing" },
};

/** Where nothing is built there is nothing to stop. */
const looking = { "--fail-fast": ignored, "-x": ignored, "--no-fail-fast": ignored };
const compiling = { "--inline": rest, "--output": rest, "--full-refresh": flag, "-f": flag };

const BY_KIND: Record<CommandKind, Record<string, Option>> = {
  seed: { ...selecting, ...failing, ...refreshing, "--show": ignored },
  run: { ...selecting, ...failing, ...refreshing },
  build: { ...selecting, ...typed, ...failing, ...refreshing, "--show": ignored },
  test: { ...selecting, ...typed, ...failing },
  snapshot: { ...selecting, ...failing },
  "source freshness": { ...selecting, ...looking },
  "docs generate": {
    ...selecting,
    ...looking,
    "--no-compile": ignored,
    "--compile": ignored,
    "--static": flag,
    "--empty-catalog": flag,
  },
  "run-operation": { ...looking, "--args": { name: "args", takes: "one" }, "--sql": rest },
  compile: {
    ...selecting,
    ...typed,
    ...looking,
    ...compiling,
    "--inject-ephemeral-ctes": flag,
    "--no-inject-ephemeral-ctes": flag,
  },
  ls: { ...selecting, ...typed, ...looking, "--output": rest, "--output-keys": { name: "rest", takes: "many" } },
  show: { ...selecting, ...looking, ...compiling, "--inline-direct": rest, "--limit": rest },
  deps: looking,
  parse: looking,
  debug: { ...looking, "--connection": ignored, "--config-dir": ignored },
  clean: { ...looking, "--clean-project-files-only": ignored, "--no-clean-project-files-only": ignored },
};

/** What only concerns dbt's own output and caches. */
const NO_EFFECT: Record<string, Option> = {
  ...Object.fromEntries(
    `--quiet -q --no-quiet --debug -d --no-debug --print --no-print --use-colors --no-use-colors --use-colors-file --no-use-colors-file
    --version-check --no-version-check --partial-parse --no-partial-parse --populate-cache --no-populate-cache --cache-selected-only
    --no-cache-selected-only --static-parser --no-static-parser --write-json --no-write-json --no-defer --no-favor-state --no-empty
    --send-anonymous-usage-stats --no-send-anonymous-usage-stats --introspect --no-introspect --no-warn-error --no-store-failures
    --hints-enabled --no-hints-enabled --log-cache-events --no-log-cache-events --macro-debugging --no-macro-debugging
    --partial-parse-file-diff --no-partial-parse-file-diff --single-threaded --no-single-threaded --snowflake-projects-otel
    --no-snowflake-projects-otel --show-all-deprecations --no-show-all-deprecations --use-experimental-parser --no-use-experimental-parser
    --no-use-v2-parser --use-fast-test-edges --no-use-fast-test-edges --upload-to-artifacts-ingest-api --no-upload-to-artifacts-ingest-api
    --show-resource-report --no-show-resource-report --export-saved-queries --no-export-saved-queries --include-saved-query
    --no-include-saved-query`
      .split(/\s+/)
      .map((name) => [name, ignored]),
  ),
  ...Object.fromEntries(
    `--log-level --log-level-file --log-format --log-format-file --log-file-max-bytes --printer-width --maximum-seed-size-mib
    --partial-parse-file-path --record-timing-info -r --sqlparse`
      .split(/\s+/)
      .map((name) => [name, ignoredValue]),
  ),
};

const refusals: [string, () => Text][] = [
  ["--target -t --profile --profiles-dir --project-dir", () => say("job.refused_place")],
  ["--target-path --log-path --output-dir", () => say("job.refused_paths")],
  ["--state --defer --favor-state --defer-state", () => say("job.refused_state")],
  ["--empty --sample --event-time-start --event-time-end", () => say("job.refused_part")],
  ["--selector", () => say("job.refused_selector")],
  ["--indirect-selection", () => say("job.refused_indirect")],
  ["--store-failures", () => say("job.refused_store_failures")],
  ["--warn-error --warn-error-options", () => say("job.refused_warn_error")],
  ["--use-v2-parser --v2-parser", () => say("job.refused_parser")],
  ["--upgrade --lock --add-package", () => say("job.refused_lock")],
];
const REFUSED = new Map(refusals.flatMap(([names, why]) => names.split(" ").map((name) => [name, why] as const)));

/** Names that mean something else to other commands. */
const OF_ONE_KIND: Record<string, () => Text> = {
  "source freshness --output": () => say("job.refused_paths"),
  "source freshness -o": () => say("job.refused_paths"),
  "deps --source": () => say("job.refused_lock"),
};

/** What an option means for a command (null: before the command); null when dbt has no such option there. */
export function optionOf(kind: CommandKind | null, name: string): Option | Refusal | null {
  const why = REFUSED.get(name) ?? OF_ONE_KIND[`${kind} ${name}`];
  if (why) return { refused: why() };
  return known(kind)[name] ?? NO_EFFECT[name] ?? null;
}

/** For "did you mean". */
export const optionsOf = (kind: CommandKind | null): string[] => [...Object.keys(known(kind)), ...REFUSED.keys()];

const known = (kind: CommandKind | null): Record<string, Option> =>
  kind === null ? { ...everywhere, ...failing } : { ...everywhere, ...BY_KIND[kind] };
