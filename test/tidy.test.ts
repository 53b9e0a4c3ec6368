// The house rules that a machine can check: who may import whom, sizes, names, and what may appear where.
import { globSync, readFileSync } from "node:fs";
import { basename, join, posix } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** A room may import rooms with a smaller number only. */
const floors: Record<string, number> = {
  lib: 0,
  text: 1,
  core: 2,
  db: 3,
  git: 3,
  dbt: 3,
  warehouse: 3,
  notify: 3,
  flow: 4,
  ops: 5,
  cli: 6,
  "main.ts": 7,
};

const read = (file: string) => readFileSync(join(root, file), "utf8");
const list = (...patterns: string[]) =>
  globSync(patterns, {
    cwd: root,
    exclude: (name) => ["node_modules", "__pycache__", "dist"].includes(basename(String(name))),
  })
    .map((file) => file.replaceAll("\\", "/"))
    .sort();

const source = list("{src,migrations}/**/*.ts");
const typescript = list("{src,scripts,test,bench,migrations}/**/*.{ts,mjs}", "bin/*.mjs", "*.ts");
const python = list("sidecar/**/*.py");
const product = source.filter((file) => !isTest(file));

function isTest(file: string): boolean {
  return file.endsWith(".test.ts") || file.startsWith("test/");
}

function check(findings: string[]): void {
  expect(findings, findings.join("\n")).toEqual([]);
}

/** `file:line: text` of every line that the pattern finds, comments left out. */
function grep(files: string[], pattern: RegExp): string[] {
  const find = (file: string) =>
    read(file)
      .split("\n")
      .flatMap((line, at) =>
        pattern.test(line.replace(/^\s*(\/\/|\*|\/\*).*/, "")) ? [`${file}:${at + 1}: ${line.trim()}`] : [],
      );
  return files.flatMap(find);
}

