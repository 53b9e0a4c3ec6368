import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFile, draftOf, readText, replaceFile, replaceFolder } from "./whole-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-whole-file-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("of many that create one file at once exactly one does, and nothing else is left", async () => {
  const file = join(folder, "key");
  const made = await Promise.all(Array.from({ length: 20 }, (_, at) => createFile(file, `text ${at}`, 0o600)));
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(await readFile(file, "utf8")).toBe(`text ${made.indexOf(true)}`);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["key"]);
});

test("many that replace one file at once leave one whole text and the file's rights", async () => {
  const file = join(folder, "profiles.yml");
  await writeFile(file, "first");
  await chmod(file, 0o640); // whatever the umask
  const texts = Array.from({ length: 20 }, (_, at) => `${at}`.repeat(100_000));
  await Promise.all(texts.map((text) => replaceFile(file, text)));
  expect(texts).toContain(await readFile(file, "utf8"));
  expect((await stat(file)).mode & 0o777).toBe(0o640);
  expect(await readdir(folder)).toEqual(["profiles.yml"]);
});

test("a file that is not there reads as null, one that cannot be read is an error", async () => {
  expect(await readText(join(folder, "none"))).toBeNull();
  await expect(readText(folder)).rejects.toMatchObject({ code: "EISDIR" });
});

test("many that replace one folder at once leave one whole folder", async () => {
  const folderName = join(folder, "manifest");
  const put = async (at: number) => {
    const draft = draftOf(folderName);
    await mkdir(draft);
    for (const name of ["a", "b"]) await writeFile(join(draft, name), `${at}`);
    await replaceFolder(draft, folderName);
  };
  await Promise.all(Array.from({ length: 20 }, (_, at) => put(at)));
  expect(await readdir(folder)).toEqual(["manifest"]);
  expect(await readFile(join(folderName, "a"), "utf8")).toBe(await readFile(join(folderName, "b"), "utf8"));
});
