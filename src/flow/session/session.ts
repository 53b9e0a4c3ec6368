// One command's surroundings, each opened when first needed and closed at the end: project, state, Python, profiles, warehouses.
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { type EnvironmentConfig, environmentOf } from "../../core/config/config.ts";
import type { Ctx } from "../../core/ctx.ts";
import type { Environment, Project } from "../../core/records.ts";
import type { Db } from "../../db/db.ts";
import { installationId } from "../../db/installation.ts";
import { openState } from "../../db/open-state.ts";
import { ensureEnvironment, ensureProject } from "../../db/projects.ts";
import { loadProfile, type Profile } from "../../dbt/profile.ts";
import { ensurePython, type PythonEnv } from "../../dbt/python-env.ts";
import { gitIdentity, openRepository, type Repository } from "../../git/repository.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import { declaredEnv } from "../secrets/declared-env.ts";
import { createRunLog, type RunLog } from "../secrets/run-log.ts";
import { profileKey } from "./file-key.ts";
import { openProject, type ProjectPlace } from "./project.ts";
import { openWarehouse } from "./warehouse.ts";
import type { Warm } from "./warm.ts";

/** What every step of flow works with. Everything is opened once per command. */
export interface Session {
  ctx: Ctx;
  place: ProjectPlace;
  db(): Promise<Db>;
  project(): Promise<Project>;
  installation(): Promise<string>;
  python(): Promise<PythonEnv>;
  repository(): Promise<Repository>;
  /** `aoi (Aoi Tanaka)`: operating-system user and Git identity, for audit rows. */
  actor(): Promise<string>;
  profile(environment: EnvironmentConfig): Promise<Profile>;
  warehouse(environment: EnvironmentConfig): Promise<Warehouse>;
  environment(name: string | null): EnvironmentConfig;
  record(environment: EnvironmentConfig): Promise<Environment>;
  /** Of the server this session belongs to; null: a command typed by hand. */
  warm: Warm | null;
  /** Of the run under way: `runs/N/events.jsonl`. */
  log: RunLog;
  close(): Promise<void>;
}

export const cacheDirOf = (ctx: Ctx): string => ctx.env.XDG_CACHE_HOME ?? join(ctx.env.HOME ?? homedir(), ".cache");

/** A short folder for sockets: a path may have 108 bytes. */
export const runtimeDirOf = (ctx: Ctx): string =>
  join(ctx.env.XDG_RUNTIME_DIR ?? ctx.env.TMPDIR ?? "/tmp", `slipway-${ctx.user.slice(0, 24)}`);

export interface SessionOptions {
  warm?: Warm;
  /** The server that this session belongs to: slipway.yml as it stands there, its state, project and tools; only the rest is opened. */
  within?: Session;
}

export async function openSession(ctx: Ctx, { warm, within }: SessionOptions = {}): Promise<Session> {
  const place = within ? { ...within.place } : await openProject(ctx);
  const { log, progress } = createRunLog(place.home, ctx.clock, ctx.progress);
  const once = memory();
  const session: Session = {
    ctx: { ...ctx, progress },
    place,
    db: () => once("db", () => openDb(ctx, place.home)),
    project: () => once("project", async () => ensureProject(await session.db(), place.name)),
    installation: () => once("installation", async () => installationId(await session.db())),
    python: () => once("python", () => preparePython(ctx, place)),
    repository: () => once("repository", () => openRepository(place.root, ctx.env)),
    actor: () => once("actor", () => whoActs(session)),
    profile: (environment) => once(`profile ${seenBy(environment)}`, () => readProfile(session, environment)),
    warehouse: (environment) => once(`warehouse ${seenBy(environment)}`, () => connect(session, environment)),
    environment: (name) => environmentOf(place.config, name),
    record: async (environment) =>
      ensureEnvironment(await session.db(), (await session.project()).id, {
        name: environment.name,
        target: environment.target,
      }),
    warm: warm ?? null,
    log,
    close: () => once.close(),
  };
  return within ? Object.assign(session, lent(within)) : session;
}

