// `slipway db`: Slipway's own schema, looked at and moved. Works with any slipway.yml, or none.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CONFIG_FILE, parseConfig } from "../../core/config/config.ts";
import type { Ctx } from "../../core/ctx.ts";
import type { ActRequest } from "../../core/flow.ts";
import type { DbView } from "../../core/views/upkeep.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Db } from "../../db/db.ts";
import { appliedMigrations } from "../../db/health.ts";
import { downgrade, migrationHistory, upgrade } from "../../db/migrate.ts";
import { findDbtProject, homeOf } from "../session/project.ts";
import { openDb } from "../session/session.ts";

type Moved = { names: string[]; direction: "up" | "down" };

export const dbCurrent = (ctx: Ctx): Promise<DbView> => withState(ctx, (db) => dbView(ctx, db, "current", null));

export const dbHistory = (ctx: Ctx): Promise<DbView> => withState(ctx, (db) => dbView(ctx, db, "history", null));

/** `to`: `head`, `+N` or a revision. AppErrors of `upgrade`. */
export const dbUpgrade = (ctx: Ctx, { to }: { to: string }): Promise<DbView> =>
  withState(ctx, async (db) => {
    const names = await upgrade(db, to);
    if (names.length > 0) await recordMove(ctx, db, "state.upgraded", { reason: null, names });
    return dbView(ctx, db, "upgrade", { names, direction: "up" });
  });

/** `to`: a revision, `-N` or `base`. Shows what goes and has the revision's name typed before it does anything. */
export const dbDowngrade = (ctx: Ctx, request: { to: string } & ActRequest): Promise<DbView> =>
  withState(ctx, async (db) => {
    const applied = (await appliedMigrations(db)).map((one) => one.name);
    const [from, to] = [applied.at(-1) ?? "base", downTo(applied, request.to)];
    if (from === to) return dbView(ctx, db, "downgrade", { names: [], direction: "down" });
    const proposal = { kind: "db_downgrade", from, to, ask: true, irreversible: false, environment: "" } as const;
    const { reason } = await ctx.approve(proposal);
    const names = await downgrade(db, request.to);
    // Without the first revision there is no table left to write into.
    if (to !== "base" && names.length > 0)
      await recordMove(ctx, db, "state.downgraded", { reason: reason ?? request.reason, names });
    return dbView(ctx, db, "downgrade", { names, direction: "down" });
  });

/** The revision that `to` means, by its full name; what cannot be read is left for `downgrade` to explain. */
function downTo(applied: string[], to: string): string {
  if (/^-\d+$/.test(to)) return applied[applied.length - 1 + Number(to)] ?? "base";
  return applied.find((name) => name.startsWith(to)) ?? to;
}

const recordMove = (
  ctx: Ctx,
  db: Db,
  what: string,
  { reason, names }: { reason: string | null; names: string[] },
): Promise<void> =>
  recordAudit(db, { who: ctx.user, what, subject: "state", why: reason, details: { revisions: names } });

/** The state as it is: nothing is brought up to date on the way. */
async function withState(ctx: Ctx, work: (db: Db) => Promise<DbView>): Promise<DbView> {
  const root = ctx.env.DATABASE_URL || ctx.env.SLIPWAY_HOME ? ctx.cwd : findDbtProject(ctx);
  const db = await openDb(ctx, homeOf(ctx, root), { migrate: false });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

async function dbView(ctx: Ctx, db: Db, action: DbView["action"], moved: Moved | null): Promise<DbView> {
  const applied = new Map((await appliedMigrations(db)).map((one) => [one.name, one.at]));
  const known = migrationHistory().map((one) => one.revision);
  const all = [...new Set([...known, ...applied.keys()])].sort();
  const shown = moved ? moved.names : all;
  return {
    outcome: moved && moved.names.length === 0 ? "nothing_to_do" : "done",
    timezone: await timezoneOf(ctx),
    at: ctx.clock.now(),
    problems: [],
    action,
    database: db.backend === "embedded" ? "embedded" : db.place,
    current: [...applied.keys()].sort().at(-1) ?? null,
    head: known.at(-1) ?? "base",
    migrations: shown.map((name) => ({
      name,
      appliedAt: applied.get(name) ?? null,
      direction: moved?.direction ?? null,
    })),
  };
}

async function timezoneOf(ctx: Ctx): Promise<string> {
  try {
    const file = join(findDbtProject(ctx), CONFIG_FILE);
    return existsSync(file) ? parseConfig(await readFile(file, "utf8"), CONFIG_FILE).config.timezone : "UTC";
  } catch {
    return "UTC"; // Its mistakes are no matter of the state's.
  }
}
