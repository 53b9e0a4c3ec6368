// The warehouses: can they be reached, may we write, who blocks them, and do they agree with Slipway's own state?
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { DoctorCheck } from "../../core/views/upkeep.ts";
import { findEnvironment } from "../../db/projects.ts";
import { loadRelease } from "../../db/releases.ts";
import { openRun } from "../../db/runs.ts";
import { say } from "../../text/catalogue.ts";
import { readFormat } from "../../warehouse/duckdb/errors.ts";
import { duckdbSettings } from "../../warehouse/duckdb/settings.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import type { Session } from "../session/session.ts";
import { fromError, fromProblem, ok, trouble, warning } from "./check.ts";

/** One line per warehouse, however many environments share it, then what is wrong with it. */
export async function warehouseChecks(
  session: Session,
  environments: readonly EnvironmentConfig[],
  hasState: boolean,
): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  const sharing = new Map<string, EnvironmentConfig[]>();
  for (const environment of environments) {
    try {
      const { identity } = await session.warehouse(environment);
      sharing.set(identity, [...(sharing.get(identity) ?? []), environment]);
    } catch (error) {
      checks.push(...fromError("connection", error));
    }
  }
  for (const group of sharing.values()) {
    try {
      checks.push(...(await connectionChecks(session, group)));
      const locked = checks.some((check) => check.id === "locks" && check.status !== "ok");
      if (hasState && !locked)
        for (const environment of group) checks.push(...(await agreementChecks(session, environment)));
    } catch (error) {
      checks.push(...fromError("connection", error));
    }
  }
  return checks;
}

async function connectionChecks(session: Session, group: EnvironmentConfig[]): Promise<DoctorCheck[]> {
  const warehouse = await session.warehouse(group[0]!);
  const places = warehouse.kind === "duckdb" ? await fileChecks(session, group[0]!) : [];
  const problems = await warehouse.diagnose();
  const checks = problems.map((problem) => fromProblem(idOf(problem.code), problem));
  if (checks.some((check) => check.status === "problem")) return [...places, ...checks];
  const names = group.map((environment) => environment.name).join(", ");
  return [ok("connection", say("doctor.connection", { names, warehouse: warehouse.identity })), ...places, ...checks];
}

/** Stable ids for scripts: what a warehouse says about locks and rights goes under those names. */
function idOf(code: string): string {
  if (/locked|transaction|unsettled/.test(code)) return "locks";
  return /right|owns|privilege/.test(code) ? "rights" : "connection";
}

/** A DuckDB file: format, and whether we may write it and beside it (the log of a transaction lies there). */
async function fileChecks(session: Session, environment: EnvironmentConfig): Promise<DoctorCheck[]> {
  const { output } = await session.profile(environment);
  const { path, problems } = duckdbSettings(output, session.place.root);
  const folder = dirname(path);
  if (!(await stat(folder).catch(() => null)))
    return [trouble("connection", say("doctor.no_folder", { folder }), say("doctor.no_folder_remedy", { folder }))];
  const format = await readFormat(path);
  const library = (await session.python()).versions.duckdb ?? "?";
  const file =
    format === null
      ? ok("duckdb_file", say("doctor.file_new", { path }))
      : ok(
          "duckdb_file",
          say("doctor.file_format", { path, format: format.format, madeBy: format.madeBy ?? "?", library }),
        );
  const places = format === null ? [folder] : [path, folder];
  const refused: string[] = [];
  for (const place of places) if (!(await mayWrite(place))) refused.push(place);
  const rights = refused.map((place) =>
    trouble(
      "rights",
      say("doctor.not_writable", { place }),
      say("doctor.not_writable_remedy", { user: session.ctx.user }),
    ),
  );
  return [file, ...rights, ...problems.map((problem) => fromProblem("profile", problem))];
}

const mayWrite = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );

/** The row in the warehouse is what consumers see; the state must say the same. */
async function agreementChecks(session: Session, environment: EnvironmentConfig): Promise<DoctorCheck[]> {
  const db = await session.db();
  const record = await findEnvironment(db, (await session.project()).id, environment.name);
  if (!record) return [];
  const warehouse: Warehouse = await session.warehouse(environment);
  const row = await warehouse.readLive({
    installation: await session.installation(),
    project: session.place.name,
    environment: environment.name,
  });
  const known = record.liveReleaseId === null ? 0 : (await loadRelease(db, record.liveReleaseId)).number;
  const served = row?.release ?? 0;
  if (served === known) return [];
  const facts = { environment: environment.name, known, served };
  if (await openRun(db, record.id))
    return [
      warning(
        "agreement",
        say("doctor.disagree", facts),
        say("doctor.unfinished_remedy", { environment: environment.name }),
      ),
    ];
  const lost = row === null || row.release === 0;
  return [
    trouble(
      "agreement",
      lost ? say("doctor.row_lost", facts) : say("doctor.disagree", facts),
      say("doctor.disagree_remedy", { environment: environment.name }),
    ),
  ];
}
