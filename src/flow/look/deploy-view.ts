// What a deployment, refresh or hand-over came to, as plain data for people and for --json.

import { dataAsOf } from "../../core/plan/revisions.ts";
import { countTests } from "../../core/plan/verdict.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { Evidence } from "../../core/records.ts";
import type { BuildSummary, DeployView, NodeErrorView, VerifySummary } from "../../core/views/deploy.ts";
import type { Act } from "../act/act.ts";
import type { Draft } from "../plan/draft.ts";
import type { CarriedOut } from "../release/carry-out.ts";
import { releaseRefIn } from "../session/commit.ts";

export async function deployView(
  act: Act,
  draft: Draft,
  { leftOut, ...carried }: CarriedOut & { leftOut: string[] },
): Promise<DeployView> {
  const { verified, promoted, release } = carried;
  const held = promoted === null;
  const now = await releaseRefIn(act.session, release, act.record.id);
  const before = draft.live ? await releaseRefIn(act.session, draft.live.release, act.record.id) : null;
  const again = held ? nodesToBuildAgain(draft, carried) : null;
  return {
    outcome: held ? "held" : "done",
    timezone: act.session.place.config.timezone,
    at: act.session.ctx.clock.now(),
    problems: [],
    kind: act.kind,
    environment: act.environment.name,
    runId: carried.run.id,
    planId: draft.plan.id,
    release: now,
    serves: held ? before : now,
    previous: before,
    build: buildSummary(carried),
    verify: verifySummary(verified.evidence),
    promote: promoted,
    rollback: null,
    override: carried.override,
    unchanged: null,
    buildAgain: again,
    leftOut,
    totalMs: act.session.ctx.clock.ticksMs() - act.startedMs,
    resumed: act.recovered !== null,
  };
}

/** Nothing was to do: what is live is what was asked for. */
export async function nothingView(act: Act, draft: Draft, leftOut: string[]): Promise<DeployView> {
  const serves = draft.live ? await releaseRefIn(act.session, draft.live.release, act.record.id) : null;
  return {
    outcome: act.recovered?.finished ? "done" : "nothing_to_do",
    timezone: act.session.place.config.timezone,
    at: act.session.ctx.clock.now(),
    problems: [],
    kind: act.kind,
    environment: act.environment.name,
    runId: act.recovered?.finished ? act.recovered.run.id : null,
    planId: draft.plan.id,
    release: null,
    serves,
    previous: null,
    build: { built: 0, reused: draft.plan.nodes.length, failed: 0, skipped: 0, errors: [], ms: 0 },
    verify: null,
    promote: null,
    rollback: null,
    override: null,
    unchanged: {
      sources: Object.keys(draft.plan.tokens).filter((id) => id.startsWith("source.")).length,
      nodes: draft.plan.nodes.length,
      dataAsOf: dataAsOf(draft.plan.tokens),
    },
    buildAgain: null,
    leftOut,
    totalMs: act.session.ctx.clock.ticksMs() - act.startedMs,
    resumed: act.recovered !== null,
  };
}

function buildSummary(carried: CarriedOut): BuildSummary {
  const { evidence } = carried.verified;
  const { skipped, failed } = sortErrors(evidence);
  return {
    built: evidence.built,
    reused: evidence.reused,
    failed: failed.length,
    skipped: skipped.length,
    errors: nodeErrors(evidence),
    ms: carried.built.ms,
  };
}

function sortErrors({ errors }: Evidence): { skipped: Evidence["errors"]; failed: Evidence["errors"] } {
  const skipped = errors.filter((error) => /^(skipp?ed|not run)/i.test(error.message));
  return { skipped, failed: errors.filter((error) => !skipped.includes(error)) };
}

/** Nodes that failed, each with what was not tried because of them. */
export function nodeErrors(evidence: Evidence): NodeErrorView[] {
  const { skipped, failed } = sortErrors(evidence);
  return failed.map((error) => ({ ...error, name: shortName(error.node), skipped: skipped.map((one) => one.node) }));
}

function verifySummary(evidence: Evidence): VerifySummary {
  const rank = { fail: 0, error: 1, warn: 2, skipped: 3, pass: 4 };
  const findings = evidence.tests
    .filter((test) => test.status !== "pass")
    .sort((a, b) => rank[a.status] - rank[b.status]);
  return { counts: countTests(evidence.tests), findings, ms: evidence.verifyMs };
}

/** After a failed test the nodes it holds back must change; what was built besides is kept. */
function nodesToBuildAgain(draft: Draft, carried: CarriedOut): { nodes: number; of: number } {
  const { evidence } = carried.verified;
  const held = new Set([
    ...evidence.errors.map((error) => error.node),
    ...evidence.tests.flatMap((test) => test.holdsBack),
  ]);
  return { nodes: held.size, of: draft.plan.nodes.length };
}
