// Reads dbt's manifest.json from disk.
import { readFile } from "node:fs/promises";
import { type Manifest, parseManifest } from "../core/project/manifest.ts";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";

/** AppError `upstream` when the file is missing, cut off or not a manifest. */
export async function readManifest(path: string): Promise<Manifest> {
  const json = await readFile(path, "utf8")
    .then((text) => JSON.parse(text) as unknown)
    .catch((error: Error) => {
      throw new AppError("upstream", say("dbt.manifest_unreadable", { file: path, problem: error.message }), {
        cause: error,
      });
    });
  return parseManifest(json);
}
