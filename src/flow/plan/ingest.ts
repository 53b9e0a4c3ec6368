// git commit -> manifest: checks the commit out, lets dbt parse it, and keeps the result, so that one commit is parsed once.

import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { CHECKOUT_WAIT_MS } from "../../core/limits.ts";
import { type Manifest, parseManifest } from "../../core/project/manifest.ts";
import type { NodeId } from "../../core/project/relation.ts";
import type { StoredManifest } from "../../core/records.ts";
import { findManifest, loadManifest, saveManifest } from "../../db/manifests.ts";
import type { ParseResult } from "../../dbt/engine.ts";
import { checkoutCommit, hasBlankOnlyChange } from "../../git/checkout.ts";
import type { Commit } from "../../git/repository.ts";
import { AppError } from "../../lib/error.ts";
import { canonicalJson, sha256, sha256File } from "../../lib/hash.ts";
import { redact } from "../../lib/redact.ts";
import { draftOf, replaceFolder } from "../../lib/whole-file.ts";
import { say } from "../../text/catalogue.ts";
import { keyedEnv } from "../secrets/declared-env.ts";
import { type EngineHolder, engineSetting, environmentDir } from "../session/engine.ts";
import { fileKey } from "../session/file-key.ts";
import { checkSignal, withLease } from "../session/lease.ts";
import { readDbtYaml } from "../session/project.ts";
import type { Session } from "../session/session.ts";
import type { ReadManifest } from "../session/warm.ts";

/** What Slipway derives from a checkout once and keeps beside the manifest. */
export interface Derived {
  /** SHA-256 of each seed's raw bytes. */
  seedHashes: Record<NodeId, string>;
  /** `vars:` of dbt_project.yml and vars.yml, and each installed package's own, by package name. */
  projectVars: Record<string, unknown>;
  packageVars: Record<string, Record<string, unknown>>;
  /** What else of dbt_project.yml can change content. */
  projectFields: Record<string, unknown>;
}

export interface Ingested {
  commit: Commit;
  stored: StoredManifest;
  manifest: Manifest;
  derived: Derived;
}

/** The manifest of a commit as dbt sees it for this environment. Throws AppError `invalid` with the user's file and line. */
export async function ingest(
  session: Session,
  environment: EnvironmentConfig,
  commit: Commit,
  engine: EngineHolder,
): Promise<Ingested> {
  const db = await session.db();
  const projectId = (await session.project()).id;
  const fingerprint = await parseFingerprint(session, environment);
  const found = await findManifest(db, { projectId, commit: commit.sha, target: environment.target, fingerprint });
  if (found && existsSync(join(session.place.home, found.path, "manifest.json")))
    return { commit, stored: found, ...(await readStored(session, found)) };
  session.ctx.progress({ kind: "phase_started", phase: "ingest", total: 0, estimateMs: null });
  const from = session.ctx.clock.ticksMs();
  const kept = await withCheckout(session, environment, commit, async (projectDir) => {
    const parsed = await parseCheckout({ session, environment, commit, projectDir, engine });
    return keepManifest(session, { projectId, commit: commit.sha, target: environment.target, fingerprint }, parsed, {
      projectDir,
      known: session.warm?.readings.get(environment.name)?.analysis.input.manifest ?? null,
    });
  });
  const ms = session.ctx.clock.ticksMs() - from;
  session.ctx.progress({
    kind: "phase_finished",
    phase: "ingest",
    ok: true,
    ms,
    summary: say("flow.parsed", { commit: commit.sha.slice(0, 7) }),
  });
  return { commit, stored: kept.stored, ...(await readStored(session, kept.stored, async () => kept.content)) };
}

/** The live release's own manifest while Slipway's dbt and settings are as they were; otherwise the commit is parsed anew. */
export async function ingestLive(
  act: { session: Session; environment: EnvironmentConfig; engine: EngineHolder },
  commit: Commit,
  manifestId: number,
): Promise<Ingested> {
  return ingest(act.session, act.environment, commit, act.engine).catch(async (error: unknown) => {
    if (error instanceof AppError && error.code === "upstream")
      return { commit, ...(await ingestedFrom(act.session, manifestId)) };
    throw error;
  });
}

