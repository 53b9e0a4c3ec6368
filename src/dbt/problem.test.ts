// Where dbt's messages point to: every shape that was seen, on files of a small project.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dbtError, locate } from "./problem.ts";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "slipway-problem-"));
  await mkdir(join(dir, "models", "sub"), { recursive: true });
  await writeFile(join(dir, "dbt_project.yml"), "name: shop\n version: 1\n");
  await writeFile(join(dir, "models", "a.sql"), "select 1\nfrom {{ ref('nope') }}\n, {{ env_var('ZZZ') }}\n");
  await writeFile(
    join(dir, "models", "sub", "b.yml"),
    "models:\n  - name: fin\n    columns: x\nunit_tests:\n  - name: ut\n",
  );
});
afterAll(() => rm(dir, { recursive: true }));

const check = async (message: string, place: string | null, file: string | null = null) => {
  const where = await locate(dir, message, file);
  expect(where && `${where.file}:${where.line ?? "-"}:${where.column ?? "-"}`).toBe(place);
};

test("unknown ref: the line of its name", () =>
  check(
    "Compilation Error\n  Model 'model.shop.a' (models/a.sql) depends on a node named 'nope' which was not found",
    "models/a.sql:2:-",
  ));
test("Jinja syntax: dbt's line", () =>
  check(
    "Compilation Error in model a (models/a.sql)\n  unexpected '}'\n    line 2\n      from {{ ref('stg' }}",
    "models/a.sql:2:-",
  ));
test("YAML: dbt leaves the folder out", () =>
  check(
    'Parsing Error\n  Error reading shop: sub/b.yml - Runtime Error\n    Syntax error near line 3\n  in "<unicode string>", line 2, column 3\n  in "<unicode string>", line 3, column 4',
    "models/sub/b.yml:3:4",
  ));
test("dbt_project.yml: dbt names no file", () =>
  check('Runtime Error\n  Syntax error near line 2\n  in "<unicode string>", line 2, column 9', "dbt_project.yml:2:9"));
test("a bad property: the line of the resource", () =>
  check(
    "Parsing Error\n  Invalid models config given in models/sub/b.yml @ models: {'name': 'fin'} - at path",
    "models/sub/b.yml:2:-",
  ));
test("unit test of an unknown model", () =>
  check(
    "Parsing Error\n  Unable to find model 'shop.nix' for unit test 'ut' in models/sub/b.yml",
    "models/sub/b.yml:5:-",
  ));
test("missing variable: searched for", () =>
  check("Parsing Error\n  Env var required but not provided: 'ZZZ'", "models/a.sql:3:-"));
test("a file that is not there", () => check("Compilation Error in model x (models/x.sql)\n  boo", null));
test("nothing to go by", () => check("Runtime Error\n  boo", null));

test("database trouble is an outside failure, the rest is the project's", async () => {
  const code = async (type: string) => (await dbtError({ kind: "dbt", type, message: "x" }, dir)).code;
  expect([await code("FailedToConnectError"), await code("DbtDatabaseError"), await code("CompilationError")]).toEqual([
    "upstream",
    "upstream",
    "invalid",
  ]);
});

test("a DuckDB file that another program holds: who it is, and no mistake of the project", async () => {
  const held = (file: string) =>
    `Runtime Error\n  IO Error: Could not set lock on file "${file}": Conflicting lock is held in /usr/bin/python3 (PID 412). See also https://x`;
  const error = await dbtError({ kind: "dbt", type: "DbtRuntimeError", message: held("/d/店 a.duckdb") }, dir);
  expect(error.code).toBe("locked");
  expect(error.text).toMatchObject({ id: "dbt.file_locked", params: { file: "/d/店 a.duckdb" } });
  expect(error.details.facts?.[0]?.text).toMatchObject({ params: { pid: 412 } });
});

test("a full disk is no mistake of the project", async () =>
  expect((await dbtError({ kind: "dbt", message: "[Errno 28] No space left on device" }, dir)).code).toBe("upstream"));
