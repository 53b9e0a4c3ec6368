// manifest -> keys: gathers everything that goes into build keys (values, seeds, tokens) and computes them.

import type { EnvironmentConfig } from "../../core/config/config.ts";
import {
  analyse,
  computeKeys,
  type KeyBase,
  type KeyInput,
  type NodeFacts,
  type NodeKey,
  nodeFacts,
  type TestKey,
  testKeys,
} from "../../core/keys/key.ts";
import type { Token } from "../../core/keys/token.ts";
import { chooseVersion, type KnownVersion, type Wanted } from "../../core/plan/choose.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import type { NodeId } from "../../core/project/relation.ts";
import type { ReleaseNode, RunKind } from "../../core/records.ts";
import { canonicalJson, sha256 } from "../../lib/hash.ts";
import { redact } from "../../lib/redact.ts";
import type { FileToken } from "../../warehouse/file-tokens.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import { keyedEnv } from "../secrets/declared-env.ts";
import type { Session } from "../session/session.ts";
import type { Reading } from "../session/warm.ts";
import type { Ingested } from "./ingest.ts";
import { gatherTokens } from "./tokens.ts";

export interface InputWork {
  session: Session;
  environment: EnvironmentConfig;
  warehouse: Warehouse;
  ingested: Pick<Ingested, "manifest" | "derived" | "stored">;
  kind: RunKind;
  /** Of this attempt. */
  salt: string;
  live: ReleaseNode[];
  /** Tokens that stand: those of the live release (salts inside one change) or of a release that is handed over. */
  pinned: Record<NodeId, Token>;
  /** Hand-over: pinned tokens stand for sources as well; `fresh` names those that are read anew. */
  keepSources: boolean;
  fresh: Set<NodeId>;
  ready: KnownVersion[];
  /** Hand-over: the release's own versions, by node. */
  preferred: Map<NodeId, string>;
  /** Full-refresh salts per node. */
  forced: Record<NodeId, string>;
  /** Nodes left as they are in the live release (`--select`). */
  excluded: Set<NodeId>;
}

export interface Keyed {
  keys: Map<NodeId, NodeKey>;
  tests: Map<NodeId, TestKey>;
  tokens: Record<NodeId, Token>;
  facts: Map<NodeId, NodeFacts>;
  /** Data files that models read which are not tracked by the commit. */
  untrackedFiles: string[];
  /** Every data file that models or sources read. */
  files: FileToken[];
}

type KeyBaseInput = Omit<KeyInput, "tokens" | "seedHashes" | "forced" | "bases">;

export async function keyNodes(work: InputWork): Promise<Keyed> {
  const base = await baseInput(work);
  const analysis = analysisOf(work, base);
  const facts = nodeFacts(base, analysis);
  const { tokens, untrackedFiles, files } = await gatherTokens(work, facts);
  const live = new Map(work.live.map((node) => [node.node, node]));
  const input: KeyInput = {
    ...base,
    tokens,
    seedHashes: work.ingested.derived.seedHashes,
    forced: work.forced,
    bases: basesOf(live),
    choose: (wanted) => {
      const was = live.get(wanted.node);
      if (work.excluded.has(wanted.node) && was) return { key: was.key, chain: was.chain, logicKey: was.logicKey };
      const ready = byNode(work.ready, wanted.node);
      return preferredVersion(work, wanted, ready) ?? chooseVersion(wanted, was, ready, work.kind);
    },
  };
  const keys = computeKeys(input, analysis);
  return { keys, tests: testKeys(input, keys, analysis), tokens, facts, untrackedFiles, files };
}

const analyses = new WeakMap<Manifest, Reading>();

/**
 * What is found out about a manifest stays true while all else it depends on is the same. A server keeps manifests from run to run, and
 * takes over from the last commit's what the next one has unchanged.
 */
function analysisOf({ session, environment }: InputWork, base: KeyBaseInput): Reading["analysis"] {
  const { manifest, snapshotStates: _, ...rest } = base;
  const input = sha256(canonicalJson(rest));
  const known = analyses.get(manifest);
  if (known?.input === input) return known.analysis;
  const analysis = analyse(base);
  const last = session.warm?.readings.get(environment.name);
  if (last?.input === input) analysis.adopt(last.analysis);
  const reading = { input, analysis };
  analyses.set(manifest, reading);
  session.warm?.readings.set(environment.name, reading);
  return analysis;
}

/** A hand-over serves what was verified: the release's own version, except where an environment keeps a chain or history of its own. */
function preferredVersion(work: InputWork, wanted: Wanted, ready: KnownVersion[]): KnownVersion | undefined {
  const key = work.preferred.get(wanted.node);
  if (key === undefined || wanted.materialized === "incremental" || wanted.resourceType === "snapshot")
    return undefined;
  return ready.find((version) => version.key === key && version.plainKey === wanted.plainKey);
}

function basesOf(live: Map<NodeId, ReleaseNode>): Record<NodeId, KeyBase | null> {
  return Object.fromEntries(
    [...live].map(([id, { key, plainKey, logicKey, chain }]) => [id, { key, plainKey, logicKey, chain }]),
  );
}

const indexes = new WeakMap<KnownVersion[], Map<NodeId, KnownVersion[]>>();

function byNode(ready: KnownVersion[], node: NodeId): KnownVersion[] {
  let index = indexes.get(ready);
  if (!index) {
    index = Map.groupBy(ready, (version) => version.node);
    indexes.set(ready, index);
  }
  return index.get(node) ?? [];
}

async function baseInput(work: InputWork): Promise<KeyBaseInput> {
  const { session, environment, ingested } = work;
  const profile = await session.profile(environment);
  const { stored, manifest, derived } = ingested;
  const output = redact(profile.output, profile.secretKeys) as Record<string, unknown>;
  return {
    manifest,
    targetValues: {
      ...output,
      name: environment.target,
      target_name: environment.target,
      profile_name: profile.profileName,
    },
    vars: { project: derived.projectVars, packages: derived.packageVars, cli: environment.vars },
    env: await keyedEnv(session, environment),
    engine: {
      dbtVersion: stored.dbtVersion,
      adapterType: stored.adapterType,
      adapterVersion: stored.adapterVersion,
      libraryVersion: stored.libraryVersion,
      profileFields: contentFields(output),
      projectFields: derived.projectFields,
    },
    snapshotStates: await snapshotStates(work),
  };
}

/** Profile fields that say where and who, not what: they never change a relation's content by themselves. */
const PLACE_FIELDS = new Set([
  "schema",
  "threads",
  "path",
  "database",
  "dbname",
  "host",
  "port",
  "user",
  "connect_timeout",
  "retries",
  "keepalives_idle",
  "sslmode",
  "sslcert",
  "sslkey",
  "sslrootcert",
  "application_name",
  "type",
]);

function contentFields(output: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(output).filter(([key, value]) => !PLACE_FIELDS.has(key) && value !== "***"));
}

async function snapshotStates(work: InputWork): Promise<Record<NodeId, string>> {
  const state = `${await work.session.installation()}/${work.session.place.name}/${work.environment.name}`;
  const snapshots = Object.values(work.ingested.manifest.nodes).filter((node) => node.resource_type === "snapshot");
  return Object.fromEntries(snapshots.map((node) => [node.unique_id, state]));
}
