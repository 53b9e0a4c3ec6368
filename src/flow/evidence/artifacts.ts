// Files that dbt leaves, taken from where it wrote them to where a step keeps them.
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { runDirOf } from "../secrets/run-log.ts";
import type { Session } from "../session/session.ts";

/** Where what a step leaves is kept. */
export const stepFolder = (session: Session, runId: number, position: number): string =>
  join(runDirOf(session.place.home, runId), `step-${position}`);

/** dbt writes none where it stopped before the first node. */
export async function copyArtifact(file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (existsSync(file)) await copyFile(file, join(folder, basename(file)));
}

interface RunResults {
  results: unknown[];
  elapsed_time: number;
}

/** The same for run_results.json; a step that calls dbt more than once keeps the rows of all calls in one file. */
export async function keepResults(file: string, folder: string): Promise<void> {
  const kept = join(folder, basename(file));
  if (!existsSync(kept) || !existsSync(file)) return copyArtifact(file, folder);
  const [before, now] = await Promise.all([readResults(kept), readResults(file)]);
  const results = [...before.results, ...now.results];
  await writeFile(kept, JSON.stringify({ ...now, results, elapsed_time: before.elapsed_time + now.elapsed_time }));
}

const readResults = async (file: string): Promise<RunResults> => JSON.parse(await readFile(file, "utf8")) as RunResults;
