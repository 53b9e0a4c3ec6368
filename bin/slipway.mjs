#!/usr/bin/env node
// Starts Slipway with the Node 24 that came as a dependency. Any Node from 18 on can read this file; it imports nothing of ours before that.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import module, { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));

function fail(what, next) {
  process.stderr.write(`error: ${what}\n  next   ${next}\n  code   invalid\n`);
  process.exit(2);
}

/** Path and version of the Node to run with. */
function ownNode() {
  const require = createRequire(join(root, "package.json"));
  let folder;
  try {
    folder = dirname(require.resolve("node/package.json"));
  } catch {
    return fail("Slipway's dependencies are not installed", `in ${root}: npm ci`);
  }
  const binary = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (!existsSync(binary) && process.versions.node !== version)
    return fail(
      "the Node that Slipway brings along is missing: install scripts were switched off",
      `in ${dirname(dirname(folder))}: npm rebuild node --ignore-scripts=false`,
    );
  return { binary, version };
}

/** `dist` when this is an installed package (Node strips no types below node_modules), else the sources. */
function mainFile() {
  const built = join(root, "dist", "src", "main.js");
  if (existsSync(built)) return built;
  const source = join(root, "src", "main.ts");
  return existsSync(source) ? source : fail("this installation of Slipway is incomplete", "install it again");
}

/** Compiled code is kept in the user's own cache: a third of the start-up time. */
function keepCompiled() {
  if (process.env.NODE_COMPILE_CACHE !== undefined || process.env.NODE_DISABLE_COMPILE_CACHE !== undefined) return;
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  module.enableCompileCache?.(join(cache, "slipway", "node"));
}

function start(binary) {
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // Ctrl-C on a terminal reaches the child by itself; what is sent to this process alone is handed on.
  const terminal = process.stdin.isTTY === true;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(name, () => {
      if (!(terminal && name === "SIGINT")) child.kill(name);
    });
  child.on("error", (error) => fail(`cannot start ${binary}: ${error.message}`, `in ${root}: npm rebuild node`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

const node = ownNode();
const main = mainFile();
if (process.versions.node === node.version) {
  keepCompiled();
  await import(pathToFileURL(main).href);
} else if (process.execve && process.platform !== "win32") {
  // One process instead of two: signals and exit codes need no passing on, and a killed launcher leaves nothing behind.
  process.removeAllListeners("warning");
  process.execve(node.binary, [node.binary, fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
} else start(node.binary);