/** What a file imports of ours, as paths from the root. A `import type` has gone when the program runs. */
function importsOf(file: string, which: "all" | "running" = "all"): string[] {
  const text =
    which === "all"
      ? read(file)
      : read(file).replaceAll(/^(import|export) (type \{|\{( type \w+( as \w+)?,?)+ \})[^;]*;/gm, "");
  const still = text.matchAll(/^\s*(?:import|export)\s(?:[^"'`;]*?\sfrom\s+)?["'](\.[^"']+)["']/gm);
  const moving = text.matchAll(/\bimport\(\s*["'](\.[^"']+)["']/g);
  return [...still, ...moving].map((match) => posix.join(posix.dirname(file), match[1]!));
}

/** Migrations are the state's own, whatever folder they are in. */
function roomOf(file: string): string {
  return file.startsWith("migrations/") ? "db" : file.split("/")[1]!;
}

test("every room has a floor", () => {
  const unknown = source.filter((file) => !(roomOf(file) in floors));
  check(unknown.map((file) => `${file}: room ${roomOf(file)} has no floor in this test`));
});

test("imports only go down, never up or sideways", () => {
  const findings = source.flatMap((file) =>
    importsOf(file)
      .filter(
        (target) =>
          !/^(src|migrations)\//.test(target) ||
          (roomOf(target) !== roomOf(file) && !(floors[roomOf(target)]! < floors[roomOf(file)]!)),
      )
      .map((target) => `${file} imports ${target}`),
  );
  check(findings);
});

test("no cycles inside a room", () => {
  const graph = new Map(
    source.map((file) => [file, importsOf(file, "running").filter((target) => roomOf(target) === roomOf(file))]),
  );
  check(cyclesOf(graph));
});

test("no cycles between the folders of a room", () => {
  const graph = new Map<string, string[]>();
  for (const file of product)
    for (const target of importsOf(file, "running"))
      if (roomOf(target) === roomOf(file) && folderOf(file) && folderOf(target) && folderOf(target) !== folderOf(file))
        graph.set(folderOf(file), [...(graph.get(folderOf(file)) ?? []), folderOf(target)]);
  check(cyclesOf(graph));
});

/** `src/core/keys`; empty for files that stand in the room itself: they tie its folders together. */
function folderOf(file: string): string {
  const parts = file.split("/");
  return parts.length > 3 ? parts.slice(0, 3).join("/") : "";
}

/** One finding per edge that leads back into the path being walked. */
function cyclesOf(graph: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const findings: string[] = [];
  const walk = (file: string, path: string[]) => {
    if (path.includes(file)) findings.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (done.has(file) || path.includes(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return findings;
}

test("core touches no disk, process, network or chance", () => {
  const outer =
    /from "(node:(fs|child_process|net|http|https|os|process|timers|worker_threads|tls|dns)[^"]*|pg|kysely|@electric-sql[^"]*)"|Math\.random|randomUUID/;
  check(
    grep(
      product.filter((file) => roomOf(file) === "core"),
      outer,
    ),
  );
});

test("the environment is read in main.ts only", () => {
  check(
    grep(
      product.filter((file) => file !== "src/main.ts"),
      /process\.env\b/,
    ),
  );
});

test("the time is asked for in lib/clock.ts only", () => {
  check(
    grep(
      product.filter((file) => file !== "src/lib/clock.ts"),
      /Date\.now\(|new Date\(\)|performance\.now\(/,
    ),
  );
});

test("SQL is written in db and warehouse only", () => {
  const sql =
    /[`"']\s*(select\s[^`"']*\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|create\s+(or\s+replace\s+)?(table|view|schema)\s|drop\s+(table|view|schema)\s|alter\s+(table|view|schema)\s)/i;
  check(
    grep(
      product.filter((file) => !["db", "warehouse"].includes(roomOf(file))),
      sql,
    ),
  );
});

test("files stay below their caps", () => {
  const cap = (file: string) => (isTest(file) ? 500 : 300);
  const length = (file: string) => read(file).trimEnd().split("\n").length;
  const long = [...typescript, ...python].filter((file) => length(file) > cap(file));
  check(long.map((file) => `${file}: ${length(file)} lines, cap ${cap(file)}`));
});

test("functions stay below 50 lines", () => {
  check(typescript.filter((file) => !isTest(file)).flatMap(longFunctions));
});

/** Biome formats every file, so a function ends at the first closing brace that is indented like its first line. */
function longFunctions(file: string): string[] {
  const lines = read(file).split("\n");
  const opens =
    /^(\s*)(?!(?:if|for|while|switch|else|try|return|\}|catch|test|describe)\b)\S.*(\)|\w|\}|>)(: [^=]+)? (=> )?\{$/;
  return lines.flatMap((line, at) => {
    const indent = opens.exec(line)?.[1];
    if (
      indent === undefined ||
      !/\bfunction\b|=>|^\s*(?:static |async |override |private |get |set )*\w+(<[^>]*>)?\(/.test(line)
    )
      return [];
    const end = lines.findIndex((other, later) => later > at && other.startsWith(`${indent}}`));
    return end - at + 1 > 50 ? [`${file}:${at + 1}: ${end - at + 1} lines`] : [];
  });
}

test("every file opens with a sentence on what it is for", () => {
  const beside = (file: string) => isTest(file) && !file.startsWith("test/");
  check([...typescript, ...python].filter((file) => !beside(file) && !opensWithSentence(read(file))));
});

function opensWithSentence(text: string): boolean {
  const body = text.replace(/^#!.*\n/, "");
  const opening =
    /^(?:\/\/ .*\n)+/.exec(body)?.[0] ??
    /^\/\*\*[\s\S]*?\*\//.exec(body)?.[0] ??
    /^"""[\s\S]*?"""|^(?:# .*\n)+/.exec(body)?.[0] ??
    "";
  return opening.trim().split(/\s+/).length >= 4;
}

test("every test file is run by a project of vitest.config.ts", () => {
  const run = /^(src|scripts)\/|^test\/((golden|integration|contracts|journeys|faults)\/|[^/]+$)/;
  check(list("**/*.test.ts").filter((file) => !run.test(file)));
});

test("files are named in kebab-case, with nouns and verbs that say something", () => {
  const good = (file: string) =>
    /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config))?\.(ts|mjs)$/.test(basename(file)) ||
    /^migrations\/\d{4}_\w+\.ts$/.test(file);
  const empty = (file: string) => /(^|[/_.-])(utils?|common|manager|helpers?)([/_.-]|$)/.test(file);
  check([...typescript.filter((file) => !good(file)), ...[...typescript, ...python].filter(empty)]);
});

test("what is shown in a terminal has no character of ambiguous width", () => {
  const ambiguous =
    /[\u00a7\u00b0\u00b1\u00b4\u00b7\u00d7\u00f7\u2010-\u2027\u2030-\u203b\u2190-\u2199\u2460-\u257f\u2580-\u25ff\u2605\u2606]/;
  check(
    grep(
      product.filter((file) => ["text", "cli"].includes(roomOf(file))),
      ambiguous,
    ),
  );
});

test("nothing points at the machine it was written on", () => {
  const own = "test/tidy.test.ts";
  const everything = [
    ...typescript,
    ...python,
    ...list("{docs,examples,scripts,sidecar,.ci}/**/*.{md,sql,yml,sh,txt,lock,json}", "*.{md,json}", ".ci/run"),
  ];
  const trace =
    /(^|[\s"'`(=])\/(work|root|home)\/|\/tmp\/(brief|uvt)|\u00a7\s?\d|registry\.npmjs\.org|pypi\.org|pythonhosted/;
  const find = (file: string) =>
    read(file)
      .split("\n")
      .flatMap((line, at) => (trace.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : []));
  check(everything.filter((file) => file !== own).flatMap(find));
});
