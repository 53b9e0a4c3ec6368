// Versions in warehouses that nobody is in any more: what stands there as far as is known, and forgetting it.
import { sql } from "kysely";
import type { AuditRow } from "../core/records.ts";
import { recordAudit } from "./audit.ts";
import type { Db } from "./db.ts";

export interface LeftVersions {
  /** `duckdb:/data/old.duckdb`, `postgres:host:5432/old`. */
  warehouse: string;
  schemas: string[];
  count: number;
  /** Where they were measured. */
  sizeBytes: number;
}

/** Of this project, in warehouses other than `used`; by name. */
export async function leftVersions(db: Db, projectId: number, used: readonly string[]): Promise<LeftVersions[]> {
  const rows = await db.kysely
    .selectFrom("versions")
    .select((e) => [
      "warehouse",
      e.fn.countAll<string>().as("count"),
      e.fn.sum<string | null>("sizeBytes").as("sizeBytes"),
      sql<string>`string_agg(distinct relation_schema, ',' order by relation_schema)`.as("schemas"),
    ])
    .where("projectId", "=", projectId)
    .where("state", "!=", "retired")
    .$if(used.length > 0, (query) => query.where("warehouse", "not in", used))
    .groupBy("warehouse")
    .orderBy("warehouse")
    .execute();
  return rows.map(({ warehouse, count, sizeBytes, schemas }) => ({
    warehouse,
    count: Number(count),
    sizeBytes: Number(sizeBytes ?? 0),
    schemas: schemas.split(","),
  }));
}

/** None of them is chosen any more; one audit row. */
export async function retireLeft(
  db: Db,
  { projectId, warehouse }: { projectId: number; warehouse: string },
  audit: AuditRow,
): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.kysely
      .updateTable("versions")
      .set({ state: "retired", retiredAt: trx.clock.now() })
      .where("projectId", "=", projectId)
      .where("warehouse", "=", warehouse)
      .where("state", "!=", "retired")
      .execute();
    await recordAudit(trx, audit);
  });
}
