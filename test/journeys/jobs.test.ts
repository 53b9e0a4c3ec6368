// The daily script as a job: the same tables as plain dbt makes, all of them or none, and what a failed test may hold back.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, answerOf } from "../harness.ts";
import { newPlainProject, type PlainProject } from "../support/plain-project.ts";

const from = join(import.meta.dirname, "../projects/events");
const config = `version: 1
environments:
  prod: { target: prod }
jobs:
  daily:
    environment: prod
    source_freshness: true
    steps: [dbt deps, dbt seed, dbt run, dbt test, dbt docs generate]
  unaffected:
    environment: prod
    on_test_failure: publish_unaffected
    steps: [dbt build]
  untested: { environment: prod, require_tests: true, steps: [dbt run] }
  told:
    environment: prod
    steps: [dbt run, "dbt run-operation most_yen --args '{table: orders}'", dbt run-operation refuse, dbt test]
  late: { environment: prod, timeout: 1s, steps: [dbt run] }
`;

const load = (ids: string): string => `
drop table if exists app.orders; create table app.orders as
select id, 'EUR' as currency, id * 10 as amount, timestamp '2026-01-02 03:04:05' as loaded_at from (values ${ids}) as v (id)`;
const tick = (at: number): string => `drop table if exists app.ticks; create table app.ticks as select ${at} as tick`;

/** `name state summary` of every step. */
const stepsOf = (answer: Answer): string[] =>
  answer.json.data.steps.map((step: { name: string; state: string; summary: string | null }) =>
    [step.name, step.state, step.summary].filter(Boolean).join(" | "),
  );

