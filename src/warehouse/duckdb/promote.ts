// The promotion: everything in one transaction, with the environment's row as the mark that tells which side happened.
import {
  flipHappened,
  type LiveRow,
  type Promotion,
  type PublishName,
  type UnpublishName,
} from "../../core/plan/publish.ts";
import type { Relation } from "../../core/project/relation.ts";
import { relationText } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { PromotionHooks } from "../warehouse.ts";
import { restoreStatements, setAsideStatements } from "./adopt.ts";
import type { Connection, Session, Statement } from "./connection.ts";
import { readStanding, type Standing } from "./facts.ts";
import { hasMeta, metaTable, type Original, readOriginals, readRow } from "./meta.ts";
import { fold, listRows, quote, readViewSql, relationKey } from "./sql.ts";
import { commentStatements, readIndexes, type TableIndex } from "./store.ts";

/** Statements per message: progress is told in between, 1,000 views are 10 messages of about 20 ms. */
const BATCH = 100;

/** What stands in the file as far as a promotion is concerned. */
export interface Scene {
  standing: Map<string, Standing>;
  originals: Original[];
  /** Folded names of schemas that hold versions. */
  storeSchemas: Set<string>;
  /** Indexes of the file's tables, by table. */
  indexes: Map<string, TableIndex[]>;
}

const scenes = new WeakMap<Session, { promotion: Promotion; scene: Scene }>();

/** Reads the catalogue, or remembers: check and switch share one opening, in which nobody else can change the file. */
export async function readScene(session: Session, promotion: Promotion): Promise<Scene> {
  const known = scenes.get(session);
  if (known?.promotion === promotion) return known.scene;
  const scene = await readCatalogue(session, promotion);
  scenes.set(session, { promotion, scene });
  return scene;
}

async function readCatalogue(session: Session, promotion: Promotion): Promise<Scene> {
  const { publish, unpublish } = promotion;
  const known = await hasMeta(session);
  const stores = known ? await session.rows(`select store_schema from ${metaTable(session, "stores")}`) : [];
  return {
    standing: await readStanding(session, [
      ...publish.flatMap((name) => [name.published, name.next]),
      ...unpublish.map((name) => name.published),
    ]),
    originals: known ? await readOriginals(session, promotion.liveId) : [],
    storeSchemas: new Set([
      ...stores.map((row) => fold(String(row.store_schema))),
      ...publish.map((name) => fold(name.next.schema)),
    ]),
    indexes: await readIndexes(session),
  };
}

/** A view made by Slipway: of its shape, over a store. Anything else under a published name is somebody's original. */
function isOurs(scene: Scene, standing: Standing): boolean {
  const target = standing.kind === "view" ? readViewSql(standing.sql)?.target : undefined;
  return target !== undefined && scene.storeSchemas.has(fold(target.schema));
}

/** What stands under the names to be published and is not Slipway's. */
export function toSetAside(promotion: Promotion, scene: Scene): Standing[] {
  const found = promotion.publish.map((name) => scene.standing.get(relationKey(name.published)));
  return found.filter((entry) => entry !== undefined).filter((entry) => !isOurs(scene, entry));
}

const indexesOf = (scene: Scene, table: Relation): TableIndex[] => scene.indexes.get(relationKey(table)) ?? [];

/** False when the flip is done already; AppError `conflict` when this promotion may not run (any more). */
export function mayFlip(row: LiveRow | null, promotion: Promotion): boolean {
  const name = promotion.environment;
  if (!row) throw new AppError("conflict", say("duckdb.no_row", { environment: name }));
  if (row.fence > promotion.fence) {
    throw new AppError(
      "conflict",
      say("duckdb.overtaken", { environment: name, fence: row.fence, ours: promotion.fence }),
    );
  }
  if (flipHappened(promotion, row)) return false;
  // Resumed under a new lease: the same switch, marked with the fencing number of the run that died.
  const there = row.position === promotion.toPosition && row.release === promotion.toRelease;
  if (there && promotion.fromPosition !== promotion.toPosition) return false;
  if (row.position !== promotion.fromPosition || row.release !== promotion.fromRelease) {
    throw new AppError(
      "conflict",
      say("duckdb.moved", { environment: name, release: row.release, expected: promotion.fromRelease }),
    );
  }
  return true;
}

