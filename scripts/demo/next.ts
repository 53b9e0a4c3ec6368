// The end of the demo: what came of it, and what to try next, with paths to copy.
import { join } from "node:path";
import { git } from "../shop.ts";
import type { Play } from "./play.ts";
import { type Stage, took } from "./stage.ts";
import { endings, story } from "./texts.ts";

const launcher = join(import.meta.dirname, "../../bin/slipway");

/** Shows `slipway status` and then the verdict about the demo itself. */
export async function tellVerdict(play: Play, scenes: number): Promise<void> {
  const { stage, slipway } = play;
  stage.line();
  stage.tell(story.closing);
  await slipway.type("slipway status");
  const { held, failed } = stage.checks;
  const time = took(stage.elapsedMs(), stage);
  stage.line();
  stage.bold(failed === 0 ? endings.good(scenes, held, time) : endings.bad(failed, held + failed, time));
}

/** Commands to copy. The demo's folder stays, so they work. */
export function tellNext(stage: Stage, world: Play["world"], databaseKept: boolean): void {
  stage.line();
  stage.bold(endings.next);
  if (world.kind === "duckdb" || databaseKept) {
    goThere(stage, world);
    for (const [command, what] of lookAround(stage, world)) stage.line(`  ${command.padEnd(34)}${what}`);
  } else stage.tell(endings.dropped);
  stage.line();
  stage.bold(endings.yours);
  stage.line(`  cd ${endings.yourPath[stage.lang]}`);
  stage.line(`  ${quoted(launcher)} init`);
  stage.line();
  stage.tell(endings.remove);
  stage.line(`  rm -r ${quoted(join(world.dir, ".."))}`);
}

/** Into the demo's folder, with `slipway` at hand. */
export function goThere(stage: Stage, world: Play["world"]): void {
  stage.line(`  cd ${quoted(world.dir)}`);
  if (world.env.SHOP_PGPASSWORD) stage.line("  export SHOP_PGPASSWORD=..");
  stage.line(`  alias slipway=${alias(quoted(launcher))}`);
}

function lookAround({ lang }: Stage, world: Play["world"]): [string, string][] {
  const newest = git(world.dir, "log", "-1", "--format=%h");
  return [
    ["slipway releases prod", endings.releases[lang]],
    ["slipway show r3", endings.show[lang]],
    ["slipway promote r5 --to prod", endings.promote(newest)[lang]],
    ["slipway doctor", endings.doctor[lang]],
  ];
}

const quoted = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
/** An alias is read twice by the shell. */
const alias = (command: string): string => (command.startsWith("'") ? `"${command}"` : command);
