// One changed leaf pushed to a branch that a server polls, against slim CI with a warm parse: from fetch to published.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "../scripts/shop.ts";
import { systemClock } from "../src/lib/clock.ts";
import { testPython } from "../test/support/python.ts";
import { type Cost, cost, type Pair, report } from "./measure.ts";
import { changeLeaf, makeProject } from "./project.ts";
import { type Served, serveProject } from "./serving.ts";

const [models = 100, rounds = 3] = process.argv.slice(2).map(Number);
const python = await testPython();
const folder = mkdtempSync(join(tmpdir(), "slipway-push-"));
const dbt = [python, "-c", "from dbt.cli.main import cli; cli()", "build", "--profiles-dir", "."];
/** Dbt's processes are counted once their parent has seen them end. */
const REAPED_MS = 1_000;
const quiet = { DBT_SEND_ANONYMOUS_USAGE_STATS: "false" };

try {
  const bare = makeProject(join(folder, "bare"), models, python);
  const project = makeProject(join(folder, "ours"), models, python);
  writeFileSync(join(project.dir, "slipway.yml"), "version: 1\nenvironments:\n  dev: { target: dev, branch: main }\n");
  git(project.dir, "commit", "-qam", "Commits of main are deployed");
  cost(dbt, bare.dir, quiet);
  cpSync(join(bare.dir, "target"), join(bare.dir, "state"), { recursive: true });
  const served = await serveProject(project.dir);
  try {
    await published(served, 0); // the first commit, all of it
    const pairs: Pair[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const slim = ["--select", "state:modified+", "--defer", "--state", "state"];
      changeLeaf(bare, round);
      const peer = cost([...dbt, ...slim], bare.dir, quiet);
      const newest = await served.newest();
      const cpu = served.cpu();
      changeLeaf(project, round);
      const ours = await published(served, newest);
      await systemClock.sleep(REAPED_MS);
      const pair = { peer, ours: { ...ours, cpu: served.cpu() - cpu } };
      if (round > 0) pairs.push(pair); // the first one finds what the first release left to be read
    }
    console.log(report(`one leaf of ${models} models pushed, fetch to published`, "slim CI, warm parse", pairs, true));
  } finally {
    await served.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}

/** From the moment the server saw the commit until it was served. */
async function published(served: Served, after: number): Promise<Cost> {
  const run = await served.ended(after);
  if (run.state !== "succeeded") throw new Error(`run ${run.id} ${run.state}: ${JSON.stringify(run.outcome)}`);
  const from = run.queuedAt ?? run.startedAt;
  return { wall: (run.finishedAt!.getTime() - from!.getTime()) / 1000, cpu: 0 };
}
