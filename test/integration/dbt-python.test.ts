// Making the Python environment: twice at once, again, after a kill, without uv, and with the user's own interpreter.
import { cp, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensurePython } from "../../src/dbt/python-env.ts";
import { sidecarDir } from "../../src/dbt/sidecar-process.ts";
import { failureOf, python, cacheDir as userCache } from "./dbt-harness.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "slipway-python "));
});
afterAll(() => rm(root, { recursive: true, force: true }));

// Downloads are shared with the user's cache; the environments are made in a folder of their own.
const env = { ...process.env, UV_CACHE_DIR: join(userCache, "uv"), PIP_CACHE_DIR: join(userCache, "pip") };
const quiet = () => {};

test("two at once make one environment; leftovers of a killed one go; the next call finds it", async () => {
  const folder = join(root, "slipway", "python");
  const leftover = join(folder, "env.tmp-1-dead");
  await mkdir(leftover, { recursive: true });
  const yesterday = new Date(Date.now() - 86_400_000);
  await utimes(leftover, yesterday, yesterday);
  const make = () => ensurePython({ cacheDir: root, env, onProgress: quiet });
  const [one, two] = await Promise.all([make(), make()]);
  expect(one).toEqual(two);
  expect(one.versions).toMatchObject({ dbt: "1.12.6", dbtDuckdb: "1.11.1", dbtPostgres: "1.11.0", duckdb: /^1\.5\./ });
  expect(await readdir(folder)).toEqual([one.key]);
  const again = await ensurePython({ cacheDir: root, env: {}, onProgress: () => expect.fail("made again") });
  expect(again).toEqual(one);
});

test("without uv, pip makes the same kind of environment", async () => {
  const small = join(root, "sidecar");
  await cp(sidecarDir, small, { recursive: true });
  await writeFile(join(small, "installer.lock"), "uv==0.0.0 --hash=sha256:00\n");
  await writeFile(join(small, "requirements.lock"), "nothing-of-this-name==1 --hash=sha256:00\n");
  const said: string[] = [];
  const onProgress = (text: { id: string }) => said.push(text.id);
  const options = { cacheDir: join(root, "other"), env, onProgress, sidecarDir: small };
  const error = await failureOf(ensurePython(options));
  expect([error.code, error.text.id, said]).toEqual([
    "upstream",
    "dbt.python_install_failed",
    ["dbt.python_preparing", "dbt.python_with_pip"],
  ]);
  expect(await readdir(join(root, "other", "slipway", "python"))).toEqual([]);
});

test("no Python: says what to install", async () => {
  const error = await failureOf(ensurePython({ cacheDir: join(root, "none"), env: { PATH: root }, onProgress: quiet }));
  expect([error.code, error.text.id, error.details.hint?.id]).toEqual([
    "upstream",
    "dbt.python_missing",
    "dbt.python_missing_hint",
  ]);
});

test("the user's own interpreter is looked at, not changed", async () => {
  const made = await python();
  const own = await ensurePython({ cacheDir: root, env, userPython: made.python, onProgress: quiet });
  expect([own.python, own.versions]).toEqual([made.python, made.versions]);
  const check = async (userPython: string) =>
    (await failureOf(ensurePython({ cacheDir: root, env, userPython, onProgress: quiet }))).text.id;
  expect(await check("/nowhere/python")).toBe("dbt.own_python_silent");
});
