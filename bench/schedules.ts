// What 1,000 schedules cost a server, and how late it decides them: spread over the hour, and all of them due at one instant.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listOccurrences } from "../src/db/jobs.ts";
import { countRuns } from "../src/db/run-queue.ts";
import { systemClock as clock } from "../src/lib/clock.ts";
import { testPython } from "../test/support/python.ts";
import { makePlace } from "../test/support/state.ts";
import { median } from "./measure.ts";
import { makeProject } from "./project.ts";
import { type Served, serveProject } from "./serving.ts";

const [schedules = 1000, minutes = 3] = process.argv.slice(2).map(Number);
const MINUTE_MS = 60_000;
/** Reading a changed slipway.yml of a thousand jobs, and looking at them for the first time. */
const READ_MS = 10_000;
const folder = mkdtempSync(join(tmpdir(), "slipway-schedules-"));

/** All of them fall into an excluded period, so nothing is run. */
const spread = (at: number) =>
  `  j${at}: { environment: dev, steps: [dbt run], triggers: [{ cron: "${at % 60} * * * *" }],
    exclude: [{ weekdays: [mon, tue, wed, thu, fri, sat, sun] }] }`;
const together = (due: Date) => (at: number) =>
  `  j${at}: { environment: dev, steps: [dbt run], triggers: [{ cron: "${due.getUTCMinutes()} ${due.getUTCHours()} * * *" }] }`;

function write(dir: string, job: (at: number) => string): void {
  const jobs = Array.from({ length: schedules }, (_, at) => job(at)).join("\n");
  const head = "version: 1\ntimezone: UTC\nenvironments:\n  dev: { target: dev }\njobs:";
  writeFileSync(join(dir, "slipway.yml"), `${head}\n${jobs}\n`);
}

async function measureSpread(served: Served): Promise<void> {
  const [cpu, from] = [served.cpu(), clock.now()];
  await clock.sleep(minutes * MINUTE_MS);
  const share = (served.cpu() - cpu) / (minutes * 60);
  const decided = await listOccurrences(served.db, { projectId: served.projectId, limit: schedules * minutes });
  const late = decided.filter(({ dueAt }) => dueAt > from).map((one) => one.decidedAt.getTime() - one.dueAt.getTime());
  console.log(
    `${schedules} schedules: ${(share * 100).toFixed(2)} % of a core; ${late.length} times decided in ${minutes} min, ${median(late)} ms late (median), ${Math.max(...late)} ms at most`,
  );
}

/** Until all of them wait or run, as anybody sees it who asks the state. */
async function measureTogether(served: Served, dir: string, state: string): Promise<void> {
  const due = new Date(Math.ceil((clock.now().getTime() + 2 * READ_MS) / MINUTE_MS) * MINUTE_MS);
  write(dir, together(due));
  await clock.sleep(due.getTime() - clock.now().getTime() - 1_000);
  const cpu = served.cpu();
  for (;;) {
    const { queued, running } = await countRuns(served.db, served.projectId);
    if (queued + running >= schedules) break;
    await clock.sleep(10);
  }
  const lateMs = clock.now().getTime() - due.getTime();
  const used = Math.round((served.cpu() - cpu) * 1000);
  console.log(`${schedules} at one instant, ${state}: all queued ${lateMs} ms after it, ${used} ms of processor time`);
}

const database = await makePlace("postgres");
try {
  const python = await testPython();
  for (const state of ["embedded", "PostgreSQL"]) {
    const { dir } = makeProject(join(folder, state), 1, python);
    write(dir, spread);
    const env: Record<string, string> = state === "embedded" ? {} : { DATABASE_URL: database.options.databaseUrl! };
    const served = await serveProject(dir, env);
    try {
      await clock.sleep(READ_MS);
      if (state === "embedded") await measureSpread(served);
      await measureTogether(served, dir, state);
    } finally {
      await served.stop();
    }
  }
} finally {
  await database.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}
