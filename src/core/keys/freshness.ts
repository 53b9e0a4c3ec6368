// Which sources are older than their dbt freshness rules allow, judged by the times Slipway read with the data. Pure.

import type { NodeId } from "../project/relation.ts";
import type { EnvironmentStatus } from "../views/status.ts";
import { sourceName } from "./reasons.ts";
import type { Token } from "./token.ts";

interface Threshold {
  count?: number | null;
  period?: string | null;
}

const PERIOD_MS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** `sources`: those of dbt's manifest. Only tokens that are a time (`loaded_at`) say anything; the highest rule exceeded is named. */
export function staleSources(
  sources: Record<NodeId, { freshness?: unknown }>,
  tokens: Record<NodeId, Token>,
  now: Date,
): EnvironmentStatus["stale"] {
  return Object.entries(tokens).flatMap(([source, token]) => {
    const loadedAt = token.kind === "loaded_at" ? Date.parse(token.value) : Number.NaN;
    const rules = sources[source]?.freshness as
      | { warn_after?: Threshold | null; error_after?: Threshold | null }
      | null
      | undefined;
    if (Number.isNaN(loadedAt) || !rules) return [];
    const ageMs = now.getTime() - loadedAt;
    const exceeded = [rules.warn_after, rules.error_after]
      .map(thresholdMs)
      .filter((maxMs) => maxMs !== null && ageMs > maxMs);
    const maxMs = exceeded.reduce<number | null>((most, one) => Math.max(most ?? 0, one ?? 0), null);
    return maxMs === null ? [] : [{ source, name: sourceName(source), ageMs, maxMs }];
  });
}

/** True when dbt would look at a source at all: a rule of any of them has a count. */
export const hasFreshnessRules = (sources: Record<NodeId, { freshness?: unknown; config: { freshness?: unknown } }>) =>
  Object.values(sources).some((source) =>
    [source.freshness, source.config.freshness].some((rules) => {
      const { warn_after, error_after } = (rules ?? {}) as Record<string, Threshold | null | undefined>;
      return thresholdMs(warn_after) !== null || thresholdMs(error_after) !== null;
    }),
  );

function thresholdMs(rule: Threshold | null | undefined): number | null {
  const unit = PERIOD_MS[rule?.period ?? ""];
  return unit !== undefined && typeof rule?.count === "number" ? unit * rule.count : null;
}
