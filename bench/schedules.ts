// What 1,000 schedules cost a server, and how late it decides them. All of them fall into an excluded period, so nothing is run.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listOccurrences } from "../src/db/jobs.ts";
import { systemClock as clock } from "../src/lib/clock.ts";
import { testPython } from "../test/support/python.ts";
import { median } from "./measure.ts";
import { makeProject } from "./project.ts";
import { serveProject } from "./serving.ts";

const [schedules = 1000, minutes = 3] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), "slipway-schedules-"));
const never = "exclude: [{ weekdays: [mon, tue, wed, thu, fri, sat, sun] }]";
const job = (at: number) =>
  `  j${at}: { environment: dev, steps: [dbt run], triggers: [{ cron: "${at % 60} * * * *" }], ${never} }`;

try {
  const project = makeProject(join(folder, "p"), 1, await testPython());
  const jobs = Array.from({ length: schedules }, (_, at) => job(at)).join("\n");
  writeFileSync(
    join(project.dir, "slipway.yml"),
    `version: 1\ntimezone: UTC\nenvironments:\n  dev: { target: dev }\njobs:\n${jobs}\n`,
  );
  const served = await serveProject(project.dir);
  try {
    await clock.sleep(10_000); // reading them for the first time
    const [cpu, from] = [served.cpu(), clock.now()];
    await clock.sleep(minutes * 60_000);
    const share = (served.cpu() - cpu) / (minutes * 60);
    const decided = await listOccurrences(served.db, { projectId: served.projectId, limit: schedules * minutes });
    const late = decided
      .filter(({ dueAt }) => dueAt > from)
      .map((one) => one.decidedAt.getTime() - one.dueAt.getTime());
    console.log(
      `${schedules} schedules: ${(share * 100).toFixed(2)} % of a core; ${late.length} times decided in ${minutes} min, ${median(late)} ms late (median), ${Math.max(...late)} ms at most`,
    );
  } finally {
    await served.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}
