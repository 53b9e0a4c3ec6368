// The dbt process of one command: opened with the first parse or build, shared by both, because importing dbt costs seconds.
import { join } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { secretNames } from "../../core/config/secret-names.ts";
import type { Engine, EngineEvent, EngineRun, EngineSetting } from "../../dbt/engine.ts";
import { writeProfile } from "../../dbt/profile.ts";
import type { PythonEnv } from "../../dbt/python-env.ts";
import { createSidecarEngine } from "../../dbt/sidecar-engine.ts";
import type { StartSidecar } from "../../dbt/sidecar-process.ts";
import { sha256 } from "../../lib/hash.ts";
import { declaredEnv } from "../secrets/declared-env.ts";
import { cancelled, checkSignal } from "./lease.ts";
import { programRoot } from "./program-root.ts";
import type { Session } from "./session.ts";
import { duckdbWaitMs } from "./warehouse.ts";
import type { Warm } from "./warm.ts";

export interface EngineHolder {
  signal: AbortSignal;
  run(): Promise<EngineRun>;
  /** Who hears events from now on. */
  listen(listener: (event: EngineEvent) => void): void;
  /** Process (group) id while it lives. */
  pid(): number | null;
  cancel(): Promise<void>;
  /** Whoever still asks for a run then gets AppError `cancelled`. */
  close(): Promise<void>;
}

const warmStart =
  ({ pool }: Warm, { key }: PythonEnv): StartSidecar =>
  (options) =>
    pool.start({ ...options, installed: key });

/** `signal`: what ends the command ends whatever dbt is at, a download that hangs as well as a build. */
export function holdEngine(session: Session, environment: EnvironmentConfig, signal: AbortSignal): EngineHolder {
  let listener: (event: EngineEvent) => void = () => {};
  let opened: EngineRun | null = null;
  let closed = false;
  const open = async (): Promise<EngineRun> => {
    const python = await session.python();
    const engine: Engine = createSidecarEngine({
      python: python.python,
      sidecarDir: join(programRoot, "sidecar"),
      depsEnv: depsEnv(session),
      ...(session.warm ? { start: warmStart(session.warm, python) } : {}),
      ...(await oldServerOptions(session, environment)),
    });
    return engine.open((event) => {
      session.log.engine(event);
      listener(event);
    });
  };
  const stop = () => void opened?.cancel();
  signal.addEventListener("abort", stop, { once: true });
  return {
    signal,
    run: async () => {
      checkSignal(signal);
      opened ??= await open();
      if (closed) throw cancelled();
      return opened;
    },
    listen: (next) => {
      listener = next;
    },
    pid: () => opened?.pid ?? null,
    cancel: async () => opened?.cancel(),
    close: async () => {
      closed = true;
      signal.removeEventListener("abort", stop);
      await opened?.close();
    },
  };
}

/** PostgreSQL before 14 refuses the setting by which the server notices that a killed dbt is gone. */
async function oldServerOptions(session: Session, environment: EnvironmentConfig): Promise<{ pgOptions?: string }> {
  const warehouse = await session.warehouse(environment);
  if (warehouse.kind !== "postgres") return {};
  const [row] = await warehouse.query("select current_setting('server_version_num') as version");
  return Number(row?.version) < 140_000 ? { pgOptions: "" } : {};
}

/** How `dbt deps` reaches package servers: proxies, certificates, Git's credentials. Only that step gets them. */
function depsEnv({ ctx }: Session): Record<string, string> {
  const wanted =
    /^(https?_proxy|no_proxy|all_proxy|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_(SSL_\w+|SSH\w*|CONFIG_\w+)|SSH_AUTH_SOCK|DBT_ENV_SECRET_\w+|DBT_PACKAGE_HUB_URL)$/i;
  const found = Object.entries(ctx.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && wanted.test(entry[0]),
  );
  return Object.fromEntries(found);
}

/** Folders of one environment under the state folder. */
export const environmentDir = (session: Session, environment: EnvironmentConfig): string =>
  join(session.place.home, "environments", environment.name);

/** Data files that models read, linked into one folder: DuckDB would read a name from *every* folder of a search path. */
export const filesDir = (session: Session, environment: EnvironmentConfig): string =>
  join(environmentDir(session, environment), "files");

/** What a dbt process of this environment sees; `workDir` takes artifacts and logs. */
export async function engineSetting(
  session: Session,
  environment: EnvironmentConfig,
  projectDir: string,
  workDir: string,
): Promise<EngineSetting> {
  const profilesDir = join(environmentDir(session, environment), "profiles");
  const profile = await session.profile(environment);
  const { env } = await writeProfile(profilesDir, profile, {
    projectDir: session.place.root,
    applicationName: await applicationName(session, environment),
    fileSearchPath: [filesDir(session, environment)],
  });
  return {
    projectDir,
    profilesDir,
    target: environment.target,
    targetPath: join(workDir, "target"),
    logPath: join(workDir, "logs"),
    vars: environment.vars,
    env: { ...(await declaredEnv(session, environment)), ...env },
    secretNames: secretNames(environment.env),
    ...(profile.output.type === "duckdb" ? { duckdbWaitMs: duckdbWaitMs(session.ctx) } : {}),
  };
}

/**
 * Names this environment's dbt connections, so that statements of a killed run can be found and ended, and nobody else's: another
 * installation may have an environment of that name in the same database. PostgreSQL keeps 63 bytes.
 */
export async function applicationName(session: Session, environment: EnvironmentConfig): Promise<string> {
  const installation = (await session.installation()).slice(0, 8);
  const name = `slipway:${installation}:${session.place.name}:${environment.name}`;
  return Buffer.byteLength(name) <= 60 ? name : `slipway:${sha256(name).slice(0, 40)}`;
}
