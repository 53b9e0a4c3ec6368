// The disks that Slipway writes to: how much is free, how long it lasts, and an alert before it is full.
import { existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { type Condition, EMPTY_BODY, type Finding } from "../../core/notices/alert.ts";
import { daysLeft, isShort } from "../../core/upkeep.ts";
import type { DiskView } from "../../core/views/upkeep-tasks.ts";
import { openAlerts } from "../../db/alerts.ts";
import { listEnvironments } from "../../db/projects.ts";
import { listUpkeep } from "../../db/upkeep.ts";
import type { Session } from "../../flow/session/session.ts";
import { say } from "../../text/catalogue.ts";
import { raiseAlert, settleAlert } from "../notices/alerts.ts";

/** Records of upkeep that are looked at: a week of daily ones, and those by hand. */
const RECORDS_MAX = 50;
/** Every machine that serves looks each minute; one of which nothing was heard for so long is gone, or has room. */
const UNSEEN_MS = 3_600_000;
const causeOf = (host: string): string => `disk/${host}`;

/** One line per disk of this machine: that of the state folder, and those of DuckDB files. `before`: one was short. */
export async function readDisks(session: Session, before = false): Promise<DiskView[]> {
  const { config, home } = session.place;
  const now = session.ctx.clock.now();
  const seen = await history(session);
  const disks = new Map<number, DiskView>();
  for (const folder of [home, ...(await warehouseFolders(session))]) {
    const place = nearest(folder);
    const [facts, device] = [await statfs(place), (await stat(place)).dev];
    const freeBytes = facts.bavail * facts.bsize;
    const days = disks.size === 0 ? daysLeft(seen, now, freeBytes) : null;
    const short = isShort({ freeBytes, days }, config.upkeep.warnBelowBytes, before);
    if (!disks.has(device)) disks.set(device, { folder, freeBytes, days, short });
  }
  return [...disks.values()];
}

/** Opens an alert while a disk of this machine is short, and closes it when there is room again. */
export async function watchDisks(session: Session): Promise<DiskView[]> {
  const { clock, host } = session.ctx;
  const all = await openAlerts(await session.db(), (await session.project()).id);
  const open = all.filter(({ kind }) => kind === "disk");
  const own = open.some(({ cause }) => cause === causeOf(host));
  const disks = await readDisks(session, own);
  const short = disks.filter((disk) => disk.short);
  if (short.length > 0) await raiseAlert(session, condition(host, short));
  else if (own) await settleAlert(session, causeOf(host));
  for (const { cause, lastSeenAt } of open)
    if (cause !== causeOf(host) && clock.now().getTime() - lastSeenAt.getTime() > UNSEEN_MS)
      await settleAlert(session, cause);
  return disks;
}

function condition(host: string, [first, ...more]: DiskView[]): Condition {
  const { folder, freeBytes, days } = first!;
  const detail = say("upkeep.disk_short", { folder, host, freeBytes, days });
  const findings = more.map((disk): Finding => ({ name: disk.folder, message: null, place: null, rows: null }));
  const names = [folder, ...findings.map(({ name }) => name)];
  const commands = ["slipway gc --dry-run", "slipway upkeep run daily"];
  return {
    cause: causeOf(host),
    kind: "disk",
    severity: "warning",
    environment: null,
    job: null,
    owners: [],
    tags: [],
    body: { ...EMPTY_BODY, detail, findings, findingsTotal: findings.length, names, commands },
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

/** What earlier upkeep saw free on the state's disk of this machine. */
async function history(session: Session): Promise<{ at: Date; freeBytes: number }[]> {
  const records = await listUpkeep(await session.db(), (await session.project()).id, { limit: RECORDS_MAX });
  return records.flatMap(({ startedAt, tasks }) =>
    tasks.flatMap(({ freeBytes, host = session.ctx.host }) =>
      freeBytes === null || host !== session.ctx.host ? [] : [{ at: startedAt, freeBytes }],
    ),
  );
}
