// The story, scene by scene: what is typed, and what must be true afterwards.
import { execFileSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import { git } from "../shop.ts";
import { killHalfway } from "./killed.ts";
import {
  commitStory,
  type Environment,
  newest,
  october,
  ordersOf,
  type Play,
  revenueOf,
  revert,
  show,
} from "./play.ts";
import { took } from "./stage.ts";
import { proofs, story, titles } from "./texts.ts";
import { shortPlan } from "./trim.ts";

export interface Limits {
  /** A rollback that takes longer on a machine with room for it is told as failed. */
  rollbackMs: number;
}

export const scenes: ((play: Play, limits: Limits) => Promise<void>)[] = [
  init,
  first,
  promote,
  change,
  broken,
  wrong,
  killed,
  data,
];

async function init(play: Play): Promise<void> {
  const { stage, world, slipway } = play;
  stage.scene(titles.init);
  stage.tell(story.init);
  const { code } = await slipway.type("slipway init --yes");
  stage.typed("grep target: slipway.yml");
  const found = execFileSync("grep", ["target:", "slipway.yml"], { cwd: world.dir, encoding: "utf8" });
  const lines = found.split("\n").filter(Boolean);
  for (const line of lines) stage.line(line);
  stage.typed("git add -A && git commit -m 'Slipway'");
  git(world.dir, "add", "-A");
  stage.line(git(world.dir, "commit", "-m", "Slipway").split("\n")[0]);
  stage.line();
  const names = lines.map((line) => line.replace(/.*target:/, "").trim());
  stage.prove(proofs.configured(names), { code, names }, { code: 0, names: ["staging", "prod"] });
}

async function first(play: Play): Promise<void> {
  const { stage, slipway } = play;
  stage.scene(titles.first);
  stage.tell(story.first);
  const { code } = await deploy(play, "staging");
  const { gross } = october(await show(play, revenueOf("staging")));
  const { built, reused, state } = await newest(play, "staging");
  stage.line();
  stage.prove(
    proofs.deployed(built, gross),
    { code, reused, state, gross, live: await liveIn(slipway, "staging") },
    { code: 0, reused: 0, state: "live", gross: 153_436, live: 1 },
  );
}

async function promote(play: Play): Promise<void> {
  const { stage, world, slipway } = play;
  stage.scene(titles.promote);
  stage.tell(story.promote);
  const { code } = await handOver(play, 1);
  const { built, reused } = await newest(play, "prod");
  const { nodes } = await slipway.ask(["show", "r1"]);
  const below = nodes.filter((node: { resource_type: string }) => node.resource_type === "snapshot").length;
  const prod = await show(play, revenueOf("prod"));
  stage.line();
  stage.prove(
    proofs.onlySnapshot(built, reused),
    { code, built, all: built + reused },
    { code: 0, built: below, all: nodes.length },
  );
  stage.prove(proofs.sameFigures(october(prod).gross), prod, await world.query(revenueOf("staging")));
}

async function change(play: Play): Promise<void> {
  const { stage, world, slipway } = play;
  stage.scene(titles.change);
  stage.tell(story.change);
  const before = october(await world.query(revenueOf("prod")));
  commitStory(play, "1-returned-orders");
  const explained = await slipway.type("slipway plan staging --explain revenue_daily");
  const deployed = await deploy(play, "staging");
  const inStaging = await newest(play, "staging");
  stage.line();
  stage.tell(story.changeProd);
  const promoted = await handOver(play, inStaging.number);
  const inProd = await newest(play, "prod");
  const after = october(await show(play, revenueOf("prod")));
  stage.line();
  stage.prove(
    proofs.changedBuilt(inStaging.built, inStaging.reused),
    { codes: [explained.code, deployed.code], built: inStaging.built },
    { codes: [0, 0], built: 2 },
  );
  stage.prove(proofs.nothingBuilt(inProd.built), { code: promoted.code, built: inProd.built }, { code: 0, built: 0 });
  stage.prove(proofs.moved(before.gross, after.gross), [before.gross, after.gross], [153_436, 144_030]);
}

async function broken(play: Play): Promise<void> {
  const { stage, world } = play;
  stage.scene(titles.broken);
  stage.tell(story.broken);
  const look = () => Promise.all([world.query(revenueOf("staging")), world.query(ordersOf("staging"))]);
  const staging = await look();
  const prod = await show(play, revenueOf("prod"));
  commitStory(play, "2-payment-method");
  const { code } = await deploy(play, "staging");
  const after = await show(play, revenueOf("prod"));
  stage.line();
  stage.prove(proofs.refused, code, 3);
  stage.prove(proofs.untouched(october(prod).gross), { prod: after, staging: await look() }, { prod, staging });
  revert(play);
}

async function wrong(play: Play, limits: Limits): Promise<void> {
  const { stage, world, slipway } = play;
  stage.scene(titles.wrong);
  stage.tell(story.wrong);
  const right = await world.query(revenueOf("prod"));
  commitStory(play, "3-net-of-tax");
  const deployed = await deploy(play, "staging");
  const promoted = await handOver(play, (await newest(play, "staging")).number);
  const bad = october(await show(play, revenueOf("prod")));
  stage.line();
  stage.prove(
    proofs.wrongLive(october(right).net, bad.net),
    { codes: [deployed.code, promoted.code], net: bad.net },
    { codes: [0, 0], net: 130_400 },
  );
  stage.line();
  stage.tell(story.back);
  const back = await slipway.type("slipway rollback prod --yes --reason 'net revenue is wrong'");
  const again = await show(play, revenueOf("prod"));
  stage.line();
  stage.prove(proofs.rightAgain(october(again).net), { code: back.code, rows: again }, { code: 0, rows: right });
  const limitMs = limits.rollbackMs * busyness();
  const times = proofs.rollbackTime(took(back.ms, stage), took(limitMs, stage), busyness() > 1);
  stage.proveTime(times, back.ms, limitMs);
}

async function killed(play: Play): Promise<void> {
  const { stage, world } = play;
  stage.scene(titles.killed);
  stage.tell(story.killed);
  revert(play);
  commitStory(play, "5-completed-orders");
  const before = await world.query(revenueOf("staging"));
  const end = await killHalfway(play);
  const after = await show(play, revenueOf("staging"));
  stage.line();
  stage.prove(
    proofs.killedHow(end.done, end.total),
    { signal: end.signal, live: end.live },
    { signal: "SIGKILL", live: end.liveBefore },
  );
  stage.prove(proofs.killedUnseen, after, before);
  stage.line();
  stage.tell(story.again);
  const { code } = await deploy(play, "staging");
  const { built, state } = await newest(play, "staging");
  const { net } = october(await show(play, revenueOf("staging")));
  stage.line();
  stage.prove(
    proofs.finished(end.total - built, built),
    { code, state, kept: built < end.total },
    { code: 0, state: "live", kept: true },
  );
  stage.prove(proofs.fixed(net), net, october(await world.query(revenueOf("prod"))).net);
}

async function data(play: Play): Promise<void> {
  const { stage, world, slipway } = play;
  stage.scene(titles.data);
  stage.tell(story.data);
  const count = async () => Number((await world.query(ordersOf("prod")))[0]?.orders);
  const before = await count();
  await world.nextDay();
  const { code } = await slipway.type("slipway refresh prod --yes", shortPlan(stage.lang));
  const after = Number((await show(play, ordersOf("prod")))[0]?.orders);
  const refreshed = await newest(play, "prod");
  stage.line();
  stage.prove(proofs.refreshed(before, after), { code, more: after - before }, { code: 0, more: 3 });
  const some = { built: refreshed.built > 0, reused: refreshed.reused > 0 };
  stage.prove(proofs.refreshedPart(refreshed.built, refreshed.reused), some, { built: true, reused: true });
  stage.line();
  stage.tell(story.dataAgain);
  const again = await slipway.type("slipway refresh prod --yes");
  stage.line();
  stage.prove(
    proofs.nothingNew(took(again.ms, stage)),
    { code: again.code, newest: await newest(play, "prod") },
    { code: 0, newest: refreshed },
  );
}

/** How many processes want each processor, 1 on a machine that has room: what is measured beside them takes that much longer. */
const busyness = (): number => Math.max(1, loadavg()[0]! / availableParallelism());

const deploy = ({ stage, slipway }: Play, environment: Environment) =>
  slipway.type(`slipway deploy ${environment} --yes`, shortPlan(stage.lang));

const handOver = ({ stage, slipway }: Play, release: number) =>
  slipway.type(`slipway promote r${release} --to prod --yes`, shortPlan(stage.lang));

async function liveIn(slipway: Play["slipway"], environment: Environment): Promise<number | null> {
  const { environments } = await slipway.ask(["status"]);
  const found = environments.find((each: { environment: string }) => each.environment === environment);
  return found?.live?.number ?? null;
}
