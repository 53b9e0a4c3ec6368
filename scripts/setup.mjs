// Makes a fresh clone ready and hands over: `node setup.mjs SCRIPT [ARGS]` runs SCRIPT with the Node that Slipway pins.
// Plain JavaScript, so that any Node >= 18 can start it. What is in node_modules is installed beside it and put in place by one
// rename: two set-ups at once, or one that is killed, never leave half a folder.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const workPrefix = ".setup-";

const [script, ...args] = process.argv.slice(2);
try {
  if (!script) throw new Error("usage: node scripts/setup.mjs SCRIPT [ARGS]");
  if (!isReady(modules)) await install();
  handOver(resolve(root, script), args);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/** True when `folder` holds what package-lock.json says. A folder made by hand counts if it is younger than the lock file. */
function isReady(folder) {
  if (!existsSync(nodeProgram(folder))) return false;
  const mark = join(folder, ".slipway-lock");
  if (existsSync(mark)) return readFileSync(mark, "utf8") === lockHash();
  const made = join(folder, ".package-lock.json");
  return existsSync(made) && statSync(made).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
}

async function install() {
  sweep();
  const startMs = performance.now();
  process.stderr.write("Setting up: npm ci (first run, or package-lock.json changed) .. ");
  const work = mkdtempSync(join(root, `${workPrefix}${process.pid}-`));
  try {
    for (const file of ["package.json", "package-lock.json", ".npmrc"])
      copyFileSync(join(root, file), join(work, file));
    await npmCi(work, await nodeForNpm(work));
    writeFileSync(join(work, "node_modules", ".slipway-lock"), lockHash());
    putInPlace(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  process.stderr.write(`done in ${Math.round((performance.now() - startMs) / 1000)} s\n`);
}

/** Another set-up may be as far as this one: whoever renames first wins, the other keeps what it finds. */
function putInPlace(work) {
  for (let attempt = 0; attempt < 5; attempt++) {
    if (existsSync(modules) && isReady(modules)) return;
    try {
      if (existsSync(modules)) renameSync(modules, join(work, `old-${attempt}`));
      return renameSync(join(work, "node_modules"), modules);
    } catch (error) {
      if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(error.code)) throw error;
    }
  }
  throw new Error("another set-up keeps replacing node_modules; try again when it is done");
}

/**
 * The Node that npm is to run with. An older one makes npm leave out, without a word, native packages that ask for a newer one
 * (seen with Node 18: vitest without its rolldown binding); so the pinned Node is fetched first, by the same lock file.
 */
async function nodeForNpm(work) {
  const { packages, ...lock } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const { version } = packages["node_modules/node"];
  if (Number(process.versions.node.split(".")[0]) >= Number(version.split(".")[0])) return process.execPath;
  const folder = join(work, "first");
  const own = { name: "first", version: "0.0.0", dependencies: { node: version }, allowScripts: { node: true } };
  const names = Object.keys(packages).filter((name) => /^node_modules\/node(-bin-setup)?$/.test(name));
  const entries = Object.fromEntries(names.map((name) => [name, packages[name]]));
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify(own));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ ...lock, packages: { "": own, ...entries } }));
  await npmCi(folder, process.execPath);
  return nodeProgram(join(folder, "node_modules"));
}

function npmCi(folder, node) {
  const command = ["ci", "--include=dev", "--include=optional", "--loglevel=error", "--no-audit", "--no-fund"];
  const npm = process.env.npm_execpath;
  const [program, first] = npm?.endsWith(".js") ? [node, [npm]] : ["npm", []];
  return new Promise((done, refuse) => {
    const child = spawn(program, [...first, ...command], {
      cwd: folder,
      env: outerEnv(node),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += part));
    child.on("error", (error) => refuse(new Error(`npm can not be started: ${error.message}`)));
    child.on("close", (code) => {
      if (code !== 0)
        refuse(new Error(`failed\n${firstLines(output)}\nnpm ci ended with ${code}; nothing was changed.`));
      else if (!existsSync(nodeProgram(join(folder, "node_modules")))) refuse(new Error(withoutNode(output)));
      else done();
    });
  });
}

function firstLines(output) {
  return output.trim().split("\n").slice(0, 20).join("\n");
}

function withoutNode(output) {
  return `failed\n${firstLines(output)}
The package "node" came without its program: npm runs no install scripts here (ignore-scripts).
Allow them for this command: npm_config_ignore_scripts=false npm test`;
}

/** The environment of npm's caller, and our Node first; what npm told this script about this package must not reach the inner npm. */
function outerEnv(node) {
  const ofCaller =
    /^(npm_(package|lifecycle)_|npm_(config_local_prefix|node_execpath|execpath|command)$|INIT_CWD$|NODE$)/;
  const kept = Object.entries(process.env).filter(([name]) => !ofCaller.test(name));
  return { ...Object.fromEntries(kept), PATH: dirname(node) + delimiter + process.env.PATH };
}

/** Removes what killed set-ups left behind; those that still run are left alone. */
function sweep() {
  for (const name of readdirSync(root).filter((entry) => entry.startsWith(workPrefix))) {
    if (!isRunning(Number(name.slice(workPrefix.length).split("-")[0])))
      rmSync(join(root, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

function handOver(file, rest) {
  const PATH = join(modules, ".bin") + delimiter + process.env.PATH;
  const child = spawn(nodeProgram(modules), [file, ...rest], {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`${nodeProgram(modules)} can not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("close", (code, signal) => {
    if (!signal) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function nodeProgram(folder) {
  return join(folder, "node", "bin", "node");
}

function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}
