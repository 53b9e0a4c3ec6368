// Turns what dbt says about a failure into an error with the user's file and line. dbt gives them in many shapes.
import { isUtf8 } from "node:buffer";
import { readdir, readFile } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { outageIn } from "../core/plan/outage.ts";
import { AppError, type Where } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import type { Failure } from "./messages.ts";

const FILE = String.raw`[^\s'"():]+\.(?:sql|py|ya?ml|csv|md)`;
const FILE_PATTERNS = [
  /\(([^()\n]+\.(?:sql|py|ya?ml|csv|md))\)/,
  /Error reading [^:\n]+: (.+?\.(?:ya?ml|sql|py|csv|md)) - /,
  /Error encountered in (.+\.ya?ml)/,
  new RegExp(String.raw`\b(?:at|in) (${FILE})`),
];
const LINE_PATTERNS = [
  /in "<unicode string>", line (\d+), column (\d+)(?![\s\S]*in "<unicode string>")/,
  /Syntax error near line (\d+)/,
  /^\s+line (\d+)$/m,
];
/** What to look for in the file when dbt gives no line. */
const WORD_PATTERNS = [
  /depends on a (?:node|source) named '(?:[^'.]+\.)?([^']+)'/,
  /'([^']+)' is undefined/,
  /Env var required but not provided: '([^']+)'/,
  /Required var '([^']+)' not found/,
  /for unit test '([^']+)'/,
  /\{'name': '([^']+)'/,
  /at path \['(\w+)'/,
];
const SEARCHED_FILES_MAX = 5_000;
const NOT_SEARCHED = new Set(["dbt_packages", "dbt_modules", "target", "logs", "node_modules"]);

/** AppError of a failure of dbt: `invalid` for the project's own mistakes, `upstream` where the database did not answer. */
export async function dbtError(failure: Failure, projectDir: string): Promise<AppError> {
  const message = failure.message ?? "";
  if (failure.kind === "cancelled") return new AppError("cancelled", say("dbt.cancelled"));
  if (failure.kind === "internal")
    return new AppError("internal", say("dbt.internal", { type: failure.type ?? "", message }));
  const locked = LOCKED.exec(message)?.groups;
  if (locked) return fileLocked(locked.file ?? "", Number(locked.pid ?? 0));
  const undecodable = /codec can't decode/.test(message) ? await findUndecodable(projectDir) : null;
  if (undecodable)
    return new AppError("invalid", say("dbt.not_utf8"), { where: undecodable, hint: say("dbt.not_utf8_hint") });
  const where = await locate(projectDir, message, failure.file ?? null);
  const text = say("dbt.failed", { message: tidy(message) });
  if (/Connect|Database|Timeout/.test(failure.type ?? "") || outageIn(message) !== null)
    return new AppError("upstream", text, where ? { where } : {});
  return new AppError("invalid", text, { ...(where ? { where } : {}), hint: say("dbt.failed_hint") });
}

/** dbt does not say which file it could not read: the first that is not UTF-8, and the line where that begins. */
async function findUndecodable(projectDir: string): Promise<Where | null> {
  for (const file of await projectFiles(projectDir)) {
    const lines = splitLines(await readFile(join(projectDir, file)));
    const line = lines.findIndex((bytes) => !isUtf8(bytes)) + 1;
    if (line > 0) return { file, line };
  }
  return null;
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from <= bytes.length; ) {
    const end = bytes.indexOf(10, from);
    lines.push(bytes.subarray(from, end === -1 ? bytes.length : end));
    from = end === -1 ? bytes.length + 1 : end + 1;
  }
  return lines;
}

/** DuckDB's words when another program holds the file. */
const LOCKED = /Could not set lock on file "(?<file>.*?)":[\s\S]*?(?:\(PID (?<pid>\d+)\)|$)/;

