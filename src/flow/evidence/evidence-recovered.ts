// Evidence of a run that was killed, from what it had recorded by then: versions and test results. Threads and messages went with it.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { relationSizeRows, runResultRows, testResultRows } from "../../core/evidence/evidence.ts";
import { type EvidenceBatch, RELATION_SIZES, RUN_RESULTS, TEST_RESULTS } from "../../core/evidence/evidence-tables.ts";
import { actionsOf, type Plan } from "../../core/plan/plan.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import type { Run } from "../../core/records.ts";
import { hasEvidence, listBuilt, listLeft, saveEvidence } from "../../db/evidence.ts";
import { loadPlan } from "../../db/plans.ts";
import { loadReleaseNumber } from "../../db/releases.ts";
import type { Session } from "../session/session.ts";
import { oweCopy } from "./evidence-copy.ts";

/** Names and places are in the plan; reading a manifest of 5,000 models would hold up whoever tidies. */
const NO_MANIFEST = { nodes: {}, unit_tests: {}, groups: {} } as unknown as Manifest;

/** Does nothing where the run has its rows already, or had built nothing. */
export async function recoverEvidence(session: Session, environment: EnvironmentConfig, run: Run): Promise<void> {
  const db = await session.db();
  if (run.planId === null || (await hasEvidence(db, run.id))) return;
  const ran = await listLeft(db, run.id);
  if (ran.length === 0) return;
  const plan = (await loadPlan(db, run.planId)).body as Plan;
  const fromNothing = new Set(actionsOf(plan, "build").flatMap((one) => (one.cloneFrom === null ? [one.node] : [])));
  const measured = await listBuilt(db, run.id);
  const rows = new Map(measured.map((one) => [one.node, one.rows]));
  const input = {
    installation: await session.installation(),
    project: session.place.name,
    environment: environment.name,
    target: environment.target,
    runId: run.id,
    runKind: run.kind,
    job: run.job,
    release: run.releaseId === null ? null : await loadReleaseNumber(db, run.releaseId),
    commit: plan.commit,
    startedAt: run.startedAt,
    completedAt: session.ctx.clock.now(),
    manifest: NO_MANIFEST,
    placed: plan.nodes.map((node) => ({
      ...node,
      fromNothing: fromNothing.has(node.node),
      rows: rows.get(node.node) ?? null,
    })),
    ran,
  };
  const batches: EvidenceBatch[] = [
    { table: RUN_RESULTS, rows: runResultRows(input) },
    { table: TEST_RESULTS, rows: testResultRows(input) },
    { table: RELATION_SIZES, rows: relationSizeRows(input, measured) },
  ];
  await oweCopy({ session, environment }, run.id);
  await saveEvidence(
    db,
    batches.filter((batch) => batch.rows.length > 0),
  );
}
