// The command line as a process: the launcher from anywhere, pipes that close, signals, and what help does not load.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { userEnv } from "../harness.ts";

const root = join(import.meta.dirname, "..", "..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway 店 "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const slipway = (args: string[], options: { cwd?: string; bin?: string; env?: Record<string, string> } = {}) =>
  spawnSync(options.bin ?? join(root, "bin", "slipway"), args, {
    cwd: options.cwd ?? folder,
    encoding: "utf8",
    env: { ...userEnv(), ...options.env },
  });

test("from any folder, through a symbolic link", () => {
  const link = join(folder, "my slipway");
  symlinkSync(join(root, "bin", "slipway"), link);
  const { status, stdout, stderr } = slipway(["--help"], { bin: link });
  expect([status, stderr, stdout.split("\n")[0]]).toEqual([0, "", "Usage: slipway [options] [command]"]);
});

test("exit codes and streams come through", () => {
  const { status, stdout, stderr } = slipway(["deploi"]);
  expect([status, stdout, stderr.split("\n")[0]]).toEqual([2, "", "error: there is no command 'deploi'"]);
});

test("a reader that goes away is no error", () => {
  const script = `set -o pipefail; '${join(root, "bin", "slipway")}' --help | head -n 1`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: userEnv(),
  });
  expect([status, stderr, stdout.trim()]).toEqual([0, "", expect.stringContaining("slipway [")]);
});

test("help loads neither flow nor what it needs", () => {
  const hook =
    'import m from "node:module"; m.registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); } })';
  const args = ["--import", `data:text/javascript,${encodeURIComponent(hook)}`, join(root, "src", "main.ts"), "--help"];
  const { stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const loaded = stderr.split("\n").filter((url) => url.startsWith("file:"));
  expect(loaded.length).toBeGreaterThan(20);
  expect(
    loaded.filter((url) =>
      /\/src\/(flow|db|dbt|git|warehouse)\/|node_modules\/(zod|yaml|pg|kysely|string-width)\//.test(url),
    ),
  ).toEqual([]);
});

/** A copy of the launcher with only some of what it needs. */
function crippled(name: string): string {
  const copy = join(folder, name);
  cpSync(join(root, "bin"), join(copy, "bin"), { recursive: true });
  writeFileSync(join(copy, "package.json"), '{ "type": "module" }');
  return copy;
}
const launch = (copy: string) =>
  spawnSync(process.execPath, [join(copy, "bin", "slipway.mjs"), "--help"], { encoding: "utf8" });

test("dependencies are not installed", () => {
  const { status, stderr } = launch(crippled("bare"));
  expect(status).toBe(2);
  expect(stderr).toMatch(/dependencies are not installed\n {2}next {3}in .*bare: npm ci\n/);
});

test("install scripts were switched off", () => {
  const copy = crippled("no scripts");
  mkdirSync(join(copy, "node_modules", "node"), { recursive: true });
  writeFileSync(join(copy, "node_modules", "node", "package.json"), '{ "name": "node", "version": "24.99.0" }');
  const { status, stderr } = launch(copy);
  expect(status).toBe(2);
  expect(stderr).toContain("install scripts were switched off\n");
});

test("another Node hands over to the one that came along", () => {
  const copy = crippled("hand over");
  mkdirSync(join(copy, "node_modules", "node", "bin"), { recursive: true });
  mkdirSync(join(copy, "dist", "src"), { recursive: true });
  writeFileSync(join(copy, "node_modules", "node", "package.json"), '{ "name": "node", "version": "24.99.0" }');
  writeFileSync(join(copy, "dist", "src", "main.js"), "");
  const own = join(copy, "node_modules", "node", "bin", "node");
  writeFileSync(own, '#!/bin/sh\necho "own node: $2"\nexit 42\n', { mode: 0o755 });
  const { status, stdout } = launch(copy);
  expect([status, stdout]).toEqual([42, "own node: --help\n"]);
});

async function slow(...args: string[]) {
  const child = spawn(process.execPath, [join(root, "test", "support", "slow-command.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stderr });
  reader.on("line", (line) => lines.push(line));
  const until = async (wanted: string) => {
    while (!lines.some((line) => line.includes(wanted))) await once(reader, "line");
  };
  await until("ready");
  return { child, lines, until };
}

test("Ctrl-C stops cleanly and says what stays", async () => {
  const { child, lines } = await slow();
  child.kill("SIGINT");
  expect((await once(child, "close"))[0]).toBe(130);
  expect(lines).toContain("Stopping; prod stays on r41. Again to stop at once.");
  expect(lines).toContain("! Cancelled.");
});

test("SIGTERM ends with 143", async () => {
  const { child } = await slow();
  child.kill("SIGTERM");
  expect((await once(child, "close"))[0]).toBe(143);
});

test("the second Ctrl-C stops at once", async () => {
  const { child, lines, until } = await slow("deaf");
  child.kill("SIGINT");
  await until("Stopping");
  child.kill("SIGINT");
  expect((await once(child, "close"))[0]).toBe(130);
  expect(lines.at(-1)).toBe("killed");
});
