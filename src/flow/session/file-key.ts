// Keys that change with files, for what is remembered as long as they stay as they are.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson, sha256 } from "../../lib/hash.ts";

/** Changes whenever a rendered profile may: with the files it is read from, and with everything it may see. */
export async function profileKey(request: {
  projectDir: string;
  profilesDirs: string[];
  env: Readonly<Record<string, string | undefined>>;
  target: string;
}): Promise<string> {
  const { projectDir, profilesDirs, env, target } = request;
  const files = [join(projectDir, "dbt_project.yml"), ...profilesDirs.map((dir) => join(dir, "profiles.yml"))];
  return sha256(canonicalJson([await Promise.all(files.map(fileKey)), env, target]));
}

/** Another one after every write, also within one millisecond, and when the file goes. */
export async function fileKey(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  return found === null ? file : [file, found.ino, found.size, found.mtimeNs, found.ctimeNs].join();
}
