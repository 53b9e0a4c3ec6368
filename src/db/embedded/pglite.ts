// Opens PGlite on a folder with the settings that make it keep its promises.
import { PGlite } from "@electric-sql/pglite";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { DurableFs } from "./durable-fs.ts";

/**
 * fdatasync is a stub in PGlite, hence wal_sync_method; smaller buffers take 100 MB off its memory. A checkpoint (the gateway's matter)
 * keeps as much of the log as the sizes say: 65 MB were left of 321 MB, all of them with PostgreSQL's own 1 GB.
 */
const settings = [
  ...["fsync=on", "wal_sync_method=fsync", "shared_buffers=16MB"],
  ...["max_wal_size=64MB", "min_wal_size=32MB"],
];

const startParams = [
  ...PGlite.defaultStartParams.filter((param) => param !== "-F"),
  ...settings.flatMap((setting) => ["-c", setting]),
];

export interface OpenPglite {
  pglite: PGlite;
  files: DurableFs;
}

/** Opens (or initialises) a data folder. AppError `internal` when commits would not reach the disk. Only one opener per folder! */
export async function openPglite(dataDir: string): Promise<OpenPglite> {
  const files = new DurableFs(dataDir);
  const pglite = await PGlite.create({ fs: files, startParams });
  const { rows } = await pglite.query<{ fsync: string }>("show fsync");
  if (rows[0]?.fsync !== "on") throw new AppError("internal", say("db.fsync_off"));
  return { pglite, files };
}
