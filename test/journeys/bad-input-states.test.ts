// What cannot be done in the state things are in: no way back there, not verified, nobody to ask, not committed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { User } from "../harness.ts";
import { instead, refuses } from "../support/mistakes.ts";
import { newTinyProject, profile } from "../support/tiny-project.ts";

const CONFIG = `version: 1
environments:
  dev: { target: dev, retention: { deploys: 1, days: 0 } }
  prod: { target: prod, requires: [dev], confirm: true }
`;

let user: User;
const deployed = async (text: string): Promise<void> => {
  user.write("models/orders.sql", text);
  user.commit("Another release");
  const answer = await user.ask(["deploy", "dev"]);
  expect(answer.code, answer.stdout + answer.stderr).toBe(0);
};

/** r1, r2 and r3 were live in dev, r4 failed its test; r1 is collected. */
beforeAll(async () => {
  user = await newTinyProject({ kind: "duckdb", files: { "slipway.yml": CONFIG } });
  for (const more of [1, 2, 3]) await deployed(`select id, amount + ${more} as amount from {{ ref('raw') }}\n`);
  user.write("models/orders.sql", "select cast(null as integer) as id, amount from {{ ref('raw') }}\n");
  user.commit("A mistake");
  const held = await user.ask(["deploy", "dev"]);
  expect([held.code, held.json.data.release.number, held.json.data.release.state]).toEqual([3, 4, "rejected"]);
  const removed = await user.ask(["gc", "dev"]);
  expect(removed.code, removed.stdout + removed.stderr).toBe(0);
});
afterAll(() => user?.[Symbol.asyncDispose]());

const first = () => user.git("rev-parse", "--short=7", "HEAD~3");

describe("names in plans", () => {
  test("selector", () =>
    refuses(user, ["plan", "--select", "ordrs"], {
      exit: 2,
      code: "not_found",
      says: "the selector 'ordrs' matches no node",
      hint: "did you mean 'orders'?",
      ja: "セレクター 'ordrs' に一致するノードがありません",
    }));
  test("method of a selector", () =>
    refuses(user, ["plan", "--select", "stat:modified"], {
      exit: 2,
      code: "invalid",
      says: "the selector method 'stat:' is not supported",
      hint: /^use one of: fqn tag path /,
    }));
  test("node", () =>
    refuses(user, ["plan", "--explain", "ordrs"], {
      exit: 2,
      code: "not_found",
      says: "the project has no model, seed or snapshot 'ordrs'",
      hint: "did you mean 'orders'?",
    }));
});

describe("no way back", () => {
  test("to a release that was collected", () =>
    refuses(user, ["rollback", "dev", "--to", "r1"], {
      exit: 3,
      code: "rejected",
      says: "r1 was collected: 2 versions gone (orders, totals)",
      hint: `build its commit again:  slipway deploy dev --commit ${first()}`,
      ja: "r1 は削除済みです。バージョン 2件がありません (orders, totals)",
    }));
  test("to a release that was never live there", () =>
    refuses(user, ["rollback", "dev", "--to", "r4"], {
      exit: 3,
      code: "rejected",
      says: "r4 was never live in dev",
      hint: "hand it over instead:  slipway promote r4 --to dev",
      ja: "r4 は dev で公開されたことがありません",
    }));
  test("to a release that is not there", () =>
    refuses(user, ["rollback", "dev", "--to", "r9"], {
      exit: 2,
      code: "not_found",
      says: "there is no release 'r9'",
      hint: "the newest are r4, r3, r2, r1; all:  slipway releases",
    }));
  test("to what is live", () =>
    refuses(user, ["rollback", "dev", "--to", "r3"], {
      exit: 4,
      code: "conflict",
      says: "dev serves r3 already",
      hint: "slipway releases dev  lists where you can go",
    }));
  test("to a revision that is not there", () =>
    refuses(user, ["rollout", "undo", "dev", "--to-revision", "9"], {
      exit: 2,
      code: "not_found",
      says: "there is no revision 9; the newest is 3",
    }));
});

