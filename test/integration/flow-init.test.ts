// `init` and `doctor` around a project: before there is anything, with mistakes, and when all is well.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newUser, type User } from "../harness.ts";

const read = (user: User, path: string) => readFileSync(join(user.dir, path), "utf8");
// biome-ignore lint/suspicious/noExplicitAny: documents of the doctor
const checks = (answer: any) => answer.json.data.checks.map((one: any) => `${one.id} ${one.status}`);

test("doctor before init, then init: a slipway.yml that works as it is, and is never overwritten", async () => {
  await using user = await newUser({ kind: "duckdb" });
  renameSync(join(user.dir, "slipway.yml"), join(user.dir, "..", "slipway.yml"));
  const before = await user.ask(["doctor"]);
  expect([before.code, ...checks(before)]).toEqual([
    0,
    "versions ok",
    "config warning",
    "git ok",
    "profile ok",
    "disk ok",
  ]);
  expect(existsSync(join(user.dir, ".slipway"))).toBe(false);

  user.write(
    "models/region.sql",
    'select \'{{ env_var("REGION", "jp") }}\' as region, \'{{ env_var("TOKEN") }}\' as token\n',
  );
  const made = await user.ask(["init"]);
  expect(made.json.data.files).toEqual([
    { path: "slipway.yml", change: "created" },
    { path: ".slipway/slipway.schema.json", change: "created" },
    { path: ".gitignore", change: "kept" },
  ]);
  expect(made.json.data.environments).toEqual(["staging", "prod"]);
  expect(read(user, "slipway.yml")).toContain("env: [TOKEN]");
  writeFileSync(join(user.dir, "slipway.yml"), `${read(user, "slipway.yml")}# mine\n`);
  const again = await user.ask(["init"]);
  expect([again.code, again.json.code]).toEqual([0, "nothing_to_do"]);
  expect(read(user, "slipway.yml")).toContain("# mine");
});

test("init below a folder: the one project, or a question which", async () => {
  await using user = await newUser({ kind: "duckdb", shop: false });
  for (const name of ["a", "dbt_packages/x"]) {
    user.write(`work/${name}/dbt_project.yml`, "name: small\nprofile: small\n");
    user.write(
      `work/${name}/profiles.yml`,
      "small: { target: dev, outputs: { dev: { type: duckdb, path: a.duckdb } } }\n",
    );
  }
  const made = await user.ask(["init", "work"]);
  expect([made.code, made.json.data.project_dir]).toEqual([0, join(user.dir, "work", "a")]);
  expect(read(user, "work/a/.gitignore")).toBe(".slipway/\n");
  user.write("work/b/dbt_project.yml", "name: other\n");
  const several = await user.ask(["init", "work"]);
  expect([several.code, several.json.code, several.json.problems[0].hint]).toEqual([
    2,
    "not_found",
    expect.stringContaining("work/b"),
  ]);
});

test("targets of warehouses that are not known are left out, and one cause is one line of the doctor", async () => {
  await using user = await newUser({ kind: "duckdb", shop: false });
  user.write("dbt_project.yml", "name: small\nprofile: small\n");
  user.write(
    "profiles.yml",
    `small:
  target: dev
  outputs:
    dev: { type: duckdb, path: nowhere/a.duckdb }
    prod: { type: postgres, host: "{{ env_var('PROD_HOST') }}" }
    snow: { type: snowflake, account: "{{ env_var('SNOWFLAKE_ACCOUNT') }}" }
`,
  );
  user.commit("First commit");
  const made = await user.ask(["init"]);
  expect(made.json.data.environments).toEqual(["dev", "prod"]);
  expect(read(user, "slipway.yml")).toContain("left out: target snow (snowflake)");
  expect(made.json.problems).toMatchObject([{ code: "adapter_unsupported", severity: "warning" }]);
  const found = await user.ask(["doctor"]);
  const problems = found.json.data.checks.filter((one: { status: string }) => one.status === "problem");
  expect(problems.map((one: { message: string }) => one.message)).toEqual([
    expect.stringContaining("PROD_HOST"),
    expect.stringContaining("nowhere"),
  ]);
});

test("a mistake in slipway.yml is one line of the doctor", async () => {
  await using user = await newUser({ kind: "duckdb", config: "version: 1\nenvironments:\n  prod: { targte: prod }\n" });
  const found = await user.ask(["doctor"]);
  expect(found.code).toBe(3);
  expect(checks(found)).toEqual(["versions ok", "config problem", "git ok", "profile ok", "disk ok"]);
  const [problem] = found.json.data.checks.filter((one: { status: string }) => one.status === "problem");
  expect(problem).toMatchObject({
    message: expect.stringContaining("slipway.yml:3:11"),
    remedy: expect.stringContaining("target"),
  });
});

test("checks that fail leave the others alone", async () => {
  const config = "version: 1\nenvironments:\n  staging: { target: staging }\n  prod: { target: nosuch }\n";
  await using user = await newUser({ kind: "duckdb", config });
  const found = await user.ask(["doctor"]);
  expect(found.code).toBe(3);
  expect(checks(found)).toEqual([
    "versions ok",
    "config ok",
    "git ok",
    "profile ok",
    "profile problem",
    "connection ok",
    "duckdb_file ok",
    "disk ok",
    "state ok",
  ]);
});

test("PostgreSQL is reached through the project's profile", async () => {
  await using user = await newUser({ kind: "postgres" });
  const found = await user.ask(["doctor"]);
  expect(found.json.data.totals.problems, found.stdout).toBe(0);
  expect(checks(found)).toContain("connection ok");
});