/** The stored manifest of a release. */
export async function ingestedFrom(
  session: Session,
  manifestId: number,
): Promise<{ stored: StoredManifest; manifest: Manifest; derived: Derived }> {
  const stored = await loadManifest(await session.db(), manifestId);
  return { stored, ...(await readStored(session, stored)) };
}

/** `read`: the content where it is at hand; reading and checking 1,000 models takes 0.2 s. */
async function readStored(
  session: Session,
  stored: StoredManifest,
  read = () => readManifestFolder(join(session.place.home, stored.path)),
): Promise<{ manifest: Manifest; derived: Derived }> {
  const folder = join(session.place.home, stored.path);
  return session.warm === null
    ? read()
    : session.warm.manifests.get(await fileKey(join(folder, "manifest.json")), read);
}

async function readManifestFolder(folder: string): Promise<ReadManifest> {
  const json = await readFile(join(folder, "manifest.json"), "utf8");
  const derived = JSON.parse(await readFile(join(folder, "derived.json"), "utf8")) as Derived;
  return { manifest: parseManifest(JSON.parse(json)), derived, bytes: json.length };
}

/** Everything besides the commit that parsing depends on. Passwords are left out: they change nothing. */
async function parseFingerprint(session: Session, environment: EnvironmentConfig): Promise<string> {
  const [python, profile] = [await session.python(), await session.profile(environment)];
  const output = redact(profile.output, profile.secretKeys);
  const env = await keyedEnv(session, environment);
  return sha256(
    canonicalJson({ python: python.key, output, env, vars: environment.vars, target: environment.target }),
  ).slice(0, 24);
}

/** Runs `work` on the environment's own checkout of a commit; nobody else moves it meanwhile. */
export async function withCheckout<T>(
  session: Session,
  environment: EnvironmentConfig,
  commit: Pick<Commit, "sha">,
  work: (projectDir: string) => Promise<T>,
): Promise<T> {
  const wish = {
    name: `checkout:${session.place.name}/${environment.name}`,
    what: `checkout ${environment.name}`,
    waitMs: CHECKOUT_WAIT_MS,
  };
  return withLease(session, wish, async () => {
    const repository = await session.repository();
    const folder = join(environmentDir(session, environment), "checkout");
    return work(await checkoutCommit(repository, folder, commit.sha, await keptPaths(session)));
  });
}

/** What dbt deps installs stays in the checkout from commit to commit. */
async function keptPaths(session: Session): Promise<string[]> {
  return [await packagesFolder(session.place.root), "package-lock.yml"];
}

async function packagesFolder(projectDir: string): Promise<string> {
  const yaml = await readDbtYaml(join(projectDir, "dbt_project.yml"));
  const folder = yaml?.["packages-install-path"];
  return typeof folder === "string" ? folder : "dbt_packages";
}

interface ParseWork {
  session: Session;
  environment: EnvironmentConfig;
  commit: Commit;
  projectDir: string;
  engine: EngineHolder;
}

async function parseCheckout(work: ParseWork): Promise<ParseResult> {
  const { session, environment, commit, projectDir, engine } = work;
  const workDir = join(environmentDir(session, environment), "parse");
  await rm(join(workDir, "target", "manifest.json"), { force: true });
  const setting = await engineSetting(session, environment, projectDir, workDir);
  const deps = await depsNeeded(projectDir, environmentDir(session, environment));
  const partialParseFile = join(workDir, "partial_parse.msgpack");
  const fullParse = deps || (await isStale(session, workDir, commit));
  const run = await engine.run();
  // While the mark is away, nobody knows which commit the parse state is of.
  await rm(join(workDir, "commit"), { force: true });
  const parsed = await run.parse({ setting, partialParseFile, fullParse, deps }).catch((error: unknown) => {
    // What stopped it is the reason, whatever dbt makes of it.
    checkSignal(engine.signal);
    throw error;
  });
  await writeFile(join(workDir, "commit"), commit.sha);
  // Read again: `dbt deps` writes the lock file where the commit has none.
  if (deps)
    await writeFile(join(environmentDir(session, environment), "deps"), (await packagesDeclared(projectDir)) ?? "");
  return parsed;
}

