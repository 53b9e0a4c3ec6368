// `npm run bench [-- builds promotions readers memory evidence] [--models N] [--rounds N]`: ratios against bare dbt in the same run, interleaved.
// `npm run bench -- soak --minutes 30`, only when it is named: two servers at work with changing data.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { testPython } from "../test/support/python.ts";
import { type Cost, cost, type Pair, report } from "./measure.ts";
import { type BenchProject, changeLeaf, makeProject } from "./project.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: "string", default: "100" },
    rounds: { type: "string", default: "3" },
    minutes: { type: "string", default: "30" },
  },
});
const wanted = (part: string): boolean => positionals.length === 0 || positionals.includes(part);
const models = Number(values.models);
const rounds = Number(values.rounds);
const main = join(import.meta.dirname, "../bin/slipway.mjs");
const python = await testPython();
/** The venv was moved after it was made, so its own `dbt` script names a Python that is gone. */
const dbt = [python, "-c", "from dbt.cli.main import cli; cli()"];
const quiet = { DBT_SEND_ANONYMOUS_USAGE_STATS: "false" };

console.log(
  `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);
const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
try {
  if (wanted("builds")) builds();
  if (wanted("promotions")) {
    script("duckdb-promotion.ts", ["1000"]);
    script("postgres-promotion.ts", ["1000"]);
  }
  if (wanted("readers")) script("postgres-readers.ts", []);
  if (wanted("memory")) script("memory.ts", []);
  if (wanted("jobs")) script("jobs.ts", [values.models, values.rounds]);
  if (wanted("push")) script("push.ts", [values.models, values.rounds]);
  if (wanted("schedules")) script("schedules.ts", []);
  if (wanted("evidence")) script("evidence.ts", []);
  if (wanted("idle")) script("idle.ts", [values.models]);
  if (wanted("evidence")) script("evidence.ts", ["5000"]);
  if (positionals.includes("soak")) script("soak.ts", [values.minutes]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** First builds and one changed leaf: each round Slipway and its peer, one after the other, in folders of their own. */
function builds(): void {
  const first: Pair[] = [];
  const leaf: Pair[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const ours = makeProject(join(folder, `ours-${round}`), models, python);
    const bare = makeProject(join(folder, `bare-${round}`), models, python);
    first.push({ peer: dbtBuild(bare, []), ours: slipway(ours, ["deploy"]) });
    cpSync(join(bare.dir, "target"), join(bare.dir, "state"), { recursive: true });
    for (const one of [ours, bare]) changeLeaf(one, round);
    const slim = ["--select", "state:modified+", "--defer", "--state", "state"];
    leaf.push({ peer: dbtBuild(bare, slim), ours: slipway(ours, ["deploy"]) });
  }
  console.log(report(`first build of ${models} models`, "dbt build", first));
  console.log(
    report(`one changed leaf among ${models}`, "dbt build -s state:modified+ --defer, warm parse", leaf, true),
  );
}

function dbtBuild(project: BenchProject, rest: string[]): Cost {
  return cost([...dbt, "build", "--profiles-dir", ".", ...rest], project.dir, quiet);
}

function slipway(project: BenchProject, args: string[]): Cost {
  return cost([process.execPath, main, ...args, "--yes"], project.dir);
}

function script(name: string, args: string[]): void {
  const done = spawnSync(process.execPath, [join(import.meta.dirname, name), ...args], { stdio: "inherit" });
  if (done.status !== 0) throw new Error(`${name} ended with ${done.status}`);
}
