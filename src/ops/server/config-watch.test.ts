import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ctx } from "../../core/ctx.ts";
import { openProject } from "../../flow/session/project.ts";
import type { Session } from "../../flow/session/session.ts";
import { watchConfig } from "./config-watch.ts";
import type { ServerLog } from "./server-log.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sw-config-"));
});
afterAll(() => rm(root, { recursive: true }));

let written = 0;
/** Each file is newer than the one before, whatever the clock of the disk. */
async function write(name: string, text: string): Promise<void> {
  await writeFile(join(root, name), text);
  const at = new Date(1_600_000_000_000 + ++written * 1_000);
  await utimes(join(root, name), at, at);
}
const zone = (timezone: string) =>
  write("slipway.yml", `version: 1\ntimezone: ${timezone}\nenvironments: { prod: { target: prod } }\n`);

async function start() {
  await write("dbt_project.yml", "name: shop\n");
  await zone("UTC");
  const ctx = { projectDir: root, cwd: root, env: {} } as Ctx;
  const session = { ctx, place: await openProject(ctx) } as Session;
  const told: string[] = [];
  const tell = (text: { id: string }) => void told.push(text.id);
  const log: ServerLog = { debug: tell, info: tell, warn: tell, error: tell, hide: () => {} };
  return { session, watch: watchConfig(session, log), told };
}

test("a change that was made while the server started is in force, and what is the same is no change", async () => {
  const { session, watch, told } = await start();
  await zone("Asia/Tokyo");
  await watch.look();
  expect([session.place.config.timezone, told]).toEqual(["Asia/Tokyo", ["serve.config_changed"]]);
  const { config } = session.place;
  await zone("Asia/Tokyo");
  await watch.look();
  expect([session.place.config === config, told]).toEqual([true, ["serve.config_changed"]]);
});

test("a mistake anywhere leaves the last good one in force, is told once, and is over with the file that has it", async () => {
  const { session, watch, told } = await start();
  await watch.look();
  await write("dbt_project.yml", "name: [\n");
  await zone("Asia/Tokyo");
  for (let looks = 0; looks < 3; looks++) await watch.look();
  expect([watch.broken(), session.place.config.timezone, told]).toEqual([true, "UTC", ["serve.config_broken"]]);
  await write("dbt_project.yml", "name: shop\n");
  await watch.look();
  expect([watch.broken(), session.place.config.timezone]).toEqual([false, "Asia/Tokyo"]);
  await rm(join(root, "slipway.yml"));
  for (let looks = 0; looks < 3; looks++) await watch.look();
  expect([watch.broken(), session.place.config.timezone]).toEqual([true, "Asia/Tokyo"]);
  await zone("Asia/Tokyo");
  await watch.look();
  expect(watch.broken()).toBe(false);
  expect(told.slice(1)).toEqual(["serve.config_changed", "serve.config_broken", "serve.config_changed"]);
});
