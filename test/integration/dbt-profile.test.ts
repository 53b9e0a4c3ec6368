// profiles.yml as dbt reads it: which file, which target, values from the environment, and mistakes with their line.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadProfile, writeProfile } from "../../src/dbt/profile.ts";
import { build, failureOf, makeProject, openRun, parse, python, readText, redirect } from "./dbt-harness.ts";

const yaml = `shop:
  target: "{{ env_var('SHOP_TARGET', 'dev') }}"
  outputs:
    dev:
      type: postgres
      host: localhost
      port: "{{ env_var('SHOP_PORT', '5432') | int }}"
      threads: "{{ env_var('SHOP_THREADS', '4') | as_number }}"
      user: "{{ env_var('SHOP_USER') }}_{{ env_var('SHOP_SUFFIX', 'x') }}"
      password: "{{ env_var('SHOP_PASSWORD') }}"
      keepalives: "{{ 'False' | as_bool }}"
      schema: analytics
    prod: {type: duckdb, path: prod.duckdb, secrets: [{type: s3, key_id: id, secret: hush}]}
    empty: {path: x}
`;

async function load(options: { text?: string; env?: Record<string, string>; target?: string; project?: string } = {}) {
  const project = await makeProject(options.project ? { "dbt_project.yml": options.project } : {});
  const home = join(project.root, "home");
  await mkdir(home);
  await writeFile(join(home, "profiles.yml"), options.text ?? yaml);
  return loadProfile({
    python: (await python()).python,
    projectDir: project.dir,
    profilesDirs: [project.dir, home],
    env: options.env ?? { SHOP_USER: "aoi", SHOP_PASSWORD: "1234" },
    ...(options.target ? { target: options.target } : {}),
  });
}

test("the default target is rendered with dbt's types", async () => {
  const profile = await load();
  expect(profile).toMatchObject({
    profileName: "shop",
    targets: ["dev", "prod", "empty"],
    defaultTarget: "dev",
    target: "dev",
  });
  expect(profile.output).toEqual({
    type: "postgres",
    host: "localhost",
    port: 5432,
    threads: 4,
    user: "aoi_x",
    password: "1234",
    keepalives: false,
    schema: "analytics",
  });
  expect(profile.envNames).toEqual([
    "SHOP_PASSWORD",
    "SHOP_PORT",
    "SHOP_SUFFIX",
    "SHOP_TARGET",
    "SHOP_THREADS",
    "SHOP_USER",
  ]);
  expect(profile.secretKeys).toEqual(["password"]);
});

test("another target needs only its own variables", async () => {
  const profile = await load({ target: "prod", env: {} });
  expect([profile.output.path, profile.secretKeys]).toEqual(["prod.duckdb", ["secrets.0.secret"]]);
});

test("mistakes say what is there, and where", async () => {
  const check = async (options: Parameters<typeof load>[0]) => {
    const { code, text, details } = await failureOf(load(options));
    const where = details.where;
    return [code, text.id, details.hint?.params.nearest ?? "", `${where?.file.split("/").at(-1)}:${where?.line}`];
  };
  expect(await check({ target: "prdo" })).toEqual(["invalid", "dbt.target_missing", "prod", "profiles.yml:3"]);
  expect(await check({ env: { SHOP_USER: "a" } })).toEqual([
    "invalid",
    "dbt.profile_env_missing",
    "",
    "profiles.yml:10",
  ]);
  expect(await check({ target: "empty" })).toEqual(["invalid", "dbt.target_without_type", "", "profiles.yml:14"]);
  const shp = "name: shop\nprofile: shp\n";
  expect(await check({ project: shp })).toEqual(["invalid", "dbt.profile_missing", "shop", "dbt_project.yml:2"]);
  expect(await check({ project: "name: shop\n" })).toEqual([
    "invalid",
    "dbt.profile_not_named",
    "",
    "dbt_project.yml:undefined",
  ]);
  expect(await check({ text: "shop:\n  a: b\n c: d\n" })).toEqual([
    "invalid",
    "dbt.profile_unreadable",
    "",
    "profiles.yml:3",
  ]);
  expect(await check({ text: yaml.replace("'SHOP_USER') }}", "'SHOP_USER' }}") })).toEqual([
    "invalid",
    "dbt.profile_unreadable",
    "",
    "profiles.yml:9",
  ]);
});

test("no profiles.yml: the error lists where it looked", async () => {
  const project = await makeProject({});
  const request = { python: (await python()).python, projectDir: project.dir, profilesDirs: ["/a", "/b"], env: {} };
  const error = await failureOf(loadProfile(request));
  expect([error.code, error.text.params.looked]).toEqual(["not_found", "/a/profiles.yml, /b/profiles.yml"]);
});

test("a DuckDB profile is written with absolute paths, and data files are found by relative names", async () => {
  const project = await makeProject(
    { "models/a.sql": "{{ config(materialized='table') }}\nselect * from read_csv('data/x.csv'), other.main.t" },
    {
      type: "duckdb",
      path: "wh/shop.duckdb",
      attach: [{ path: "other.duckdb", alias: "other" }],
      schema: "2020-01-01",
    },
  );
  const user = join(project.root, "user {{ home }}");
  await mkdir(join(user, "wh"), { recursive: true });
  await mkdir(join(user, "data"));
  await writeFile(join(user, "data", "x.csv"), "id\n1\n");
  const profile = await loadProfile({
    python: (await python()).python,
    projectDir: project.dir,
    profilesDirs: [project.setting.profilesDir],
    env: {},
  });
  const profilesDir = join(project.root, "written");
  const overrides = { projectDir: user, applicationName: "x", fileSearchPath: [project.dir, user], home: "/nobody" };
  const { env } = await writeProfile(profilesDir, profile, overrides);
  project.setting = { ...project.setting, profilesDir, env };
  expect(await readText(join(profilesDir, "profiles.yml"))).toContain("/nobody/.duckdb/extensions");
  const run = await openRun();
  const manifest = await parse(run, project);
  manifest.nodes["model.shop.a"]!.raw_code = manifest.nodes["model.shop.a"]!.raw_code.replace(", other.main.t", "");
  const result = await build(run, project, await redirect(project, manifest, "slipway"), "slipway");
  expect(result.rows).toMatchObject([{ uniqueId: "model.shop.a", status: "success" }]);
});
