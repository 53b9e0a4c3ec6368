// Hands dbt the pruned manifest of a plan and listens: progress for people, each node's row as proof for the record.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { type DbtCommand, sideArguments } from "../../core/jobs/dbt-command.ts";
import type { Pass } from "../../core/jobs/job-plan.ts";
import type { FailureRule } from "../../core/jobs/jobs.ts";
import { buildManifest, onlySources, placedManifest } from "../../core/project/build-manifest.ts";
import type { Manifest, ManifestNode } from "../../core/project/manifest.ts";
import type { NodeId, Relation } from "../../core/project/relation.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { Version } from "../../core/records.ts";
import { markVersionFailed, markVersionReady } from "../../db/versions.ts";
import type { CommandResult, EngineEvent, EngineSetting, ResultRow } from "../../dbt/engine.ts";
import { keepResults } from "../evidence/artifacts.ts";
import { withCheckout } from "../plan/ingest.ts";
import { applicationName, engineSetting } from "../session/engine.ts";
import { fault } from "../session/fault.ts";
import { checkSignal } from "../session/lease.ts";
import type { Session } from "../session/session.ts";
import type { BuildWork } from "./build.ts";

/** What dbt is asked for, in order: one build for a deployment, the commands of a job. Gives the rows of everything that was run. */
export interface Script {
  /** True: it calls dbt although nothing is to be built or tested. */
  always: boolean;
  run(dbt: Dbt): Promise<ResultRow[]>;
}

/** dbt as a script sees it. */
export interface Dbt {
  /** What is to be built and tested in all. */
  todo: Pass;
  /** Builds and tests a part of it; an empty part is no call of dbt. */
  build(pass: Pass & Partial<BuildOptions>): Promise<ResultRow[]>;
  /** Any other command, over the candidate as it is by then. */
  command(command: DbtCommand): Promise<CommandResult>;
}

export interface BuildOptions {
  threads: number | null;
  failFast: boolean;
  /** Takes dbt's run_results.json; absolute. */
  folder: string;
}

/** Where dbt leaves the artifacts of a command that is no build, below the run's folder. */
export const COMMAND_ARTIFACTS = join("target", "command");

export const runFolder = (session: Session, runId: number): string => join(session.place.home, "runs", String(runId));

/** Runs the script on exactly the planned nodes and tests. dbt is not started for nothing. */
export async function runDbt(work: BuildWork, todo: Pass, versions: Map<NodeId, Version>): Promise<ResultRow[]> {
  const { session, environment, commit } = work;
  const script = work.script ?? wholeBuild(environment);
  if (todo.nodes.length + todo.tests.length === 0 && !script.always) return script.run(idle(todo));
  return withCheckout(session, environment, commit, async (projectDir) => {
    const runDir = runFolder(session, work.runId);
    const setting = await engineSetting(session, environment, projectDir, runDir);
    const recorded: Promise<void>[] = [];
    work.engine.listen((event) => hear(work, event, versions, recorded));
    const stop = () => void work.engine.cancel();
    work.signal.addEventListener("abort", stop, { once: true });
    try {
      return await script.run({
        todo,
        build: (pass) => buildPass(work, { setting, runDir, pass }),
        command: (command) => runSideCommand(work, { setting, runDir, command }),
      });
    } finally {
      work.signal.removeEventListener("abort", stop);
      await Promise.all(recorded);
    }
  });
}

/** dbt when there is nothing for it to do. */
export const idle = (todo: Pass): Dbt => ({
  todo,
  build: async () => [],
  command: () => Promise.reject(new Error("a script that runs commands is never idle")),
});

/**
 * Everything at once, so that what stands below a failing test is not built; where failures are published all the same, tests come after
 * everything is built.
 */
const wholeBuild = ({ onTestFailure }: Pick<EnvironmentConfig, "onTestFailure">): Script => ({
  always: false,
  run: async (dbt) => {
    const rows: ResultRow[] = [];
    for (const pass of passesOf(onTestFailure, dbt.todo)) rows.push(...(await dbt.build(pass)));
    return rows;
  },
});

/** A part in the calls of dbt that the rule asks for. */
export const passesOf = (rule: FailureRule, pass: Pass): Pass[] =>
  rule === "publish"
    ? [
        { nodes: pass.nodes, tests: [] },
        { nodes: [], tests: pass.tests },
      ]
    : [pass];

interface Call {
  setting: EngineSetting;
  runDir: string;
}

async function buildPass(work: BuildWork, call: Call & { pass: Parameters<Dbt["build"]>[0] }): Promise<ResultRow[]> {
  const { setting, runDir, pass } = call;
  const tag = `slipway_run_${work.runId}`;
  const threads = pass.threads ?? work.environment.threads;
  const rows: ResultRow[] = [];
  for (const part of callsOf(work.ingested.manifest, pass)) {
    checkSignal(work.signal);
    const manifestPath = await writeManifest(work, { ...part, tag, runDir });
    const results = join(setting.targetPath, "build", "run_results.json");
    // dbt that stops before its first node leaves those of the command before.
    await rm(results, { force: true });
    const run = await work.engine.run();
    const request = { setting, manifestPath, tag, threads, failFast: pass.failFast ?? false };
    const result = await run.build({ ...request, testsOnly: part.nodes.length === 0 });
    checkSignal(work.signal);
    if (pass.folder) await keepResults(results, pass.folder);
    rows.push(...result.rows);
  }
  return rows;
}

