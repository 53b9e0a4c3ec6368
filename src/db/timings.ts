// How long each node took to build, for estimates.
import { sql } from "kysely";
import type { NodeId } from "../core/project/relation.ts";
import type { Db } from "./db.ts";

/** The median is taken over this many latest builds of a node: old habits are forgotten. */
const buildsMax = 7;

export interface NodeTiming {
  node: NodeId;
  /** Identity of the place that did the work. */
  warehouse: string;
  buildMs: number;
}

/** A node recorded twice in a run keeps its last time. */
export async function recordNodeTimings(db: Db, runId: number, rows: NodeTiming[]): Promise<void> {
  const last = [...new Map(rows.map((row) => [row.node, row])).values()];
  const nodes = last.map((row) => row.node);
  const warehouses = last.map((row) => row.warehouse);
  const times = last.map((row) => row.buildMs);
  await sql`
    insert into slipway_state.node_timings (run_id, node, project_id, warehouse, build_ms, at)
    select runs.id, fresh.node, runs.project_id, fresh.warehouse, fresh.build_ms, ${db.clock.now()}::timestamptz
    from slipway_state.runs
    cross join unnest(${nodes}::text[], ${warehouses}::text[], ${times}::double precision[])
      as fresh (node, warehouse, build_ms)
    where runs.id = ${runId}
    on conflict (run_id, node) do update set build_ms = excluded.build_ms, at = excluded.at`.execute(db.kysely);
}

/** Median build time per node in milliseconds; nodes never built there are left out. */
export async function loadTimings(
  db: Db,
  { warehouse, projectId, nodes }: { warehouse: string; projectId: number; nodes: NodeId[] },
): Promise<Map<NodeId, number>> {
  const { rows } = await sql<{ node: string; medianMs: number }>`
    select node, percentile_cont(0.5) within group (order by build_ms) as median_ms
    from (
      select node, build_ms, row_number() over (partition by node order by run_id desc) as age
      from slipway_state.node_timings
      where project_id = ${projectId} and warehouse = ${warehouse} and node = any(${nodes}::text[])
    ) as latest
    where age <= ${buildsMax}
    group by node`.execute(db.kysely);
  return new Map(rows.map((row) => [row.node, row.medianMs]));
}
