// plan -> relations in the store: registers versions, clears what is not proven, hands dbt a pruned manifest, marks ready on proof only.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { outageIn } from "../../core/plan/outage.ts";
import { type Action, actionsOf, type Plan } from "../../core/plan/plan.ts";
import { physicalParents } from "../../core/project/graph.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import type { NodeId } from "../../core/project/relation.ts";
import { relationText } from "../../core/project/relation.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { Version } from "../../core/records.ts";
import { recordNodeTimings } from "../../db/runs.ts";
import { describeVersion, listVersions, markVersionFailed, registerVersions } from "../../db/versions.ts";
import type { ResultRow } from "../../dbt/engine.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import { sharing } from "../act/promote.ts";
import type { Ingested } from "../plan/ingest.ts";
import { applicationName, type EngineHolder } from "../session/engine.ts";
import { checkSignal } from "../session/lease.ts";
import type { Session } from "../session/session.ts";
import { runDbt, type Script } from "./run-dbt.ts";

export interface BuildWork {
  session: Session;
  environment: EnvironmentConfig;
  warehouse: Warehouse;
  plan: Plan;
  ingested: Pick<Ingested, "manifest" | "stored">;
  commit: { sha: string };
  engine: EngineHolder;
  runId: number;
  signal: AbortSignal;
  /** Estimated total from history. */
  estimateMs: number | null;
  /** A job's commands; otherwise everything is built at once. */
  script?: Script;
  /** Takes every row as dbt gives it: a run that breaks off has them too. */
  ran: Map<NodeId, ResultRow>;
}

export interface Built {
  rows: ResultRow[];
  /** Versions of this run by node, ready or not. */
  versions: Map<NodeId, Version>;
  /** Planned builds that another environment had made ready by the time this one had the store to itself. */
  found: Set<NodeId>;
  ms: number;
}

type BuildAction = Extract<Action, { kind: "build" }>;
type SnapshotAction = Extract<Action, { kind: "snapshot" }>;

/** Carries out every build, snapshot and test of the plan. Failing nodes are rows of the result, not exceptions. */
export async function build(work: BuildWork): Promise<Built> {
  const { session, plan } = work;
  const from = session.ctx.clock.ticksMs();
  const [builds, snapshots] = [actionsOf(plan, "build"), actionsOf(plan, "snapshot")];
  const tests = actionsOf(plan, "test")
    .filter((test) => !test.reused)
    .map((test) => test.test);
  const total = builds.length + snapshots.length;
  session.ctx.progress({ kind: "phase_started", phase: "build", total, estimateMs: work.estimateMs });
  const versions = await register(work, builds);
  const found = new Set([...versions.values()].filter((one) => one.state === "ready").map((one) => one.node));
  const left = builds.filter((action) => !found.has(action.node));
  const nodes = [...left, ...snapshots].map((one) => one.node);
  const something = nodes.length + tests.length > 0;
  if (!something && !work.script) return { rows: [], versions, found, ms: 0 };
  if (something) await prepareStore(work, left, snapshots);
  const rows = await runDbt(work, { nodes, tests }, versions);
  stopOnOutage(work, rows);
  await describeVersions(work, versions, rows);
  return { rows, versions, found, ms: session.ctx.clock.ticksMs() - from };
}

/** Nothing can be said about a commit while the database is away. AppError `upstream`; what was built stays for the next run. */
function stopOnOutage(work: BuildWork, rows: ResultRow[]): void {
  const failed = rows.find((row) => row.status === "error" && outageIn(row.message) !== null);
  if (!failed) return;
  const { environment } = work;
  throw new AppError(
    "upstream",
    say("flow.outage", { name: shortName(failed.uniqueId), message: failed.message ?? "" }),
    {
      hint: say("flow.outage_hint", { environment: environment.name }),
      facts: [{ label: "done", text: say("flow.nothing_published", { environment: environment.name }) }],
    },
  );
}

async function register(work: BuildWork, builds: BuildAction[]): Promise<Map<NodeId, Version>> {
  const { session, plan, warehouse } = work;
  const planned = new Map(plan.nodes.map((node) => [node.node, node]));
  const rows = builds.map((action) => {
    const node = planned.get(action.node)!;
    return {
      warehouse: warehouse.identity,
      node: action.node,
      resourceType: node.resourceType,
      materialized: node.materialized,
      key: node.key,
      plainKey: node.plainKey,
      logicKey: node.logicKey,
      chain: node.chain,
      relation: action.relation,
      runId: work.runId,
    };
  });
  if (rows.length === 0) return new Map();
  const { id: projectId } = await session.project();
  const audit = {
    who: await session.actor(),
    what: "versions.registered",
    subject: `run ${work.runId}`,
    why: null,
    details: { count: rows.length },
  };
  const versions = await registerVersions(
    await session.db(),
    rows.map((row) => ({ ...row, projectId })),
    audit,
  );
  return new Map(versions.map((version) => [version.node, version]));
}

