// Slipway's own schema: which revision it has, up and down. The list of revisions is fixed in the program (no folder is read).
import { type Kysely, sql } from "kysely";
import { type Migration, type MigrationResultSet, Migrator, NO_MIGRATIONS } from "kysely/migration";
import * as init from "../../migrations/0001_init.ts";
import * as jobs from "../../migrations/0002_jobs.ts";
import * as evidence from "../../migrations/0003_evidence.ts";
import * as notices from "../../migrations/0004_notices.ts";
import * as secretsUpkeep from "../../migrations/0005_secrets_upkeep.ts";
import * as endedRuns from "../../migrations/0006_ended_runs.ts";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import { type Db, stateSchema } from "./db.ts";

export type MigrationList = Record<string, Migration>;

/** Every revision, oldest first by name. */
export const migrations: MigrationList = {
  "0001_init": init,
  "0002_jobs": jobs,
  "0003_evidence": evidence,
  "0004_notices": notices,
  "0005_secrets_upkeep": secretsUpkeep,
  "0006_ended_runs": endedRuns,
};

const revisionNames = (list: MigrationList): string[] => Object.keys(list).sort();

/** The newest revision that was applied; null for an empty state. */
export async function currentRevision(db: Db): Promise<string | null> {
  return (await appliedRevisions(db)).at(-1) ?? null;
}

/** Every revision this program knows, oldest first. */
export function migrationHistory(list = migrations): { revision: string; down: string | null }[] {
  return revisionNames(list).map((revision, index, all) => ({ revision, down: all[index - 1] ?? null }));
}

async function appliedRevisions(db: Db): Promise<string[]> {
  const plain = db.kysely.withoutPlugins();
  const { rows } = await sql<{ made: boolean }>`
    select to_regclass('slipway_state.migrations') is not null as made`.execute(plain);
  if (!rows[0]?.made) return [];
  const found = await sql<{ name: string }>`select name from slipway_state.migrations order by name`.execute(plain);
  return found.rows.map((row) => row.name);
}

/**
 * Applies revisions up to `to`: `head`, `+1`, a revision or the beginning of one. Returns those applied; one transaction.
 * AppError `invalid` for an unknown or lower one, `conflict` when the state is newer than this program.
 */
export async function upgrade(db: Db, to = "head", list = migrations): Promise<string[]> {
  return migrate(db, list, (names, at) => {
    if (to === "head") return names.length - 1;
    const wanted = to.startsWith("+") ? at + Number(to) : indexOf(names, to);
    if (!(wanted < names.length)) throw unknownRevision(to, names);
    if (wanted < at) throw wrongDirection(to, names[at]);
    return wanted;
  });
}

/** Takes revisions back to `to`: `base` (nothing left), `-1`, a revision or the beginning of one. Data of what is taken back is lost. */
export async function downgrade(db: Db, to: string, list = migrations): Promise<string[]> {
  return migrate(db, list, (names, at) => {
    if (to === "base") return -1;
    const wanted = /^-\d+$/.test(to) ? at + Number(to) : indexOf(names, to);
    if (!(wanted >= -1)) throw unknownRevision(to, names);
    if (wanted > at) throw wrongDirection(to, names[at]);
    return wanted;
  });
}

type Choose = (names: string[], at: number) => number;

async function migrate(db: Db, list: MigrationList, choose: Choose): Promise<string[]> {
  const names = revisionNames(list);
  return db.transaction(async (trx) => {
    const plain = trx.kysely.withoutPlugins() as unknown as Kysely<unknown>;
    await ensureTables(plain);
    await sql.raw(`lock table ${stateSchema}.migration_lock in exclusive mode`).execute(plain);
    const applied = await appliedRevisions(trx);
    refuseNewer(applied, names);
    const at = applied.length - 1;
    const wanted = choose(names, at);
    if (wanted === at) return [];
    const migrator = new Migrator({
      db: plain,
      provider: { getMigrations: async () => list },
      migrationTableSchema: stateSchema,
      migrationTableName: "migrations",
      migrationLockTableName: "migration_lock",
    });
    return outcome(await migrator.migrateTo(names[wanted] ?? NO_MIGRATIONS));
  });
}

/** The migrator would make them too, but by looking through the whole catalogue first. */
async function ensureTables(plain: Kysely<unknown>): Promise<void> {
  const statements = [
    `create schema if not exists ${stateSchema}`,
    `create table if not exists ${stateSchema}.migrations (name varchar(255) primary key, timestamp varchar(255) not null)`,
    `create table if not exists ${stateSchema}.migration_lock (id varchar(255) primary key, is_locked integer not null default 0)`,
    `insert into ${stateSchema}.migration_lock (id) values ('migration_lock') on conflict do nothing`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(plain);
}

function outcome({ error, results }: MigrationResultSet): string[] {
  const failed = results?.find((result) => result.status === "Error");
  if (failed)
    throw new AppError("internal", say("db.migration_failed", { revision: failed.migrationName }), { cause: error });
  if (error) throw error;
  return (results ?? []).map((result) => result.migrationName);
}

function indexOf(names: string[], wanted: string): number {
  const found = names.filter((name) => name === wanted || name.startsWith(wanted));
  if (found.length > 1 && !found.includes(wanted))
    throw new AppError("invalid", say("db.ambiguous_revision", { wanted, known: found }));
  const index = names.indexOf(found.includes(wanted) ? wanted : (found[0] ?? ""));
  if (index < 0 || wanted === "") throw unknownRevision(wanted, names);
  return index;
}

function unknownRevision(wanted: string, names: string[]): AppError {
  return new AppError("invalid", say("db.unknown_revision", { wanted, known: names }));
}

function wrongDirection(wanted: string, current = "base"): AppError {
  return new AppError("invalid", say("db.wrong_direction", { wanted, current }));
}

function refuseNewer(applied: string[], names: string[]): void {
  const found = applied.filter((name) => !names.includes(name)).at(-1);
  if (found === undefined) return;
  throw new AppError("conflict", say("db.newer_state", { found, known: names.at(-1) ?? "base" }), {
    hint: say("db.newer_state_hint"),
  });
}

/** Two programs that open an empty server at once trip over each other's `create schema`; the second one finds it made. */
const madeMeanwhile = new Set(["23505", "42P06", "42P07"]);

/**
 * Brings an empty or older state to this program's revision when it is opened. A newer one is refused with both revisions
 * (AppError `conflict`).
 */
export async function bringUpToDate(db: Db, list = migrations): Promise<void> {
  const names = revisionNames(list);
  const applied = await appliedRevisions(db);
  refuseNewer(applied, names);
  if (applied.length === names.length) return;
  try {
    await upgrade(db, "head", list);
  } catch (error) {
    if (!madeMeanwhile.has((error as { code?: string }).code ?? "")) throw error;
    await upgrade(db, "head", list);
  }
}