const fileLocked = (file: string, pid: number): AppError =>
  new AppError("locked", say("dbt.file_locked", { file }), {
    facts: [
      ...(pid > 0 ? [{ label: "who" as const, text: say("dbt.file_locked_who", { pid }) }] : []),
      { label: "done", text: say("dbt.file_locked_done") },
    ],
    hint: say("dbt.file_locked_hint"),
  });

/**
 * The place in the user's project that a message of dbt is about, as well as it can be told; the file relative to the project.
 * `file`: what dbt says beside the message. Null when the message names no file that exists.
 */
export async function locate(projectDir: string, message: string, file: string | null): Promise<Where | null> {
  const word = first(WORD_PATTERNS, message)?.[1] ?? null;
  const named =
    file ?? first(FILE_PATTERNS, message)?.[1] ?? (/Syntax error near/.test(message) ? "dbt_project.yml" : null);
  const found = named === null ? null : await findFile(projectDir, named);
  if (found !== null) return place(projectDir, found, message, word);
  return word === null || named !== null ? null : searchWord(projectDir, word);
}

async function place(projectDir: string, file: string, message: string, word: string | null): Promise<Where> {
  const lines = (await readFile(join(projectDir, file), "utf8")).split("\n");
  const told = first(LINE_PATTERNS, message);
  const line = told ? Number(told[1]) : word === null ? 0 : lineOf(lines, word);
  if (line < 1) return { file };
  const column = told?.[2] ? { column: Number(told[2]) } : {};
  return { file, line, ...column, excerpt: lines[line - 1] ?? "" };
}

const first = (patterns: RegExp[], text: string): RegExpMatchArray | null => {
  for (const pattern of patterns) {
    const match = text.match(pattern);
    if (match) return match;
  }
  return null;
};

/** The line of a whole word, 0 when it is not there. */
function lineOf(lines: string[], word: string): number {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const whole = new RegExp(String.raw`(?<![\w])${escaped}(?![\w])`);
  return lines.findIndex((line) => whole.test(line)) + 1;
}

/** Path relative to the project; dbt sometimes leaves the resource folder out. */
async function findFile(projectDir: string, named: string): Promise<string | null> {
  const wanted = isAbsolute(named) ? relative(projectDir, named) : named;
  const files = await projectFiles(projectDir);
  return files.find((file) => file === wanted) ?? files.find((file) => file.endsWith(`/${wanted}`)) ?? null;
}

async function searchWord(projectDir: string, word: string): Promise<Where | null> {
  for (const file of await projectFiles(projectDir)) {
    const lines = (await readFile(join(projectDir, file), "utf8")).split("\n");
    const line = lineOf(lines, word);
    if (line > 0) return { file, line, excerpt: lines[line - 1] ?? "" };
  }
  return null;
}

async function projectFiles(projectDir: string, folder = ""): Promise<string[]> {
  const entries = await readdir(join(projectDir, folder), { withFileTypes: true }).catch(() => []);
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (files.length >= SEARCHED_FILES_MAX) break;
    if (entry.isDirectory() && !NOT_SEARCHED.has(entry.name) && !entry.name.startsWith("."))
      files.push(...(await projectFiles(projectDir, path)));
    else if (entry.isFile() && /\.(sql|py|ya?ml|csv|md)$/.test(entry.name)) files.push(path);
  }
  return files;
}

/** dbt's words without its headings and its drawing of the place, which `where` shows. */
export function tidy(message: string): string {
  const body = message
    .replace(/^(?:Compilation|Parsing|Runtime|Database|Dependency|Validation) Error(?: in [^\n]*)?\n/, "")
    .replace(/\n\s*Raw Error:[\s\S]*?-+\n/, "\n")
    .replace(/\n\s+line \d+\n[^\n]*$/, "")
    .replace(/\n\s*-{10,}\n[\s\S]*?(?=\n\s*\n|$)/, "");
  return body
    .split("\n")
    .map((line) => line.trimEnd().replace(/^ {2}/, ""))
    .join("\n")
    .trim();
}
