// What stands for data in keys: tokens of sources, of files that models read, and salts where nothing stands for it.

import type { NodeFacts } from "../../core/keys/key.ts";
import type { Token, TokenRequest } from "../../core/keys/token.ts";
import { isBuildable, physicalParents } from "../../core/project/graph.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import type { NodeId } from "../../core/project/relation.ts";
import { mainDatabase } from "../../core/project/support.ts";
import { type FileToken, type FileTokenRequest, fileTokens } from "../../warehouse/file-tokens.ts";
import { withCheckout } from "./ingest.ts";
import type { InputWork } from "./inputs.ts";
import { withMaker } from "./own-source.ts";

export interface Gathered {
  tokens: Record<NodeId, Token>;
  files: FileToken[];
  untrackedFiles: string[];
}

/** Salts are renewed by a refresh and stand otherwise; sources are read anew except where a hand-over pins them. */
export async function gatherTokens(work: InputWork, facts: Map<NodeId, NodeFacts>): Promise<Gathered> {
  const { salt } = work;
  const tokens: Record<NodeId, Token> = {};
  const sources = await sourceTokens(work, facts, salt);
  for (const [id, token] of sources.tokens) tokens[id] = token;
  const files = await nodeFileTokens(work, facts, salt);
  for (const fact of facts.values()) {
    const own = files.tokens.get(fact.node) ?? [];
    if (fact.klass !== "pure") own.push(saltToken(work, fact, salt));
    const [first] = own;
    if (first) tokens[fact.node] = own.length === 1 ? first : combineTokens(own);
  }
  const all = [...sources.files, ...files.files];
  return { tokens, files: all, untrackedFiles: untracked(work, all) };
}

function saltToken(work: InputWork, fact: NodeFacts, salt: string): Token {
  const value = work.kind === "refresh" ? salt : (saltOf(work.pinned[fact.node]) ?? salt);
  const why = fact.reasons[0]?.text;
  return {
    kind: "salt",
    confidence: "none",
    value,
    detail: "",
    readAt: work.session.ctx.clock.now().toISOString(),
    ...(why ? { why } : {}),
  };
}

/** The salt inside a token, alone or combined with others. */
function saltOf(token: Token | undefined): string | undefined {
  if (!token) return undefined;
  if (token.kind === "salt") return token.value;
  return token.kind === "combined" ? /(?:^|\|)salt=([^|]*)/.exec(token.value)?.[1] : undefined;
}

function combineTokens(tokens: Token[]): Token {
  const weakest =
    tokens.find((token) => token.confidence === "none") ??
    tokens.find((token) => token.confidence === "monotone") ??
    tokens[0]!;
  return {
    ...weakest,
    kind: "combined",
    value: tokens.map((token) => `${token.kind}=${token.value}`).join("|"),
    detail: tokens
      .map((token) => token.detail)
      .filter(Boolean)
      .join(", "),
  };
}

async function sourceTokens(
  work: InputWork,
  facts: Map<NodeId, NodeFacts>,
  salt: string,
): Promise<{ tokens: Map<NodeId, Token>; files: FileToken[] }> {
  const { manifest } = work.ingested;
  const found = new Map<NodeId, Token>();
  const hidden = [...facts.values()].flatMap((fact) => fact.sources);
  const sources = [...new Set([...readSources(manifest), ...hidden])].sort();
  const pinned = (id: NodeId) => (work.keepSources && !work.fresh.has(id) ? work.pinned[id] : undefined);
  const external = sources.filter((id) => externalLocation(manifest, id) !== null);
  const requests = sources.filter((id) => !external.includes(id) && !pinned(id)).map((id) => tokenRequest(work, id));
  const tokens = await work.warehouse.readTokens(requests, salt).catch((error: unknown) => {
    throw withMaker(manifest, error);
  });
  for (const [index, { node }] of requests.entries()) found.set(node, standing(work, node, tokens[index]!));
  const files = await tokensOfFiles(
    work,
    external.map((node) => ({ node, pattern: externalLocation(manifest, node)! })),
    salt,
  );
  for (const [index, node] of external.entries()) found.set(node, standing(work, node, files[index]!.token));
  for (const id of sources) found.set(id, pinned(id) ?? found.get(id)!);
  return { tokens: found, files };
}

/** Files of the commit come from its checkout, which must stand at that commit while they are read. */
async function tokensOfFiles(work: InputWork, requests: FileTokenRequest[], salt: string): Promise<FileToken[]> {
  if (requests.length === 0) return [];
  const { session, environment, ingested } = work;
  return withCheckout(session, environment, { sha: ingested.stored.commit }, (projectDir) =>
    fileTokens(requests, [projectDir, session.place.root], salt, session.ctx.clock),
  );
}

/** Where nothing stands for the data, the salt of the live release stays until a refresh. */
function standing(work: InputWork, id: NodeId, token: Token): Token {
  const pinned = work.pinned[id];
  return token.confidence === "none" && work.kind !== "refresh" && pinned?.confidence === "none"
    ? { ...token, value: pinned.value }
    : token;
}

/** Sources that buildable nodes or tests read, sorted. */
export function readSources(manifest: Manifest): NodeId[] {
  const read = new Set<NodeId>();
  for (const node of Object.values(manifest.nodes))
    if (isBuildable(node) || node.resource_type === "test")
      for (const parent of physicalParents(manifest, node.unique_id)) if (manifest.sources[parent]) read.add(parent);
  return [...read].sort();
}

/** dbt-duckdb: a source that is a file, with `{name}` and `{identifier}` filled in as the adapter does; else null. */
export function externalLocation(manifest: Manifest, id: NodeId): string | null {
  const source = manifest.sources[id];
  const meta = (source?.config.meta ?? source?.meta ?? {}) as Record<string, unknown>;
  const location =
    meta.external_location ??
    source?.config.external_location ??
    source?.meta?.external_location ??
    source?.source_meta?.external_location;
  if (!source || typeof location !== "string") return null;
  return location.replaceAll("{name}", source.name).replaceAll("{identifier}", source.identifier).replace(/^'|'$/g, "");
}

function tokenRequest(work: InputWork, id: NodeId): TokenRequest {
  const source = work.ingested.manifest.sources[id]!;
  const main = mainDatabase(work.ingested.manifest);
  return {
    node: id,
    relation: { schema: source.schema, name: source.identifier },
    database: source.database && source.database !== main ? source.database : null,
    loadedAtField: source.loaded_at_field ?? null,
    loadedAtQuery: source.loaded_at_query ?? null,
  };
}

async function nodeFileTokens(
  work: InputWork,
  facts: Map<NodeId, NodeFacts>,
  salt: string,
): Promise<{ tokens: Map<NodeId, Token[]>; files: FileToken[] }> {
  const requests = [...facts.values()].flatMap((fact) =>
    fact.filePatterns.map((pattern) => ({ node: fact.node, pattern })),
  );
  const files = await tokensOfFiles(work, requests, salt);
  const tokens = new Map<NodeId, Token[]>();
  files.forEach((result, index) => {
    const { node } = requests[index]!;
    tokens.set(node, [...(tokens.get(node) ?? []), standing(work, node, result.token)]);
  });
  return { tokens, files };
}

/** Files found in the user's own folder, because the commit has none of that name. */
function untracked(work: InputWork, files: FileToken[]): string[] {
  const own = files.filter((file) => file.fromFolder === work.session.place.root);
  return [...new Set(own.flatMap((file) => file.files))].sort();
}