/** What is not proven ready is dropped before dbt sees it (a half-built incremental would be continued); copies are taken. */
async function prepareStore(work: BuildWork, builds: BuildAction[], snapshots: SnapshotAction[]): Promise<void> {
  const { warehouse, signal } = work;
  await warehouse.endOrphans(await applicationName(work.session, work.environment));
  if (builds.length > 0) await clear(work, builds);
  for (const action of builds) {
    if (action.cloneFrom === null) continue;
    checkSignal(signal);
    await warehouse.cloneTable(action.cloneFrom, action.relation);
  }
  for (const action of snapshots) await takeOver(work, action);
  for (const action of snapshots) {
    if (action.copy === null) continue;
    checkSignal(signal);
    const [copied] = await warehouse.inspect([action.copy]);
    if (!copied) await warehouse.cloneTable(action.relation, action.copy);
  }
}

/**
 * Drops what stands where these will be built, with every other version that was never finished (it may read one of them). What could not
 * be dropped is read by somebody: dbt would drop it with all that reads it, published views included.
 */
async function clear({ session, warehouse, plan }: BuildWork, builds: BuildAction[]): Promise<void> {
  const { id: projectId } = await session.project();
  const search = { warehouse: warehouse.identity, projectId, states: ["building" as const, "failed" as const] };
  const unfinished = (await listVersions(await session.db(), search)).map((version) => version.relation);
  const relations = builds.map((action) => action.relation);
  const kept = new Set(plan.nodes.map((node) => relationText(node.relation)));
  const rubbish = unfinished.filter((relation) => !kept.has(relationText(relation)));
  const left = await sharing(warehouse, async () => {
    await warehouse.dropRelations([...relations, ...rubbish]);
    return warehouse.inspect(relations);
  });
  if (left[0])
    throw new AppError("conflict", say("flow.in_the_way", { name: relationText(left[0].relation) }), {
      hint: say("flow.in_the_way_hint"),
    });
}

/** A snapshot's history exists nowhere else: what plain dbt kept is copied before the first run, once. */
async function takeOver(work: BuildWork, action: SnapshotAction): Promise<void> {
  if (action.seed === null) return;
  const [there] = await work.warehouse.inspect([action.relation]);
  if (!there) await work.warehouse.cloneTable(action.seed, action.relation);
}

/** Columns and sizes of what was built, read back from the warehouse: a version that is not really there is not ready. */
async function describeVersions(work: BuildWork, versions: Map<NodeId, Version>, rows: ResultRow[]): Promise<void> {
  const db = await work.session.db();
  const proven = rows.filter((row) => row.status === "success" && versions.has(row.uniqueId));
  const relations = proven.map((row) => versions.get(row.uniqueId)!.relation);
  const facts = await work.warehouse.inspect(relations, { sizes: true });
  const byName = new Map(facts.map((fact) => [relationText(fact.relation), fact]));
  const timings: { node: NodeId; buildMs: number }[] = [];
  for (const row of proven) {
    const version = versions.get(row.uniqueId)!;
    const fact = byName.get(relationText(version.relation));
    if (!fact) await markVersionFailed(db, version, "the relation is missing after the build");
    else {
      const { columns, rowsEstimate, sizeBytes } = fact;
      await describeVersion(db, version, { columns, rows: rowsEstimate, sizeBytes });
      versions.set(row.uniqueId, { ...version, columns });
      timings.push({ node: row.uniqueId, buildMs: row.executionMs });
    }
  }
  await recordNodeTimings(
    db,
    work.runId,
    timings.map((one) => ({ ...one, warehouse: work.warehouse.identity })),
  );
}

/** Nodes below `id` among the planned ones: what a failure keeps from being built. */
export function holdsBack(manifest: Manifest, ids: NodeId[], planned: Set<NodeId>): NodeId[] {
  const held = new Set(ids.filter((id) => planned.has(id)));
  const order = [...planned];
  for (let grew = true; grew; ) {
    grew = false;
    for (const id of order)
      if (!held.has(id) && physicalParents(manifest, id).some((parent) => held.has(parent))) {
        held.add(id);
        grew = true;
      }
  }
  return [...held].sort();
}
