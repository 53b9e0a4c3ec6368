// The five commands of a daily script as a job on a warm server, against the script itself: everything new, then nothing new.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "../scripts/shop.ts";
import { testPython } from "../test/support/python.ts";
import { type Cost, cost, type Pair, report } from "./measure.ts";
import { makeProject } from "./project.ts";
import { type Served, serveProject } from "./serving.ts";

const [models = 100, rounds = 3] = process.argv.slice(2).map(Number);
const steps = ["deps", "seed", "run", "test", "docs generate"];
const python = await testPython();
const folder = mkdtempSync(join(tmpdir(), "slipway-jobs-"));
const script = steps
  .map((step) => `"$0" -c 'from dbt.cli.main import cli; cli()' ${step} --profiles-dir .`)
  .join(" && ");

try {
  const bare = makeProject(join(folder, "bare"), models, python);
  const ours = makeProject(join(folder, "ours"), models, python);
  const job = `jobs:\n  daily: { environment: dev, steps: [${steps.map((step) => `dbt ${step}`).join(", ")}] }\n`;
  writeFileSync(join(ours.dir, "slipway.yml"), `version: 1\nenvironments:\n  dev: { target: dev }\n${job}`);
  git(ours.dir, "commit", "-qam", "A job");
  const served = await serveProject(ours.dir);
  try {
    const first: Pair[] = [{ peer: daily(bare.dir), ours: await runJob(served) }];
    console.log(report(`five commands, ${models} models, everything new`, "the script", first));
    const again: Pair[] = [];
    for (let round = 1; round <= rounds; round += 1) again.push({ peer: daily(bare.dir), ours: await runJob(served) });
    console.log(report(`five commands, ${models} models, nothing new`, "the script", again, true));
  } finally {
    await served.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}

function daily(dir: string): Cost {
  return cost(["bash", "-c", script, python], dir, { DBT_SEND_ANONYMOUS_USAGE_STATS: "false" });
}

/** From the moment the run was asked for until it was done; starting the command that asks is not part of it. */
async function runJob(served: Served): Promise<Cost> {
  const [before, cpu] = [await served.newest(), served.cpu()];
  served.slipway("job", "run", "daily", "--no-wait");
  const run = await served.ended(before);
  if (run.state !== "succeeded") throw new Error(`run ${run.id} ${run.state}: ${JSON.stringify(run.outcome)}`);
  const from = run.queuedAt ?? run.startedAt;
  return { wall: (run.finishedAt!.getTime() - from!.getTime()) / 1000, cpu: served.cpu() - cpu };
}
