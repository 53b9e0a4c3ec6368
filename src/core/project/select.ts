// dbt's node selection for whole nodes: names, paths, tags and the like with graph operators. What it cannot read is an error, never "all".
import { AppError } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import { say } from "../../text/catalogue.ts";
import { isBuildable, physicalParents } from "./graph.ts";
import type { Manifest, ManifestExposure, ManifestNode, ManifestSource, ManifestUnitTest } from "./manifest.ts";
import type { NodeId } from "./relation.ts";
import { shortName } from "./store-name.ts";

interface Selectable {
  id: NodeId;
  name: string;
  fqn: string[];
  path: string;
  packageName: string;
  resourceType: string;
  tags: string[];
  config: Record<string, unknown>;
  access: string | null;
  /** Of a generic test: `unique`. */
  testName?: string | null;
}

/**
 * Ids of buildable nodes that a selector names: blank = union, comma = intersection, `+name`, `2+name`, `name+1`, `@name`,
 * methods `tag: path: file: source: resource_type: config.x: package: group: access: fqn:`, `*` wildcards; as in dbt a word with `/` is a path. AppError `not_found` naming the nearest when a
 * part matches nothing; `invalid` for a method that Slipway does not read (dbt's `state:`, `result:` and the like).
 */
export function selectNodes(manifest: Manifest, selector: string): Set<NodeId> {
  const found = selectIn({ manifest, all: selectables(manifest) }, selector);
  return new Set([...found].filter((id) => manifest.nodes[id]).sort());
}

/** A graph to select in, several times. */
export interface Selection {
  manifest: Manifest;
  all: Selectable[];
  /** As dbt has it, ephemeral models and exposures among its nodes; otherwise the graph of relations. */
  whole?: boolean;
  /** Made when an operator first asks for them. */
  edges?: Edges;
  /** What each test looks at. */
  tests?: { id: NodeId; tested: NodeId[] }[];
}

/** What dbt's own commands select from. Besides the methods above `test_name:`, `test_type:`, `unit_test:` and `exposure:`. */
export const selectionOf = (manifest: Manifest): Selection => ({
  manifest,
  whole: true,
  all: [...selectables(manifest), ...ephemerals(manifest), ...selectableTests(manifest), ...exposures(manifest)],
});

/** Ids that a selector names among all that the selection holds; errors as of `selectNodes`. */
export function selectIn(selection: Selection, selector: string): Set<NodeId> {
  const found = new Set<NodeId>();
  for (const part of selector.split(/\s+/).filter(Boolean)) {
    const sets = part.split(",").map((criterion) => withTests(matchCriterion(criterion, selection), selection));
    const common = sets.reduce((left, right) => left.intersection(right));
    for (const id of common) found.add(id);
  }
  return found;
}

/** As in dbt a criterion stands for the tests of what it names, too: `orders,test_type:data` are the data tests of orders. */
function withTests(found: Set<NodeId>, selection: Selection): Set<NodeId> {
  if (!selection.whole) return found;
  const { manifest } = selection;
  selection.tests ??= selection.all
    .filter((one) => one.resourceType === "test" || one.resourceType === "unit_test")
    .map(({ id }) => ({ id, tested: (manifest.nodes[id] ?? manifest.unit_tests[id])?.depends_on.nodes ?? [] }));
  const tests = selection.tests.filter(({ tested }) => tested.some((id) => found.has(id)));
  return new Set([...found, ...tests.map(({ id }) => id)]);
}

function selectables(manifest: Manifest): Selectable[] {
  const nodes = Object.values(manifest.nodes)
    .filter(isBuildable)
    .map((node) => ({ ...selectable(node), name: node.name }));
  const sources = Object.values(manifest.sources).map((source) => ({
    ...selectable(source),
    name: `${source.source_name}.${source.name}`,
    resourceType: "source",
  }));
  return [...nodes, ...sources];
}

const ephemerals = (manifest: Manifest): Selectable[] =>
  Object.values(manifest.nodes)
    .filter((node) => node.resource_type === "model" && !isBuildable(node))
    .map(selectable);

const exposures = (manifest: Manifest): Selectable[] => Object.values(manifest.exposures ?? {}).map(selectable);

function selectableTests(manifest: Manifest): Selectable[] {
  const data = Object.values(manifest.nodes)
    .filter((node) => node.resource_type === "test")
    .map((node) => ({ ...selectable(node), testName: node.test_metadata?.name ?? null }));
  const units = Object.values(manifest.unit_tests).map((test) => ({ ...selectable(test), resourceType: "unit_test" }));
  return [...data, ...units];
}

const selectable = (one: ManifestNode | ManifestSource | ManifestUnitTest | ManifestExposure): Selectable => ({
  id: one.unique_id,
  name: one.name,
  fqn: one.fqn,
  path: one.original_file_path,
  packageName: one.package_name,
  resourceType: one.resource_type,
  tags: tagsOf("tags" in one ? one.tags : one.config.tags),
  config: one.config,
  access: "access" in one && typeof one.access === "string" ? one.access : null,
});

const tagsOf = (tags: unknown): string[] => (Array.isArray(tags) ? tags.map(String) : tags ? [String(tags)] : []);

interface Edges {
  up: Map<NodeId, NodeId[]>;
  down: Map<NodeId, NodeId[]>;
}

