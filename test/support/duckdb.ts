// A real DuckDB file in a folder of its own (spaces and Japanese in its name), and short words to promote in it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LiveRow, Promotion, PublishName } from "../../src/core/plan/publish.ts";
import type { Relation } from "../../src/core/project/relation.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { Connection } from "../../src/warehouse/duckdb/connection.ts";
import { openDuckdb } from "../../src/warehouse/duckdb/open.ts";
import type { DuckdbSettings } from "../../src/warehouse/duckdb/settings.ts";
import type { PromotionHooks, Warehouse } from "../../src/warehouse/warehouse.ts";
import { testPython } from "./python.ts";

export const STORE = "slipway_store";
const sidecarDir = join(import.meta.dirname, "../../sidecar");
const UNDRESSED = { comment: null, columnComments: {}, selectGrantees: null };

/** `analytics.orders` as a relation. */
export function relation(text: string): Relation {
  const at = text.indexOf(".");
  return { schema: text.slice(0, at), name: text.slice(at + 1) };
}

export const hooks: PromotionHooks = {
  fault: async () => {},
  progress: () => {},
  signal: new AbortController().signal,
};

export interface Bench {
  folder: string;
  file: string;
  settings: DuckdbSettings;
  warehouse: Warehouse;
  /** Statements of somebody else's (dbt, a loader), in one opening. */
  sql(...statements: string[]): Promise<void>;
  open(changes?: Partial<DuckdbSettings>): Warehouse;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function makeBench(changes: Partial<DuckdbSettings> = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "slipway 倉庫 "));
  const file = join(folder, "shop.duckdb");
  const settings: DuckdbSettings = {
    python: await testPython(),
    sidecarDir,
    path: file,
    attach: [],
    settings: {},
    extensions: [],
    fileSearchPath: [],
    clock: systemClock,
    onWait: () => {},
    ...changes,
  };
  const others = new Connection(settings);
  const warehouses: Warehouse[] = [];
  const open = (more: Partial<DuckdbSettings> = {}): Warehouse => {
    const warehouse = openDuckdb({ ...settings, ...more });
    warehouses.push(warehouse);
    return warehouse;
  };
  return {
    folder,
    file,
    settings,
    warehouse: open(),
    sql: (...statements) => others.writing(async (session) => void (await session.run(statements))),
    open,
    async [Symbol.asyncDispose]() {
      await Promise.all([...warehouses, others].map((each) => each.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Another program that has the file open until it is told to end. */
export async function holdFile(bench: Bench, readOnly = false) {
  const program = `import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=${readOnly ? "True" : "False"}); print("held", flush=True); sys.stdin.read()`;
  const child = spawn(bench.settings.python, ["-I", "-c", program, bench.file], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const release = async () => {
    child.stdin.end();
    await once(child, "exit");
  };
  return { pid: child.pid, release };
}

export function ensure(warehouse: Warehouse, environment = "prod"): Promise<LiveRow> {
  return warehouse.ensureEnvironment({ installation: "here", project: "shop", environment, storeSchema: STORE });
}

/** Names as `analytics.orders=orders__k1`: what is published from which version. */
export function publishNames(...names: string[]): PublishName[] {
  return names.map((text) => {
    const [published, version] = text.split("=") as [string, string];
    return {
      node: `model.shop.${relation(published).name}`,
      published: relation(published),
      next: { schema: STORE, name: version },
      previous: null,
      dressing: UNDRESSED,
    };
  });
}

/** A promotion that follows the row as it stands, under the next fencing number. */
export function following(row: LiveRow, toRelease: number, changes: Partial<Promotion> = {}): Promotion {
  return {
    liveId: row.id,
    installation: "here",
    project: "shop",
    environment: "prod",
    fence: row.fence + 1,
    fromPosition: row.position,
    toPosition: row.position + 1,
    fromRelease: row.release,
    toRelease,
    publish: [],
    unpublish: [],
    ...changes,
  };
}

/** Check, prepare, flip, settle; the promotion that ran. */
export async function promote(warehouse: Warehouse, promotion: Promotion): Promise<Promotion> {
  await warehouse.prepare(promotion, hooks);
  await warehouse.flip(promotion, hooks);
  await warehouse.settle(promotion, hooks);
  return promotion;
}

export async function liveRow(warehouse: Warehouse, environment = "prod"): Promise<LiveRow> {
  return (await warehouse.readLive({ installation: "here", project: "shop", environment }))!;
}
