// The disks that Slipway writes to: how much is free, how long it lasts, and an alert before it is full.
import { existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { type Condition, EMPTY_BODY } from "../../core/notices/alert.ts";
import { daysLeft } from "../../core/upkeep.ts";
import type { DiskView } from "../../core/views/upkeep-tasks.ts";
import { listEnvironments } from "../../db/projects.ts";
import { listUpkeep } from "../../db/upkeep.ts";
import type { Session } from "../../flow/session.ts";
import { say } from "../../text/catalogue.ts";
import { raiseAlert, settleAlert } from "../alerts.ts";

/** A disk that lasts no longer than a week is short, however much is free. */
const DAYS_MIN = 3;
/** Records of upkeep that are looked at: a week of daily ones, and those by hand. */
const RECORDS_MAX = 50;
const CAUSE = "disk";

/** One line per disk: that of the state folder, and those of DuckDB files. */
export async function readDisks(session: Session): Promise<DiskView[]> {
  const { config, home } = session.place;
  const now = session.ctx.clock.now();
  const seen = await history(session);
  const disks = new Map<number, DiskView>();
  for (const folder of [home, ...(await warehouseFolders(session))]) {
    const place = nearest(folder);
    const [facts, device] = [await statfs(place), (await stat(place)).dev];
    const freeBytes = facts.bavail * facts.bsize;
    const days = disks.size === 0 ? daysLeft(seen, now, freeBytes) : null;
    const short = freeBytes < config.upkeep.warnBelowBytes || (days !== null && days < DAYS_MIN);
    if (!disks.has(device)) disks.set(device, { folder, freeBytes, days, short });
  }
  return [...disks.values()];
}

/** Opens an alert while a disk is short, and closes it when there is room again. */
export async function watchDisks(session: Session): Promise<DiskView[]> {
  const disks = await readDisks(session);
  const short = disks.find((disk) => disk.short);
  if (short) await raiseAlert(session, condition(short));
  else await settleAlert(session, CAUSE);
  return disks;
}

function condition({ folder, freeBytes, days }: DiskView): Condition {
  const detail = say("upkeep.disk_short", { folder, freeBytes, days });
  return {
    cause: CAUSE,
    kind: "disk",
    severity: "warning",
    environment: null,
    job: null,
    owners: [],
    tags: [],
    body: { ...EMPTY_BODY, detail, commands: ["slipway gc --dry-run", "slipway upkeep run daily"] },
  };
}

/** By the state's own records: nothing is opened, because this is asked every minute. */
async function warehouseFolders(session: Session): Promise<string[]> {
  const environments = await listEnvironments(await session.db(), (await session.project()).id);
  return environments.flatMap(({ warehouse }) =>
    warehouse?.startsWith("duckdb:") ? [dirname(warehouse.slice("duckdb:".length))] : [],
  );
}

function nearest(folder: string): string {
  let place = folder;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  return place;
}

/** What earlier upkeep saw free on the state's disk. */
async function history(session: Session): Promise<{ at: Date; freeBytes: number }[]> {
  const records = await listUpkeep(await session.db(), (await session.project()).id, { limit: RECORDS_MAX });
  return records.flatMap(({ startedAt, tasks }) =>
    tasks.flatMap(({ freeBytes }) => (freeBytes === null ? [] : [{ at: startedAt, freeBytes }])),
  );
}
