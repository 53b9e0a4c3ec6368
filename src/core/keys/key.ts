// Build keys: one per node, made of everything that can change its content and nothing else. Pure.
import { AppError } from "../../lib/error.ts";
import { canonicalJson, sha256 } from "../../lib/hash.ts";
import { say } from "../../text/catalogue.ts";
import type { Chosen } from "../plan/choose.ts";
import type { Manifest } from "../project/manifest.ts";
import type { NodeId } from "../project/relation.ts";
import { Analysis, type AnalysisInput, type OwnPart } from "./analysis.ts";
import type { KeyedNode } from "./subject.ts";
import { computeTestKeys } from "./tests.ts";
import {
  KEY_FORMAT,
  type KeyBase,
  type KeyComponents,
  type KeyInput,
  type NodeFacts,
  type NodeKey,
  type TestKey,
} from "./types.ts";

export { explainKey } from "./explain.ts";
export * from "./types.ts";

const KEY_CHARACTERS = 10;
const KEYED_TYPES = new Set(["model", "seed", "snapshot"]);

/**
 * Reads the texts of a manifest once, for `nodeFacts`, `computeKeys` and `testKeys` of that very input. The manifest must stay as
 * it is meanwhile.
 */
export const analyse = (input: AnalysisInput): Analysis => new Analysis(input);

/** Class, reasons and files of every model, seed, snapshot and function: says which tokens `computeKeys` will need. */
export function nodeFacts(input: AnalysisInput, analysis = analyse(input)): Map<NodeId, NodeFacts> {
  return new Map(keyedNodes(input.manifest).map((node) => [node.unique_id, analysis.node(node).facts]));
}

/**
 * Keys of every model (ephemeral ones too), seed, snapshot and function, parents first. Throws AppError `internal` when a seed's
 * hash or a needed token is not given: a key without it would claim too much.
 */
export function computeKeys(input: KeyInput, analysis = analyse(input)): Map<NodeId, NodeKey> {
  const keys = new Map<NodeId, NodeKey>();
  for (const node of parentsFirst(input.manifest))
    keys.set(node.unique_id, nodeKey(node, analysis.node(node), input, keys));
  return keys;
}

/** Keys of data tests and unit tests. */
export function testKeys(
  input: KeyInput,
  keys: ReadonlyMap<NodeId, NodeKey>,
  analysis = analyse(input),
): Map<NodeId, TestKey> {
  return computeTestKeys(analysis, input, keys);
}

/** True when the node's key needs a token of its own. */
export const needsToken = ({ klass, filePatterns }: NodeFacts): boolean => klass !== "pure" || filePatterns.length > 0;

function keyedNodes(manifest: Manifest): KeyedNode[] {
  const nodes = Object.values(manifest.nodes).filter(({ resource_type }) => KEYED_TYPES.has(resource_type));
  return [...nodes, ...Object.values(manifest.functions ?? {})].sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1));
}

function parentsFirst(manifest: Manifest): KeyedNode[] {
  const nodes = new Map(keyedNodes(manifest).map((node) => [node.unique_id, node]));
  const order: KeyedNode[] = [];
  const entered = new Set<NodeId>();
  const stack = [...nodes.keys()].reverse().map((id) => ({ id, leave: false }));
  for (let step = stack.pop(); step; step = stack.pop()) {
    const node = nodes.get(step.id) as KeyedNode;
    if (step.leave) order.push(node);
    if (step.leave || entered.has(step.id)) continue;
    entered.add(step.id);
    stack.push({ id: step.id, leave: true });
    for (const id of node.depends_on.nodes ?? [])
      if (nodes.has(id) && !entered.has(id)) stack.push({ id, leave: false });
  }
  return order;
}

function nodeKey(node: KeyedNode, own: OwnPart, input: KeyInput, keys: ReadonlyMap<NodeId, NodeKey>): NodeKey {
  const id = node.unique_id;
  const seed = node.resource_type === "seed" ? seedHash(id, input) : null;
  const parents = parentsOf(node, own.facts.sources, input, keys);
  const logicKey = sha256(canonicalJson([KEY_FORMAT, own.hash, seed, parents.logic]));
  const token = needsToken(own.facts) ? tokenValue(id, input) : null;
  const state = node.resource_type === "snapshot" ? (input.snapshotStates?.[id] ?? null) : null;
  const plainKey = sha256(canonicalJson([KEY_FORMAT, own.hash, seed, parents.data, token, state]));
  const identity = identify(node, { plainKey, logicKey }, input);
  const components: KeyComponents = {
    ...own.components,
    seed,
    parents: parents.shown,
    token,
    state,
    base: identity.base,
    forced: input.forced[id] ?? null,
  };
  const { fullKey, key, mode, existing, chain } = identity;
  return { ...own.facts, fullKey, key, plainKey, logicKey: identity.logicKey, mode, existing, chain, components };
}

