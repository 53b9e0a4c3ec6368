// What `init` reads and writes on disk: whole files or none, and nothing that is already there is lost.
import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { type EnvRead, envReads } from "../core/init-env.ts";
import { PROJECT_FILE_BYTES_MAX } from "../core/limits.ts";

/** Null when there is no such file. */
export async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Writes a file that is not there yet, whole; false when it is there (even since a moment). */
export async function createFile(file: string, text: string): Promise<boolean> {
  return besideIt(file, text, async (fresh) => {
    try {
      await link(fresh, file);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      if ((await readText(file)) !== null) return false;
      await rename(fresh, file); // A file system without hard links.
      return true;
    }
  });
}

/** Puts a whole file in the place of another, with its rights. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const mode = (await stat(file).catch(() => null))?.mode;
  await besideIt(file, text, (fresh) => rename(fresh, file), mode);
}

async function besideIt<T>(file: string, text: string, put: (fresh: string) => Promise<T>, mode?: number): Promise<T> {
  const fresh = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await writeFile(fresh, text, mode === undefined ? {} : { mode: mode & 0o777 });
    return await put(fresh);
  } finally {
    await rm(fresh, { force: true });
  }
}

const READ = new Set([".sql", ".yml", ".yaml", ".py", ".md"]);
/** The profile is rendered with everything that is set; its names need not be declared. */
const NOT_PROJECT = new Set(["profiles.yml", "slipway.yml"]);

/** Names that the project's own files read with env_var(). */
export async function projectEnvReads(root: string, skipped: ReadonlySet<string>): Promise<EnvRead[]> {
  const texts: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith(".") && !skipped.has(entry.name)) await walk(path);
      if (!entry.isFile() || NOT_PROJECT.has(entry.name) || !READ.has(extname(entry.name))) continue;
      if ((await stat(path)).size <= PROJECT_FILE_BYTES_MAX) texts.push(await readFile(path, "utf8"));
    }
  };
  await walk(root);
  return envReads(texts);
}
