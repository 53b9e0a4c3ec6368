// One owner per state folder, by a lock of the kernel that ends with its process, however that ends.
import { DatabaseSync } from "node:sqlite";

export interface FolderLock {
  release(): void;
}

/**
 * Takes the lock of a file, or null when another process has it. Node has no flock; SQLite's exclusive transaction on an
 * empty file is one. Unlike a socket, it is the same lock whatever runtime folder its openers have, and is never stale.
 */
export function takeFolderLock(path: string): FolderLock | null {
  const file = new DatabaseSync(path);
  try {
    file.exec("pragma busy_timeout = 0");
    file.exec("begin exclusive");
    return { release: () => file.close() };
  } catch (error) {
    file.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null;
    throw error;
  }
}

const SQLITE_BUSY = 5;
