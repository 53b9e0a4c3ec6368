import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../lib/clock.ts";
import { fileTokens, linkFiles } from "./file-tokens.ts";

let root = "";
const at = (name: string): string => join(root, name);

async function put(name: string, content = name): Promise<void> {
  await mkdir(dirname(at(name)), { recursive: true });
  await writeFile(at(name), content);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "slipway files 表 "));
  for (const name of [
    "a/data/a1.csv",
    "a/data/.hidden.csv",
    "a/data/sub/deep/s.csv",
    "b/data/a1.csv",
    "b/data/b2.csv",
    "b/data/売上.csv",
  ])
    await put(name);
  await symlink(at("b/data"), at("a/link"));
  await symlink(at("b/data/b2.csv"), at("a/data/linked.csv"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function find(pattern: string) {
  const [found] = await fileTokens([{ node: "model.x", pattern }], [at("a"), at("b")], "salt", systemClock);
  return found!;
}
const check = async (pattern: string, files: string[], folder: string | null) => {
  const found = await find(pattern);
  expect([found.files, found.fromFolder]).toEqual([files, folder && at(folder)]);
};

test("a name, from the first folder that has it", () => check("data/a1.csv", ["data/a1.csv"], "a"));
test("a name that only the second has", () => check("data/b2.csv", ["data/b2.csv"], "b"));
test("a dot in front", () => check("./data/a1.csv", ["data/a1.csv"], "a"));
test("a glob, hidden files and links too", () =>
  check("data/*.csv", ["data/.hidden.csv", "data/a1.csv", "data/linked.csv"], "a"));
test("one letter", () => check("data/?2.csv", ["data/b2.csv"], "b"));
test("a class", () => check("data/[a-c]1.csv", ["data/a1.csv"], "a"));
test("a negated class", () => check("data/[!a.l]*.csv", ["data/b2.csv", "data/売上.csv"], "b"));
test("a caret negates nothing", () => check("data/[^a]1.csv", ["data/a1.csv"], "a"));
test("any folders, not through links", () =>
  check("**/*.csv", ["data/.hidden.csv", "data/a1.csv", "data/linked.csv", "data/sub/deep/s.csv"], "a"));
test("everything below", () => check("data/sub/**", ["data/sub/deep/s.csv"], "a"));
test("a folder that is named may be a link", () => check("link/b*.csv", ["link/b2.csv"], "a"));
test("a whole folder", () => check("data/sub/deep", ["data/sub/deep/s.csv"], "a"));
test("a call", () => check("read_csv('data/b2.csv', delim = ',')", ["data/b2.csv"], "b"));
test("braces are letters", () => check("data/{a1,b2}.csv", [], null));
test("an absolute name", () => check(at("b/data/b2.csv"), [at("b/data/b2.csv")], null));

test("the token follows the content, and the set of files", async () => {
  const value = async () => (await find("data/*.csv")).token.value;
  const first = await value();
  await utimes(at("a/data/a1.csv"), 1, 1);
  expect(await value()).toBe(first);
  await put("a/data/a1.csv", "other");
  const second = await value();
  await put("a/data/z.csv", "");
  const third = await value();
  await put("b/data/b2.csv", "behind the link");
  expect(new Set([first, second, third, await value()]).size).toBe(4);
  expect((await find("data/*.csv")).token).toMatchObject({ kind: "file_hash", confidence: "exact", detail: "4 files" });
});

test("what cannot be known is said", async () => {
  expect((await find("s3://bucket/*.parquet")).token).toMatchObject({
    confidence: "none",
    value: "salt",
    why: { id: "duckdb.file_remote" },
  });
  expect((await find("data/none.csv")).token).toMatchObject({
    confidence: "none",
    value: "salt",
    why: { id: "duckdb.file_none" },
  });
});

test("one folder of links holds exactly what was found", async () => {
  const found = await fileTokens(
    ["data/a1.csv", "data/b2.csv", "../../etc/passwd"].map((pattern) => ({ node: "model.x", pattern })),
    [at("a"), at("b")],
    "salt",
    systemClock,
  );
  await linkFiles(at("links"), found);
  await linkFiles(at("links"), found);
  expect(await readdir(at("links/data"))).toEqual(["a1.csv", "b2.csv"]);
});
