// Projects that are fine though unusual: deep in a repository, on no branch, without history, with nothing in them.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Answer, answerOf, type User } from "../harness.ts";
import { newTinyProject } from "../support/tiny-project.ts";

const FOLDER = "データ team/dbt の project";

const done = (answer: Answer): void => expect(answer.code, answer.stdout + answer.stderr).toBe(0);
/** The command typed somewhere else than at the top of the repository. */
const typedIn = (user: User, folder: string, args: string[]): Promise<Answer> =>
  answerOf(user.start(["--project-dir", folder, ...args, "--json", "--yes"]));

test("a project in a subfolder: only its files count, wherever the command is typed", async () => {
  await using user = await newTinyProject({ kind: "duckdb", folder: FOLDER });
  done(await typedIn(user, FOLDER, ["deploy"]));
  user.write("elsewhere.txt", "not of the project");
  const again = await typedIn(user, join(user.dir, FOLDER), ["deploy"]);
  expect([again.json.code, again.json.data.left_out]).toEqual(["nothing_to_do", []]);
  user.write(`${FOLDER}/models/orders.sql`, "select id,\n from {{ ref('raw') \n");
  user.commit("A mistake");
  const refused = await typedIn(user, FOLDER, ["plan"]);
  expect([refused.code, refused.json.problems[0].where.file]).toEqual([2, "models/orders.sql"]);
});

test("a checkout without a branch, and a shallow clone", async () => {
  await using user = await newTinyProject({ kind: "duckdb" });
  user.write("models/totals.sql", "select count(*) as orders from {{ ref('orders') }}\n");
  user.commit("Second commit");
  user.git("checkout", "-q", "--detach", "HEAD~1");
  done(await user.ask(["deploy"]));
  user.git("checkout", "-q", "main");
  const clone = join(user.dir, "..", "shallow clone");
  execFileSync("git", ["clone", "-q", "--depth", "1", `file://${user.dir}`, clone]);
  const answer = await typedIn(user, clone, ["deploy"]);
  done(answer);
  expect(answer.json.data.serves.commit).toBe(user.git("rev-parse", "main"));
  const missing = await typedIn(user, clone, ["plan", "--commit", "main~1"]);
  expect([missing.code, missing.json.problems[0].message]).toEqual([
    2,
    "no commit, branch or tag is called 'main~1' in this repository",
  ]);
});

test("a seed without rows is a table without rows", async () => {
  await using user = await newTinyProject({ kind: "duckdb", files: { "seeds/empty.csv": "id,name\n" } });
  const answer = await user.ask(["deploy"]);
  done(answer);
  expect(answer.json.data.build.built).toBe(4);
});

test("a project without models says so", async () => {
  const files = {
    "seeds/raw.csv": null,
    "models/orders.sql": null,
    "models/totals.sql": null,
    "models/models.yml": null,
  };
  await using user = await newTinyProject({ kind: "duckdb", files });
  const answer = await user.slipway(["deploy"]);
  done(answer);
  expect(answer.stdout).toContain("! the project has no model, seed or snapshot for target dev");
});