/** One call of dbt, and another for unit tests of models that stand already: `dbt build` would leave them out in silence. */
function callsOf({ unit_tests: units }: Manifest, { nodes, tests }: Pass): Pass[] {
  const built = new Set(nodes);
  const alone = (test: NodeId) => units[test] !== undefined && !built.has(units[test].depends_on.nodes?.[0] ?? "");
  const parts = [
    { nodes, tests: nodes.length === 0 ? tests : tests.filter((test) => !alone(test)) },
    { nodes: [], tests: nodes.length === 0 ? [] : tests.filter(alone) },
  ];
  return parts.filter((part) => part.nodes.length + part.tests.length > 0);
}

async function runSideCommand(work: BuildWork, call: Call & { command: DbtCommand }): Promise<CommandResult> {
  const { setting, runDir, command } = call;
  checkSignal(work.signal);
  await rm(join(runDir, COMMAND_ARTIFACTS), { recursive: true, force: true });
  // `docs generate` copies its page before it makes the folder.
  await mkdir(join(runDir, COMMAND_ARTIFACTS), { recursive: true });
  const manifestPath = await writeWholeManifest(work, runDir, command.kind === "source freshness");
  const run = await work.engine.run();
  const asked = run.command({
    setting,
    manifestPath,
    args: sideArguments(command, command.threads ?? work.environment.threads),
    exclude: command.exclude?.split(/\s+/) ?? [],
    resourceTypes: command.resourceTypes,
    excludeResourceTypes: command.excludeResourceTypes,
  });
  const result = await endedWithStatements(work, asked).finally(() => rm(manifestPath, { force: true }));
  checkSignal(work.signal);
  return result;
}

/**
 * dbt hears of a cancel only between the statements of these commands, so the statements are ended from outside. What stopped it is the
 * reason, whatever dbt makes of its lost connection.
 */
async function endedWithStatements<T>({ signal, warehouse, session, environment }: BuildWork, asked: Promise<T>) {
  const name = await applicationName(session, environment);
  const end = () => warehouse.endOrphans(name).catch(() => undefined);
  const onAbort = () => void end();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await asked;
  } catch (error) {
    if (signal.aborted) await end();
    checkSignal(signal);
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function writeManifest(
  work: BuildWork,
  parts: { nodes: NodeId[]; tests: NodeId[]; tag: string; runDir: string },
): Promise<string> {
  const { ingested } = work;
  const manifest = buildManifest({
    manifest: ingested.manifest,
    relations: placesOf(work),
    build: parts.nodes,
    tests: parts.tests,
    tag: parts.tag,
    relationName,
    hooks: parts.nodes.length > 0,
  });
  return writeJson(join(parts.runDir, "manifest.json"), manifest);
}

/** Every node under the name it has in the store; freshness of sources needs none of them. */
function writeWholeManifest(work: BuildWork, runDir: string, sourcesOnly: boolean): Promise<string> {
  const { manifest } = work.ingested;
  const placed = sourcesOnly
    ? onlySources(manifest)
    : placedManifest({ manifest, relations: placesOf(work), relationName });
  return writeJson(join(runDir, "candidate.json"), placed);
}

const placesOf = ({ plan }: BuildWork): Map<NodeId, Relation> =>
  new Map(plan.nodes.map((node) => [node.node, node.relation]));

async function writeJson(path: string, value: unknown): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(value));
  return path;
}

/** As dbt's DuckDB and PostgreSQL adapters print a relation. */
export function relationName(node: ManifestNode, relation: Relation): string {
  return [node.database, relation.schema, relation.name]
    .filter((part) => part)
    .map((part) => `"${part}"`)
    .join(".");
}

/** Progress for people, and proof for the record. */
function hear(work: BuildWork, event: EngineEvent, versions: Map<NodeId, Version>, recorded: Promise<void>[]): void {
  const { ctx } = work.session;
  if (event.kind === "started" && versions.has(event.uniqueId))
    ctx.progress({ kind: "node_started", node: event.uniqueId, name: shortName(event.uniqueId) });
  if (event.kind !== "result") return;
  const { row } = event;
  work.ran.set(row.uniqueId, row);
  const isTest = /^(unit_)?test\./.test(row.uniqueId);
  if (isTest) {
    const status = testStatus(row);
    ctx.progress({
      kind: "test_finished",
      test: row.uniqueId,
      name: shortName(row.uniqueId),
      status,
      failures: row.failures,
      ms: row.executionMs,
    });
    return;
  }
  const status = row.status === "success" ? "built" : row.status === "skipped" ? "skipped" : "error";
  ctx.progress({
    kind: "node_finished",
    node: row.uniqueId,
    name: shortName(row.uniqueId),
    status,
    ms: row.executionMs,
    message: row.message,
  });
  const version = versions.get(row.uniqueId);
  if (!version) return;
  const record = recordRow(work, version, row);
  // Awaited at the end; until then a state that is away must not end the process.
  record.catch(() => {});
  recorded.push(record);
}

export const testStatus = (row: ResultRow): "pass" | "warn" | "fail" | "error" | "skipped" =>
  row.status === "success"
    ? "pass"
    : row.status === "pass" || row.status === "warn" || row.status === "fail" || row.status === "skipped"
      ? row.status
      : "error";

async function recordRow(work: BuildWork, version: Version, row: ResultRow): Promise<void> {
  const db = await work.session.db();
  if (row.status === "success") {
    await markVersionReady(db, version, { rows: row.rowsAffected, buildMs: row.executionMs });
    await fault(work.session.ctx, "build:middle", work.engine.pid());
  } else await markVersionFailed(db, version, row.message ?? row.status);
}
