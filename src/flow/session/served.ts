// What an environment serves, as the state and the warehouse have it. Reads only.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { LiveRow } from "../../core/plan/publish.ts";
import { relationText } from "../../core/project/relation.ts";
import type { Environment, RunKind } from "../../core/records.ts";
import { openRun } from "../../db/runs.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import { type LiveRelease, liveRelease } from "./live.ts";
import type { Session } from "./session.ts";

export interface Served {
  /** Null: the warehouse knows nothing of the environment. */
  row: LiveRow | null;
  /** The name under which the versions of what is live are on record. */
  home: string;
  live: LiveRelease | null;
  /** Live names that are not what the live release made of them, as `relationText`. */
  astray: Set<string>;
}

interface Sight {
  session: Session;
  environment: EnvironmentConfig;
  record: Environment;
  warehouse: Warehouse;
  /** Where it has been read under the lease. */
  row: LiveRow | null;
  kind: RunKind;
}

export async function seeServed({ session, environment, record, warehouse, kind, ...sight }: Sight): Promise<Served> {
  const row = sight.row ?? (await readRow(session, environment, warehouse));
  // What another warehouse served is of no use in this one; the same under another name is recorded by the next act.
  const home = row !== null && row.release > 0 ? (record.warehouse ?? warehouse.identity) : warehouse.identity;
  const live = record.warehouse === home ? await liveRelease(session, record) : null;
  return { row, home, live, astray: await astrayNames(session, { record, warehouse, live, kind }) };
}

/** The warehouse's row of an environment, or null; creates nothing. */
export const readRow = async (
  session: Session,
  environment: EnvironmentConfig,
  warehouse: Warehouse,
): Promise<LiveRow | null> =>
  warehouse.readLive({
    installation: await session.installation(),
    project: session.place.name,
    environment: environment.name,
  });

/** A refresh does not look: it must be quick, and reads back what it does. */
async function astrayNames(
  session: Session,
  now: Pick<Sight, "record" | "warehouse" | "kind"> & Pick<Served, "live">,
): Promise<Set<string>> {
  const { record, warehouse, live, kind } = now;
  // While a run is open, what is on record may not be what is live.
  if (live === null || kind === "refresh" || (await openRun(await session.db(), record.id))) return new Set();
  const wrong = await warehouse.readBack(
    live.nodes.map((node) => ({ published: node.published, target: node.relation })),
  );
  return new Set(wrong.map((one) => relationText(one.published)));
}
