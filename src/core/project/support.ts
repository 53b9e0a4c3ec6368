// What Slipway cannot build yet: named with its reason, so that the plan stops instead of building something wrong in silence.
import type { Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { EnvironmentConfig } from "../config/config.ts";
import type { Plan } from "../plan/plan.ts";
import { otherGrants } from "./dressing.ts";
import { isBuildable } from "./graph.ts";
import type { Manifest, ManifestNode } from "./manifest.ts";
import { type NodeId, type Relation, relationText } from "./relation.ts";

const MATERIALIZATIONS = new Set(["table", "view", "incremental", "ephemeral", "seed", "snapshot"]);

/** Nodes of kinds that are not supported yet, one problem each, in order of id. */
export function unsupportedNodes(manifest: Manifest): Problem[] {
  const problems: Problem[] = [];
  for (const node of Object.values(manifest.nodes)) {
    const kind = unsupportedKind(node);
    if (kind !== null) problems.push(unsupported(node.unique_id, kind, node.original_file_path));
  }
  for (const fn of Object.values(manifest.functions ?? {}))
    problems.push(unsupported(fn.unique_id, "function", fn.original_file_path));
  return problems.sort((a, b) => ((a.node ?? "") < (b.node ?? "") ? -1 : 1));
}

function unsupportedKind(node: ManifestNode): string | null {
  if (node.resource_type !== "model") return null;
  if (node.language === "python") return "Python model";
  const pointer = node.config.latest_version_pointer as { enabled?: boolean } | null | undefined;
  if (pointer?.enabled === true) return "latest_version_pointer";
  const materialized = String(node.config.materialized ?? "view");
  if (!MATERIALIZATIONS.has(materialized)) return `materialization '${materialized}'`;
  if (materialized === "incremental" && node.config.incremental_strategy === "microbatch") return "microbatch";
  return null;
}

const unsupported = (node: NodeId, kind: string, file: string): Problem => ({
  code: "unsupported",
  severity: "error",
  message: say("plan.unsupported", { node, kind }),
  node,
  where: { file },
  hint: say("plan.unsupported_hint"),
});

/**
 * Where plain dbt would put each buildable node: the names consumers know. Problems: two nodes with one name (equal ignoring case
 * where the warehouse ignores it), names longer than the warehouse allows.
 */
export function publishedNames(
  manifest: Manifest,
  warehouse: "duckdb" | "postgres",
): { names: Map<NodeId, Relation>; problems: Problem[] } {
  const names = new Map<NodeId, Relation>();
  const taken = new Map<string, NodeId>();
  const problems: Problem[] = [];
  const nodes = Object.values(manifest.nodes).filter(isBuildable);
  for (const node of nodes.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))) {
    const relation = { schema: node.schema, name: node.alias };
    names.set(node.unique_id, relation);
    const id = warehouse === "duckdb" ? relationText(relation).toLowerCase() : relationText(relation);
    const other = taken.get(id);
    if (other === undefined) taken.set(id, node.unique_id);
    else problems.push(nameTaken(node, other, relationText(relation)));
    if (warehouse === "postgres") problems.push(...tooLong(node));
  }
  return { names, problems };
}

const nameTaken = (node: ManifestNode, other: NodeId, name: string): Problem => ({
  code: "name_taken",
  severity: "error",
  message: say("plan.name_taken", { node: node.unique_id, other, name }),
  node: node.unique_id,
  where: { file: node.original_file_path },
  hint: say("plan.name_taken_hint"),
});

/** PostgreSQL cuts names after 63 bytes in silence, so two long names could become one. */
function tooLong(node: ManifestNode): Problem[] {
  const long = [node.schema, node.alias].filter((name) => Buffer.byteLength(name) > 63);
  return long.map((name) => ({
    code: "name_too_long",
    severity: "error" as const,
    message: say("plan.name_too_long", { node: node.unique_id, name, bytes: Buffer.byteLength(name) }),
    node: node.unique_id,
    where: { file: node.original_file_path },
    hint: say("plan.name_too_long_hint"),
  }));
}

/** Settings of slipway.yml that are read but do not work yet: better a stop than a promise not kept. */
export function unsupportedSettings(environment: EnvironmentConfig): Problem[] {
  const asked = [
    ...(environment.publish === "table" ? ["publish: table"] : []),
    ...(environment.forward.length === 0 ? [] : ["forward"]),
  ];
  return asked.map((setting) => settingProblem(environment, setting));
}

/** `require_tests`: what is to be published without any test is refused. */
export function untestedPlan(environment: EnvironmentConfig, plan: Plan): Problem[] {
  const publishes = plan.actions.some((action) => action.kind !== "reuse" && action.kind !== "test");
  if (!environment.requireTests || !publishes || plan.actions.some((action) => action.kind === "test")) return [];
  const message = say("plan.no_tests", { environment: environment.name });
  return [{ code: "no_tests", severity: "error", message, hint: say("plan.no_tests_hint") }];
}

/** A consumers' file is made of a DuckDB file, beside it. `warehouse`: its identity; `file`: absolute path of the replica. */
export function replicaProblems(environment: EnvironmentConfig, warehouse: string, file: string): Problem[] {
  if (environment.replica === null) return [];
  const needsFile = !warehouse.startsWith("duckdb:");
  if (!needsFile && warehouse !== `duckdb:${file}`) return [];
  const message = needsFile
    ? say("replica.needs_duckdb", { environment: environment.name })
    : say("replica.same_file", { environment: environment.name, file });
  const hint = say(needsFile ? "replica.needs_duckdb_hint" : "replica.same_file_hint");
  return [{ code: "replica", severity: "error", message, where: { file: "slipway.yml" }, hint }];
}

const settingProblem = (environment: EnvironmentConfig, setting: string): Problem => ({
  code: "unsupported_setting",
  severity: "error",
  message: say("plan.unsupported_setting", { setting, environment: environment.name }),
  where: { file: "slipway.yml" },
  hint: say("plan.unsupported_setting_hint"),
});

/** Grants besides select: published names are views, and a consumer who may write to a view writes to a shared version. */
export function unsupportedGrants(manifest: Manifest): Problem[] {
  return Object.values(manifest.nodes)
    .filter((node) => isBuildable(node) && otherGrants(node).length > 0)
    .sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
    .map((node) => ({
      code: "unsupported_grant",
      severity: "error" as const,
      message: say("plan.unsupported_grant", { node: node.unique_id, privileges: otherGrants(node).join(", ") }),
      node: node.unique_id,
      where: { file: node.original_file_path },
      hint: say("plan.unsupported_grant_hint"),
    }));
}

/** The one database that nodes are built in: the one most of them name. */
export function mainDatabase(manifest: Manifest): string | null {
  const counts = new Map<string, number>();
  for (const node of Object.values(manifest.nodes).filter(isBuildable))
    if (node.database) counts.set(node.database, (counts.get(node.database) ?? 0) + 1);
  const [most] = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return most?.[0] ?? null;
}

/** Nodes that the project sends to another database: everything of an environment is published in one. */
export function otherDatabases(manifest: Manifest): Problem[] {
  const main = mainDatabase(manifest);
  return Object.values(manifest.nodes)
    .filter((node) => isBuildable(node) && node.database != null && node.database !== main)
    .sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
    .map((node) => unsupported(node.unique_id, `database '${node.database}'`, node.original_file_path));
}
