// The engine on dbt-core 1.x: each run is one sidecar process that parses, compiles and builds.
import type { z } from "zod";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import type {
  BuildRequest,
  BuildResult,
  CommandRequest,
  CommandResult,
  Engine,
  EngineEvent,
  EngineRun,
  EngineSetting,
  ParseRequest,
  ParseResult,
  ResultRow,
} from "./engine.ts";
import { buildResultSchema, commandResultSchema, compileResultSchema, parseResultSchema } from "./messages.ts";
import { dbtError } from "./problem.ts";
import { type Sidecar, SidecarFailure } from "./sidecar-control.ts";
import { type StartSidecar, startSidecar } from "./sidecar-process.ts";

/**
 * Lets a PostgreSQL server (14 and later, on Linux) notice within a second that a killed dbt is gone and end its statements.
 * Older servers refuse the setting: give `pgOptions: ""` for them.
 */
export const ORPHAN_GUARD = "-c client_connection_check_interval=1000";

export interface SidecarEngineOptions {
  /** Absolute path of the interpreter, as `ensurePython` gives it. */
  python: string;
  sidecarDir?: string;
  /** libpq options of dbt's connections [ORPHAN_GUARD]. */
  pgOptions?: string;
  /** Variables that `dbt deps` alone may see: proxy, certificates, SSH agent [none]. */
  depsEnv?: Record<string, string>;
  /** Where processes come from [a new one each]. */
  start?: StartSidecar;
}

/** Starts nothing yet. */
export function createSidecarEngine(options: SidecarEngineOptions): Engine {
  return { open: (onEvent) => new SidecarRun(options, onEvent) };
}

class SidecarRun implements EngineRun {
  readonly #options: SidecarEngineOptions;
  readonly #onEvent: (event: EngineEvent) => void;
  #sidecar: Sidecar | null = null;
  #env = "";
  #cancelled = false;
  #rows = new Map<string, ResultRow>();

  constructor(options: SidecarEngineOptions, onEvent: (event: EngineEvent) => void) {
    this.#options = options;
    this.#onEvent = onEvent;
  }

  get pid(): number | null {
    return this.#sidecar?.pid ?? null;
  }

  async parse(request: ParseRequest): Promise<ParseResult> {
    const fields = {
      setting: settingFields(request.setting, "parse"),
      partial_parse_file: request.partialParseFile,
      full_parse: request.fullParse,
      deps: request.deps,
      deps_env: this.#options.depsEnv ?? {},
    };
    return this.#ask("parse", request.setting, fields, parseResultSchema);
  }

  async build(request: BuildRequest): Promise<BuildResult> {
    this.#rows = new Map();
    try {
      const result = await this.#ask("build", request.setting, buildFields(request, "build"), buildResultSchema);
      if (this.#rows.size !== result.row_count)
        throw new AppError("internal", say("dbt.rows_lost", { sent: result.row_count, received: this.#rows.size }));
      return { rows: [...this.#rows.values()], elapsedMs: result.elapsed_ms, cancelled: result.cancelled };
    } catch (error) {
      if (!(error instanceof AppError && error.code === "cancelled")) throw error;
      return { rows: [...this.#rows.values()], elapsedMs: 0, cancelled: true };
    }
  }

  async compile(request: BuildRequest): Promise<Record<string, string>> {
    const fields = buildFields(request, "compile");
    return (await this.#ask("compile", request.setting, fields, compileResultSchema)).code;
  }

  async command(request: CommandRequest): Promise<CommandResult> {
    const fields = {
      setting: settingFields(request.setting, "command"),
      manifest_path: request.manifestPath,
      args: request.args,
      exclude: request.exclude,
      resource_types: request.resourceTypes,
      exclude_resource_types: request.excludeResourceTypes,
    };
    return this.#ask("command", request.setting, fields, commandResultSchema);
  }

  async cancel(): Promise<void> {
    this.#cancelled = true;
    await this.#sidecar?.cancel();
  }

  async close(): Promise<void> {
    await this.#sidecar?.close();
    this.#sidecar = null;
  }

  async #ask<S extends z.ZodType>(
    op: string,
    setting: EngineSetting,
    fields: Record<string, unknown>,
    schema: S,
  ): Promise<z.output<S>> {
    const sidecar = await this.#start(setting);
    try {
      // Also where the process was only just starting.
      if (this.#cancelled) throw new SidecarFailure({ kind: "cancelled" });
      return schema.parse(await sidecar.request(op, fields));
    } catch (error) {
      throw error instanceof SidecarFailure ? await dbtError(error.failure, setting.projectDir) : error;
    }
  }

  /** One process for all requests, as long as they may see the same environment. */
  async #start(setting: EngineSetting): Promise<Sidecar> {
    const env = this.#processEnv(setting);
    const wanted = JSON.stringify(env);
    if (this.#sidecar && this.#env === wanted && this.#sidecar.pid !== null) return this.#sidecar;
    await this.close();
    const { python, sidecarDir } = this.#options;
    const onEvent = (event: EngineEvent) => this.#receive(event);
    this.#env = wanted;
    const start = this.#options.start ?? startSidecar;
    this.#sidecar = await start({ python, env, onEvent, ...(sidecarDir ? { sidecarDir } : {}) });
    return this.#sidecar;
  }

  #processEnv(setting: EngineSetting): Record<string, string> {
    const options = [this.#options.pgOptions ?? ORPHAN_GUARD, setting.env.PGOPTIONS ?? ""].join(" ").trim();
    return {
      DBT_SEND_ANONYMOUS_USAGE_STATS: "false",
      DO_NOT_TRACK: "1",
      ...setting.env,
      ...(options === "" ? {} : { PGOPTIONS: options }),
    };
  }

  #receive(event: EngineEvent): void {
    if (event.kind === "result") this.#rows.set(event.row.uniqueId, event.row);
    this.#onEvent(event);
  }
}

/** Each operation has a folder of its own, because each rewrites manifest.json. */
const settingFields = (setting: EngineSetting, folder: string) => ({
  project_dir: setting.projectDir,
  profiles_dir: setting.profilesDir,
  target: setting.target,
  target_path: `${setting.targetPath}/${folder}`,
  log_path: setting.logPath,
  vars: setting.vars,
  duckdb_wait_ms: setting.duckdbWaitMs ?? null,
  secret_names: setting.secretNames ?? [],
});

const buildFields = (request: BuildRequest, folder: string) => ({
  setting: settingFields(request.setting, folder),
  manifest_path: request.manifestPath,
  tag: request.tag,
  threads: request.threads,
  fail_fast: request.failFast,
  tests_only: request.testsOnly ?? false,
});