function graphEdges({ manifest, all, whole = false }: Selection): Edges {
  const written = (id: NodeId): NodeId[] =>
    (manifest.nodes[id] ?? manifest.unit_tests[id] ?? manifest.exposures[id])?.depends_on.nodes ?? [];
  const parentsOf = ({ id, resourceType }: Selectable): NodeId[] => {
    if (resourceType === "source") return [];
    return whole ? written(id) : physicalParents(manifest, id);
  };
  const up = new Map(all.map((one) => [one.id, parentsOf(one)]));
  const down = new Map<NodeId, NodeId[]>();
  for (const [id, parents] of up)
    for (const parent of parents) {
      const list = down.get(parent);
      if (list) list.push(id);
      else down.set(parent, [id]);
    }
  return { up, down };
}

const CRITERION = /^(@)?(?:(\d*)(\+))?(?:([a-z_.]+):)?(.+?)(?:(\+)(\d*))?$/;

function matchCriterion(criterion: string, selection: Selection): Set<NodeId> {
  const { all } = selection;
  const parts = CRITERION.exec(criterion);
  const [, at, upDepth, up, method, value, down, downDepth] = parts ?? [];
  if (!parts || value === undefined) throw new AppError("invalid", say("plan.selector_bad", { selector: criterion }));
  const matched = all.filter((one) => matches(one, method ?? usualMethod(value), value)).map((one) => one.id);
  if (matched.length === 0) throw nothingMatches(criterion, value, method, all);
  const found = new Set(matched);
  if (!down && !up && !at) return found;
  selection.edges ??= graphEdges(selection);
  const { edges } = selection;
  if (down || at) walk(edges.down, matched, downDepth, found);
  if (up) walk(edges.up, matched, upDepth, found);
  if (at) walk(edges.up, [...found], undefined, found);
  return found;
}

/** Of a word without a method, as dbt takes it. */
function usualMethod(value: string): string {
  if (value.includes("/")) return "path";
  return /\.(sql|py|csv)$/i.test(value) ? "file" : "fqn";
}

function walk(edges: Map<NodeId, NodeId[]>, from: NodeId[], depth: string | undefined, found: Set<NodeId>): void {
  let level = from;
  for (let left = depth ? Number(depth) : Number.POSITIVE_INFINITY; left > 0 && level.length > 0; left -= 1) {
    level = [...new Set(level.flatMap((id) => edges.get(id) ?? []))];
    level = level.filter((id) => !found.has(id) || depth !== undefined);
    for (const id of level) found.add(id);
  }
}

function nothingMatches(criterion: string, value: string, method: string | undefined, all: Selectable[]): AppError {
  const names = method === "tag" ? all.flatMap((one) => one.tags) : all.map((one) => one.name);
  const near = nearest(value, [...new Set(names)]);
  return new AppError("not_found", say("plan.selector_empty", { selector: criterion }), {
    hint: near === null ? say("plan.selector_empty_hint") : say("plan.selector_near", { near }),
  });
}

const METHODS: Record<string, (one: Selectable, value: RegExp, raw: string) => boolean> = {
  fqn: (one, value) =>
    value.test(one.name) ||
    value.test(shortName(one.id)) ||
    one.id === value.source ||
    value.test(one.fqn.join(".")) ||
    one.fqn
      .slice(0, -1)
      .some(
        (_, index) =>
          value.test(one.fqn.slice(1, index + 1).join(".")) || value.test(one.fqn.slice(0, index + 1).join(".")),
      ),
  tag: (one, value) => one.tags.some((tag) => value.test(tag)),
  path: (one, value, raw) => value.test(one.path) || one.path.startsWith(raw.endsWith("/") ? raw : `${raw}/`),
  file: (one, value) =>
    value.test(one.path.split("/").at(-1) ?? "") ||
    value.test((one.path.split("/").at(-1) ?? "").replace(/\.[^.]*$/, "")),
  source: (one, value) =>
    one.resourceType === "source" && (value.test(one.name) || value.test(one.name.split(".")[0] ?? "")),
  resource_type: (one, value) => value.test(one.resourceType),
  package: (one, value) => value.test(one.packageName),
  group: (one, value) => value.test(String(one.config.group ?? "")),
  access: (one, value) => value.test(one.access ?? ""),
  exposure: (one, value) => one.resourceType === "exposure" && value.test(one.name),
  unit_test: (one, value) => one.resourceType === "unit_test" && value.test(one.name),
  test_name: (one, value) => value.test(one.testName ?? ""),
  test_type: (one, value) => testTypes(one).some((type) => value.test(type)),
};

function testTypes({ resourceType, testName }: Selectable): string[] {
  if (resourceType === "unit_test") return ["unit"];
  if (resourceType !== "test") return [];
  return ["data", testName === null || testName === undefined ? "singular" : "generic"];
}

function matches(one: Selectable, method: string, value: string): boolean {
  const pattern = new RegExp(`^${value.split("*").map(escapeRegExp).join(".*")}$`, "u");
  if (method.startsWith("config.")) return configMatches(one.config, method.slice("config.".length), pattern);
  const matcher = METHODS[method];
  if (!matcher)
    throw new AppError("invalid", say("plan.selector_method", { method }), {
      hint: say("plan.selector_method_hint", { methods: Object.keys(METHODS).join(" ") }),
    });
  return matcher(one, pattern, value);
}

function configMatches(config: Record<string, unknown>, path: string, pattern: RegExp): boolean {
  let value: unknown = config;
  for (const key of path.split("."))
    value = value !== null && typeof value === "object" ? (value as Record<string, unknown>)[key] : undefined;
  return (Array.isArray(value) ? value : [value]).some((item) => item !== undefined && pattern.test(String(item)));
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
