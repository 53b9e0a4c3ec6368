// Views of the commands around a release: init, doctor, gc, eject, db, cancel, unlock, resume.
import type { Text } from "../../lib/text.ts";
import type { RunKind, RunPhase } from "../records.ts";
import type { ReleaseRef, ViewBase } from "./base.ts";

export interface InitView extends ViewBase {
  /** Absolute folder of dbt_project.yml. */
  projectDir: string;
  project: string;
  dbtVersion: string | null;
  /** `dbt-duckdb 1.11.1`. */
  adapter: string | null;
  profile: string;
  targets: { name: string; isDefault: boolean; type: string }[];
  /** Files made or changed, relative to projectDir; `kept` = was there already. */
  files: { path: string; change: "created" | "changed" | "kept" }[];
  environments: string[];
}

export interface DoctorView extends ViewBase {
  checks: DoctorCheck[];
  totals: { ok: number; warnings: number; problems: number };
}

export interface DoctorCheck {
  /** `versions`, `profile`, `connection`, `rights`, `disk`, `state`, `locks`, ..: stable in JSON. */
  id: string;
  status: "ok" | "warning" | "problem";
  message: Text;
  /** What to do, possibly with a command. */
  remedy: Text | null;
}

export interface GcView extends ViewBase {
  /** Null: all environments of the project. */
  environment: string | null;
  runId: number | null;
  /** False: only shown (no confirmation yet, or `--dry-run`). */
  applied: boolean;
  remove: GcItem[];
  /** Sum over `remove` where known. */
  freedBytes: number;
  /** True when some sizes are unknown to the warehouse. */
  atLeast: boolean;
  /** Releases that can no longer be rolled back to. */
  releasesCollected: number[];
  keep: { versions: number; sizeBytes: number; releases: number };
  /** Dropped relations that could not be dropped now (someone depends on them). */
  left: { relation: string; why: Text }[];
  /** Of `--forget`: a warehouse of which nothing is said any more; nothing was removed there. */
  forgotten?: { warehouse: string; versions: number };
  totalMs: number;
}

export interface GcItem {
  relation: string;
  node: string;
  key: string;
  sizeBytes: number | null;
  /** Why no release needs it. */
  why: Text;
}

export interface EjectView extends ViewBase {
  environment: string;
  runId: number | null;
  serves: ReleaseRef;
  /** Published names and what they are now. */
  names: { name: string; materialized: "table" | "view" }[];
  /** Relations and schemas of Slipway's layer that are gone. */
  removedVersions: number;
  removedSchemas: string[];
  totalMs: number;
}

export interface DbView extends ViewBase {
  action: "current" | "history" | "upgrade" | "downgrade";
  /** `embedded` or the server's host and database, no secrets. */
  database: string;
  current: string | null;
  head: string;
  /** Oldest first; for `upgrade` and `downgrade` those that ran, in the order they ran. */
  migrations: { name: string; appliedAt: Date | null; direction: "up" | "down" | null }[];
}

export interface CancelView extends ViewBase {
  environment: string;
  /** Runs that were stopped; [] when none was running. */
  stopped: { runId: number; kind: RunKind; phase: RunPhase; actor: string; host: string; pid: number }[];
  serves: ReleaseRef | null;
  /** Warehouse statements that were ended. */
  statementsEnded: number;
}

export interface UnlockProposal {
  environment: string;
  timezone: string;
  at: Date;
  leases: LeaseView[];
}

export interface LeaseView {
  name: string;
  holder: string;
  what: string;
  host: string;
  pid: number;
  /** Null: cannot be known from here (another host). */
  alive: boolean | null;
  acquiredAt: Date;
  expiresAt: Date;
}

export interface UnlockView extends ViewBase {
  environment: string;
  /** Leases released; [] when nothing was held. */
  released: LeaseView[];
}

export interface ResumeView extends ViewBase {
  environment: string;
  /** False: it was not paused. */
  wasPaused: boolean;
  serves: ReleaseRef | null;
}
