// What is read before, during and after a release: plan, explanation, status, show, and the tidying after a killed process.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newUser } from "../harness.ts";

test("a release is explained, shown, and a killed one is told and tidied", async () => {
  await using user = await newUser({ kind: "duckdb" });
  const empty = await user.ask(["status"]);
  expect(empty.json.data.environments.map((one: { condition: object }) => one.condition)).toEqual([
    { kind: "never_deployed" },
    { kind: "never_deployed" },
  ]);
  expect((await user.ask(["deploy", "staging"])).code).toBe(0);

  const file = "models/finance/revenue_daily.sql";
  const sql = readFileSync(join(user.dir, file), "utf8");
  user.write(file, sql.replace("where orders.is_paid", "where orders.is_paid and not orders.is_refunded"));
  user.commit("Leave returned orders out");
  const plan = (await user.ask(["plan", "staging"])).json.data;
  const built = plan.nodes.filter((node: { action: string }) => node.action === "build");
  expect(built.map((node: { name: string; reasons: string[] }) => [node.name, ...node.reasons])).toEqual([
    ["revenue_daily", "SQL changed"],
    ["revenue_monthly", "parent revenue_daily"],
  ]);
  expect(plan.rollback).toMatchObject({ kind: "reversible", to: 1 });
  expect(plan.estimate_ms).toBeGreaterThan(0);
  expect(plan.impact.exposures.map((one: { name: string }) => one.name)).toContain("Sales KPI");
  const again = (await user.ask(["plan", "staging"])).json.data;
  expect(again.plan_id).toBe(plan.plan_id);

  const explained = (await user.ask(["plan", "staging", "--explain", "revenue_daily"])).json.data;
  const code = explained.components.find((one: { name: string }) => one.name === "code");
  expect(code).toMatchObject({
    state: "changed",
    changes: [{ file, line: expect.any(Number) }],
  });
  expect(explained.since.commit).toBe(user.git("rev-parse", "HEAD"));
  const unknown = await user.ask(["plan", "staging", "--explain", "revenue_dayly"]);
  expect([unknown.code, unknown.json.problems[0].hint]).toEqual([2, "did you mean 'revenue_daily'?"]);

  const rows = (await user.ask(["show", "r1", "--test", "paid_orders_are_sent"])).json.data.rows;
  expect([rows.columns, rows.rows.length, rows.truncated]).toEqual([["order_id"], 2, false]);

  const killed = await user.ask(["deploy", "staging"], { SLIPWAY_FAULT: "build:middle" });
  expect(killed.signal).toBe("SIGKILL");
  const [told] = (await user.ask(["status", "staging"])).json.data.environments;
  expect([told.running, told.interrupted.phase, told.live.number]).toEqual([null, "build", 1]);
  const doctor = (await user.ask(["doctor"])).json.data;
  expect(doctor.totals).toMatchObject({ problems: 0 });
  expect(doctor.totals.warnings).toBeGreaterThanOrEqual(2);
  const cancelled = (await user.ask(["cancel", "staging"])).json.data;
  expect([cancelled.stopped.length, cancelled.serves.number]).toEqual([1, 1]);
  const [after] = (await user.ask(["status", "staging"])).json.data.environments;
  expect([after.interrupted, after.condition.kind]).toEqual([null, "fine"]);
  expect(
    (await user.ask(["unlock", "staging"])).json.data.released.map((one: { alive: boolean }) => one.alive),
  ).not.toContain(true);
});
