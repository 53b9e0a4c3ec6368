// Every limit of a loop, a wait or a list, with its reason.

/** A holder that stops renewing is taken for dead after this long; three missed renewals on a busy machine still fit. */
export const LEASE_TTL_MS = 30_000;
/** How often a holder renews and looks whether it shall stop: a cancel is noticed within this time. */
export const CANCEL_POLL_MS = 1_000;
export const LEASE_WAIT_POLL_MS = 500;
/** A build waits this long for another environment's build in the same store. */
export const STORE_WAIT_MS = 3_600_000;
/** Planning waits this long for a checkout that a build is using. */
export const CHECKOUT_WAIT_MS = 600_000;
/** A DuckDB file that another program holds: long enough for a notebook cell, short enough for a person. */
export const DUCKDB_WAIT_MS = 60_000;
/** Settling waits this long for readers with older snapshots before it leaves the views as they are. */
export const SETTLE_DEADLINE_MS = 10_000;
/** Names listed in one reason of a plan. */
export const REASON_NAMES_MAX = 3;
/** Failing rows shown by `show --test`. */
export const FAILING_ROWS_MAX = 100;
/** `cancel` waits this long: a switch under way ends first, dbt gets its grace to stop statements. */
export const CANCEL_WAIT_MS = 120_000;
/** Less free disk than this is worth a warning whatever the project's size: logs, WAL and a build's temporary files. */
export const DISK_FREE_MIN_BYTES = 2_000_000_000;
/** `init DIR` looks this many folders down for dbt_project.yml. */
export const INIT_DEPTH_MAX = 4;
/** Larger files of a project are data, not code: `init` does not read them. */
export const PROJECT_FILE_BYTES_MAX = 2_000_000;
/** Runs of one job that wait, asked for by triggers: more than a day's worth of a job that can never keep up helps nobody. */
export const WAITING_RUNS_MAX = 100;
