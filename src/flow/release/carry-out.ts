// A plan carried out: build, verify, then promote or hold. The one pipeline of deployments, refreshes and hand-overs.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { STORE_WAIT_MS } from "../../core/limits.ts";
import { actionsOf } from "../../core/plan/plan.ts";
import { rollbackClass } from "../../core/plan/rollback-class.ts";
import type { Release, ReleaseNode, ReleaseStanding, Run } from "../../core/records.ts";
import { saveKeyRecords } from "../../db/keys.ts";
import { savePlan } from "../../db/plans.ts";
import { loadStanding, saveStanding } from "../../db/releases.ts";
import { setRunPhase } from "../../db/runs.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { linkFiles } from "../../warehouse/file-tokens.ts";
import { type Act, type RunEnd, withRun } from "../act/act.ts";
import { type Promoted, promote } from "../act/promote.ts";
import { type Ran, withEvidence } from "../evidence/evidence.ts";
import { buildCount, type Draft } from "../plan/draft.ts";
import { filesDir } from "../session/engine.ts";
import { storeLease, withLease } from "../session/lease.ts";
import { type Built, build } from "./build.ts";
import { candidate, releaseNodes } from "./candidate.ts";
import { idle, runFolder, type Script } from "./run-dbt.ts";
import { unaffectedPart } from "./unaffected.ts";
import { type Verified, verify } from "./verify.ts";

export interface CarriedOut {
  run: Run;
  release: Release;
  nodes: ReleaseNode[];
  built: Built;
  verified: Verified;
  /** Null: held, consumers were not touched. */
  promoted: Promoted | null;
  override: Text | null;
}

/** `handedOver`: the release that is promoted as it is; null: this plan makes a new one. */
export async function carryOut(
  act: Act,
  draft: Draft,
  handedOver: Release | null,
  estimateMs: number | null,
): Promise<CarriedOut> {
  await keepPlan(act, draft);
  return withRun(act, draft.plan.id, (run) => carryPlan({ act, draft, run, handedOver, estimateMs }));
}

export interface CarryWork {
  act: Act;
  draft: Draft;
  run: Run;
  handedOver: Release | null;
  estimateMs: number | null;
  /** A job's commands; otherwise everything is built at once. */
  script?: Script;
  /** Told just before the switch. */
  onPublish?: () => Promise<void>;
}

/** What is about to be carried out is on record before anything runs. */
export async function keepPlan(act: Act, draft: Draft): Promise<void> {
  const { session } = act;
  const db = await session.db();
  const { id: projectId } = await session.project();
  await savePlan(db, { id: draft.plan.id, projectId, environmentId: act.record.id, body: draft.plan });
  await linkFiles(filesDir(session, act.environment), draft.keyed.files);
  await saveKeyRecords(db, projectId, changedKeys(draft));
}

/** Build, verdict, and the switch or none: inside a run, of a plan that is on record. */
export function carryPlan(work: CarryWork): Promise<RunEnd<CarriedOut>> {
  const { act, draft, run, handedOver } = work;
  return withEvidence({ act, draft, run }, async (ran) => {
    const { built, verified } = await prove(work, ran);
    const part = verified.verdict === "pass" || verified.overridden ? null : await unaffectedPart(act, draft, verified);
    const carriedDraft = part?.draft ?? draft;
    if (part) await keepPlan(act, part.draft);
    const nodes = await releaseNodes(act, carriedDraft, built);
    const release = await candidate(act, carriedDraft, handedOver, nodes);
    await setRunPhase(await act.session.db(), run.id, "verify", {
      releaseId: release.id,
      planId: carriedDraft.plan.id,
    });
    tellVerdict(act, draft, built, verified);
    const shown = part ? { ...verified, evidence: part.evidence } : verified;
    const carried = { run, release, nodes, built, verified: shown, promoted: null, override: part?.override ?? null };
    const publishes = verified.verdict === "pass" || verified.overridden || part !== null;
    return publishes ? publish({ ...work, draft: carriedDraft }, carried) : hold(work, carried);
  });
}

export interface Proven {
  built: Built;
  verified: Verified;
}

/** What the candidate is worth: everything built and tested, nothing published. */
export async function prove(work: CarryWork, ran: Ran): Promise<Proven> {
  const { act, draft, run } = work;
  const { session } = act;
  const built = await buildUnderLease(work, ran);
  await act.held.confirm();
  await setRunPhase(await session.db(), run.id, "verify");
  const verified = await verify({
    session,
    environment: act.environment,
    plan: draft.plan,
    manifest: draft.ingested.manifest,
    warehouseIdentity: act.warehouse.identity,
    built,
    known: draft.known,
    runId: run.id,
  });
  return { built, verified };
}

/** Nodes whose live key is already on record need no new record. */
const changedKeys = (draft: Draft) => {
  const live = new Set((draft.live?.nodes ?? []).map((node) => `${node.node} ${node.key}`));
  return [...draft.keyed.keys.values()]
    .filter((key) => !live.has(`${key.node} ${key.key}`))
    .map((key) => ({ node: key.node, key: key.key, components: { ...key.components } as Record<string, unknown> }));
};

