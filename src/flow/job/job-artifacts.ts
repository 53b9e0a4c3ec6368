// What commands leave, kept with their step: freshness of sources, docs under published names, compiled SQL; and of what docs are current.
import { constants, existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { DbtCommand } from "../../core/jobs/dbt-command.ts";
import { publishedCatalog } from "../../core/project/docs-artifacts.ts";
import { sha256 } from "../../lib/hash.ts";
import { copyArtifact, stepFolder } from "../evidence/artifacts.ts";
import type { Draft } from "../plan/draft.ts";
import { COMMAND_ARTIFACTS, runFolder } from "../release/run-dbt.ts";
import { environmentDir } from "../session/engine.ts";
import type { Session } from "../session/session.ts";
import type { JobScriptWork } from "./job-script.ts";

const CATALOG = "catalog.json";
const KEPT = ["run_results.json", "sources.json", "index.html", "static_index.html"];

/** Copies the artifacts of the command that has just run; docs speak of published names. */
export async function keepArtifacts(
  { session, run, draft }: Pick<JobScriptWork, "session" | "run" | "draft">,
  command: DbtCommand,
  folder: string,
): Promise<void> {
  const from = join(runFolder(session, run.id), COMMAND_ARTIFACTS);
  for (const name of KEPT) await copyArtifact(join(from, name), folder);
  if (command.kind !== "docs generate" && command.kind !== "compile") return;
  await mkdir(folder, { recursive: true });
  const manifest = join(session.place.home, draft.ingested.stored.path, "manifest.json");
  await copyFile(manifest, join(folder, "manifest.json"), constants.COPYFILE_FICLONE);
  if (command.kind !== "docs generate") return;
  const catalog = await readFile(join(from, CATALOG), "utf8").catch(() => null);
  if (catalog === null) return;
  const published = new Map(draft.plan.nodes.map((node) => [node.node, node.published]));
  await writeFile(join(folder, CATALOG), JSON.stringify(publishedCatalog(JSON.parse(catalog), published)));
}

/** Which docs of an environment are current: of which content, and in which run's folder they are. */
interface DocsMark {
  content: string;
  runId: number;
  position: number;
  command: string;
}

const markFile = (session: Session, environment: EnvironmentConfig): string =>
  join(environmentDir(session, environment), "docs.json");

/** Docs change with the commit and with what is built; nothing else is in them. */
const contentOf = ({ plan }: Draft): string =>
  sha256(JSON.stringify([plan.commit, plan.nodes.map((node) => [node.node, node.key])]));

/** The run that made these docs of exactly this content, or null. */
export async function docsMadeBy(
  session: Session,
  environment: EnvironmentConfig,
  draft: Draft,
  command: DbtCommand,
): Promise<number | null> {
  const mark = await readMark(markFile(session, environment));
  if (mark?.content !== contentOf(draft) || mark.command !== command.text) return null;
  // Old folders of runs are cleared away.
  return existsSync(join(stepFolder(session, mark.runId, mark.position), CATALOG)) ? mark.runId : null;
}

/** A file that a crash cut short is no mark. */
async function readMark(file: string): Promise<DocsMark | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as DocsMark;
  } catch {
    return null;
  }
}

/** The docs of this run are those of its content from now on, whatever becomes of the run. */
export async function markDocs(
  { session, environment, draft, run }: Pick<JobScriptWork, "session" | "environment" | "draft" | "run">,
  { command, position }: JobScriptWork["commands"][number],
): Promise<void> {
  const mark: DocsMark = { content: contentOf(draft), runId: run.id, position, command: command.text };
  await mkdir(environmentDir(session, environment), { recursive: true });
  await writeFile(markFile(session, environment), JSON.stringify(mark));
}