/** A job may give its environment other values, and a profile may read them. */
const seenBy = ({ name, env }: EnvironmentConfig): string => `${name} ${JSON.stringify(env)}`;

/** What a server's sessions have in common; closed by the server. */
const lent = ({ db, project, installation, python, repository, actor, warm }: Session) => ({
  ...{ db, project, installation, python, repository, actor, warm },
});

/**
 * The state database of a project folder; also used by `slipway db` before there is a session. A new folder is its owner's alone: compiled
 * SQL and dbt's logs hold values of the environment.
 */
export async function openDb(ctx: Ctx, home: string, options: { migrate?: boolean } = {}): Promise<Db> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  return openState({
    home,
    ...(ctx.env.DATABASE_URL ? { databaseUrl: ctx.env.DATABASE_URL } : {}),
    runtimeDir: runtimeDirOf(ctx),
    cacheDir: cacheDirOf(ctx),
    clock: ctx.clock,
    ...options,
  });
}

export function preparePython(
  ctx: Ctx,
  place: { root: string; config: { dbt: { python: string | null } } },
): Promise<PythonEnv> {
  const own = place.config.dbt.python;
  return ensurePython({
    cacheDir: cacheDirOf(ctx),
    env: ctx.env,
    ...(own === null ? {} : { userPython: isAbsolute(own) ? own : join(place.root, own) }),
    onProgress: (text) => ctx.progress({ kind: "note", text }),
  });
}

/** dbt's own order: `dbt.profiles_dir`, DBT_PROFILES_DIR, the project folder, ~/.dbt. */
export function profilesDirs(ctx: Ctx, root: string, configured: string | null): string[] {
  if (configured !== null) return [resolve(root, configured)];
  const fromEnv = ctx.env.DBT_PROFILES_DIR;
  if (fromEnv) return [resolve(ctx.cwd, fromEnv)];
  return [root, join(ctx.env.HOME ?? homedir(), ".dbt")];
}

async function readProfile(session: Session, environment: EnvironmentConfig): Promise<Profile> {
  const { ctx, place, warm } = session;
  const { python, key } = await session.python();
  const request = {
    projectDir: place.root,
    profilesDirs: profilesDirs(ctx, place.root, place.config.dbt.profilesDir),
    env: { ...ctx.env, ...(await declaredEnv(session, environment)) },
    target: environment.target,
  };
  if (warm === null) return loadProfile({ python, ...request });
  return warm.profiles.get(await profileKey(request), () =>
    loadProfile({
      python,
      ...request,
      start: (options) => warm.pool.startLight({ ...options, installed: key }),
    }),
  );
}

async function connect(session: Session, environment: EnvironmentConfig): Promise<Warehouse> {
  const { ctx, place } = session;
  const profile = await session.profile(environment);
  return openWarehouse({ ctx, place, profile, environment, python: () => session.python(), warm: session.warm });
}

async function whoActs(session: Session): Promise<string> {
  const name = await gitIdentity(await session.repository());
  return name === null || name === session.ctx.user ? session.ctx.user : `${session.ctx.user} (${name})`;
}

interface Memory {
  <T>(key: string, open: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens each thing once and closes what has a `close`, newest first. A failed opening is tried again next time. */
function memory(): Memory {
  const opened = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, open: () => Promise<T>): Promise<T> => {
    const known = opened.get(key);
    if (known) return known as Promise<T>;
    const opening = open();
    opened.set(key, opening);
    opening.catch(() => opened.delete(key));
    return opening;
  };
  const close = async () => {
    for (const opening of [...opened.values()].reverse()) {
      const thing = (await opening.catch(() => null)) as { close?: () => Promise<void> } | null;
      await thing?.close?.();
    }
    opened.clear();
  };
  return Object.assign(once, { close });
}
