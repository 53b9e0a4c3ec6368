// Regular care on PostgreSQL: VACUUM and ANALYZE of the store. dbt's tables are written once, and nobody has analysed them yet.
import type { Database } from "./connection.ts";
import { ident, literal } from "./quote.ts";

/** See `Warehouse.optimize`. A table at a time, each for itself: what somebody holds is skipped, not waited for. */
export async function optimize(
  db: Database,
  schemas: string[],
  signal: AbortSignal,
): Promise<{ tables: number; refused: number; freedBytes: number }> {
  const before = await sizeOf(db, schemas);
  const tables = await db.rows(
    `select n.nspname as schema, c.relname as name, pg_has_role(c.relowner, 'member') as mine
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm', 'p') and n.nspname = any (${list(schemas)}) order by 1, 2`,
  );
  const mine = tables.filter((row) => row.mine === true);
  let done = 0;
  for (const row of mine) {
    if (signal.aborted) break;
    done += await vacuum(db, `${ident(String(row.schema))}.${ident(String(row.name))}`);
  }
  const freedBytes = Math.max(0, before - (await sizeOf(db, schemas)));
  return { tables: done, refused: tables.length - mine.length, freedBytes };
}

const UNDEFINED_TABLE = "42P01";

/** 0: it was dropped since it was listed; nobody holds the store meanwhile. */
async function vacuum(db: Database, table: string): Promise<0 | 1> {
  try {
    await db.alone(`vacuum (analyze, skip_locked) ${table}`);
    return 1;
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return 0;
    throw error;
  }
}

const list = (texts: string[]): string => `array[${texts.map(literal).join(", ")}]::text[]`;

async function sizeOf(db: Database, schemas: string[]): Promise<number> {
  const [row] = await db.rows(
    `select coalesce(sum(pg_total_relation_size(c.oid)), 0)::float8 as bytes
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname = any (${list(schemas)})`,
  );
  return Number(row?.bytes ?? 0);
}
