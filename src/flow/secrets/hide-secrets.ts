// After a run: takes secrets out of the files that dbt left in the run's folder. dbt compiles values of the environment into SQL.
import { lstat, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { warnEntry } from "../../core/evidence/run-log.ts";
import { makeScrubber, type Scrub, scrubJson } from "../../lib/scrub.ts";
import { say } from "../../text/catalogue.ts";
import type { Session } from "../session/session.ts";
import { runDirOf, runLogFile } from "./run-log.ts";
import { declaredSecrets } from "./scrub.ts";

/** A manifest of 5,000 models has 60 MB; a text of more than this does not fit into a string. */
const FILE_BYTES_MAX = 500_000_000;

/** Does nothing where the environment has no secrets; never throws, and tells the run's log what could not be cleaned. */
export async function hideSecrets(session: Session, environment: EnvironmentConfig, runId: number): Promise<void> {
  const values = await declaredSecrets(session, environment);
  if (values.length === 0) return;
  const scrub = makeScrubber(values);
  const folder = runDirOf(session.place.home, runId);
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const told = runLogFile(session.place.home, runId);
  const failed: string[] = [];
  // The run's own log never had any.
  for (const file of names.map((name) => join(folder, name)))
    if (file !== told) await hideIn(file, scrub).catch(() => failed.push(file));
  if (failed.length > 0) session.log.write(warnEntry(say("secrets.not_hidden", { files: failed })));
}

/** In place: the file's holder, if there is one, keeps it. Bytes that are no text stay as they are, and so does what links lead to. */
async function hideIn(file: string, scrub: Scrub): Promise<void> {
  const facts = await lstat(file);
  if (!facts.isFile()) return;
  if (facts.size > FILE_BYTES_MAX) throw new Error("too large");
  const text = await readFile(file, "utf8");
  // The parse state and the pickled graph are no text: a changed length would break them, and dbt makes them anew.
  if (text.includes("\0")) return;
  const hidden = file.endsWith(".json") ? scrubJson(text, scrub) : scrub(text);
  if (hidden !== text) await writeFile(file, hidden);
}
