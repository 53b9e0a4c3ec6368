// What a person does the morning after: which runs, why did it fail, what was slow, once more, and the same questions in SQL.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { answerOf, type User } from "../harness.ts";
import { newTinyProject, profile } from "../support/tiny-project.ts";

const config = `version: 1
timezone: Asia/Tokyo
dbt: { env: [ORDERS_MAX, API_TOKEN] }
environments:
  dev: { target: dev, evidence: { warehouse_schema: dbt_evidence } }
jobs:
  daily: { environment: dev, steps: [dbt run, dbt test] }
`;
const token = "tok-8f2b71c9";
const queries = join(import.meta.dirname, "../contracts/evidence");

describe.each([
  ["duckdb", "embedded"],
  ["postgres", "postgres"],
] as const)("runs on %s, state %s", (kind, state) => {
  let user: User;
  const env = (most: number) => ({ ORDERS_MAX: String(most), API_TOKEN: token });
  const lines = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

  beforeAll(async () => {
    user = await newTinyProject({
      kind,
      state,
      files: {
        "slipway.yml": config,
        // Where the harness reads.
        ...(kind === "duckdb" ? { "profiles.yml": profile(null).replace("tiny.duckdb", "shop.duckdb") } : {}),
        "models/totals.sql": `{{ log('token ' ~ env_var('API_TOKEN'), info=true) }}
select count(*) as orders, sum(amount) as amount from {{ ref('orders') }}
`,
        "tests/not_too_many.sql": `select * from {{ ref('totals') }}
where orders > {{ env_var('ORDERS_MAX') }} and '{{ env_var('API_TOKEN') }}' <> ''
`,
      },
    });
  });
  afterAll(async () => {
    await user?.[Symbol.asyncDispose]();
  });

  test("a run is followed while it goes on, to its end", async () => {
    const deploy = answerOf(user.start(["deploy", "dev", "--json", "--yes"], env(1)));
    let seen = await user.ask(["runs"], env(1));
    while (seen.json.data.runs.length === 0) {
      await systemClock.sleep(200);
      seen = await user.ask(["runs"], env(1));
    }
    const followed = await user.ask(["run", "logs", "1", "--follow"], env(1));
    const done = await deploy;
    expect(done.code, done.stdout + done.stderr).toBe(3);
    const told = lines(followed.stdout);
    expect(told.at(-1)).toMatchObject({ schema: "logs/1", data: { runs: 1, lines: told.length - 1 } });
    expect(told.slice(0, -1).map((line) => line.event)).toEqual(
      expect.arrayContaining(["phase_started", "dbt", "node_finished", "test_finished", "run_finished"]),
    );
    expect(told[0]).toMatchObject({ schema: "log/1", run_id: 1, environment: "dev" });
    const text = readFileSync(join(user.dir, ".slipway/runs/1/events.jsonl"), "utf8");
    expect(text).toContain("token *****");
    expect(text).not.toContain(token);
  });

  test("what failed, what was slow, and where it says so", async () => {
    const shown = await user.ask(["run", "show", "1"], env(1));
    expect(shown.code).toBe(0);
    expect(shown.json.data).toMatchObject({
      state: "held",
      serves: null,
      steps: [{ name: "ingest" }, { name: "build", state: "succeeded" }, { name: "verify", state: "failed" }],
      verify: { counts: { failed: 1, passed: 1 }, findings: [{ name: "not_too_many", failures: 1 }] },
    });
    const errors = lines((await user.ask(["logs", "--errors", "--since", "1h"], env(1))).stdout);
    expect(errors[0]).toMatchObject({ event: "test_finished", level: "error", node: "test.tiny.not_too_many" });
    const slow = lines((await user.ask(["logs", "dev", "--slow", "2"], env(1))).stdout);
    expect(slow).toHaveLength(3);
    expect(slow[0].ms).toBeGreaterThanOrEqual(slow[1].ms);
    const found = lines((await user.ask(["logs", "--grep", "MODEL\\.tiny\\.tot"], env(1))).stdout);
    expect(found[0]).toMatchObject({ node: "model.tiny.totals" });
    const screen = await user.slipway(["run", "show", "1", "--lang", "ja"], env(1));
    expect(screen.stdout).toContain("再実行: slipway run retry 1");
    expect((await user.ask(["run", "show", "99"], env(1))).json.code).toBe("not_found");
  });

  test("once more, only what failed: what was built is reused", async () => {
    const again = await user.ask(["run", "retry", "1", "--reason", "limit was wrong"], env(5));
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(again.json.data).toMatchObject({
      run_id: 2,
      state: "succeeded",
      retry_of: 1,
      serves: { number: 2, state: "live" },
    });
    expect(again.json.data.steps.map((step: { name: string }) => step.name)).toContain("promote");
    const nothing = await user.ask(["run", "retry", "2"], env(5));
    expect(nothing.json).toMatchObject({ code: "invalid", exit: 2 });
    const { runs } = (await user.ask(["runs", "dev", "--state", "succeeded"], env(5))).json.data;
    expect(runs).toMatchObject([{ run_id: 2, kind: "deploy", reason: "limit was wrong" }]);
  });

  test("a job whose test fails is repeated as that job, only where it failed", async () => {
    const failed = await user.ask(["job", "run", "daily"], env(1));
    expect(failed.code, failed.stdout + failed.stderr).toBe(3);
    expect(failed.json.data).toMatchObject({ run_id: 3, state: "held", job: "daily", serves: { number: 2 } });
    const again = await user.ask(["run", "retry", "3"], env(5));
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(again.json.data).toMatchObject({
      run_id: 4,
      state: "succeeded",
      job: "daily",
      retry_of: 3,
      trigger: { kind: "retry", run_id: 3 },
    });
    const request = "select request -> 'only' as only from runs where id = 4";
    const [result] = (await user.ask(["sql", request], env(5))).json.data.results;
    expect(JSON.parse(result.rows[0][0])).toEqual(["test.tiny.not_too_many"]);
    const log = lines((await user.ask(["run", "logs", "3", "--grep", "not_too_many fail"], env(5))).stdout);
    expect(log[0]).toMatchObject({ level: "error", run_id: 3, step: 3 });
  });

  test("the same in SQL, on the state and in the warehouse", async () => {
    const [recent] = (await user.ask(["sql", "-f", join(queries, "recent-runs.sql")], env(5))).json.data.results;
    const names = recent.rows.map((row: string[]) => row[0]);
    expect([...names].sort()).toEqual(["orders", "raw", "totals"]);
    const [rate] = (await user.ask(["sql", "-f", join(queries, "test-failure-rate.sql")], env(5))).json.data.results;
    // A row per day: more than one when midnight came in between.
    const days = rate.rows.map(([, ...counts]: string[]) => counts.map(Number)) as number[][];
    expect([0, 1, 2].map((at) => days.reduce((sum, counts) => sum + counts[at]!, 0))).toEqual([4, 2, 2]);
    for (const [total, , failed, percent] of days) expect(percent).toBeCloseTo((100 * failed!) / total!, 2);
    const failing = "select distinct test_results_query from dbt_test_results where status = 'fail'";
    const [code] = (await user.ask(["sql", failing], env(5))).json.data.results;
    expect(code.rows[0][0]).toContain("'*****' <> ''");
    expect(JSON.stringify(code)).not.toContain(token);
    const csv = await user.slipway(
      ["sql", "select name, row_count from dbt_relation_sizes order by name", "--format", "csv"],
      env(5),
    );
    expect(csv.stdout).toBe("name,row_count\norders,2\nraw,2\ntotals,1\n");
    const refused = await user.ask(["sql", "select 1;\ndelete from audit"], env(5));
    expect(refused.json).toMatchObject({ code: "invalid" });
    const copied = await user.query(
      "select count(*) as n, count(distinct run_id) as runs from dbt_evidence.dbt_test_results",
    );
    expect(Object.values(copied[0]!).map(Number)).toEqual([4, 3]);
  });

  test("a run that was killed after the switch has its evidence and an end in its log", async () => {
    user.write(
      "models/totals.sql",
      "select count(*) as orders, sum(amount) as amount, 1 as one from {{ ref('orders') }}\n",
    );
    user.commit("One more column");
    const killed = await user.slipway(["deploy", "dev", "--yes"], { ...env(5), SLIPWAY_FAULT: "flip:after" });
    expect(killed.signal).toBe("SIGKILL");
    expect((await user.ask(["deploy", "dev"], env(5))).code).toBe(0);
    const asked = await user.ask(
      [
        "sql",
        "select name, status, release_number from dbt_run_results where run_id = 5; select test_name, status from dbt_test_results where run_id = 5",
      ],
      env(5),
    );
    const [nodes, tests] = asked.json.data.results;
    expect(nodes.rows).toEqual([["totals", "success", "3"]]);
    expect(tests.rows).toEqual([["not_too_many", "pass"]]);
    const copied = await user.query("select name from dbt_evidence.dbt_run_results where run_id = 5");
    expect(copied).toEqual([{ name: "totals" }]);
    const log = lines((await user.ask(["run", "logs", "5"], env(5))).stdout);
    expect(log.at(-2)).toMatchObject({ event: "run_finished", level: "info", run_id: 5 });
    if (kind === "postgres") return;
    // A job is of the commit that is live: repeating an old run of it takes nothing back.
    const again = await user.ask(["run", "retry", "3"], env(5));
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(Object.keys((await user.query("select * from dev.totals"))[0]!)).toContain("one");
    const older = user.git("rev-parse", "HEAD~1");
    const held = await user.slipway(["dbt", "dev", "--commit", older, "--json", "--", "test"], env(1));
    expect(held.code, held.stdout).toBe(3);
    const refused = await user.ask(["run", "retry", String(held.json.data.run_id)], env(5));
    expect(refused.json).toMatchObject({ code: "conflict" });
  });
});
