// Typing something wrong and looking at everything that matters: the words in both languages, the exit code, and that nothing changed.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { User } from "../harness.ts";

export interface Refusal {
  exit: number;
  code: string;
  /** The whole message in English. */
  says: string | RegExp;
  /** What to do next, whole. */
  hint?: string | RegExp;
  /** `file:line:column`, as far as it is told. */
  where?: string;
  /** What is listed besides: message, place, hint. */
  problems?: [string | RegExp, string, string | null][];
  /** Part of what is shown with `--lang ja`; asked for in a second run. */
  ja?: string;
  env?: Record<string, string>;
  /** It is found only after a build: the store may hold more than before, what consumers see may not change. */
  builds?: boolean;
}

/** Types `slipway ...args` and expects this refusal, and that files, history and warehouse are as before. */
export async function refuses(user: User, args: string[], wanted: Refusal): Promise<void> {
  const before = await standing(user, wanted);
  const answer = await user.slipway([...args, "--json"], wanted.env);
  expect(answer.stdout, answer.stderr).toMatch(/^\{/);
  const { exit, code, problems } = answer.json;
  const [first] = problems;
  expect({ exit, code, says: first.message }).toEqual({
    exit: wanted.exit,
    code: wanted.code,
    says: like(wanted.says),
  });
  expect(answer.code).toBe(wanted.exit);
  if (wanted.hint !== undefined) expect(first.hint).toEqual(like(wanted.hint));
  if (wanted.where !== undefined) expect(placeOf(first.where)).toBe(wanted.where);
  if (wanted.problems !== undefined)
    expect(problems.slice(1).map(listed)).toEqual(
      wanted.problems.map(([says, where, hint]) => [like(says), where, hint]),
    );
  expect(answer.stdout, "no path of the program itself").not.toContain(join(import.meta.dirname, "../.."));
  if (wanted.ja !== undefined) {
    const said = await user.slipway([...args, "--lang", "ja"], wanted.env);
    expect(said.code).toBe(wanted.exit);
    expect(said.stderr.replace(/\n\s*/g, "")).toContain(wanted.ja);
  }
  expect(await standing(user, wanted)).toEqual(before);
}

// biome-ignore lint/suspicious/noExplicitAny: a problem of a document
const listed = ({ message, where, hint }: any) => [message, placeOf(where), hint ?? null];

const like = (wanted: string | RegExp): unknown =>
  typeof wanted === "string" ? wanted : expect.stringMatching(wanted);

const placeOf = (where: { file: string; line?: number; column?: number } | undefined): string =>
  where ? [where.file, where.line, where.column].filter(Boolean).join(":") : "";

/** The person's files with their content, the commit, and what the warehouse holds (a DuckDB file: to the byte). */
async function standing(user: User, { builds = false }: Refusal): Promise<Record<string, string>> {
  const found: Record<string, string> = existsSync(join(user.dir, ".git"))
    ? { refs: user.git("for-each-ref"), status: user.git("status", "--short") }
    : {};
  for (const path of readdirSync(user.dir, { recursive: true }).map(String)) {
    if (/^(\.git|\.slipway)(\/|$)/.test(path) || !statSync(join(user.dir, path)).isFile()) continue;
    if (builds && /\.duckdb/.test(path)) continue;
    found[path] = createHash("sha256")
      .update(readFileSync(join(user.dir, path)))
      .digest("hex");
  }
  if (user.kind === "postgres") {
    const rows = await user.query(RELATIONS);
    for (const { name, is } of rows) if (!builds || !/^slipway/.test(String(name))) found[String(name)] = String(is);
  }
  return found;
}

const RELATIONS = `select n.nspname || coalesce('.' || c.relname, '') as name,
  concat_ws(' ', c.relkind, c.oid, c.relowner, md5(pg_get_viewdef(c.oid))) as is
from pg_namespace n left join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'v', 'm', 'p')
where n.nspname !~ '^(pg_|information_schema)'`;

/** Runs `work` while a file of the project holds something else. */
export async function instead(
  user: User,
  path: string,
  text: string | Buffer,
  work: () => Promise<void>,
): Promise<void> {
  const file = join(user.dir, path);
  const kept = readFileSync(file);
  writeFileSync(file, text);
  try {
    await work();
  } finally {
    writeFileSync(file, kept);
  }
}

/** Runs `work` while a file or folder of the project is missing. */
export async function without(user: User, path: string, work: () => Promise<void>): Promise<void> {
  const kept = join(user.dir, "..", "set aside");
  renameSync(join(user.dir, path), kept);
  try {
    await work();
  } finally {
    rmSync(join(user.dir, path), { recursive: true, force: true });
    renameSync(kept, join(user.dir, path));
  }
}

/** Runs `work` on a commit with these files, which is gone afterwards. */
export async function committed(
  user: User,
  files: Record<string, string | Buffer>,
  work: () => Promise<void>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    user.write(path, "");
    writeFileSync(join(user.dir, path), text);
  }
  user.commit("A mistake");
  try {
    await work();
  } finally {
    user.git("reset", "-q", "--hard", "HEAD~1");
  }
}
