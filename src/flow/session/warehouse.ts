// Opens the warehouse of an environment from its dbt profile: DuckDB through the project's own duckdb, PostgreSQL directly. No dbt.
import { join } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { Ctx } from "../../core/ctx.ts";
import { DUCKDB_WAIT_MS, SETTLE_DEADLINE_MS } from "../../core/limits.ts";
import type { Profile } from "../../dbt/profile.ts";
import type { PythonEnv } from "../../dbt/python-env.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import { programRoot } from "./program-root.ts";
import type { ProjectPlace } from "./project.ts";
import type { Warm } from "./warm.ts";

export interface WarehouseParts {
  ctx: Ctx;
  place: ProjectPlace;
  environment: EnvironmentConfig;
  profile: Profile;
  python: () => Promise<PythonEnv>;
  warm: Warm | null;
}

export async function openWarehouse(parts: WarehouseParts): Promise<Warehouse> {
  const { profile, environment } = parts;
  const type = String(profile.output.type);
  if (type === "duckdb") return openDuckdbOf(parts);
  if (type === "postgres") return openPostgresOf(parts);
  throw new AppError("invalid", say("flow.adapter_unsupported", { type, target: environment.target }), {
    where: { file: profile.profilesFile },
    hint: say("flow.adapter_unsupported_hint"),
  });
}

/** How long others may hold a DuckDB file. */
export const duckdbWaitMs = (ctx: Ctx): number => Number(ctx.env.SLIPWAY_DUCKDB_WAIT_MS ?? DUCKDB_WAIT_MS);

async function openDuckdbOf({ ctx, place, environment, profile, python, warm }: WarehouseParts): Promise<Warehouse> {
  const { duckdbSettings, openDuckdb } = await import("../../warehouse/duckdb/open.ts");
  const found = await python();
  const wish = { python: found.python, sidecarDir: join(programRoot, "sidecar") };
  return openDuckdb({
    ...duckdbSettings(profile.output, place.root),
    ...wish,
    ...(warm ? { startLight: (cwd) => warm.pool.light({ ...wish, installed: found.key }, cwd) } : {}),
    fileSearchPath: [join(place.home, "environments", environment.name, "files")],
    waitMs: duckdbWaitMs(ctx),
    clock: ctx.clock,
    onWait: (holder) =>
      ctx.progress({
        kind: "waiting",
        forWhat: say("flow.waiting_for_file"),
        holder: String(holder),
        maxMs: duckdbWaitMs(ctx),
      }),
  });
}

async function openPostgresOf({ ctx, environment, profile }: WarehouseParts): Promise<Warehouse> {
  const { openPostgres, postgresSettings } = await import("../../warehouse/postgres/open.ts");
  return openPostgres({
    ...postgresSettings(profile.output),
    applicationName: `slipway-control:${environment.name}`.slice(0, 60),
    settleDeadlineMs: SETTLE_DEADLINE_MS,
    clock: ctx.clock,
  });
}
