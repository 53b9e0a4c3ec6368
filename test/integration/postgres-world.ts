// A small world for tests of the PostgreSQL warehouse: a database of its own, releases of tables that carry their number, promotions.
import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Dressing, Promotion, PublishName } from "../../src/core/plan/publish.ts";
import type { Relation } from "../../src/core/project/relation.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { openPostgres, type PostgresSettings } from "../../src/warehouse/postgres/open.ts";
import type { PromotionHooks, Warehouse } from "../../src/warehouse/warehouse.ts";

export const STORE = "slipway_store";
export const serverUrl = new URL(
  process.env.SLIPWAY_TEST_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/postgres",
);
const who = { installation: "test", project: "shop", environment: "prod" };
export const environment = { ...who, storeSchema: STORE };
export const noDressing: Dressing = { comment: null, columnComments: {}, selectGrantees: null };

export const quietHooks: PromotionHooks = {
  fault: async () => undefined,
  progress: () => undefined,
  signal: new AbortController().signal,
};

export interface World {
  dbname: string;
  warehouse: Warehouse;
  /** A plain connection of a consumer or an administrator. */
  client(user?: string): Promise<pg.Client>;
  sql(text: string): Promise<Record<string, unknown>[]>;
  open(more?: Partial<PostgresSettings>): Promise<Warehouse>;
  close(): Promise<void>;
}

export function settingsOf(dbname: string): PostgresSettings {
  const password = decodeURIComponent(serverUrl.password);
  return {
    host: serverUrl.hostname,
    port: Number(serverUrl.port || 5432),
    user: decodeURIComponent(serverUrl.username),
    ...(password === "" ? {} : { password }),
    dbname,
    applicationName: "slipway-test",
    clock: systemClock,
  };
}

function clientOf(dbname: string, user?: string): pg.Client {
  const { host, port, password, ...rest } = settingsOf(dbname);
  return new pg.Client({ host, port, user: user ?? rest.user, database: dbname, ...(password ? { password } : {}) });
}

/** Makes a database with an environment of Slipway's in it; `close` drops it. */
export async function makeWorld(more: Partial<PostgresSettings> = {}): Promise<World> {
  const dbname = `slipway_${randomBytes(5).toString("hex")}`;
  const admin = clientOf("postgres");
  await admin.connect();
  await admin.query(`create database ${dbname}`);
  const control = clientOf(dbname);
  await control.connect();
  await control.query("create schema analytics");
  const open: World["open"] = (settings = {}) => openPostgres({ ...settingsOf(dbname), ...more, ...settings });
  const warehouse = await open();
  const opened: pg.Client[] = [];
  await warehouse.ensureEnvironment(environment);
  return {
    dbname,
    warehouse,
    open,
    client: async (user) => {
      const client = clientOf(dbname, user);
      client.on("error", () => undefined);
      await client.connect();
      opened.push(client);
      return client;
    },
    sql: async (text) => {
      const result = (await control.query(text)) as unknown as pg.QueryResult | pg.QueryResult[];
      return (Array.isArray(result) ? result.at(-1)! : result).rows as Record<string, unknown>[];
    },
    close: async () => {
      await warehouse.close();
      for (const client of [control, ...opened]) await client.end().catch(() => undefined);
      await admin.query(`drop database ${dbname} with (force)`);
      await admin.end();
    },
  };
}

export const published = (name: string): Relation => ({ schema: "analytics", name });
export const version = (name: string, release: number): Relation => ({ schema: STORE, name: `${name}__k${release}` });

/** Builds tables of a release: `release` is its number in every row. `columns` may add or change columns. */
export async function buildRelease(world: World, names: string[], release: number, columns = "1 as id"): Promise<void> {
  const parts = names.map(
    (name) =>
      `create table "${STORE}"."${version(name, release).name}" as select ${release} as release, ${columns} from generate_series(1, 3);`,
  );
  for (let from = 0; from < parts.length; from += 100) await world.sql(parts.slice(from, from + 100).join("\n"));
}

export interface PromotionShape {
  names: string[];
  from: number | null;
  to: number;
  fence?: number;
  unpublish?: string[];
  dressing?: Dressing;
  /** The release whose versions stand, where it is not `from` for all. */
  previous?: (name: string) => Relation | null;
}

/** A promotion from what is live to a release, planned the way flow does it. */
export async function promotionTo(world: World, shape: PromotionShape): Promise<Promotion> {
  const row = (await world.warehouse.readLive(who))!;
  const publish = shape.names.map(
    (name): PublishName => ({
      node: `model.shop.${name}`,
      published: published(name),
      next: version(name, shape.to),
      previous: shape.previous ? shape.previous(name) : shape.from === null ? null : version(name, shape.from),
      dressing: shape.dressing ?? noDressing,
    }),
  );
  return {
    liveId: row.id,
    ...who,
    fence: shape.fence ?? row.fence + 1,
    fromPosition: row.position,
    toPosition: Math.max(row.flip, row.position) + 1,
    fromRelease: row.release,
    toRelease: shape.to,
    publish,
    unpublish: (shape.unpublish ?? []).map((name) => ({
      published: published(name),
      previous: version(name, shape.from ?? 0),
    })),
  };
}

/** The whole of a promotion; returns what settle said. */
export async function promote(
  warehouse: Warehouse,
  promotion: Promotion,
  hooks = quietHooks,
): Promise<{ done: boolean; pending: string | null }> {
  await warehouse.prepare(promotion, hooks);
  await warehouse.flip(promotion, hooks);
  return warehouse.settle(promotion, hooks);
}

/** Plans and promotes in one go. */
export async function release(world: World, shape: PromotionShape): Promise<Promotion> {
  const promotion = await promotionTo(world, shape);
  await promote(world.warehouse, promotion);
  return promotion;
}

/** What a consumer sees under a name now: the release number, or the error. */
export async function shown(world: World, name: string): Promise<number> {
  const [row] = await world.sql(
    `select min(release) as low, max(release) as high, count(*)::int as rows from analytics."${name}"`,
  );
  if (row?.low !== row?.high || row?.rows !== 3) throw new Error(`mixed or empty: ${JSON.stringify(row)}`);
  return Number(row.low);
}
