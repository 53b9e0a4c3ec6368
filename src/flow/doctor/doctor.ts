// `doctor`: everything a deployment needs, each thing checked by itself. Works before `init` and with a broken slipway.yml.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { CONFIG_FILE } from "../../core/config/config.ts";
import type { Ctx } from "../../core/ctx.ts";
import type { DoctorCheck, DoctorView } from "../../core/views/upkeep.ts";
import { dataDirOf } from "../../db/embedded/state-setting.ts";
import { render, say } from "../../text/catalogue.ts";
import { findDbtProject, homeOf } from "../session/project.ts";
import { openDb, openSession, preparePython, type Session } from "../session/session.ts";
import { channelChecks } from "./channels.ts";
import { fromError, guarded, ok, trouble, warning } from "./check.ts";
import { lockChecks } from "./locks.ts";
import { diskChecks, stateChecks, warehouseFolders } from "./places.ts";
import { programChecks } from "./programs.ts";
import { bareProfileChecks, profileChecks, repositoryChecks } from "./project.ts";
import { secretChecks } from "./secrets.ts";
import { warehouseChecks } from "./warehouses.ts";

/** Changes nothing but Slipway's own Python environment, which it makes when it is missing. */
export async function doctor(ctx: Ctx, request: { environment: string | null }): Promise<DoctorView> {
  const root = projectRoot(ctx);
  const { session, checks: config } = await openConfig(ctx, root);
  try {
    const python = async () =>
      session ? session.python() : preparePython(ctx, { root: root ?? ctx.cwd, config: { dbt: { python: null } } });
    const checks = [...(await guarded("versions", () => programChecks(ctx, python))), ...config];
    if (root !== null) checks.push(...(await guarded("git", () => repositoryChecks(ctx, root))));
    if (session) checks.push(...(await sessionChecks(session, request.environment)));
    else if (root !== null)
      checks.push(...(await guarded("profile", async () => bareProfileChecks(ctx, root, await python()))));
    if (!session && root !== null)
      checks.push(...(await guarded("disk", () => diskChecks(new Map([[homeOf(ctx, root), 0]])))));
    return doctorView(ctx, session, distinct(checks));
  } finally {
    await session?.close();
  }
}

/** What several checks stumble over is one problem, told where it is met first. */
function distinct(checks: DoctorCheck[]): DoctorCheck[] {
  const told = new Set<string>();
  return checks.filter(({ status, message }) => {
    const text = render(message, "en");
    const isNew = status === "ok" || !told.has(text);
    told.add(text);
    return isNew;
  });
}

function projectRoot(ctx: Ctx): string | null {
  try {
    return findDbtProject(ctx);
  } catch {
    return null; // Said by the configuration's check.
  }
}

/** Mistakes in slipway.yml are checks here, not the end. */
async function openConfig(ctx: Ctx, root: string | null): Promise<{ session: Session | null; checks: DoctorCheck[] }> {
  if (root === null) {
    const remedy = say("doctor.no_project_remedy");
    return {
      session: null,
      checks: [trouble("project", say("doctor.no_project", { folder: ctx.projectDir ?? ctx.cwd }), remedy)],
    };
  }
  if (!existsSync(join(root, CONFIG_FILE)))
    return {
      session: null,
      checks: [warning("config", say("doctor.no_config", { folder: root }), say("doctor.no_config_remedy"))],
    };
  try {
    const session = await openSession(ctx);
    const names = session.place.config.environments.map((one) => one.name).join(", ");
    return { session, checks: [ok("config", say("doctor.config", { project: session.place.name, names }))] };
  } catch (error) {
    return { session: null, checks: fromError("config", error) };
  }
}

async function sessionChecks(session: Session, name: string | null): Promise<DoctorCheck[]> {
  const environments = name === null ? session.place.config.environments : [session.environment(name)];
  const checks = await guarded("profile", () => profileChecks(session, environments));
  const state = await stateOf(session);
  const hasState = state.some((check) => check.status === "ok") && stateExists(session);
  checks.push(...(await guarded("connection", () => warehouseChecks(session, environments, hasState))));
  checks.push(...(await guarded("disk", () => diskAround(session, environments, hasState))));
  checks.push(...state);
  checks.push(...(await guarded("secrets", () => secretChecks(session, hasState))));
  checks.push(...(await guarded("notices", () => channelChecks(session, hasState))));
  if (hasState) checks.push(...(await guarded("locks", () => lockChecks(session, environments))));
  return checks;
}

const stateExists = ({ ctx, place }: Session): boolean =>
  Boolean(ctx.env.DATABASE_URL) || existsSync(dataDirOf(place.home));

/** The state is looked at as it is; one that was never made stays unmade. */
async function stateOf(session: Session): Promise<DoctorCheck[]> {
  const { ctx, place } = session;
  if (!stateExists(session)) return [ok("state", say("doctor.state_none", { folder: place.home }))];
  return guarded("state", async () => {
    const db = await openDb(ctx, place.home, { migrate: false });
    try {
      return await stateChecks(db);
    } finally {
      await db.close();
    }
  });
}

async function diskAround(
  session: Session,
  environments: readonly EnvironmentConfig[],
  hasState: boolean,
): Promise<DoctorCheck[]> {
  const folders = await warehouseFolders(session, environments, hasState);
  if (!folders.has(session.place.home)) folders.set(session.place.home, 0);
  return diskChecks(folders);
}

function doctorView(ctx: Ctx, session: Session | null, checks: DoctorCheck[]): DoctorView {
  const count = (status: DoctorCheck["status"]) => checks.filter((check) => check.status === status).length;
  const totals = { ok: count("ok"), warnings: count("warning"), problems: count("problem") };
  return {
    outcome: totals.problems > 0 ? "problems_found" : "done",
    timezone: session?.place.config.timezone ?? "UTC",
    at: ctx.clock.now(),
    problems: [],
    checks,
    totals,
  };
}
