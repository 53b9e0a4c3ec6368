// What the documents point at exists: files and headings of links, files named in passing, npm scripts, and commands with their options.
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { buildProgram } from "../src/cli/shell.ts";

const root = join(import.meta.dirname, "..");
const leftOut = ["node_modules", "dist", "coverage", "target", "dbt_packages"];
const files = globSync("**/*.md", { cwd: root, exclude: (name) => leftOut.includes(basename(String(name))) })
  .filter((file) => !file.startsWith("."))
  .sort();
const read = (file: string) => readFileSync(join(root, file), "utf8");

const sink = { isTty: false, columns: 80, write: () => undefined, drained: async () => undefined };
const program = buildProgram({ stdout: sink, stderr: sink, version: "" }, "en", async () => undefined);
type Command = (typeof program.commands)[number];

/** `file: what` of everything that `find` does not like. */
function check(find: (text: string, file: string) => string[]): void {
  const findings = files.flatMap((file) => find(read(file), file).map((what) => `${file}: ${what}`));
  expect(findings, findings.join("\n")).toEqual([]);
}

const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/`[^`\n]*`/g, "");
/** Inline code, lines of fences, and indented lines. */
const codeOf = (text: string): string[] => [
  ...[...text.matchAll(/`([^`\n]+)`/g)].map((found) => found[1]!),
  ...[...text.matchAll(/^```[a-z]*\n([\s\S]*?)^```$/gm)].flatMap((found) => found[1]!.split("\n")),
  ...[...text.matchAll(/^ {4}(\S.*)$/gm)].map((found) => found[1]!),
];

/** As GitHub names a heading. */
const anchor = (heading: string): string =>
  heading
    .replaceAll(/`|\[|\]\([^)]*\)/g, "")
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");

test("there is something to look at", () => expect(files).toContain("README.md"));

test("every relative link points at a file, and at a heading in it", () => {
  check((text, file) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((found) => found[1]!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path = "", heading] = target.split("#");
        const place = path === "" ? file : normalize(join(dirname(file), path));
        if (!existsSync(join(root, place))) return true;
        if (heading === undefined) return false;
        const headings = [...read(place).matchAll(/^#+ (.*)$/gm)].map((found) => anchor(found[1]!));
        return !headings.includes(decodeURIComponent(heading));
      }),
  );
});

test("files named in the documents exist", () => {
  const path = /^(?:src|test|scripts|docs|sidecar|bench|examples|migrations|bin)\/[\w./*{},-]+/;
  check((text) =>
    codeOf(text)
      .flatMap((code) => path.exec(code)?.[0] ?? [])
      .filter((name) => globSync(name.replace(/[.,/]+$/, ""), { cwd: root }).length === 0),
  );
});

test("npm scripts exist", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  check((text) =>
    codeOf(text)
      .flatMap((code) => [...code.matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map((found) => found[1]!))
      .filter((name) => !(name in scripts)),
  );
});

test("commands and their options exist", () => {
  const right = [
    "slipway db upgrade",
    "slipway deploy --yes",
    "slipway status, or",
    "slipway plan prod --explain orders  why",
  ];
  expect(right.map(isCommand)).toEqual(right.map(() => true));
  expect(["slipway deploi", "slipway deploy --yess", "slipway db up"].filter(isCommand)).toEqual([]);
  check((text) => codeOf(text).filter((line) => /^\s*(\$ |\S+=\S+ )*slipway [a-z]/.test(line) && !isCommand(line)));
});

function isCommand(line: string): boolean {
  const words = line
    .replace(/^.*?slipway /, "")
    .replace(/ #.*| {2,}.*| -- .*/, "")
    .split(/\s+/);
  let command: Command | typeof program = program;
  let depth = 0;
  for (; depth < words.length && command.commands.length > 0; depth += 1) {
    if (words[depth]!.startsWith("-")) continue;
    const next: Command | undefined = command.commands.find(
      (one) => one.name() === words[depth]!.replace(/[,;.:]+$/, ""),
    );
    if (!next) return false;
    command = next;
  }
  if (command === program) return false;
  const known = [...command.options, ...program.options].flatMap(({ short, long }) => [short, long]);
  const asked = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/[=,;.:].*$/, ""));
  return asked.every((option) => ["-h", "--help", ...known].includes(option));
}