async function buildUnderLease({ act, draft, run, estimateMs, script }: CarryWork, ran: Ran): Promise<Built> {
  const { session, environment } = act;
  await setRunPhase(await session.db(), run.id, "build", { planId: draft.plan.id });
  const toRun = buildCount(draft.plan) + actionsOf(draft.plan, "test").filter((test) => !test.reused).length;
  if (toRun === 0 && !script?.always) {
    const rows = (await script?.run(idle({ nodes: [], tests: [] }))) ?? [];
    return { rows, versions: new Map(), found: new Set(), ms: 0 };
  }
  const wish = {
    name: storeLease(session, act.warehouse.identity),
    what: `build for ${environment.name}`,
    waitMs: STORE_WAIT_MS,
  };
  const built = await withLease(session, wish, (store) =>
    build({
      session,
      environment,
      warehouse: act.warehouse,
      plan: draft.plan,
      ingested: draft.ingested,
      commit: { sha: draft.ingested.commit.sha },
      engine: act.engine,
      runId: run.id,
      signal: AbortSignal.any([act.held.signal, store.signal]),
      estimateMs,
      ran,
      ...(script ? { script } : {}),
    }),
  );
  const compiled = Object.fromEntries(
    built.rows.filter((row) => row.compiledCode !== null).map((row) => [row.uniqueId, row.compiledCode]),
  );
  const runDir = runFolder(session, run.id);
  await mkdir(runDir, { recursive: true });
  await writeFile(join(runDir, "compiled.json"), JSON.stringify(compiled));
  return built;
}

function tellVerdict(act: Act, draft: Draft, built: Built, verified: Verified): void {
  const { evidence, verdict } = verified;
  const { progress } = act.session.ctx;
  const reused = evidence.reused;
  progress({
    kind: "phase_finished",
    phase: "build",
    ok: evidence.errors.length === 0,
    ms: built.ms,
    summary: say("flow.built", { built: evidence.built, reused }),
  });
  const tests = actionsOf(draft.plan, "test").length;
  progress({ kind: "phase_started", phase: "verify", total: tests, estimateMs: null });
  progress({
    kind: "phase_finished",
    phase: "verify",
    ok: verdict === "pass",
    ms: evidence.verifyMs,
    summary: say("flow.verified", { tests, verdict }),
  });
}

/** A release that has been served here keeps saying so until the switch. */
async function standingOf(
  { act, draft, handedOver }: CarryWork,
  carried: CarriedOut,
  state: ReleaseStanding["state"],
): Promise<ReleaseStanding> {
  const before = await loadStanding(await act.session.db(), carried.release.id, act.record.id);
  const served = before?.liveSince ? before : null;
  const { verified, nodes } = carried;
  const own = {
    target: act.environment.target,
    nodes,
    tokens: draft.plan.tokens,
    manifestId: draft.ingested.stored.id,
  };
  const overrides = verified.overridden || carried.override !== null;
  return {
    releaseId: carried.release.id,
    environmentId: act.record.id,
    state: served?.state ?? state,
    verdict: verified.verdict,
    evidence: verified.evidence,
    override: overrides ? `on_test_failure: ${act.environment.onTestFailure}` : null,
    liveSince: served?.liveSince ?? null,
    liveUntil: served?.liveUntil ?? null,
    rollback: rollbackClass(draft),
    collected: false,
    own: handedOver?.id === carried.release.id ? own : null,
  };
}

const auditOf = async ({ act }: CarryWork, carried: CarriedOut, what: string) => ({
  who: await act.session.actor(),
  what,
  subject: `release r${carried.release.number}`,
  why: act.reason,
  details: {
    environment: act.environment.name,
    verdict: carried.verified.verdict,
    run: carried.run.id,
    ...(carried.verified.evidence.held ? { held: carried.verified.evidence.held.length } : {}),
  },
});

async function hold(work: CarryWork, carried: CarriedOut): Promise<RunEnd<CarriedOut>> {
  const { act } = work;
  const standing = await standingOf(work, carried, "rejected");
  await saveStanding(await act.session.db(), standing, await auditOf(work, carried, "release.rejected"));
  const outcome = say("flow.held", { environment: act.environment.name, release: carried.release.number });
  return { state: "held", outcome, value: carried };
}

async function publish(work: CarryWork, carried: CarriedOut): Promise<RunEnd<CarriedOut>> {
  const { act, draft } = work;
  const { session } = act;
  const db = await session.db();
  const standing = await standingOf(work, carried, "verified");
  const what = standing.override === null ? "release.verified" : "release.overridden";
  await saveStanding(db, standing, await auditOf(work, carried, what));
  const { release, nodes, run } = carried;
  await work.onPublish?.();
  const promoted = await promote({ ...act, plan: draft.plan, release, nodes, run });
  const all = say("flow.overridden", { environment: act.environment.name });
  const override = standing.override === null ? null : (carried.override ?? all);
  const outcome = say("flow.live", { environment: act.environment.name, release: release.number });
  return { state: "succeeded", outcome: override ?? outcome, value: { ...carried, promoted, override } };
}
