// Upkeep as data: what the server does to itself daily, weekly and monthly, what came of it, and what goes. Pure.
import type { Text } from "../lib/text.ts";

export const UPKEEP_PERIODS = ["daily", "weekly", "monthly"] as const;
export type UpkeepPeriod = (typeof UPKEEP_PERIODS)[number];

/**
 * `logs`: rotates logs. `clean`: empties folders of old runs. `gc`: drops what no release needs. `optimize`: CHECKPOINT of DuckDB, VACUUM
 * and ANALYZE of PostgreSQL. `compact`: writes a DuckDB file anew without its gaps. `disk`: looks how long the disk lasts.
 */
export const UPKEEP_TASKS = ["logs", "clean", "gc", "optimize", "compact", "disk"] as const;
export type UpkeepTaskName = (typeof UPKEEP_TASKS)[number];

export interface UpkeepRules {
  /** Null: off. */
  periods: Record<UpkeepPeriod, { cron: string; tasks: UpkeepTaskName[] } | null>;
  keepRunsMs: number;
  keepArtifactsMs: number;
  maxSizeBytes: number;
  warnBelowBytes: number;
}

/** `noted`: due before this installation looked after itself, so nothing was done. */
export type UpkeepState = "running" | "done" | "failed" | "noted";

/** What one task came to. */
export interface UpkeepTask {
  task: UpkeepTaskName;
  ok: boolean;
  freedBytes: number;
  /** Of the state folder's disk; only of `disk`. */
  freeBytes: number | null;
  /** The machine whose disk it is; only of `disk`. */
  host?: string;
  /** One sentence per thing done or not done. */
  notes: Text[];
  ms: number;
}

/** The folder of a run as it stands on the disk. */
export interface RunFolder {
  runId: number;
  /** End of the run; null: it has not ended, so nothing of it goes. */
  endedAt: Date | null;
  sizeBytes: number;
  /** Of dbt's files in it. */
  artifactBytes: number;
  /** The last of an environment, or what is live: people look there first. */
  needed: boolean;
}

export interface FolderPlan {
  remove: RunFolder[];
  /** Only dbt's files go. */
  empty: RunFolder[];
}

/** Old folders go, younger ones lose what dbt left in them; above the size the oldest go first. */
export function planFolders(
  folders: readonly RunFolder[],
  rules: Pick<UpkeepRules, "keepRunsMs" | "keepArtifactsMs" | "maxSizeBytes">,
  now: Date,
): FolderPlan {
  const free = folders
    .filter((folder) => folder.endedAt !== null && !folder.needed)
    .sort((a, b) => a.endedAt!.getTime() - b.endedAt!.getTime() || a.runId - b.runId);
  const age = (folder: RunFolder): number => now.getTime() - folder.endedAt!.getTime();
  const remove = free.filter((folder) => age(folder) > rules.keepRunsMs);
  const stay = free.filter((folder) => age(folder) <= rules.keepRunsMs);
  const empty = stay.filter((folder) => age(folder) > rules.keepArtifactsMs && folder.artifactBytes > 0);
  let bytes = folders.reduce((sum, folder) => sum + folder.sizeBytes, 0);
  bytes -= remove.reduce((sum, folder) => sum + folder.sizeBytes, 0);
  bytes -= empty.reduce((sum, folder) => sum + folder.artifactBytes, 0);
  for (const folder of stay) {
    if (bytes <= rules.maxSizeBytes) break;
    bytes -= empty.includes(folder) ? folder.sizeBytes - folder.artifactBytes : folder.sizeBytes;
    remove.push(folder);
  }
  return { remove, empty: empty.filter((folder) => !remove.includes(folder)) };
}

/** A disk that lasts for fewer days is short, however much is free. */
const DAYS_MIN = 3;
/** Builds take room and give it back: what is short stays so until there is this much more. */
const ROOM_AGAIN = { factor: 1.1, days: 1 };

/** `before`: it was short when it was last looked at. */
export function isShort(
  disk: { freeBytes: number; days: number | null },
  warnBelowBytes: number,
  before: boolean,
): boolean {
  const roomBytes = before ? warnBelowBytes * ROOM_AGAIN.factor : warnBelowBytes;
  const days = before ? DAYS_MIN + ROOM_AGAIN.days : DAYS_MIN;
  return disk.freeBytes < roomBytes || (disk.days !== null && disk.days < days);
}

const DAY_MS = 86_400_000;
/** Days of history that say something about the next ones. */
const TREND_DAYS = 7;
/** Further ahead than this nobody can see. */
const DAYS_SHOWN_MAX = 365;

/** For how many days the room lasts at the pace of the last week; null while it does not shrink, or nothing is known yet. */
export function daysLeft(
  seen: readonly { at: Date; freeBytes: number }[],
  now: Date,
  freeBytes: number,
): number | null {
  const recent = seen.filter(({ at }) => now.getTime() - at.getTime() <= TREND_DAYS * DAY_MS);
  const first = recent.reduce<(typeof recent)[number] | null>((a, b) => (a && a.at <= b.at ? a : b), null);
  if (!first || now.getTime() - first.at.getTime() < DAY_MS / 2) return null;
  const perDay = ((first.freeBytes - freeBytes) / (now.getTime() - first.at.getTime())) * DAY_MS;
  const days = perDay > 0 ? Math.floor(freeBytes / perDay) : Number.POSITIVE_INFINITY;
  return days > DAYS_SHOWN_MAX ? null : days;
}
