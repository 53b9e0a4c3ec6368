// What `init` reads of the project beside its configuration.
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { type EnvRead, envReads } from "../../core/config/init-env.ts";
import { PROJECT_FILE_BYTES_MAX } from "../../core/limits.ts";

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
