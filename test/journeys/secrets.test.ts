// Secrets as a user types them: wanted, set, used by dbt, changed, and told by no file, log, message or table.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newTiny, type Tiny } from "../faults/tiny.ts";

const config = (vars = "") => `version: 1
environments:
  prod: { target: prod, confirm: false, ${vars}env: { API_KEY: { secret: api_key } } }
`;
/** Letters that SQL, JSON and addresses write in another way. */
const SECRET = "pAss'wörd+77/x=";
const FORMS = /pAss('|''|\\u0027|%27)w(ö|%C3%B6|\\u00f6)rd/;

let tiny: Tiny;
const env = { SLIPWAY_SECRET_KEY: Buffer.alloc(32, 5).toString("base64") };
const ask = (...args: string[]) => tiny.ask(args, env);

beforeAll(async () => {
  tiny = await newTiny("duckdb", { config: config() });
  const quoted = `{{ env_var('API_KEY') | replace("'", "''") }}`;
  tiny.write("models/keyed.sql", `select length('${quoted}') as n\n`);
  tiny.write("models/broken.sql", `{{ config(enabled=var('broken', false)) }}\nselect no_such('${quoted}')\n`);
  tiny.commit("Models that see a secret");
});
afterAll(async () => {
  await tiny?.[Symbol.asyncDispose]();
});

test("a missing secret stops with the command to type; set, it reaches dbt", async () => {
  const missing = await ask("plan", "prod");
  expect(missing.code, missing.stdout).not.toBe(0);
  expect(missing.json.problems[0]).toMatchObject({ code: "not_found", hint: "slipway secret set api_key" });
  await set(SECRET);
  const first = await ask("deploy", "prod");
  expect(first.code, first.stdout + first.stderr).toBe(0);
  expect(await tiny.query("select n from analytics.keyed")).toEqual([{ n: String(SECRET.length) }]);
});

test("a new value rebuilds what sees it, and the reason does not tell it", async () => {
  await set(`${SECRET}!`);
  const plan = await ask("plan", "prod", "--explain", "keyed");
  expect(plan.stdout).toContain("API_KEY");
  expect(plan.stdout).not.toMatch(FORMS);
  const nodes = (await ask("plan", "prod")).json.data.nodes as { name: string; action: string }[];
  expect(nodes.filter((node) => node.action === "build").map((node) => node.name)).toEqual(["keyed"]);
});

test("an error of the warehouse, logs, artifacts and evidence hold no secret, in any form", async () => {
  tiny.write("slipway.yml", config("vars: { broken: true }, "));
  const failed = await ask("deploy", "prod");
  expect(failed.code, failed.stdout + failed.stderr).toBe(3);
  expect(failed.stdout).toContain("broken");
  const evidence = await ask("sql", "select * from dbt_run_results");
  expect(evidence.stdout).toContain("broken");
  const log = await tiny.slipway(["run", "logs", "2"], env);
  for (const text of [failed.stdout, failed.stderr, evidence.stdout, log.stdout, log.stderr])
    expect(text).not.toMatch(FORMS);
  const files = ["runs", "environments", "logs"].flatMap((name) => filesBelow(join(tiny.dir, ".slipway", name)));
  expect(files.filter((file) => FORMS.test(read(file)))).toEqual([]);
  for (const name of ["dbt.log", "run_results.json", "manifest.json", "compiled.json", "keyed.sql", "broken.sql"])
    expect(
      files.some((file) => file.endsWith(`/${name}`) && read(file).includes("*****")),
      name,
    ).toBe(true);
});

async function set(value: string): Promise<void> {
  const answer = await tiny.slipway(["secret", "set", "api_key", "--json"], env, `${value}\n`);
  expect(answer.code, answer.stdout + answer.stderr).toBe(0);
  expect(answer.stdout).not.toContain("pAss");
}

const read = (file: string): string => readFileSync(file, "utf8");
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => statSync(file).isFile());
