// `npm run demo`: a shop's dbt project goes from its first deployment to a rollback and a crash, told and checked in the terminal.
// Exit code: 0, 1 when something did not come out as told, 2 for bad usage, 130 when stopped.
import { openSlipway, type Slipway } from "./demo/command.ts";
import { tellNext, tellVerdict } from "./demo/next.ts";
import { type Options, readOptions, usage } from "./demo/options.ts";
import { scenes } from "./demo/scenes.ts";
import { daily, serveOn } from "./demo/serving.ts";
import { openStage, type Stage } from "./demo/stage.ts";
import { endings, story } from "./demo/texts.ts";
import { makeWorld, prepareDbt, type World } from "./demo/world.ts";

/** One Ctrl-C arrives several times: from the terminal, from npm and from setup.mjs. */
const sameCtrlCMs = 500;
let stopped: number | null = null;
/** The story is told; Ctrl-C ends the server, and the demo as ever. */
let serving = false;
let preparing: Promise<World> | null = null;
let slipway: Slipway | null = null;

const options = readOptions(process.argv.slice(2), process.env);
if (options) {
  const stage = openStage({ ...options, scenes: scenesOf(options).length });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(stage));
  process.exitCode = await main(stage, options);
} else {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
}

async function main(stage: Stage, wish: Options): Promise<number> {
  try {
    const python = await prepareDbt(stage);
    preparing = makeWorld({ ...wish, python, line: stage.dim });
    const world = await preparing;
    slipway = openSlipway(stage, world.dir, environment(stage, world));
    try {
      await play(stage, wish, world);
    } finally {
      if (stopped === null) await world.close({ folder: false, database: !wish.keep });
    }
    tellNext(stage, world, wish.keep);
    return stage.checks.failed === 0 ? 0 : 1;
  } catch (error) {
    await new Promise(setImmediate); // A signal that ended a child first is heard of afterwards.
    if (stopped !== null) return new Promise(() => {});
    stage.line();
    stage.bold(endings.broke);
    stage.line(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function play(stage: Stage, wish: Options, world: World): Promise<void> {
  const scene = { stage, world, slipway: slipway! };
  stage.begin();
  stage.line();
  stage.tell(story.opening(world.kind === "duckdb" ? "DuckDB" : "PostgreSQL"));
  const told = scenesOf(wish);
  for (const each of told) if (!stage.isBroken()) await each(scene, wish);
  await tellVerdict(scene, told.length);
  serving = wish.serve && !stage.isBroken();
  if (serving) await serveOn(scene);
}

function scenesOf({ serve }: Options): typeof scenes {
  return serve ? [...scenes, daily] : scenes;
}

/** The user's own environment, without what would send Slipway, dbt or Git elsewhere. */
function environment({ lang, colour }: Stage, world: World): Record<string, string | undefined> {
  const elsewhere = /^(SLIPWAY_(?!DEBUG$)|DBT_|GIT_|npm_|DATABASE_URL$|FORCE_COLOR$)/;
  const kept = Object.entries(process.env).filter(([name]) => !elsewhere.test(name));
  return { ...Object.fromEntries(kept), ...world.env, SLIPWAY_LANG: lang, ...(colour ? { FORCE_COLOR: "1" } : {}) };
}

/** Ctrl-C: what runs is ended (a second one: at once), database and folder are removed. */
async function stop(stage: Stage): Promise<void> {
  const now = performance.now();
  if (serving) return slipway?.end();
  if (stopped !== null && now - stopped > sameCtrlCMs) slipway?.kill();
  if (stopped !== null) return;
  stopped = now;
  await slipway?.end();
  const world = await preparing?.catch(() => null);
  await world?.close({ folder: true, database: true });
  stage.line();
  stage.tell(endings.stopped);
  process.exit(130);
}