describe("not allowed", () => {
  test("an environment takes only what was verified in another", () =>
    refuses(user, ["promote", "r4", "--to", "prod", "--yes"], {
      exit: 3,
      code: "rejected",
      says: "prod takes only releases that were verified in dev, and r4 was not",
      hint: /^slipway deploy dev --commit [0-9a-f]{7} {3}then {3}slipway deploy prod --commit [0-9a-f]{7}$/,
      ja: "prod は dev で検証済みのリリースだけを受け入れます。r4 は未検証です",
    }));
  test("a commit that was not verified there", () =>
    refuses(user, ["deploy", "prod", "--yes"], {
      exit: 3,
      code: "rejected",
      says: /^prod takes only releases that were verified in dev, and [0-9a-f]{7} was not$/,
    }));
  test("nobody can be asked", () =>
    refuses(user, ["promote", "r3", "--to", "prod"], {
      exit: 2,
      code: "confirmation_required",
      says: "prod asks before acts, and there is no terminal to ask on",
      hint: /^type: slipway promote r3 --to prod --json --plan [a-z0-9]+ --yes$/,
      ja: "prod は実行前に確認しますが、確認できる端末がありません",
    }));
  test("eject needs the name", () =>
    refuses(user, ["eject", "dev", "--confirm", "prod"], {
      exit: 2,
      code: "confirmation_required",
      says: "this needs the name 'dev'",
      hint: "type: slipway eject dev --json --confirm dev",
    }));
});

test("what is not committed is named and left out, and stays as it was typed", async () => {
  user.git("reset", "-q", "--hard", "HEAD~1");
  await instead(user, "models/orders.sql", "select 1 as id\n", async () => {
    writeFileSync(join(user.dir, "models/draft.sql"), "select 1 as id\n");
    const typed = user.git("status", "--short");
    const said = await user.slipway(["deploy", "dev"]);
    expect(said.stdout).toContain("Left out: 2 uncommitted files (models/draft.sql, models/orders.sql)\nNothing to do");
    const answer = await user.ask(["deploy", "dev"]);
    expect([answer.code, answer.json.data.left_out]).toEqual([0, ["models/draft.sql", "models/orders.sql"]]);
    expect(user.git("status", "--short")).toBe(typed);
  });
});

test("what stands in a database that targets point away from is named, with how to remove it, until it is forgotten", async () => {
  const left = async () =>
    ((await user.ask(["gc", "--dry-run"])).json.problems as { code: string; message: string; hint: string }[]).filter(
      ({ code }) => code === "left_behind",
    );
  const old = `duckdb:${join(user.dir, "tiny.duckdb")}`;
  expect(await left()).toEqual([]);
  user.write("profiles.yml", profile(null).replaceAll("tiny.duckdb", "moved.duckdb"));
  user.write("models/orders.sql", "select id, amount from {{ ref('raw') }}\n");
  user.commit("Another database");
  const moved = await user.ask(["deploy", "dev"]);
  expect(moved.code, moved.stdout + moved.stderr).toBe(0);
  const [found, ...others] = await left();
  expect(others).toEqual([]);
  expect(found!.message).toMatch(
    /^\d+ relations .*in slipway_tiny of duckdb:.*tiny\.duckdb: no environment of slipway\.yml/,
  );
  expect(found!.hint).toBe(
    `if nobody reads there any more, remove the file or, in it, slipway_tiny and the views over it; then  slipway gc --forget '${old}'`,
  );
  await refuses(user, ["gc", "--forget", "duckdb:/elsewhere"], {
    exit: 2,
    code: "not_found",
    says: "nothing is left at duckdb:/elsewhere that could be forgotten",
    hint: `left are: ${old}`,
  });
  await refuses(user, ["gc", "--forget", old.replace("tiny.duckdb", "moved.duckdb")], {
    exit: 2,
    code: "not_found",
    says: /^nothing is left at .*moved\.duckdb that could be forgotten$/,
    hint: `left are: ${old}`,
  });
  const forgotten = await user.slipway(["gc", "--forget", old]);
  expect(forgotten.code, forgotten.stderr).toBe(0);
  expect(forgotten.stdout.replace(/\s+/g, " ")).toMatch(
    /is forgotten, with \d+ versions\. Nothing was removed there\./,
  );
  expect(await left()).toEqual([]);
});
