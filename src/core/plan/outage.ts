// Whether a node failed for a reason that is nobody's code: the database went away, or a disk is full. Such a run gives no verdict.

/** As libpq, psycopg, PostgreSQL and DuckDB say it; none of these depends on the server's language. */
const OUTAGES = [
  /server closed the connection unexpectedly/,
  /connection to server (at|on) .* failed/,
  /(terminating connection|connection) .*due to (administrator command|unexpected postmaster exit)/,
  /could not (connect to|receive data from|send data to|translate host name)/,
  /(connection|cursor) already closed/,
  /SSL (SYSCALL error|connection has been closed unexpectedly|error: unexpected eof)/i,
  /the database system is (starting up|shutting down|in recovery mode)/,
  /No space left on device|Disk quota exceeded|File too large|not enough disk space/i,
];

/** What dbt said, when it was an outage; else null. */
export const outageIn = (message: string | null): string | null =>
  message !== null && OUTAGES.some((pattern) => pattern.test(message)) ? message : null;
