// Regular care on DuckDB: the log written into the file, and now and then the file written anew. A file never shrinks by itself.
import { chmod, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { Connection, type Session } from "./connection.ts";
import { literal, quote } from "./sql.ts";

/** Less than this is not worth the time in which nobody can open the file. */
const GAPS_BYTES_MIN = 64_000_000;
/** Of the file: gaps are used again by the next builds, so some of them are no waste. */
const GAPS_SHARE_MIN = 0.25;
const COPY = "slipway_compact";

/** What the file and its log take on the disk. */
export async function fileBytes(path: string): Promise<number> {
  const sizes = await Promise.all(
    [path, `${path}.wal`].map((file) =>
      stat(file).then(
        (one) => one.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** See `Warehouse.optimize`. */
export async function checkpoint(
  connection: Connection,
): Promise<{ tables: number; refused: number; freedBytes: number }> {
  const { path } = connection.settings;
  const before = await fileBytes(path);
  const tables = await connection.writing(async (session) => {
    await session.run(["checkpoint"]);
    const [row] = await session.rows(
      "select count(*) as n from duckdb_tables() where database_name = current_database()",
    );
    return Number(row?.n ?? 0);
  });
  return { tables, refused: 0, freedBytes: Math.max(0, before - (await fileBytes(path))) };
}

type Compaction = { freedBytes: number; why: Text | null };
const left = (why: Text): Compaction => ({ freedBytes: 0, why });

/**
 * See `Warehouse.compact`. The old file stays locked until the new one stands in its place, so that nothing is written in between. What
 * DuckDB cannot copy (tables with foreign keys) leaves the file as it is.
 */
export async function compact(connection: Connection): Promise<Compaction> {
  const { settings } = connection;
  const { path } = settings;
  const facts = await connection.reading(null, readFacts);
  if (!facts) return left(say("upkeep.no_file"));
  const fileSize = await fileBytes(path);
  if (facts.gapsBytes < Math.max(GAPS_BYTES_MIN, fileSize * GAPS_SHARE_MIN))
    return left(say("upkeep.no_gaps", { gapsBytes: facts.gapsBytes }));
  const disk = await statfs(dirname(path));
  const neededBytes = (fileSize - facts.gapsBytes) * 1.2;
  if (disk.bavail * disk.bsize < neededBytes) return left(say("upkeep.no_room", { neededBytes }));
  await removeDrafts(path);
  const draft = `${path}.slipway-compact-${process.pid}`;
  const attach = settings.attach.filter((one) => one.alias !== facts.catalog);
  const copier = new Connection({ ...settings, path: ":memory:", attach });
  try {
    await copier.writing((session) => rewrite(session, { path, draft, ...facts }));
  } catch (error) {
    await rm(draft, { force: true });
    return left(say("upkeep.not_copied", { why: error instanceof AppError ? error.text : firstLine(error) }));
  } finally {
    await copier.close();
  }
  return { freedBytes: Math.max(0, fileSize - (await fileBytes(path))), why: null };
}

interface FileFacts {
  catalog: string;
  gapsBytes: number;
  /** `v1.2.0`: the copy stays readable for whom the file was. */
  format: string | null;
}

async function readFacts(session: Session): Promise<FileFacts> {
  const [size] = await session.rows(
    "select (block_size * free_blocks)::double as gaps from pragma_database_size() where database_name = current_database()",
  );
  const [tags] = await session.rows(
    "select tags['storage_version']::varchar as format from duckdb_databases() where database_name = current_database()",
  );
  const format = /v\d+\.\d+\.\d+/.exec(String(tags?.format ?? ""))?.[0] ?? null;
  return { catalog: session.catalog, gapsBytes: Number(size?.gaps ?? 0), format };
}

async function rewrite(
  session: Session,
  { path, draft, catalog, format }: FileFacts & { path: string; draft: string },
): Promise<void> {
  const name = quote(catalog);
  const version = format === null ? "" : ` (storage_version ${literal(format)})`;
  await session.run([
    `attach ${literal(path)} as ${name}`,
    `checkpoint ${name}`,
    `attach ${literal(draft)} as ${COPY}${version}`,
    `copy from database ${name} to ${COPY}`,
  ]);
  await compare(session, catalog);
  await session.run([`checkpoint ${COPY}`, `detach ${COPY}`]);
  const file = await open(draft, "r");
  await file.sync();
  await file.close();
  await chmod(draft, (await stat(path)).mode & 0o777);
  await rename(draft, path);
  await session.run([`detach ${name}`]);
}

/** Everything the catalogue lists must be there again, with as many rows; anything less and the file stays as it is. */
async function compare(session: Session, catalog: string): Promise<void> {
  const inventory = `select database_name, 'table' as kind, schema_name || '.' || table_name as name, estimated_size::varchar as detail from duckdb_tables()
    union all select database_name, 'view', schema_name || '.' || view_name, '' from duckdb_views() where not internal
    union all select database_name, 'index', schema_name || '.' || index_name, '' from duckdb_indexes()
    union all select database_name, 'sequence', schema_name || '.' || sequence_name, '' from duckdb_sequences()
    union all select database_name, 'comment', schema_name || '.' || table_name || '.' || column_name, comment from duckdb_columns() where comment is not null`;
  const of = (name: string) => `select kind, name, detail from (${inventory}) where database_name = ${literal(name)}`;
  const missing = await session.rows(
    `(${of(catalog)} except all ${of(COPY)}) union all (${of(COPY)} except all ${of(catalog)}) limit 1`,
  );
  if (missing[0]) throw new Error(`${missing[0].kind} ${missing[0].name} differs`);
}

async function removeDrafts(path: string): Promise<void> {
  const folder = dirname(path);
  const drafts = (await readdir(folder)).filter((name) => name.startsWith(`${basename(path)}.slipway-compact-`));
  for (const name of drafts) await rm(join(folder, name), { force: true });
}

const firstLine = (error: unknown): string => String((error as Error).message).split("\n", 1)[0] ?? "";