interface Parents {
  logic: [NodeId, string][];
  data: [NodeId, ...string[]][];
  shown: Record<NodeId, string>;
}

function parentsOf(
  node: KeyedNode,
  sources: readonly NodeId[],
  input: KeyInput,
  keys: ReadonlyMap<NodeId, NodeKey>,
): Parents {
  const parents: Parents = { logic: [], data: [], shown: {} };
  for (const id of [...new Set([...(node.depends_on.nodes ?? []), ...sources])].sort()) {
    const parent = keys.get(id);
    if (parent) {
      const latest = latestVersion(id, node, input.manifest);
      parents.logic.push([id, parent.logicKey + latest]);
      parents.data.push([id, parent.key, parent.plainKey + latest]);
      parents.shown[id] = parent.key + latest;
    } else if (input.manifest.sources[id]) {
      const token = tokenValue(id, input);
      parents.data.push([id, token]);
      parents.shown[id] = token;
    }
  }
  return parents;
}

/** A ref() without a version means the latest one: which that is belongs to the key. */
function latestVersion(parent: NodeId, node: KeyedNode, manifest: Manifest): string {
  const { version, latest_version: latest, name } = manifest.nodes[parent] ?? {};
  if (version === null || version === undefined) return "";
  const open = (node.refs ?? []).some(
    (ref) => ref.name === name && (ref.version === null || ref.version === undefined),
  );
  return open ? ` (latest ${latest})` : "";
}

interface Identity {
  /** Of the version that stands for the node: other than wanted when `--select` left the node as it was. */
  logicKey: string;
  fullKey: string;
  key: string;
  base: string | null;
  mode: NodeKey["mode"];
  existing: boolean;
  chain: string[];
}

/** Which version stands for these inputs: an existing one, an increment of the live one, or a new one. */
function identify(
  node: KeyedNode,
  { plainKey, logicKey }: { plainKey: string; logicKey: string },
  input: KeyInput,
): Identity {
  const id = node.unique_id;
  const forced = input.forced[id] ?? null;
  const materialized = String(node.config.materialized ?? node.resource_type);
  const live = input.bases[id] ?? null;
  const wanted = { node: id, resourceType: node.resource_type, materialized, plainKey, logicKey };
  const chosen = forced !== null ? null : input.choose ? input.choose(wanted) : unchangedBase(live, plainKey);
  if (chosen) {
    const base = chosen.chain[0] ?? null;
    return {
      logicKey: chosen.logicKey ?? logicKey,
      fullKey: sha256(canonicalJson([chosen.key, plainKey])),
      key: chosen.key,
      base,
      mode: base ? "increment" : "full",
      existing: true,
      chain: chosen.chain,
    };
  }
  const grows =
    node.resource_type === "snapshot" ? live !== null : materialized === "incremental" && live?.logicKey === logicKey;
  const base = grows && forced === null ? (live as KeyBase) : null;
  const fullKey = sha256(canonicalJson([plainKey, base?.key ?? null, forced]));
  const chain = base ? [base.key, ...base.chain] : [];
  return {
    logicKey,
    fullKey,
    key: fullKey.slice(0, KEY_CHARACTERS),
    base: base?.key ?? null,
    mode: base ? "increment" : "full",
    existing: false,
    chain,
  };
}

const unchangedBase = (live: KeyBase | null, plainKey: string): Chosen | null =>
  live?.plainKey === plainKey ? { key: live.key, chain: live.chain } : null;

function seedHash(id: NodeId, input: KeyInput): string {
  const hash = input.seedHashes[id];
  if (hash === undefined) throw new AppError("internal", say("key.seed_hash_missing", { node: id }));
  return hash;
}

function tokenValue(id: NodeId, input: KeyInput): string {
  const token = input.tokens[id];
  if (token === undefined) throw new AppError("internal", say("key.token_missing", { node: id }));
  return `${token.kind}:${token.value}`;
}
