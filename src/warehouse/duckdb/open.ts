// The DuckDB warehouse: one file, opened only while an operation runs, by the project's own Python duckdb.
import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppError, type Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Warehouse } from "../warehouse.ts";
import { checkPromotion } from "./check.ts";
import { checkpoint, compact } from "./compact.ts";
import { Connection, type Session } from "./connection.ts";
import { eject } from "./eject.ts";
import { openError } from "./errors.ts";
import { saveEvidence } from "./evidence.ts";
import { inspect, listSchema } from "./facts.ts";
import { ensureEnvironment, hasMeta, readRow } from "./meta.ts";
import { flip, mayFlip } from "./promote.ts";
import { dress, readBack } from "./readback.ts";
import { replicate } from "./replica.ts";
import type { DuckdbSettings } from "./settings.ts";
import { cloneTable, dropRelations } from "./store.ts";
import { readTokens } from "./tokens.ts";

export { duckdbSettings } from "./settings.ts";

/** A copy of evidence is not worth a run that waits: what cannot be copied now is copied later. */
const EVIDENCE_WAIT_MS = 2_000;

/** Lazy: the process starts with the first call, the file is opened by each call and closed again. Close it at the end. */
export function openDuckdb(settings: DuckdbSettings): Warehouse {
  const connection = new Connection(settings);
  return {
    kind: "duckdb",
    identity: `duckdb:${realPath(settings.path)}`,
    publishAtomicity: "transaction",
    ensureEnvironment: (request) => ensureEnvironment(connection, request),
    readLive: (key) => connection.reading(null, async (s) => ((await hasMeta(s)) ? readRow(s, key) : null)),
    inspect: (relations, options) => connection.reading([], (s) => inspect(s, relations, options?.sizes)),
    listSchema: (schema) => connection.reading([], (s) => listSchema(s, schema)),
    dropRelations: (relations) =>
      relations.length === 0 ? Promise.resolve([]) : connection.writing((s) => dropRelations(s, relations)),
    cloneTable: (from, to) => connection.writing((s) => cloneTable(s, from, to)),
    readTokens: (requests, salt) => readTokens(connection, requests, salt),
    checkPromotion: (promotion) => checkPromotion(connection, promotion),
    prepare: async (promotion, hooks) => {
      await connection.reading(undefined, async (s) => {
        if (await hasMeta(s)) mayFlip(await readRow(s, { id: promotion.liveId }), promotion);
      });
      await hooks.fault("prepare:middle");
    },
    flip: (promotion, hooks) => flip(connection, promotion, hooks),
    settle: async (_promotion, hooks) => {
      await hooks.fault("settle:middle");
      return { done: true, pending: null };
    },
    readBack: (names) =>
      connection.reading(
        names.map(({ published }) => ({ published, found: "missing" })),
        (s) => readBack(s, names),
      ),
    dress: (names) => (names.length === 0 ? Promise.resolve() : connection.writing((s) => dress(s, names))),
    eject: (request) => connection.writing((s) => eject(s, request)),
    replicate: async (request) => replicate(settings, await connection.reading(null, async (s) => s.catalog), request),
    saveEvidence: (schema, batches) =>
      connection.writing((s) => saveEvidence(s, schema, batches), { waitMs: EVIDENCE_WAIT_MS }),
    optimize: () => checkpoint(connection),
    compact: () => compact(connection),
    endOrphans: async () => 0,
    withOpen: (work, mode = "write") => connection.sharing(mode, work),
    diagnose: () => diagnose(connection),
    query: (sql) => query(connection, sql),
    close: () => connection.close(),
  };
}

/** Symbolic links resolved, so that one file has one identity; the file itself may still be missing. */
function realPath(path: string): string {
  for (const [known, rest] of [
    [path, ""],
    [dirname(path), basename(path)],
  ] as const) {
    try {
      return join(realpathSync(known), rest);
    } catch {}
  }
  return path;
}

async function query(connection: Connection, sql: string): Promise<Record<string, unknown>[]> {
  const rows = await connection.reading(null, (session: Session) => session.rows(sql, undefined, true));
  if (rows) return rows;
  throw new AppError("not_found", say("duckdb.no_file", { path: connection.settings.path }));
}

async function diagnose(connection: Connection): Promise<Problem[]> {
  const holder = await connection.holder();
  if (holder) {
    const { file, pid, command, user } = holder;
    const since = holder.since?.toISOString() ?? null;
    return [
      {
        code: "duckdb.locked",
        severity: "warning",
        message: say("duckdb.locked", { file }),
        hint: say("duckdb.locked_who", { pid, command, user, since }),
      },
    ];
  }
  try {
    await connection.reading(undefined, async () => undefined);
    return [];
  } catch (error) {
    const known = await openError(error, connection.settings.path, await connection.version());
    if (!(known instanceof AppError)) throw known;
    const { hint } = known.details;
    return [{ code: known.text.id, severity: "error", message: known.text, ...(hint ? { hint } : {}) }];
  }
}
