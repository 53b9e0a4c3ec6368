// The whole way of one project, on both warehouses: first release, change, hand-over, broken change, rollback, refresh.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revertNewest, tellStory } from "../../scripts/shop.ts";
import { newUser, type User } from "../harness.ts";

describe.each(["duckdb", "postgres"] as const)("%s", (kind) => {
  let user: User;
  const revenue = async () =>
    (
      await user.query(
        "select count(*) as n, sum(gross_yen) as gross, sum(net_yen) as net from staging_finance.revenue_daily",
      )
    )[0];

  beforeAll(async () => {
    user = await newUser({ kind });
  });
  afterAll(async () => {
    await user?.[Symbol.asyncDispose]();
  });

  test("the first deployment builds everything and consumers see it", async () => {
    const answer = await user.ask(["deploy", "staging"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    expect(answer.json).toMatchObject({
      schema: "deploy/1",
      ok: true,
      data: { environment: "staging", release: { number: 1, state: "live" } },
    });
    expect(answer.json.data.build.built).toBeGreaterThan(15);
    expect(answer.json.data.verify.counts.failed).toBe(0);
    expect(Number((await revenue())!.n)).toBeGreaterThan(0);
  });

  test("the same commit again has nothing to do", async () => {
    const answer = await user.ask(["deploy", "staging"]);
    expect(answer.code, answer.stderr).toBe(0);
    expect(answer.json.data.release).toBeNull();
    expect(answer.json.code).toBe("nothing_to_do");
  });

  test("the release is handed to prod and builds only what belongs to prod alone", async () => {
    const answer = await user.ask(["promote", "r1", "--to", "prod"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    const staged = await user.query("select sum(gross_yen) as gross from staging_finance.revenue_daily");
    const live = await user.query("select sum(gross_yen) as gross from finance.revenue_daily");
    expect(live).toEqual(staged);
    expect(answer.json.data.build.built).toBeLessThan(6);
  });

  test("a change builds what it touches and reuses the rest", async () => {
    tellStory(user.dir, "1-returned-orders");
    const plan = await user.ask(["plan", "staging"]);
    expect(plan.code, plan.stderr).toBe(0);
    const planned = plan.json.data.nodes
      .filter((node: { action: string }) => node.action === "build")
      .map((node: { name: string }) => node.name);
    const answer = await user.ask(["deploy", "staging"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    expect(answer.json.data.build.built).toBe(planned.length);
    expect(answer.json.data.build.reused).toBeGreaterThan(answer.json.data.build.built);
    expect(answer.json.data.release.number).toBe(2);
  });

  test("a commit whose test fails leaves what consumers see untouched", async () => {
    const before = await revenue();
    tellStory(user.dir, "2-payment-method");
    const answer = await user.ask(["deploy", "staging"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(3);
    expect(answer.json).toMatchObject({ ok: false, code: "held", data: { serves: { number: 2 } } });
    expect(answer.json.data.verify.counts.failed).toBeGreaterThan(0);
    const [{ name, file, line }] = answer.json.data.verify.findings;
    const declared = readFileSync(join(user.dir, file), "utf8").split("\n")[line - 1];
    expect([name, declared]).toEqual(["unique_orders_order_id", expect.stringMatching(/unique/)]);
    expect(await revenue()).toEqual(before);
    revertNewest(user.dir);
  });

  test("words and blanks rebuild nothing", async () => {
    tellStory(user.dir, "4-words-only");
    const answer = await user.ask(["deploy", "staging"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    expect(answer.json.data.build.built).toBe(0);
  });

  test("a wrong but test-clean commit is taken back", async () => {
    const before = await revenue();
    tellStory(user.dir, "3-net-of-tax");
    const deployed = await user.ask(["deploy", "staging"]);
    expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
    expect(await revenue()).not.toEqual(before);
    const back = await user.ask(["rollback", "staging", "--reason", "wrong tax"]);
    expect(back.code, back.stdout + back.stderr).toBe(0);
    expect(back.json.data.serves.number).toBe(deployed.json.data.release.number - 1);
    expect(await revenue()).toEqual(before);
  });

  test("new data is refreshed, and once more has nothing new", async () => {
    await user.load("next_day");
    const orders = async () => Number((await user.query("select count(*) as n from staging.orders"))[0]!.n);
    const had = await orders();
    const answer = await user.ask(["refresh", "staging"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    expect(await orders()).toBeGreaterThan(had);
    const again = await user.ask(["refresh", "staging"]);
    expect(again.json.code, again.stdout).toBe("nothing_to_do");
  });
});