/**
 * True when dbt's parse state of the last commit that was *parsed* (others may have been checked out, or failed to parse, since then)
 * could hide a change of this one.
 */
async function isStale(session: Session, workDir: string, commit: Commit): Promise<boolean> {
  if (!existsSync(join(workDir, "partial_parse.msgpack"))) return false;
  const parsed = await readFile(join(workDir, "commit"), "utf8").catch(() => null);
  if (parsed === null) return true;
  return parsed !== commit.sha && (await hasBlankOnlyChange(await session.repository(), parsed, commit.sha));
}

/** True when the package declarations or their locked versions are not those of the last installation. */
async function depsNeeded(projectDir: string, markDir: string): Promise<boolean> {
  const declared = await packagesDeclared(projectDir);
  if (declared === null) return false;
  const installed = await readFile(join(markDir, "deps"), "utf8").catch(() => "");
  return installed !== declared || !existsSync(join(projectDir, await packagesFolder(projectDir)));
}

/** Hash of the declarations with their lock file; null without packages. */
async function packagesDeclared(projectDir: string): Promise<string | null> {
  const files = ["packages.yml", "dependencies.yml", "package-lock.yml"].map((name) => join(projectDir, name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return texts[0] === "" && texts[1] === "" ? null : sha256(texts.join("\0"));
}

type ManifestId = { projectId: number; commit: string; target: string; fingerprint: string };

async function keepManifest(
  session: Session,
  id: ManifestId,
  parsed: ParseResult,
  { projectDir, known }: { projectDir: string; known: Manifest | null },
): Promise<{ stored: StoredManifest; content: ReadManifest }> {
  const name = `${id.commit.slice(0, 12)}-${id.target}-${id.fingerprint.slice(0, 8)}`;
  const folder = join(session.place.home, "manifests", name);
  const fresh = draftOf(folder);
  await mkdir(fresh, { recursive: true });
  await cp(parsed.manifestPath, join(fresh, "manifest.json"));
  const json = await readFile(parsed.manifestPath, "utf8");
  const manifest = parseManifest(JSON.parse(json), known);
  const derived = JSON.stringify(await derive(manifest, projectDir));
  await writeFile(join(fresh, "derived.json"), derived);
  await replaceFolder(fresh, folder);
  const { dbtVersion, adapterType, adapterVersion, libraryVersion } = parsed;
  const path = relative(session.place.home, folder);
  const record = { ...id, path, dbtVersion, adapterType, adapterVersion, libraryVersion };
  const stored = await saveManifest(await session.db(), record);
  return { stored, content: { manifest, derived: JSON.parse(derived) as Derived, bytes: json.length } };
}

async function derive(manifest: Manifest, projectDir: string): Promise<Derived> {
  const seeds = Object.values(manifest.nodes).filter((node) => node.resource_type === "seed");
  const seedHashes: Record<NodeId, string> = {};
  for (const seed of seeds)
    seedHashes[seed.unique_id] = await sha256File(join(seed.root_path ?? projectDir, seed.original_file_path));
  const yaml = (await readDbtYaml(join(projectDir, "dbt_project.yml"))) ?? {};
  const varsFile = (await readDbtYaml(join(projectDir, "vars.yml"))) ?? {};
  const { dispatch, flags, quoting } = yaml;
  return {
    seedHashes,
    projectVars: { ...record(yaml.vars), ...record(varsFile.vars ?? varsFile) },
    packageVars: await packageVars(manifest, projectDir),
    projectFields: { dispatch, flags, quoting },
  };
}

const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

async function packageVars(manifest: Manifest, projectDir: string): Promise<Derived["packageVars"]> {
  const names = new Set(
    [...Object.values(manifest.nodes), ...Object.values(manifest.macros)].map((one) => one.package_name),
  );
  const found: Derived["packageVars"] = {};
  const folder = await packagesFolder(projectDir);
  for (const name of [...names].sort()) {
    const yaml = await readDbtYaml(join(projectDir, folder, name, "dbt_project.yml"));
    if (yaml?.vars) found[name] = record(yaml.vars);
  }
  return found;
}
