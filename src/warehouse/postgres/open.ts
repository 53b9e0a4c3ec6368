// The PostgreSQL warehouse: one connection of its own, names switched by one row (see README.md beside this file).
import type { Warehouse } from "../warehouse.ts";
import { checkPromotion } from "./check.ts";
import { type Database, openDatabase } from "./connection.ts";
import { diagnose, endOrphans } from "./diagnose.ts";
import { dressNames } from "./dress.ts";
import { eject } from "./eject.ts";
import { statementError } from "./errors.ts";
import { saveEvidence } from "./evidence.ts";
import { flip } from "./flip.ts";
import { ensureEnvironment, readEnvironment } from "./meta.ts";
import { optimize } from "./optimize.ts";
import { prepare } from "./prepare.ts";
import { readBack } from "./read-back.ts";
import { cloneTable, dropRelations, inspect, listSchema } from "./relations.ts";
import type { Room } from "./room.ts";
import {
  CONTENT_HASH_LIMIT_BYTES,
  LOCK_DEADLINE_MS,
  type PostgresSettings,
  SETTLE_DEADLINE_MS,
  STALL_BUDGET_MS,
} from "./settings.ts";
import { settle } from "./settle.ts";
import { readTokens } from "./tokens.ts";

export { type PostgresSettings, postgresSettings } from "./settings.ts";

/**
 * Opens the warehouse; nothing connects before the first call. Calls throw AppError `upstream` when the server cannot be reached or
 * goes away, `unauthorized` for missing rights; no error carries a password.
 */
export async function openPostgres(settings: PostgresSettings): Promise<Warehouse> {
  const db = openDatabase(settings);
  const room: Room = {
    db,
    clock: settings.clock,
    stallBudgetMs: settings.stallBudgetMs ?? STALL_BUDGET_MS,
    settleDeadlineMs: settings.settleDeadlineMs ?? SETTLE_DEADLINE_MS,
    lockDeadlineMs: settings.lockDeadlineMs ?? LOCK_DEADLINE_MS,
    contentHashLimitBytes: settings.contentHashLimitBytes ?? CONTENT_HASH_LIMIT_BYTES,
    prepared: new Map(),
  };
  const calls: Omit<Warehouse, "kind" | "identity" | "publishAtomicity"> = {
    ensureEnvironment: (request) => ensureEnvironment(db, request),
    readLive: (request) => readEnvironment(db, request),
    inspect: (relations) => inspect(db, relations),
    optimize: (schemas, signal) => optimize(db, schemas, signal),
    listSchema: (schema) => listSchema(db, schema),
    dropRelations: (relations) => dropRelations(room, relations),
    cloneTable: (from, to) => cloneTable(room, from, to),
    readTokens: (requests, salt) => readTokens(room, requests, salt),
    checkPromotion: (promotion) => checkPromotion(room, promotion),
    prepare: (promotion, hooks) => prepare(room, promotion, hooks),
    flip: (promotion, hooks) => flip(room, promotion, hooks),
    settle: (promotion, hooks) => settle(room, promotion, hooks),
    readBack: (names) => readBack(db, names),
    dress: async (names) => {
      await dressNames(room, names, { holder: null, signal: new AbortController().signal });
    },
    eject: (request) => eject(room, request),
    saveEvidence: (schema, batches) => saveEvidence(db, schema, batches),
    endOrphans: (applicationName) => endOrphans(room, applicationName),
    diagnose: () => diagnose(room),
    query: (sql) => db.untrusted(sql),
    close: () => db.close(),
  };
  return {
    kind: "postgres",
    identity: `postgres:${settings.host}:${settings.port}/${settings.dbname}`,
    publishAtomicity: "switchRow",
    ...translated(calls, db),
  };
}

/** Every call's driver errors in the program's words, in one place. */
function translated<T extends object>(calls: T, db: Database): T {
  const wrap =
    (call: (...args: unknown[]) => Promise<unknown>) =>
    async (...args: unknown[]) => {
      try {
        return await call(...args);
      } catch (error) {
        throw statementError(error, db.place);
      }
    };
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, wrap(call as never)])) as T;
}