describe.each(["duckdb", "postgres"] as const)("%s", (kind) => {
  let project: PlainProject;
  const rows = async (schema: string, ...names: string[]): Promise<string[][]> => {
    const contents = await project.contents();
    return names.map((name) => contents[`${schema}.${name}`]?.rows ?? ["missing"]);
  };
  /** `slipway dbt prod -- ..`: everything after `--` is dbt's. */
  const dbt = (words: string[]) => project.slipway(["dbt", "prod", "--json", "--", ...words]);
  const artifact = (run: number, step: number, name: string) =>
    join(project.user.dir, ".slipway", "runs", String(run), `step-${step}`, name);

  beforeAll(async () => {
    project = await newPlainProject({ kind, from, profile: "events", ignore: "target/\nlogs/\n.slipway/\n" });
    project.user.write("slipway.yml", config);
    project.user.commit("Slipway");
    for (const sql of ["create schema app", load("(1), (2)"), tick(1)]) await project.execute(sql);
  });
  afterAll(async () => {
    await project?.user[Symbol.asyncDispose]();
  });

  test("the five commands make the tables that plain dbt makes", async () => {
    for (const command of ["seed", "run", "test"]) await project.dbt(command);
    const answer = await project.ask(["job", "run", "daily"]);
    expect(answer.code, answer.stdout).toBe(0);
    const steps = stepsOf(answer);
    expect(steps.slice(1, 7)).toEqual([
      // As dbt Cloud does: a check that was only asked for beside the commands stops nothing.
      "dbt source freshness | failed | 1 stale",
      "dbt deps | succeeded | as the commit says",
      "dbt seed | succeeded | 1 built",
      "dbt run | succeeded | 4 built",
      "dbt test | succeeded | 2 pass",
      "dbt docs generate | succeeded",
    ]);
    expect(steps[7]).toMatch(/^publish \| succeeded \| r1, 5 names, switched in \d+ ms$/);
    const names = ["rates", "stg_orders", "orders", "totals", "ticks"];
    expect(await rows("analytics", ...names)).toEqual(await rows("dev", ...names));
    const catalog = JSON.parse(readFileSync(artifact(1, 7, "catalog.json"), "utf8"));
    expect(catalog.nodes["model.events.totals"].metadata).toMatchObject({ schema: "analytics", name: "totals" });
    expect(Object.keys(catalog.nodes["model.events.totals"].columns)).toEqual(["orders", "yen"]);
    expect(JSON.parse(readFileSync(artifact(1, 5, "run_results.json"), "utf8")).results).toHaveLength(4);
    for (const [step, name] of [
      [2, "sources.json"],
      [6, "run_results.json"],
      [7, "manifest.json"],
      [7, "index.html"],
    ] as const)
      expect(existsSync(artifact(1, step, name)), name).toBe(true);
  });

  test("once more there is nothing new, and no release is made", async () => {
    const answer = await project.ask(["job", "run", "daily"]);
    expect(answer.code, answer.stdout).toBe(0);
    expect(stepsOf(answer).slice(3)).toEqual([
      "dbt seed | succeeded | 1 same",
      "dbt run | succeeded | 4 same",
      "dbt test | succeeded | 2 pass",
      "dbt docs generate | succeeded | as in run 1",
      "publish | succeeded | nothing new",
    ]);
    expect(answer.json.data).toMatchObject({ state: "succeeded", release: null, serves: { number: 1 } });
  });

  test("a test that fails holds everything, the steps after it too", async () => {
    await project.execute(load("(1), (2), (null)"));
    await project.execute(tick(2));
    const answer = await project.ask(["job", "run", "daily"]);
    expect(answer.code, answer.stdout).toBe(3);
    expect(answer.json.data).toMatchObject({ state: "held", serves: { number: 1 }, promote: null });
    expect(stepsOf(answer).slice(4)).toEqual([
      "dbt run | succeeded | 4 built",
      "dbt test | failed | 1 pass, 1 fail",
      "dbt docs generate | skipped",
      "publish | skipped | r2 is rejected",
    ]);
    expect(await rows("analytics", "totals", "ticks")).toEqual(await rows("dev", "totals", "ticks"));
  });

  test("publish_unaffected publishes what the failure does not touch", async () => {
    const before = await rows("analytics", "stg_orders", "orders", "totals");
    const answer = await project.ask(["job", "run", "unaffected"]);
    expect(answer.code, answer.stdout).toBe(0);
    const { data } = answer.json;
    expect(data).toMatchObject({ state: "succeeded", promote: { published: 1 } });
    // stg_orders would be new above an orders that stays old.
    expect(data.held).toEqual(["model.events.orders", "model.events.stg_orders", "model.events.totals"]);
    expect(data.override).toContain("published 1 in spite of 1 failed test; 3 held: orders, stg_orders, totals");
    expect(await rows("analytics", "stg_orders", "orders", "totals")).toEqual(before);
    expect((await rows("analytics", "ticks"))[0]?.[0]).toContain("2");
    const status = await project.ask(["status", "prod"]);
    expect(status.json.data.environments[0].condition).toMatchObject({ kind: "partly_held", nodes: 3 });
    const again = await project.ask(["job", "run", "unaffected"]);
    expect(again.json.data).toMatchObject({ state: "held", promote: null });
  });

  if (kind === "postgres") {
    test("a cancelled operation leaves no statement behind", async () => {
      const dozing = () =>
        project.user.query(
          "select pid from pg_stat_activity where datname = current_database() and state = 'active' and query like '%pg_sleep(300)%' and pid <> pg_backend_pid()",
        );
      const child = project.user.start(["dbt", "prod", "--json", "--", "run-operation", "doze"], project.env);
      const ended = answerOf(child);
      await expect.poll(dozing).not.toEqual([]);
      const [run] = (await project.ask(["runs"])).json.data.runs;
      expect((await project.ask(["run", "cancel", String(run.run_id)])).code).toBe(0);
      expect((await ended).code).toBe(130);
      await expect.poll(dozing).toEqual([]);
    });
    // What follows is no matter of the warehouse.
    return;
  }

  test("a retry tests again, and publishes once the data is right", async () => {
    const held = await project.ask(["runs"]);
    const last = held.json.data.runs[0];
    expect(last.state).toBe("held");
    const again = await project.ask(["run", "retry", String(last.run_id ?? last.id)]);
    expect(again.code, again.stdout).toBe(3);
    expect(stepsOf(again)[1]).toMatch(/^dbt build \| failed \| 5 same, 1 pass, 1 fail/);
    await project.execute(load("(1), (2), (3)"));
    const mended = await project.ask(["run", "retry", String(again.json.data.run_id)]);
    expect(mended.json.data.state, mended.stdout).toBe("succeeded");
    await project.dbt("run");
    expect(await rows("analytics", "orders", "totals")).toEqual(await rows("dev", "orders", "totals"));
  });

  test("commands by hand publish what they name, and leave the rest", async () => {
    await project.execute(load("(1), (2), (3), (4)"));
    await project.execute(tick(3));
    const answer = await dbt(["run", "--select", "ticks", "--then", "test", "-s", "ticks"]);
    expect(answer.code, answer.stdout).toBe(0);
    expect(stepsOf(answer).slice(1, 3)).toEqual([
      "dbt run --select ticks | succeeded | 1 built",
      "dbt test -s ticks | succeeded | 1 pass",
    ]);
    expect((await rows("analytics", "ticks"))[0]?.[0]).toContain("3");
    expect((await rows("analytics", "totals"))[0]?.[0]).toContain("3");
    const inline = ["--then", "compile", "--inline", "select '{{ flags.FULL_REFRESH }}' as x", "--full-refresh"];
    const shown = await dbt(["ls", "--resource-type", "model", "--then", "show", "-s", "totals", ...inline]);
    expect(shown.json.data.steps[1].output).toEqual(
      ["orders", "stg_orders", "ticks", "totals"].map((name) => `events.${name}`),
    );
    expect(shown.json.data.steps[2].output.join("\n")).toContain("| orders |");
    expect(shown.json.data.steps[3].output.join("\n")).toContain("select 'True' as x");
  });

  test("an operation sees the candidate; one that fails keeps all of it from consumers", async () => {
    const answer = await project.ask(["job", "run", "told"]);
    expect(answer.code, answer.stdout).toBe(3);
    expect(answer.json.data).toMatchObject({ state: "failed", promote: null });
    const steps = stepsOf(answer);
    expect(steps[1]).toBe("dbt run | succeeded | 3 built, 1 reused");
    expect(steps[2]).toContain("succeeded | done; a rollback does not undo it");
    expect(steps[3]).toMatch(/^dbt run-operation refuse \| failed \| .*not on a Friday/s);
    expect(steps.slice(4)).toEqual(["dbt test | skipped", expect.stringMatching(/^publish \| skipped/)]);
    expect((await rows("app", "told"))[0]?.[0]).toContain("6400");
    expect((await rows("analytics", "totals"))[0]?.[0]).toContain("3");
  });

  test("a run without tests is on record, and refused where tests are required", async () => {
    const refused = await project.ask(["job", "run", "untested"]);
    expect([refused.code, refused.json.code]).toEqual([3, "problems_found"]);
    expect(refused.json.problems.map((found: { code: string }) => found.code)).toContain("no_tests");
    const answer = await dbt(["run"]);
    expect(answer.json.data, answer.stdout).toMatchObject({ state: "succeeded", promote: { published: 3 } });
    const release = await project.ask(["show", `r${answer.json.data.release.number}`]);
    expect(release.json.data).toMatchObject({
      counts: { total: 0 },
      standings: [{ state: "live", verdict: "pass", override: null }],
    });
  });

  test("a mistake in a command is named before anything runs", async () => {
    const answer = await dbt(["run", "--target", "dev"]);
    expect([answer.code, answer.json.problems[0].message]).toEqual([
      2,
      "'run --target dev': --target is decided by Slipway",
    ]);
  });

  test("a run past its time is cancelled, and says so", async () => {
    await project.execute(load("(1)"));
    const answer = await project.ask(["job", "run", "late"]);
    expect(answer.code, answer.stdout).toBe(130);
    const shown = await project.ask(["run", "show", String((await project.ask(["runs"])).json.data.runs[0].run_id)]);
    expect(shown.json.data.state).toBe("cancelled");
    expect(shown.json.data.result).toContain("longer than its timeout");
  });
});
