// What could hurt in a plan, said before everything else: few lines however large the project is.
import { KEY_FORMAT } from "../../core/keys/key.ts";
import { firstNames, sourceName } from "../../core/keys/reasons.ts";
import { REASON_NAMES_MAX } from "../../core/limits.ts";
import { actionsOf } from "../../core/plan/plan.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { Draft } from "./draft.ts";

/** `otherFormat`: how many nodes are built although only the format of keys changed. */
export function planWarnings(draft: Draft, otherFormat: number): Text[] {
  return [
    ...(draft.plan.nodes.length === 0 ? [say("plan.warn_empty", { target: draft.plan.target })] : []),
    ...historyWarnings(draft),
    ...(draft.record.paused && draft.plan.kind !== "refresh"
      ? [say("plan.warn_paused", { environment: draft.record.name })]
      : []),
    ...snapshotWarnings(draft),
    ...(otherFormat > 0 ? [say("plan.warn_key_format", { format: KEY_FORMAT, count: otherFormat })] : []),
    ...tokenWarnings(draft),
    ...fileWarnings(draft.keyed.untrackedFiles),
    ...hookWarnings(draft),
  ];
}

/** A table that grew for years under plain dbt may hold what nothing can build again. Snapshots are taken over; these are not. */
function historyWarnings({ plan }: Draft): Text[] {
  const adopted = new Set(actionsOf(plan, "adopt").map((action) => action.node));
  const built = new Set(actionsOf(plan, "build").map((action) => action.node));
  const grown = plan.nodes.filter(
    ({ node, materialized }) => materialized === "incremental" && built.has(node) && adopted.has(node),
  );
  return grown.length === 0
    ? []
    : [
        say("plan.warn_history", {
          count: grown.length,
          names: firstNames(grown.map(({ node }) => shortName(node)).sort()),
        }),
      ];
}

/** The first time nobody reads it yet. */
const snapshotWarnings = (draft: Draft): Text[] =>
  actionsOf(draft.plan, "snapshot")
    .filter(({ node }) => draft.live?.nodes.some((one) => one.node === node))
    .map((action) => say("plan.warn_snapshot", { name: shortName(action.node), copy: action.copy !== null }));

/** Sources whose data nothing cheap stands for; said only where something is built or refreshed because of it. */
function tokenWarnings(draft: Draft): Text[] {
  const unknown = Object.entries(draft.plan.tokens).filter(
    ([node, token]) => node.startsWith("source.") && token.confidence === "none",
  );
  if (unknown.length > REASON_NAMES_MAX)
    return [
      say("plan.warn_no_tokens", {
        count: unknown.length,
        names: firstNames(unknown.map(([node]) => sourceName(node))),
      }),
    ];
  return unknown.map(([node, token]) =>
    say("plan.warn_no_token", { source: sourceName(node), why: token.why ?? token.kind }),
  );
}

function fileWarnings(files: string[]): Text[] {
  if (files.length > REASON_NAMES_MAX)
    return [say("plan.warn_untracked_files", { count: files.length, names: firstNames(files) })];
  return files.map((file) => say("plan.warn_untracked_file", { file }));
}

function hookWarnings(draft: Draft): Text[] {
  const builds = actionsOf(draft.plan, "build").length + actionsOf(draft.plan, "snapshot").length;
  const hooks = Object.values(draft.ingested.manifest.nodes).filter((node) => node.resource_type === "operation");
  return builds > 0 && hooks.length > 0 ? [say("plan.warn_hooks", { count: hooks.length })] : [];
}
