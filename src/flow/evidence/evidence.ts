// What dbt did in a run, as rows of SQL: collected while it runs, written in bulk when it has ended.
import { type EvidenceInput, relationSizeRows, runResultRows, testResultRows } from "../../core/evidence/evidence.ts";
import {
  type EvidenceBatch,
  type EvidenceTable,
  RELATION_SIZES,
  RUN_RESULTS,
  TEST_RESULTS,
} from "../../core/evidence/evidence-tables.ts";
import { actionsOf } from "../../core/plan/plan.ts";
import type { NodeId } from "../../core/project/relation.ts";
import { relationText } from "../../core/project/relation.ts";
import type { Run } from "../../core/records.ts";
import { listBuilt, saveEvidence } from "../../db/evidence.ts";
import type { ResultRow } from "../../dbt/engine.ts";
import type { Text } from "../../lib/text.ts";
import { render, say } from "../../text/catalogue.ts";
import type { Act, RunEnd } from "../act/act.ts";
import type { Draft } from "../plan/draft.ts";
import { secretScrubber } from "../secrets/scrub.ts";
import { oweCopy, wordsOf } from "./evidence-copy.ts";

/** The rows dbt has given so far, the last one of each node. */
export type Ran = Map<NodeId, ResultRow>;

interface EvidenceWork {
  act: Act;
  draft: Draft;
  run: Run;
}

/** Whatever becomes of the run, what dbt did in it is on record. Recording never makes a run fail; copies come after its end. */
export async function withEvidence<T extends { release: { number: number } }>(
  work: EvidenceWork,
  carry: (ran: Ran) => Promise<RunEnd<T>>,
): Promise<RunEnd<T>> {
  const ran: Ran = new Map();
  let release: number | null = null;
  try {
    const end = await carry(ran);
    release = end.value.release.number;
    return end;
  } finally {
    if (ran.size > 0) await record(work, ran, release);
  }
}

async function record(work: EvidenceWork, ran: Ran, release: number | null): Promise<void> {
  const { ctx, log } = work.act.session;
  const from = ctx.clock.ticksMs();
  const note = (text: Text) => ctx.progress({ kind: "note", text });
  const batches = await makeBatches(work, ran, release).catch((error: unknown) => {
    note(say("evidence.not_recorded", { why: wordsOf(error) }));
    return [];
  });
  try {
    await oweCopy(work.act, work.run.id);
    await saveEvidence(await work.act.session.db(), batches);
    const rowsOf = (table: EvidenceTable) => batches.find((batch) => batch.table === table)?.rows.length ?? 0;
    const [nodes, tests] = [rowsOf(RUN_RESULTS), rowsOf(TEST_RESULTS)];
    const text = say("log.evidence", { nodes, tests });
    log.write({
      level: "info",
      event: "evidence",
      message: render(text, "en"),
      text,
      ms: ctx.clock.ticksMs() - from,
    });
  } catch (error) {
    note(say("evidence.not_recorded", { why: wordsOf(error) }));
  }
}

async function makeBatches(work: EvidenceWork, ran: Ran, release: number | null): Promise<EvidenceBatch[]> {
  const sizes = await measured(work, ran);
  const input = await evidenceInput(work, ran, release);
  const rows = new Map(sizes.map((one) => [one.node, one.rows]));
  input.placed = input.placed.map((one) => ({ ...one, rows: rows.get(one.node) ?? null }));
  const batches: EvidenceBatch[] = [
    { table: RUN_RESULTS, rows: runResultRows(input) },
    { table: TEST_RESULTS, rows: testResultRows(input) },
    { table: RELATION_SIZES, rows: relationSizeRows(input, sizes) },
  ];
  return batches.filter((batch) => batch.rows.length > 0);
}

async function evidenceInput(work: EvidenceWork, ran: Ran, release: number | null) {
  const { act, draft, run } = work;
  const { session, environment } = act;
  const fromNothing = new Map(actionsOf(draft.plan, "build").map((build) => [build.node, build.cloneFrom === null]));
  const input: EvidenceInput = {
    installation: await session.installation(),
    project: session.place.name,
    environment: environment.name,
    target: environment.target,
    runId: run.id,
    runKind: run.kind,
    job: run.job,
    release,
    commit: draft.ingested.commit.sha,
    startedAt: run.startedAt,
    completedAt: session.ctx.clock.now(),
    manifest: draft.ingested.manifest,
    placed: draft.plan.nodes.map((node) => ({ ...node, fromNothing: fromNothing.get(node.node) ?? false })),
    ran: await withoutSecrets(work, ran),
  };
  return input;
}

/** SQL of what failed may hold values of the environment that the sidecar did not know to be secret. */
async function withoutSecrets({ act: { session, environment } }: EvidenceWork, ran: Ran): Promise<ResultRow[]> {
  const scrub = await secretScrubber(session, environment);
  const hidden = (text: string | null): string | null => (text === null ? null : scrub(text));
  return [...ran.values()].map((row) => ({
    ...row,
    message: hidden(row.message),
    compiledCode: row.status === "success" || row.status === "pass" ? null : hidden(row.compiledCode),
  }));
}

/** As measured after the build; a snapshot, which has no version, is measured now. */
async function measured({ act, draft, run }: EvidenceWork, ran: Ran) {
  const built = await listBuilt(await act.session.db(), run.id);
  const done = new Set([...ran.values()].filter((row) => row.status === "success").map((row) => row.uniqueId));
  const snapshots = actionsOf(draft.plan, "snapshot").filter((action) => done.has(action.node));
  if (snapshots.length === 0) return built;
  const facts = await act.warehouse
    .inspect(
      snapshots.map((one) => one.relation),
      { sizes: true },
    )
    .catch(() => []);
  const byName = new Map(facts.map((fact) => [relationText(fact.relation), fact]));
  return [
    ...built,
    ...snapshots.flatMap(({ node, relation }) => {
      const fact = byName.get(relationText(relation));
      const kind = { resourceType: "snapshot", materialized: "snapshot" };
      return fact ? [{ node, relation, ...kind, rows: fact.rowsEstimate, sizeBytes: fact.sizeBytes }] : [];
    }),
  ];
}
