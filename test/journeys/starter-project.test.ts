// What `dbt init` gives people ships with a failing test: it stays unpublished until it is fixed as its own comment says.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newPlainProject } from "../support/plain-project.ts";
import { testPython } from "../support/python.ts";

const FIRST = "models/example/my_first_dbt_model.sql";

async function starterFolder(): Promise<string> {
  const program = "import dbt.include.starter_project as s; print(s.PACKAGE_PATH)";
  return String(execFileSync(await testPython(), ["-I", "-c", program])).trim();
}

test.each(["duckdb", "postgres"] as const)("%s: dbt's starter project is held, fixed and published", async (kind) => {
  const project = await newPlainProject({ kind, from: await starterFolder(), profile: "my_project" });
  await using user = project.user;
  const read = (path: string) => readFileSync(join(user.dir, path), "utf8");
  // What `dbt init my_project` does with the file it ships.
  user.write("dbt_project.yml", read("dbt_project.yml").replace(/\{(project|profile)_name\}/g, "my_project"));
  user.commit("dbt init my_project");

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

  user.write(FIRST, read(FIRST).replace("-- where id is not null", "where id is not null"));
  user.commit("No rows without a key");
  const deployed = await project.ask(["deploy"]);
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  expect(deployed.json.data.serves.number).toBe(2);
  expect((await published()).sort()).toEqual(["dev.my_first_dbt_model", "dev.my_second_dbt_model"]);
  expect((await project.contents())["dev.my_second_dbt_model"]!.rows).toHaveLength(1);
});
