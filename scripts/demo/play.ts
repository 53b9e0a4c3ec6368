// What every scene has at hand: the stage, the world, Slipway, and short ways to query, to commit and to look something up.
import { table } from "../../src/cli/render/layout.ts";
import { git, revertNewest, tellStory } from "../shop.ts";
import type { Slipway } from "./command.ts";
import type { Stage } from "./stage.ts";
import type { Row, World } from "./world.ts";

export interface Play {
  stage: Stage;
  world: World;
  slipway: Slipway;
}

export type Environment = "staging" | "prod";

/** What finance reads: gross and net revenue of each month. */
export const revenueOf = (environment: Environment): string =>
  `select * from ${environment === "prod" ? "" : "staging_"}finance.revenue_monthly order by 1`;

export const ordersOf = (environment: Environment): string =>
  `select count(*) as orders from ${environment === "prod" ? "analytics" : "staging"}.orders`;

/** Runs a query where everybody can see it. */
export async function show({ stage, world }: Play, sql: string): Promise<Row[]> {
  const rows = await world.query(sql);
  stage.line();
  stage.dim(`sql> ${sql}`);
  const names = Object.keys(rows[0] ?? {});
  const heads = names.map((head) => ({ head, align: "right" as const }));
  const cells = rows.map((row) => names.map((name) => withCommas(row[name])));
  for (const line of table(heads, cells, 70)) stage.line(`     ${line}`);
  return rows;
}

/** October in `revenueOf`'s answer. */
export function october(rows: Row[]): { gross: number; net: number } {
  const row = rows.find((each) => String(each.revenue_month).startsWith("2026-10"));
  return { gross: Number(row?.gross_yen), net: Number(row?.net_yen) };
}

export const withCommas = (value: unknown): string =>
  typeof value === "number" ? value.toLocaleString("en") : String(value);

export interface ReleaseFacts {
  number: number;
  state: string;
  built: number;
  reused: number;
}

/** The newest release that the environment has seen, as `slipway releases --json` tells it. */
export async function newest({ slipway }: Play, environment: Environment): Promise<ReleaseFacts> {
  const { releases } = await slipway.ask(["releases", environment]);
  const { number, state, built, reused } = releases[0];
  return { number, state, built, reused };
}

/** Commits a step of `examples/story` and shows what it touches. */
export function commitStory({ stage, world }: Play, name: string): void {
  stage.typed(`git am ${name}.patch`);
  tellStory(world.dir, name);
  for (const line of git(world.dir, "show", "--stat=72", "--format=%h %s").split("\n").filter(Boolean))
    stage.line(line);
}

/** Takes the newest commit back by another one. */
export function revert({ stage, world }: Play): void {
  stage.typed("git revert --no-edit HEAD");
  revertNewest(world.dir);
  stage.line(git(world.dir, "log", "-1", "--format=%h %s"));
}
