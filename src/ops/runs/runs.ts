// `slipway runs`: what was run, newest first.

import { sinceTime } from "../../core/evidence/log-filter.ts";
import type { RunsRequest } from "../../core/ops/runs.ts";
import type { Run } from "../../core/records.ts";
import type { RunRow, RunsView } from "../../core/views/runs.ts";
import { listEnvironments } from "../../db/projects.ts";
import { loadReleaseNumbers } from "../../db/releases.ts";
import { listRuns, type RunListing } from "../../db/runs.ts";
import type { Session } from "../../flow/session/session.ts";

export async function runs(session: Session, request: RunsRequest): Promise<RunsView> {
  const now = session.ctx.clock.now();
  const { listing, names } = await runListing(session, request);
  const found = listing ? await listRuns(await session.db(), { ...listing, limit: request.limit + 1 }) : [];
  const shown = found.slice(0, request.limit);
  const releases = await numbersOf(session, shown);
  return {
    outcome: "done",
    timezone: session.place.config.timezone,
    at: now,
    problems: [],
    runs: shown.map((run) =>
      runRow(run, { environment: names.get(run.environmentId) ?? "", release: releases.get(run.releaseId ?? 0), now }),
    ),
    more: found.length > request.limit,
  };
}

interface Selection {
  environment: string | null;
  since: string | null;
  job?: string | null;
  states?: RunsRequest["states"];
}

/** The runs a person means; `listing` null: in an environment that has never been deployed to. AppErrors as their words. */
export async function runListing(
  session: Session,
  { environment, since, job = null, states = [] }: Selection,
): Promise<{ listing: Omit<RunListing, "limit"> | null; names: Map<number, string> }> {
  const projectId = (await session.project()).id;
  const environments = await listEnvironments(await session.db(), projectId);
  const names = new Map(environments.map((one) => [one.id, one.name]));
  const wanted = environment === null ? null : nameOf(session, environment, [...names.values()]);
  const found = environments.find((one) => one.name === wanted);
  const from = since === null ? null : sinceTime(since, session.ctx.clock.now(), session.place.config.timezone);
  const listing = {
    projectId,
    states,
    ...(found ? { environmentId: found.id } : {}),
    ...(job === null ? {} : { job }),
    ...(from === null ? {} : { since: from }),
  };
  return { listing: wanted !== null && !found ? null : listing, names };
}

/** Environments that slipway.yml does not name any more have runs all the same. */
const nameOf = (session: Session, name: string, known: string[]): string =>
  known.includes(name) ? name : session.environment(name).name;

async function numbersOf(session: Session, list: Run[]): Promise<Map<number, number>> {
  const ids = [...new Set(list.flatMap((run) => (run.releaseId === null ? [] : [run.releaseId])))];
  return ids.length === 0 ? new Map() : loadReleaseNumbers(await session.db(), ids);
}

function runRow(
  run: Run,
  { environment, release, now }: { environment: string; release: number | undefined; now: Date },
): RunRow {
  const waits = run.state === "queued" || run.state === "skipped";
  const steps = run.job === null ? (run.request?.steps ?? []) : [];
  return {
    runId: run.id,
    kind: run.kind,
    state: run.state,
    environment,
    job: run.job,
    command: steps.length === 0 ? null : { first: steps[0]!, more: steps.length - 1 },
    release: release ?? null,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    totalMs: waits ? null : (run.finishedAt ?? now).getTime() - run.startedAt.getTime(),
    actor: run.actor,
    reason: run.reason,
    trigger: run.trigger,
    retryOf: run.retryOf,
  };
}
