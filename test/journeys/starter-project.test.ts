// What `dbt init` gives people ships with a failing test: it stays unpublished until it is fixed as its own comment says. The same by
// hand, and as the daily script's five commands on a server, which tells somebody.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectStopped, startServer } from "../faults/servers.ts";
import { newPlainProject, type PlainProject } from "../support/plain-project.ts";
import { testPython } from "../support/python.ts";

const FIRST = "models/example/my_first_dbt_model.sql";

async function starterFolder(): Promise<string> {
  const program = "import dbt.include.starter_project as s; print(s.PACKAGE_PATH)";
  return String(execFileSync(await testPython(), ["-I", "-c", program])).trim();
}

/** What `dbt init my_project` makes of the files it ships. */
async function initiated(kind: "duckdb" | "postgres"): Promise<PlainProject> {
  const project = await newPlainProject({
    ...{ kind, from: await starterFolder(), profile: "my_project" },
    ignore: "target/\nlogs/\n.slipway/\n",
  });
  const text = read(project, "dbt_project.yml").replace(/\{(project|profile)_name\}/g, "my_project");
  project.user.write("dbt_project.yml", text);
  project.user.commit("dbt init my_project");
  return project;
}

const read = ({ user }: PlainProject, path: string): string => readFileSync(join(user.dir, path), "utf8");

/** As the comment in the model says. */
function fix(project: PlainProject): void {
  project.user.write(FIRST, read(project, FIRST).replace("-- where id is not null", "where id is not null"));
  project.user.commit("No rows without a key");
}

test.each(["duckdb", "postgres"] as const)("%s: dbt's starter project is held, fixed and published", async (kind) => {
  const project = await initiated(kind);
  await using user = project.user;

  const made = await project.slipway(["init"]);
  expect(made.code, made.stderr).toBe(0);
  user.commit("Slipway");

  const held = await project.slipway(["deploy"]);
  expect(held.code, held.stdout + held.stderr).toBe(3);
  expect(held.stdout).toContain("not_null_my_first_dbt_model_id   1 row   models/example/schema.yml");
  expect(held.stdout).toContain("holds back: my_first_dbt_model, my_second_dbt_model");
  expect(held.stdout).toContain("dev was not changed. It serves no release yet. r1 is rejected.");
  const published = async () => Object.keys(await project.contents()).filter((name) => name.startsWith("dev."));
  expect(await published()).toEqual([]);

  fix(project);
  const deployed = await project.ask(["deploy"]);
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  expect(deployed.json.data.serves.number).toBe(2);
  expect((await published()).sort()).toEqual(["dev.my_first_dbt_model", "dev.my_second_dbt_model"]);
  expect((await project.contents())["dev.my_second_dbt_model"]!.rows).toHaveLength(1);
});

const job = `version: 1
environments:
  prod: { target: prod }
jobs:
  daily:
    environment: prod
    steps: [dbt deps, dbt seed, dbt run, dbt test, dbt docs generate]
notices:
  channels:
    file: { type: log, path: logs/alerts.log }
`;
/** Until a server has judged what ended and told it, on the busiest machine. */
const patience = { timeout: 120_000, interval: 50 };

test("the five commands of its daily script as a job: the script's tables, evidence, notices and a way back", async () => {
  const project = await initiated("duckdb");
  await using user = project.user;
  user.write("slipway.yml", job);
  user.commit("A job");
  const server = await startServer(user, [], project.env);
  try {
    const told = () =>
      read(project, "logs/alerts.log")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
        .map(({ kind, title }) => `${kind}: ${title}`);
    const held = await project.ask(["job", "run", "daily"]);
    expect([held.code, held.json.data.state], held.stdout).toEqual([3, "held"]);
    await expect.poll(told, patience).toEqual(["opened: dbt Test Failures"]);

    fix(project);
    const done = await project.ask(["job", "run", "daily"]);
    expect([done.code, done.json.data.serves], done.stdout).toMatchObject([0, { number: 2 }]);
    await expect.poll(told, patience).toEqual(["opened: dbt Test Failures", "resolved: dbt Test Failures"]);
    await project.dbt("run");
    const tables = async (schema: string) => {
      const found = Object.entries(await project.contents()).filter(([name]) => name.startsWith(`${schema}.my_`));
      return found.map(([name, { columns, rows }]) => [name.slice(schema.length + 1), columns, rows]);
    };
    const first = await tables("analytics");
    expect(first).toHaveLength(2);
    expect(first).toEqual(await tables("dev"));

    const asked = await project.ask([
      "sql",
      "select status, failures from dbt_test_results where run_id = 1 order by 1",
    ]);
    expect(asked.json.data.results[0].rows, asked.stdout).toContainEqual(["fail", "1"]);

    user.write("models/example/my_second_dbt_model.sql", "select id + 1 as id from {{ ref('my_first_dbt_model') }}\n");
    user.commit("Another second model");
    expect((await project.ask(["deploy"])).code).toBe(0);
    expect(await tables("analytics")).not.toEqual(first);
    expect((await project.ask(["rollback"])).code).toBe(0);
    expect(await tables("analytics")).toEqual(first);
  } finally {
    await expectStopped(server);
  }
});
