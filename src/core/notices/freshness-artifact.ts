// What dbt's sources.json says is stale. Pure.
import { sourceName } from "../keys/reasons.ts";
import type { EnvironmentStatus } from "../views/status.ts";

interface Threshold {
  count?: number | null;
  period?: string | null;
}

interface SourceResult {
  unique_id?: string;
  status?: string;
  max_loaded_at_time_ago_in_s?: number | null;
  criteria?: { warn_after?: Threshold | null; error_after?: Threshold | null } | null;
}

const PERIOD_MS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Sources of status `warn` and `error`; what could not be asked (`runtime error`) says nothing. [] for a text that is none. */
export function staleInArtifact(text: string): EnvironmentStatus["stale"] {
  return resultsOf(text).flatMap(({ unique_id: source, status, max_loaded_at_time_ago_in_s: seconds, criteria }) => {
    if (source === undefined || (status !== "warn" && status !== "error") || typeof seconds !== "number") return [];
    const maxMs = thresholdMs(status === "error" ? criteria?.error_after : criteria?.warn_after);
    return [{ source, name: sourceName(source), ageMs: seconds * 1000, maxMs }];
  });
}

/** Sources of which it tells whether they are fresh; null for a text that is none. */
export function askedInArtifact(text: string): string[] | null {
  if (!isArtifact(text)) return null;
  return resultsOf(text).flatMap(({ unique_id: source, status }) =>
    source !== undefined && ["pass", "warn", "error"].includes(status ?? "") ? [sourceName(source)] : [],
  );
}

function isArtifact(text: string): boolean {
  try {
    return Array.isArray((JSON.parse(text) as { results?: unknown }).results);
  } catch {
    return false;
  }
}

function resultsOf(text: string): SourceResult[] {
  try {
    const { results } = JSON.parse(text) as { results?: unknown };
    return Array.isArray(results) ? results : [];
  } catch {
    return [];
  }
}

const thresholdMs = (rule: Threshold | null | undefined): number =>
  (PERIOD_MS[rule?.period ?? ""] ?? 0) * (rule?.count ?? 0);
