// The places Slipway writes to: free disk, and its own state.
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { DISK_FREE_MIN_BYTES } from "../../core/limits.ts";
import type { DoctorCheck } from "../../core/views/upkeep.ts";
import type { Db } from "../../db/db.ts";
import { stateHealth } from "../../db/health.ts";
import { currentRevision, migrationHistory } from "../../db/migrate.ts";
import { findEnvironment } from "../../db/projects.ts";
import { loadVersions } from "../../db/versions.ts";
import { say } from "../../text/catalogue.ts";
import { duckdbSettings } from "../../warehouse/duckdb/settings.ts";
import { liveRelease } from "../session/live.ts";
import type { Session } from "../session/session.ts";
import { ok, trouble, warning } from "./check.ts";

/** `folders` with what a full build would need there. Folders of one disk are one line; the nearest folder that exists is measured. */
export async function diskChecks(folders: ReadonlyMap<string, number>): Promise<DoctorCheck[]> {
  const disks = new Map<number, { folder: string; freeBytes: number; neededBytes: number }>();
  for (const [folder, neededBytes] of folders) {
    const { device, freeBytes } = await diskOf(folder);
    const known = disks.get(device) ?? { folder, freeBytes, neededBytes: 0 };
    disks.set(device, { ...known, neededBytes: known.neededBytes + neededBytes });
  }
  return [...disks.values()].map((facts) => {
    const { freeBytes, neededBytes } = facts;
    const text = say("doctor.disk", facts);
    if (freeBytes >= Math.max(DISK_FREE_MIN_BYTES, 2 * neededBytes)) return ok("disk", text);
    const little = freeBytes < neededBytes || freeBytes < DISK_FREE_MIN_BYTES / 4;
    return (little ? trouble : warning)("disk", text, say("doctor.disk_remedy"));
  });
}

async function diskOf(folder: string): Promise<{ device: number; freeBytes: number }> {
  for (let place = folder; ; place = dirname(place)) {
    const [found, facts] = [await statfs(place).catch(() => null), await stat(place).catch(() => null)];
    if (found && facts) return { device: facts.dev, freeBytes: found.bavail * found.bsize };
    if (dirname(place) === place) throw new Error(`no file system holds ${folder}`);
  }
}

/** Folders of DuckDB files, each with the size of what its environments serve now. */
export async function warehouseFolders(
  session: Session,
  environments: readonly EnvironmentConfig[],
  hasState: boolean,
): Promise<Map<string, number>> {
  const folders = new Map<string, number>();
  for (const environment of environments) {
    const profile = await session.profile(environment).catch(() => null);
    if (profile?.output.type !== "duckdb") continue;
    const folder = dirname(duckdbSettings(profile.output, session.place.root).path);
    folders.set(folder, (folders.get(folder) ?? 0) + (hasState ? await servedBytes(session, environment) : 0));
  }
  return folders;
}

async function servedBytes(session: Session, environment: EnvironmentConfig): Promise<number> {
  const db = await session.db();
  const record = await findEnvironment(db, (await session.project()).id, environment.name);
  const live = record && (await liveRelease(session, record));
  const ids = (live?.nodes ?? []).flatMap((node) => node.versionId ?? []);
  return (await loadVersions(db, ids)).reduce((sum, version) => sum + (version.sizeBytes ?? 0), 0);
}

/** `db` is opened without a migration, so that an older or newer state is told, not changed. */
export async function stateChecks(db: Db): Promise<DoctorCheck[]> {
  const { version, sizeBytes, durable } = await stateHealth(db);
  const head = migrationHistory().at(-1)?.revision ?? "";
  const revision = (await currentRevision(db)) ?? "base";
  const facts = { place: db.place, embedded: db.backend === "embedded", version, revision, sizeBytes };
  const checks = [ok("state", say("doctor.state", facts))];
  // A database that nothing was ever put into is not behind: the first command fills it.
  if (revision !== head && revision !== "base")
    checks.push(warning("state", say("doctor.state_behind", { revision, head }), say("doctor.state_behind_remedy")));
  if (!durable)
    checks.push(
      warning("state", say("doctor.state_not_durable", { place: db.place }), say("doctor.state_not_durable_remedy")),
    );
  return checks;
}
