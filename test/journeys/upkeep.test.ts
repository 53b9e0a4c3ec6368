// Upkeep as a user types it, on both warehouses: what no release needs goes, by bytes too, and tables are cared for.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newTiny, type Tiny } from "../faults/tiny.ts";

const config = `version: 1
environments:
  prod:
    target: prod
    confirm: true
    retention: { deploys: 9, days: 99, max_size: 1 B }
`;
describe.each(["duckdb", "postgres"] as const)("%s", (kind) => {
  let tiny: Tiny;
  const relations = async () => {
    const sql = "select count(*) as n from information_schema.tables where table_schema like 'slipway_%'";
    return Number((await tiny.query(sql))[0]!.n);
  };
  beforeAll(async () => {
    tiny = await newTiny(kind, { config });
  });
  afterAll(async () => {
    await tiny?.[Symbol.asyncDispose]();
  });

  test("daily: releases that do not fit into max_size go, the live one and the one before stay", async () => {
    for (const release of [1, 2, 3]) {
      if (release > 1) tiny.change(release);
      const deployed = await tiny.deploy();
      expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
    }
    const before = await relations();
    const done = await tiny.ask(["upkeep", "run"]);
    expect(done.code, done.stdout + done.stderr).toBe(0);
    expect(done.json.data.tasks.map((task: { task: string; ok: boolean }) => [task.task, task.ok])).toEqual(
      ["logs", "clean", "gc", "disk"].map((name) => [name, true]),
    );
    expect(await relations()).toBeLessThan(before);
    const { releases } = (await tiny.ask(["releases", "prod"])).json.data;
    const there = (releases as { number: number; collected_at: string | null }[]).map((row) => [
      row.number,
      row.collected_at === null,
    ]);
    expect(there).toEqual([
      [3, true],
      [2, true],
      [1, false],
    ]);
    const back = await tiny.ask(["rollback", "prod"]);
    expect(back.code, back.stdout).toBe(0);
    expect(await tiny.query("select distinct release from analytics.report")).toMatchObject([{ release: 2 }]);
  });

  test("weekly and monthly: tables are cared for, files looked at", async () => {
    const weekly = await tiny.ask(["upkeep", "run", "weekly"]);
    expect(weekly.json.data.tasks, weekly.stdout).toMatchObject([{ task: "optimize", ok: true }]);
    const monthly = await tiny.ask(["upkeep", "run", "monthly"]);
    expect(monthly.json.data.tasks, monthly.stdout).toMatchObject([{ task: "compact", ok: true }]);
    const shown = await tiny.ask(["upkeep", "show"]);
    const states = shown.json.data.periods.map((one: { last: { state: string } }) => one.last.state);
    expect(states).toEqual(["done", "done", "done"]);
    expect(await tiny.query("select distinct release from analytics.report")).toMatchObject([{ release: 2 }]);
  });
});
