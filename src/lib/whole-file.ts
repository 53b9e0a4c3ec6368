// Files that stand whole or not at all, whoever else writes them at the same moment, in this process or in another.
import { randomUUID } from "node:crypto";
import { chmod, link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A name beside the file that nobody else takes: runs of one process share its process id. */
export const draftOf = (file: string): string => `${file}.${randomUUID().slice(0, 8)}.tmp`;

/** Null when there is no such file. */
export async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Writes a file that is not there yet; false when it is there (even since a moment). `mode` as for `open`. */
export async function createFile(file: string, text: string, mode?: number): Promise<boolean> {
  return besideIt(file, text, mode, async (draft) => {
    try {
      await link(draft, file);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      if ((await readText(file)) !== null) return false;
      await rename(draft, file); // A file system without hard links.
      return true;
    }
  });
}

/** Puts a file in the place of another, with the rights of that one unless `mode` is given. */
export async function replaceFile(file: string, text: string, mode?: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const standing = mode === undefined ? (await stat(file).catch(() => null))?.mode : undefined;
  await besideIt(file, text, mode ?? standing, async (draft) => {
    // A strict umask took rights away that people gave the file on purpose.
    if (standing !== undefined) await chmod(draft, standing & 0o777);
    await rename(draft, file);
  });
}

async function besideIt<T>(
  file: string,
  text: string,
  mode: number | undefined,
  put: (draft: string) => Promise<T>,
): Promise<T> {
  const draft = draftOf(file);
  try {
    await writeFile(draft, text, mode === undefined ? {} : { mode: mode & 0o777 });
    return await put(draft);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Puts a folder in the place of another, which goes. Of several at once the last one stays. */
export async function replaceFolder(draft: string, folder: string): Promise<void> {
  const before = draftOf(folder);
  for (;;) {
    try {
      await rename(draft, folder);
      return;
    } catch (error) {
      if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
    await rename(folder, before).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rm(before, { recursive: true, force: true });
  }
}
