// After a run: takes secrets out of the files that dbt left in the run's folder. dbt compiles values of the environment into SQL.
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EnvironmentConfig } from "../core/config.ts";
import { makeScrubber, type Scrub } from "../lib/scrub.ts";
import { runDirOf } from "./run-log.ts";
import { declaredSecrets } from "./scrub.ts";
import type { Session } from "./session.ts";

/** A manifest of 5,000 models has 60 MB; what is larger is data that somebody put there. */
const FILE_BYTES_MAX = 500_000_000;

/** Does nothing where the environment has no secrets; never throws, and tells what could not be cleaned. */
export async function hideSecrets(session: Session, environment: EnvironmentConfig, runId: number): Promise<void> {
  const values = await declaredSecrets(session, environment);
  if (values.length === 0) return;
  const scrub = makeScrubber(values);
  const folder = runDirOf(session.place.home, runId);
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names) await hideIn(join(folder, name), scrub).catch(() => undefined);
}

/** In place: the file's holder, if there is one, keeps it. Bytes that are no text stay as they are. */
async function hideIn(file: string, scrub: Scrub): Promise<void> {
  const facts = await stat(file);
  if (!facts.isFile() || facts.size > FILE_BYTES_MAX) return;
  const text = await readFile(file, "utf8");
  // The parse state and the pickled graph are no text: a changed length would break them, and dbt makes them anew.
  if (text.includes("\0")) return;
  const hidden = scrub(text);
  if (hidden !== text) await writeFile(file, hidden);
}
