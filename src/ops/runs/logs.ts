// `slipway logs` and `slipway run logs`: lines of runs' logs, chosen as people did with grep on dbt.log.
import { logFilter } from "../../core/evidence/log-filter.ts";
import type { LogLine } from "../../core/evidence/run-log.ts";
import type { LogsRequest } from "../../core/ops/runs.ts";
import type { Run } from "../../core/records.ts";
import type { LogLineView, LogsView } from "../../core/views/runs.ts";
import { listRuns, loadRun } from "../../db/runs.ts";
import { runLogFile } from "../../flow/secrets/run-log.ts";
import type { Session } from "../../flow/session/session.ts";
import { say } from "../../text/catalogue.ts";
import { followLog, readLog } from "./read-log.ts";
import { findRun } from "./run-show.ts";
import { runListing } from "./runs.ts";

/** Runs whose logs are read without `--since`; a job each minute makes so many in a night. */
const RUNS_MAX = 500;
/** With it: a job each minute for two months. Each log is read and let go before the next. */
const RUNS_SINCE_MAX = 100_000;
/** Candidates for the slowest lines kept, in multiples of those asked for: months of logs do not fit into memory. */
const KEPT_TIMES = 20;

export async function logs(
  session: Session,
  request: LogsRequest,
  print: (line: LogLineView) => void,
): Promise<LogsView> {
  const { keeps, slowest } = logFilter(request);
  const { runs, since } = await runsOf(session, request);
  const { timezone } = session.place.config;
  const kept: LogLine[] = [];
  let lines = 0;
  const show = (line: LogLine) => {
    lines++;
    print(lineView(line, timezone));
  };
  const take = (line: LogLine) => {
    if (!keeps(line) || (since !== null && line.at < since)) return;
    if (slowest === null) return show(line);
    kept.push(line);
    if (kept.length > KEPT_TIMES * slowest) kept.splice(0, kept.length, ...slowestOf(kept, slowest));
  };
  const missing: number[] = [];
  for (const run of runs) if (!(await readRun(session, run, { take, follow: request.follow }))) missing.push(run.id);
  for (const line of slowestOf(kept, slowest ?? 0)) show(line);
  return {
    outcome: "done",
    timezone,
    at: session.ctx.clock.now(),
    problems: missingProblems(session, runs, missing),
    runs: runs.length,
    lines,
    missing,
  };
}

const slowestOf = (lines: LogLine[], count: number): LogLine[] =>
  lines.toSorted((a, b) => (b.ms ?? 0) - (a.ms ?? 0)).slice(0, count);

/** Oldest first: logs are read downwards. `since` (ISO) is of lines: a run that began before it may have failed after it. */
async function runsOf(session: Session, request: LogsRequest): Promise<{ runs: Run[]; since: string | null }> {
  if (request.run !== null) return { runs: [await findRun(session, request.run)], since: null };
  const { listing } = await runListing(session, request);
  if (listing === null) return { runs: [], since: null };
  const { since = null, ...rest } = listing;
  const wanted = since === null ? { limit: RUNS_MAX } : { liveSince: since, limit: RUNS_SINCE_MAX };
  const found = await listRuns(await session.db(), { ...rest, ...wanted });
  const begun = found.filter((run) => run.state !== "queued" && run.state !== "skipped").reverse();
  return { runs: request.follow ? begun.slice(-1) : begun, since: since?.toISOString() ?? null };
}

async function readRun(
  session: Session,
  run: Run,
  { take, follow }: { take: (line: LogLine) => void; follow: boolean },
): Promise<boolean> {
  const file = runLogFile(session.place.home, run.id);
  if (!follow) return readLog(file, take);
  const { clock, signal } = session.ctx;
  const hasEnded = async () => (await loadRun(await session.db(), run.id)).finishedAt !== null;
  return followLog({ file, clock, hasEnded, signal }, take);
}

/** One run that was asked for and has none is worth a word; among many it is not. */
function missingProblems(session: Session, runs: Run[], missing: number[]): LogsView["problems"] {
  if (missing.length === 0 || missing.length < runs.length) return [];
  const message = say("log.missing", { runs: missing.slice(0, 5), home: session.place.home });
  return [{ code: "no_log", severity: "warning", message }];
}

const lineView = ({ at, level, event, run_id, text, message, ...line }: LogLine, timezone: string): LogLineView => ({
  at: new Date(at),
  level,
  event,
  runId: run_id,
  ...line,
  message: text ?? message,
  timezone,
});
