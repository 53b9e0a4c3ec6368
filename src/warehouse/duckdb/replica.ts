// The consumers' file: only what is published, as tables, in a file of its own that nobody writes to. Its readers never meet a lock.
import { chmod, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Relation } from "../../core/project/relation.ts";
import { relationText } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { ReplicaRequest } from "../warehouse.ts";
import { Connection, type Session, type Statement } from "./connection.ts";
import { readStanding } from "./facts.ts";
import type { DuckdbSettings } from "./settings.ts";
import { literal, quote, relationKey } from "./sql.ts";

/** Name of the file's database while it is written; its readers give it a name of their own. */
const OUT = "slipway_replica";

/**
 * Reads the warehouse's file beside other readers and writes the new file next to `file`; the last step is one rename. Killed anywhere
 * before it, the old file stays, and the next call takes the rest away.
 */
export async function replicate(
  settings: DuckdbSettings,
  catalog: string | null,
  request: ReplicaRequest,
): Promise<{ sizeBytes: number }> {
  const { file } = request;
  if (catalog === null) throw new AppError("not_found", say("duckdb.no_file", { path: settings.path }));
  await mkdir(dirname(file), { recursive: true });
  await removeLeftovers(file);
  const draft = `${file}.slipway-${process.pid}`;
  // A database in memory that attaches both: the warehouse's file is only read, so its other readers go on.
  const attach = [{ alias: catalog, path: settings.path, readOnly: true }, ...settings.attach];
  const connection = new Connection({ ...settings, path: ":memory:", attach, use: catalog });
  try {
    await connection.writing((session) => writeTables(session, draft, request, settings));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await connection.close();
  }
  await onDisk(draft);
  // Whoever opens it for writing is told at once, instead of locking the others out.
  await chmod(draft, (await stat(settings.path)).mode & 0o444);
  await request.fault("replica:middle");
  // A write-ahead log of the file before (somebody wrote to it all the same) would be played into the new one.
  await rm(`${file}.wal`, { force: true });
  await rename(draft, file);
  await onDisk(dirname(file));
  return { sizeBytes: (await stat(file)).size };
}

async function writeTables(
  session: Session,
  draft: string,
  { names }: ReplicaRequest,
  settings: DuckdbSettings,
): Promise<void> {
  const format = settings.settings.storage_compatibility_version;
  const version = format === undefined ? "" : ` (storage_version ${literal(String(format))})`;
  const standing = await readStanding(
    session,
    names.map(({ published }) => published),
  );
  const schemas = [...new Set(names.map(({ published }) => published.schema))];
  await session.run([
    `attach ${literal(draft)} as ${OUT}${version}`,
    "begin",
    ...schemas.map((schema) => `create schema if not exists ${OUT}.${quote(schema)}`),
  ]);
  for (const { published, target } of names) {
    const shown = standing.get(relationKey(published));
    if (!shown) throw new AppError("conflict", say("duckdb.missing_version", { table: relationText(published) }));
    const columns = shown.columns.map((column) => quote(column.name)).join(", ");
    const create = `create table ${outName(published)} as select ${columns} from ${session.name(target)}`;
    await session.run([create, ...comments(published, shown)]);
  }
  await session.run(["commit", `checkpoint ${OUT}`, `detach ${OUT}`]);
}

const outName = ({ schema, name }: Relation): string => `${OUT}.${quote(schema)}.${quote(name)}`;

function comments(
  published: Relation,
  shown: { comment: string | null; columns: { name: string; comment: string | null }[] },
): Statement[] {
  const name = outName(published);
  const own = shown.comment === null ? [] : [`comment on table ${name} is ${literal(shown.comment)}`];
  const columns = shown.columns.flatMap((column) =>
    column.comment === null ? [] : [`comment on column ${name}.${quote(column.name)} is ${literal(column.comment)}`],
  );
  return [...own, ...columns].map((sql) => ({ sql }));
}

/** Drafts of processes that were killed. Only one at a time writes here: it holds the environment's lease. */
async function removeLeftovers(file: string): Promise<void> {
  const folder = dirname(file);
  const left = (await readdir(folder)).filter((name) => name.startsWith(`${basename(file)}.slipway-`));
  for (const name of left) await rm(join(folder, name), { force: true });
}

/** What is renamed into place must not be empty after a power failure. */
async function onDisk(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
