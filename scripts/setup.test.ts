import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

/** Stands in for npm, which would fetch 400 MB: counts its calls, and makes a node_modules whose `node` is this one. */
const npm = `
const fs = require("node:fs");
fs.appendFileSync(process.env.CALLS, "call\\n");
const wait = () => fs.readFileSync(process.env.CALLS, "utf8").split("\\n").length - 1 < Number(process.env.TOGETHER ?? 1);
(async () => {
  while (wait()) await new Promise(setImmediate);
  if (process.env.BROKEN) { console.error("npm error no network"); process.exit(1); }
  fs.mkdirSync("node_modules/node/bin", { recursive: true });
  if (!process.env.NO_SCRIPTS) fs.symlinkSync(process.execPath, "node_modules/node/bin/node");
})();`;

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "支度 setup-"));
  mkdirSync(join(root, "scripts"));
  copyFileSync(join(import.meta.dirname, "setup.mjs"), join(root, "scripts", "setup.mjs"));
  write("package.json", "{}");
  write("package-lock.json", JSON.stringify({ packages: { "node_modules/node": { version: process.versions.node } } }));
  write(".npmrc", "");
  write("npm.js", npm);
  write("calls", "");
  write("script.mjs", "console.log(JSON.stringify(process.argv.slice(2))); process.exit(Number(process.argv[2]));");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a fresh folder is set up once, and the script gets its arguments and gives its exit code", () => {
  expect(run({}, "7", "店 a")).toMatchObject({ status: 7, stdout: '["7","店 a"]\n' });
  expect(run({}, "0")).toMatchObject({ status: 0, stderr: "" });
  expect(calls()).toBe(1);
});

test("another lock file is set up anew, in place of what was there", () => {
  run({}, "0");
  write("node_modules/old", "");
  write("package-lock.json", `${read("package-lock.json")} `);
  expect(run({}, "0").status).toBe(0);
  expect([calls(), existsSync(join(root, "node_modules/old"))]).toEqual([2, false]);
});

test("a folder made by npm itself is taken as it is when it is younger than the lock file", () => {
  execFileSync(process.execPath, [join(root, "npm.js")], {
    cwd: root,
    env: { ...process.env, CALLS: join(root, "calls") },
  });
  write("node_modules/.package-lock.json", "{}");
  expect(run({}, "0").status).toBe(0);
  expect(calls()).toBe(1);
});

test("two at once both end well", async () => {
  const both = [start({ TOGETHER: "2" }, "0"), start({ TOGETHER: "2" }, "0")];
  const ends = await Promise.all(both.map((child) => once(child, "close")));
  expect(ends.map(([code]) => code)).toEqual([0, 0]);
  expect([calls(), leftovers()]).toEqual([2, []]);
});

test("when npm fails, its reason is shown and nothing is left behind", () => {
  const result = run({ BROKEN: "1" }, "0");
  expect([result.status, result.stdout, leftovers(), existsSync(join(root, "node_modules"))]).toEqual([
    1,
    "",
    [],
    false,
  ]);
  expect(result.stderr).toContain("no network");
});

test("a Node that was not installed, because install scripts are off, is explained", () => {
  expect(run({ NO_SCRIPTS: "1" }, "0").stderr).toContain("npm_config_ignore_scripts=false");
});

test("what a killed set-up left is removed", () => {
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  mkdirSync(join(root, `.setup-${dead}-x/node_modules`), { recursive: true });
  run({}, "0");
  expect(leftovers()).toEqual([]);
});

test("a signal reaches the script", async () => {
  run({}, "0");
  write("script.mjs", "process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1e6);");
  const child = start({}, "0");
  await once(child.stdout!, "data");
  child.kill("SIGTERM");
  expect((await once(child, "close"))[0]).toBe(9);
});

function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  return { ...process.env, ...more, npm_execpath: join(root, "npm.js"), CALLS: join(root, "calls") };
}

function run(more: Record<string, string>, ...args: string[]) {
  const options = { env: environment(more), encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "scripts/setup.mjs"), "script.mjs", ...args],
    options,
  );
  return { status, stdout, stderr };
}

function start(more: Record<string, string>, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(root, "scripts/setup.mjs"), "script.mjs", ...args], { env: environment(more) });
}

function write(name: string, text: string): void {
  writeFileSync(join(root, name), text);
}

function read(name: string): string {
  return readFileSync(join(root, name), "utf8");
}

function calls(): number {
  return read("calls").split("\n").length - 1;
}

function leftovers(): string[] {
  return readdirSync(root).filter((name) => name.startsWith(".setup-"));
}
