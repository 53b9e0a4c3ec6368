// A source that does not exist yet because a node of the same project makes it (often a seed): says so, and what to write instead.
import { isBuildable } from "../../core/project/graph.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";

const MISSING = new Set(["duckdb.missing_source", "postgres.source_missing"]);

/** The error as it came, with a better hint where the missing table is one that the project itself publishes. */
export function withMaker(manifest: Manifest, error: unknown): unknown {
  if (!(error instanceof AppError) || !MISSING.has(error.text.id)) return error;
  const source = manifest.sources[String((error.text.params as { node?: unknown }).node)];
  const maker = Object.values(manifest.nodes).find(
    (node) => isBuildable(node) && node.schema === source?.schema && (node.alias ?? node.name) === source?.identifier,
  );
  if (!maker || !source) return error;
  const hint = say("flow.source_is_node", {
    kind: maker.resource_type,
    name: maker.name,
    source: `source('${source.source_name}', '${source.name}')`,
  });
  return new AppError(error.code, error.text, { ...error.details, hint });
}
