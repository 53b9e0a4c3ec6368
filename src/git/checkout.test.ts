import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hasBlankOnlyChange } from "./checkout.ts";
import { git } from "./git.ts";
import { openRepository, type Repository } from "./repository.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-git-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const author = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" };
const setting = { folder, env: { ...process.env, ...author } };
let repository: Repository;
let rounds = 0;

async function commit(files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  await git(setting, ["add", "-A"]);
  await git(setting, ["commit", "-q", "-m", "next"]);
  return (await git(setting, ["rev-parse", "HEAD"])).trim();
}

const check = async (was: Record<string, string>, is: Record<string, string>, blankOnly: boolean): Promise<void> => {
  await git(setting, ["init", "-q"]);
  repository ??= await openRepository(folder, process.env);
  const before = await commit({ ...was, round: String(rounds++) });
  expect(await hasBlankOnlyChange(repository, before, await commit(is))).toBe(blankOnly);
};

test("blanks that dbt does not see: within a line, at its end, as another line", async () => {
  await check({ "a.sql": "select 'a b'" }, { "a.sql": "select 'a    b'" }, true);
  await check({ "a.sql": "select 1" }, { "a.sql": "select 1\n\n" }, true);
  await check({ "a.sql": "select\n1" }, { "a.sql": "select 1" }, true);
});

test("anything else is seen: other words, new files, empty files, bytes that are no text", async () => {
  await check({ "a.sql": "select 1" }, { "a.sql": "select 2" }, false);
  await check({ "b.sql": "ab" }, { "b.sql": "a b" }, false);
  await check({}, { "c.sql": "new", "line\nbreak 'quoted'.sql": "" }, false);
  await check({ "d.bin": "\u0000\u0001" }, { "d.bin": "\u0000\u0002" }, false);
});

test("one among many files is found, whatever their names", async () => {
  const many = (text: string) => Object.fromEntries([...Array(120).keys()].map((n) => [`${n} é.sql`, `${text} ${n}`]));
  await check({ ...many("one"), "z\ny.sql": "a b" }, { ...many("two"), "z\ny.sql": "a  b" }, true);
});

test("a commit that is gone: nobody knows", async () => {
  const now = await commit({ "a.sql": "select 3" });
  expect(await hasBlankOnlyChange(repository, "0123456789012345678901234567890123456789", now)).toBe(true);
});
