// Copies of evidence in the warehouse: owed by a run before it ends, paid once it has ended. What cannot be copied then, a later act copies.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { loadEvidence } from "../../db/evidence.ts";
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { readText, replaceFile } from "../../lib/whole-file.ts";
import { say } from "../../text/catalogue.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import { environmentDir } from "../session/engine.ts";
import type { Session } from "../session/session.ts";

interface Debt {
  session: Session;
  environment: EnvironmentConfig;
}

/** Noted before the rows are recorded, so that a crash loses no copy. Only under the environment's lease. */
export async function oweCopy(debt: Debt, runId: number): Promise<void> {
  if (debt.environment.evidence.warehouseSchema === null) return;
  const owed = await owedCopies(debt);
  if (!owed.includes(runId)) await noteOwed(debt, [...owed, runId]);
}

/** Runs of which the warehouse has no rows yet, oldest first. */
export async function owedCopies({ session, environment }: Debt): Promise<number[]> {
  try {
    return JSON.parse((await readText(fileOf({ session, environment }))) ?? "[]") as number[];
  } catch {
    return []; // A file that a full disk cut short names no run.
  }
}

/**
 * Copies what is owed, under the environment's lease. Never throws and hardly waits: a file that somebody holds, or a schema that refuses,
 * is told, and tried again by the next act.
 */
export async function copyOwed(debt: Debt & { warehouse: Warehouse; signal: AbortSignal }): Promise<void> {
  const { session, environment, warehouse, signal } = debt;
  const schema = environment.evidence.warehouseSchema;
  try {
    const owed = await owedCopies(debt);
    if (owed.length === 0) return;
    if (schema === null) return await noteOwed(debt, []);
    const db = await session.db();
    const copyAll = async () => {
      for (const [index, runId] of owed.entries()) {
        if (signal.aborted) return;
        const batches = await loadEvidence(db, runId);
        if (batches.length > 0) await warehouse.saveEvidence(schema, batches);
        await noteOwed(debt, owed.slice(index + 1));
      }
    };
    await (warehouse.withOpen ? warehouse.withOpen(copyAll) : copyAll());
  } catch (error) {
    const text = say("evidence.not_copied", { schema: schema ?? "", why: wordsOf(error) });
    session.ctx.progress({ kind: "note", text });
  }
}

const fileOf = ({ session, environment }: Debt): string =>
  join(environmentDir(session, environment), "evidence-owed.json");

async function noteOwed(debt: Debt, runs: number[]): Promise<void> {
  if (runs.length === 0) await rm(fileOf(debt), { force: true });
  else await replaceFile(fileOf(debt), JSON.stringify(runs));
}

export const wordsOf = (error: unknown): Text | string =>
  error instanceof AppError ? error.text : error instanceof Error ? error.message : String(error);
