// `npm run demo -- --serve`: the daily script becomes a job, runs once, and a server goes on running it until Ctrl-C.
import { appendFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { git } from "../shop.ts";
import { goThere } from "./next.ts";
import { newest, ordersOf, type Play, show } from "./play.ts";
import { proofs, serving, story, titles } from "./texts.ts";

/** Where a server of one's own would listen. */
const port = 8600;

const job = `
timezone: Asia/Tokyo
jobs:
  daily:
    environment: prod
    steps: [dbt deps, dbt seed, dbt run, dbt test, dbt docs generate]
    triggers:
      - cron: "*/2 * * * *"    # every two minutes; "0 6 * * *": every morning
    exclude:
      - { from: 2026-12-29, to: 2027-01-03, reason: 年末年始 }
`;

/** The job is declared and run by hand: new orders reach consumers after its tests. */
export async function daily(play: Play): Promise<void> {
  const { stage, world, slipway } = play;
  stage.scene(titles.daily);
  stage.tell(story.daily);
  stage.typed("cat >> slipway.yml");
  for (const line of job.trim().split("\n")) stage.line(line);
  appendFileSync(join(world.dir, "slipway.yml"), job);
  git(world.dir, "commit", "-q", "-a", "-m", "The daily job");
  await slipway.type("slipway job next daily --count 3");
  const { code } = await slipway.type("slipway job run daily");
  const { runs } = await slipway.ask(["runs", "prod", "--limit", "1"]);
  const [row] = await show(play, ordersOf("prod"));
  const { state } = await newest(play, "prod");
  stage.line();
  stage.prove(
    proofs.jobRan(Number(row?.orders)),
    { code, job: runs[0]?.job, result: runs[0]?.state, orders: row?.orders, release: state },
    { code: 0, job: "daily", result: "succeeded", orders: 43, release: "live" },
  );
}

/** A server in the foreground; resolves when it was stopped. */
export async function serveOn({ stage, world, slipway }: Play): Promise<void> {
  const at = await free(port);
  stage.line();
  stage.bold(serving.begins);
  stage.line(`  http://127.0.0.1:${at}/health`);
  stage.tell(serving.elsewhere);
  goThere(stage, world);
  for (const [command, what] of serving.commands) stage.line(`  ${`slipway ${command}`.padEnd(46)}${what[stage.lang]}`);
  stage.tell(serving.stop);
  await slipway.type(`slipway serve --port ${at}`);
}

/** The usual port, or any free one. */
function free(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", () => (wanted === 0 ? reject(new Error("no free port")) : resolve(free(0))));
    probe.listen(wanted, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : wanted));
    });
  });
}
