// How long the evidence of a large run takes to be in SQL, on both kinds of state.
import {
  type ColumnKind,
  type EvidenceTable,
  RUN_RESULTS,
  TEST_RESULTS,
} from "../src/core/evidence/evidence-tables.ts";
import { saveEvidence } from "../src/db/evidence.ts";
import { ensureEnvironment, ensureProject } from "../src/db/projects.ts";
import { startRun } from "../src/db/runs.ts";
import { systemClock as clock } from "../src/lib/clock.ts";
import { backends, makePlace } from "../test/support/state.ts";
import { median } from "./measure.ts";

const [nodes = 5000, rounds = 3] = process.argv.slice(2).map(Number);
const values: Record<ColumnKind, string | number | boolean> = {
  text: "a text of about forty characters, as names are",
  double: 1.25,
  integer: 7,
  boolean: true,
  time: "2026-11-20T06:00:00.000Z",
};

const run = { kind: "job" as const, planId: null, actor: "bench", reason: null, pid: process.pid, host: "here" };

for (const backend of backends) {
  const place = await makePlace(backend);
  const db = await place.open();
  try {
    const { id: projectId } = await ensureProject(db, "bench");
    const { id: environmentId } = await ensureEnvironment(db, projectId, { name: "dev", target: "dev" });
    const seconds: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const { id } = await startRun(db, { ...run, projectId, environmentId });
      const from = clock.ticksMs();
      await saveEvidence(db, [rows(RUN_RESULTS, nodes, id), rows(TEST_RESULTS, 2 * nodes, id)]);
      seconds.push((clock.ticksMs() - from) / 1000);
    }
    console.log(
      `evidence of ${nodes} nodes and ${2 * nodes} tests, ${backend} state: ${median(seconds).toFixed(2)} s, ${rounds} runs`,
    );
  } finally {
    await db.close();
    await place.remove();
  }
}

function rows(table: EvidenceTable, count: number, runId: number) {
  const row = (at: number) => ({
    ...Object.fromEntries(table.columns.map(([name, kind]) => [name, values[kind]])),
    [table.key]: `${runId}-${at}`,
    run_id: runId,
  });
  return { table, rows: Array.from({ length: count }, (_, at) => row(at)) };
}