/** See Warehouse.flip. `switchMs` is the transaction; while it runs nobody else can open the file. */
export async function flip(
  connection: Connection,
  promotion: Promotion,
  hooks: PromotionHooks,
): Promise<{ switchMs: number }> {
  const { clock } = connection.settings;
  const flipped = await connection.writing(
    async (session) => {
      if (!mayFlip(await readRow(session, { id: promotion.liveId }), promotion)) return { switchMs: 0 };
      const scene = await readScene(session, promotion);
      const statements = flipStatements(session, promotion, scene, clock.now());
      const startedMs = clock.ticksMs();
      scenes.delete(session);
      await session.transaction(async () => {
        for (let done = 0; done < statements.length; done += BATCH) {
          await session.run(statements.slice(done, done + BATCH));
          hooks.progress("flip", Math.min(done + BATCH, statements.length), statements.length);
        }
        await hooks.fault("flip:before");
      });
      return { switchMs: clock.ticksMs() - startedMs };
    },
    { signal: hooks.signal },
  );
  await hooks.fault("flip:after");
  return flipped;
}

/** The whole transaction between begin and commit, in order. Removals first: a name may come back in another spelling. */
export function flipStatements(
  session: Session,
  promotion: Promotion,
  scene: Scene,
  now: Date,
): (Statement | string)[] {
  const { publish, unpublish, liveId } = promotion;
  const schemas = [...new Set(publish.map((name) => name.published.schema))];
  const setAside = toSetAside(promotion, scene);
  return [
    ...schemas.map((schema) => `create schema if not exists ${session.schemaName(schema)}`),
    ...unpublish.flatMap((name) => unpublishStatements(session, promotion, name, scene)),
    ...setAside.flatMap((entry) => setAsideStatements(session, liveId, entry, indexesOf(scene, entry.relation))),
    ...publish.flatMap((name) => publishStatements(session, name, scene)),
    ...recordStatements(session, promotion),
    {
      sql: `update ${metaTable(session, "live")} set position = ?, release = ?, flip = flip + 1, fence = ?, updated_at = ?::timestamp
        where id = ?`,
      parameters: [promotion.toPosition, promotion.toRelease, promotion.fence, now.toISOString(), liveId],
    },
  ];
}

/** The view names no catalog: the file may be renamed or copied, and the view still finds its store. */
function publishStatements(session: Session, name: PublishName, scene: Scene): string[] {
  const next = scene.standing.get(relationKey(name.next));
  if (!next) throw new AppError("conflict", say("duckdb.missing_version", { table: relationText(name.next) }));
  const columns = next.columns.map((column) => quote(column.name)).join(", ");
  const target = `${quote(next.relation.schema)}.${quote(next.relation.name)}`;
  const before = scene.standing.get(relationKey(name.published)) ?? null;
  return [
    `create or replace view ${session.name(name.published)} as select ${columns} from ${target}`,
    ...commentStatements(session, "view", name.published, dressed(name, next, before)),
  ];
}

/** Replacing a view loses its comments, so what the project does not declare is carried over from what stood there. */
function dressed(name: PublishName, next: Standing, before: Standing | null) {
  const { comment, columnComments } = name.dressing;
  const declared = new Map(Object.entries(columnComments).map(([column, text]) => [fold(column), text]));
  const kept = new Map(before?.columns.map((column) => [fold(column.name), column.comment]));
  const source = declared.size > 0 ? declared : kept;
  return {
    comment: comment ?? before?.comment ?? null,
    columns: next.columns.map((column) => ({ name: column.name, comment: source.get(fold(column.name)) ?? null })),
  };
}

/** Only Slipway's own view goes. Where a release goes back to before Slipway (release 0), the original returns. */
function unpublishStatements(
  session: Session,
  promotion: Promotion,
  name: UnpublishName,
  scene: Scene,
): (Statement | string)[] {
  const key = relationKey(name.published);
  const standing = scene.standing.get(key);
  const original = scene.originals.find((entry) => relationKey(entry.published) === key);
  const ours = standing && isOurs(scene, standing);
  const free = ours || !standing;
  return [
    ...(ours ? [`drop view ${session.name(name.published)}`] : []),
    ...(free && promotion.toRelease === 0 && original ? restoreStatements(session, promotion.liveId, original) : []),
  ];
}

function recordStatements(session: Session, promotion: Promotion): Statement[] {
  const { liveId, publish, unpublish } = promotion;
  const table = metaTable(session, "published");
  const gone = [...publish, ...unpublish].map(({ published }) => [published.schema, published.name]);
  const come = publish.map(({ published, next }) => [published.schema, published.name, next.schema, next.name]);
  return [
    {
      sql: `delete from ${table} using (${listRows("$2", 2)}) as gone where live_id = $1
        and lower(schema_name) = lower(item[1]) and lower(name) = lower(item[2])`,
      parameters: [liveId, JSON.stringify(gone)],
    },
    {
      sql: `insert into ${table} select $1, item[1], item[2], item[3], item[4] from (${listRows("$2", 2)})`,
      parameters: [liveId, JSON.stringify(come)],
    },
  ];
}
