// Tokens of data files that models read (csv, parquet, json), by content. Finds files as DuckDB does, but in one folder only.
import { lstat, mkdir, readdir, rm, stat, symlink } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Token } from "../core/keys/token.ts";
import type { NodeId } from "../core/project/relation.ts";
import type { Clock } from "../lib/clock.ts";
import { canonicalJson, sha256, sha256File } from "../lib/hash.ts";
import type { Text } from "../lib/text.ts";
import { say } from "../text/catalogue.ts";

export interface FileTokenRequest {
  node: NodeId;
  /** A file name, a glob (`data/*.parquet`, `data/**`), a folder, or a call such as `read_csv('data/x.csv', header = true)`. */
  pattern: string;
}

export interface FileToken {
  token: Token;
  /** Names relative to `fromFolder` (absolute ones where the pattern is absolute), sorted. */
  files: string[];
  /** The entry of the search path they were found in; null for absolute patterns and when there are none. */
  fromFolder: string | null;
}

/**
 * One per request, in order: SHA-256 over the names and contents of the files found in the first folder of the search path that
 * has any. DuckDB itself reads a relative name from *every* folder of its `file_search_path`, so give it one folder only
 * (`linkFiles` makes it).
 */
export async function fileTokens(
  requests: FileTokenRequest[],
  searchPath: string[],
  salt: string,
  clock: Clock,
): Promise<FileToken[]> {
  const known = new Map<string, Promise<FileToken>>();
  return Promise.all(
    requests.map(({ pattern }) => {
      const found = known.get(pattern) ?? fileToken(pattern, searchPath, salt, clock);
      known.set(pattern, found);
      return found;
    }),
  );
}

async function fileToken(pattern: string, searchPath: string[], salt: string, clock: Clock): Promise<FileToken> {
  const names = namesOf(pattern);
  const none = (why: Text): FileToken => ({
    token: { kind: "salt", confidence: "none", value: salt, detail: pattern, readAt: clock.now().toISOString(), why },
    files: [],
    fromFolder: null,
  });
  if (names.some((name) => isRemote(name))) return none(say("duckdb.file_remote", { pattern }));
  const found = await findFirst(names, searchPath);
  if (found.files.length === 0) return none(say("duckdb.file_none", { pattern }));
  const value = await contentOf(found);
  const detail = found.files.length === 1 ? found.files[0]! : `${found.files.length} files`;
  return {
    token: { kind: "file_hash", confidence: "exact", value, detail, readAt: clock.now().toISOString() },
    ...found,
  };
}

type Found = Pick<FileToken, "files" | "fromFolder">;

/** One after the other: a disk reads one large file faster than many at once. */
async function contentOf({ files, fromFolder }: Found): Promise<string> {
  const content: [string, string][] = [];
  for (const file of files) content.push([file, await sha256File(fromFolder === null ? file : join(fromFolder, file))]);
  return sha256(canonicalJson(content));
}

/** The name itself, or every literal of a call: those that are no file names (`delim = ','`) match no file. */
function namesOf(pattern: string): string[] {
  const names = pattern.includes("(")
    ? [...pattern.matchAll(/'((?:[^']|'')*)'/g)].map((match) => match[1]!)
    : [pattern];
  return names
    .map((name) => name.replaceAll("''", "'"))
    .filter((name) => name.trim() !== "")
    .map((name) => (name.startsWith("file://") ? fileURLToPath(name) : name));
}

const isRemote = (name: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(name);

async function findFirst(names: string[], searchPath: string[]): Promise<Found> {
  const absolute = (await Promise.all(names.filter(isAbsolute).map((name) => findFiles("/", name.slice(1))))).flat();
  const inRoot = absolute.map((file) => `/${file}`);
  for (const folder of searchPath) {
    const files = (
      await Promise.all(names.filter((name) => !isAbsolute(name)).map((name) => findFiles(folder, name)))
    ).flat();
    if (files.length === 0) continue;
    if (inRoot.length === 0) return { files: sorted(files), fromFolder: folder };
    return { files: sorted([...files.map((file) => join(folder, file)), ...inRoot]), fromFolder: null };
  }
  return { files: sorted(inRoot), fromFolder: null };
}

const sorted = (files: string[]): string[] => [...new Set(files)].sort((a, b) => (a < b ? -1 : 1));

/** Files below a folder that a DuckDB glob matches: `*`, `?`, `[a-z]`, `[!a]`, `\`, and `**` for any folders (not through links). */
async function findFiles(folder: string, pattern: string): Promise<string[]> {
  const parts = pattern.split("/").filter((part) => part !== "" && part !== ".");
  let found: string[] = [""];
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    const next = await Promise.all(found.map((base) => matchPart(folder, base, part, last)));
    found = [...new Set(next.flat())];
  }
  const files = await Promise.all(found.map((path) => filesAt(folder, path)));
  return files.flat();
}

/** What one part of a pattern matches below `base`. A `**` at the end means every file below. */
async function matchPart(folder: string, base: string, part: string, last: boolean): Promise<string[]> {
  if (part === "**") {
    const below = await foldersBelow(folder, base);
    return last ? (await Promise.all(below.map((path) => plainFiles(folder, path)))).flat() : below;
  }
  if (!/[*?[\\]/.test(part)) return [join(base, part)];
  const pattern = globPart(part);
  const names = await readdir(join(folder, base)).catch(() => []);
  return names.filter((name) => pattern.test(name)).map((name) => join(base, name));
}

function globPart(part: string): RegExp {
  const source = part.replace(/\\(.)|\[!?[^\]]+\]|[*?]|[.+^${}()|\\[\]]/gs, (token, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped.replace(/\W/, "\\$&");
    if (token === "*") return "[^]*";
    if (token === "?") return "[^]";
    if (token.startsWith("[") && token.length > 1) {
      const negated = token[1] === "!";
      return `[${negated ? "^" : ""}${token.slice(negated ? 2 : 1, -1).replace(/[\\^\]]/g, "\\$&")}]`;
    }
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`, "u");
}

/** The folder itself and every one below it, links not followed. */
async function foldersBelow(folder: string, base: string): Promise<string[]> {
  const entries = await readdir(join(folder, base), { withFileTypes: true }).catch(() => []);
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => foldersBelow(folder, join(base, entry.name))),
  );
  return [base, ...below.flat()];
}

async function plainFiles(folder: string, base: string): Promise<string[]> {
  const entries = await readdir(join(folder, base), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(base, entry.name));
}

/** The file, or what a folder named as a whole holds (DuckDB reads those). */
async function filesAt(folder: string, path: string): Promise<string[]> {
  const facts = await stat(join(folder, path)).catch(() => null);
  if (!facts) return [];
  if (facts.isFile()) return [path];
  return facts.isDirectory() ? (await plainFiles(folder, path)).filter((name) => name !== path) : [];
}

/**
 * Makes `folder` hold links to exactly these files, under their relative names: the one folder to give to DuckDB as
 * `file_search_path`. What it held before is removed; the folder must be Slipway's own.
 */
export async function linkFiles(folder: string, found: Pick<FileToken, "files" | "fromFolder">[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { files, fromFolder } of found) {
    if (fromFolder === null) continue;
    for (const file of files) await linkFile(join(folder, file), join(fromFolder, file), folder);
  }
}

async function linkFile(link: string, file: string, folder: string): Promise<void> {
  // A name with `..` would lead out of the folder; DuckDB then finds nothing there and says so.
  if (relative(folder, link).startsWith("..")) return;
  await mkdir(dirname(link), { recursive: true });
  if (!(await lstat(link).catch(() => null))) await symlink(file, link);
}
