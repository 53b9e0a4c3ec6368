// What goes into build keys and what comes out: plain data. No disk, no environment, no time.
import type { Where } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import type { Chosen, Wanted } from "../plan/choose.ts";
import type { Manifest } from "../project/manifest.ts";
import type { NodeId } from "../project/relation.ts";
import type { Token } from "./token.ts";

/**
 * Part of every key. A new number gives every node a new key once; the plan then says "key format 2" instead of changing
 * the meaning of stored keys in silence.
 */
export const KEY_FORMAT = 1;

/** `pure`: equal inputs, equal content. `volatile`: time, chance, session. `opaque`: reads something nobody can see from here. */
export type NodeClass = "pure" | "volatile" | "opaque";

/** One finding that makes a node volatile or opaque, with its place in the user's file. */
export interface ClassReason {
  klass: Exclude<NodeClass, "pure">;
  text: Text;
  where: Where;
}

/** The engine that builds. Everything here is part of every key. */
export interface KeyEngine {
  dbtVersion: string;
  adapterType: string;
  adapterVersion: string;
  libraryVersion: string | null;
  /** Only what can change content (extensions, settings, attached databases), never a secret, path of the main database or schema. */
  profileFields: Record<string, unknown>;
  /** Of dbt_project.yml, what can change content: `dispatch`, `flags`, `quoting`. */
  projectFields?: Record<string, unknown>;
}

/** Values of dbt's `var()`. Where the layers disagree dbt's order is: cli, then project, then the packages' own. */
export interface KeyVars {
  /** `vars:` of the root dbt_project.yml (or vars.yml) as it is written, package blocks included. */
  project: Record<string, unknown>;
  /** Each package's own `vars:` by package name. */
  packages: Record<string, Record<string, unknown>>;
  /** `--vars`, and what slipway.yml gives the environment. */
  cli: Record<string, unknown>;
}

/** The live version of a node in the environment that is planned. */
export interface KeyBase {
  key: string;
  plainKey: string;
  logicKey: string;
  chain: string[];
}

export interface KeyInput {
  manifest: Manifest;
  /** Fields of dbt's `target` variable for the manifest's target: name, schema, database, type, threads, ... */
  targetValues: Record<string, unknown>;
  vars: KeyVars;
  /** Values of dbt's `flags` that differ between runs; a name that is absent counts as unset. */
  flags?: Record<string, unknown>;
  /** Values that `env_var()` can see in dbt's process; a name that is absent has no value. */
  env: Record<string, string>;
  engine: KeyEngine;
  /** SHA-256 of each seed's raw bytes. Every seed must be here. */
  seedHashes: Record<NodeId, string>;
  /**
   * Sources: what stands for their data. Volatile and opaque nodes: a salt that a refresh renews. Nodes with `filePatterns`: the
   * content of those files. A node that needs both: one token made of both.
   */
  tokens: Record<NodeId, Token>;
  /** Stands for the environment's own snapshot relation; constant while that relation lives (not per write). */
  snapshotStates?: Record<NodeId, string>;
  /** `--full-refresh`: a salt per node that shall be built anew whatever exists. */
  forced: Record<NodeId, string>;
  /** The live version of each node, where there is one. */
  bases: Record<NodeId, KeyBase | null>;
  /** Picks an existing version for a node (see choose.ts). Without it: the base, when its inputs are equal. Never asked for forced nodes. */
  choose?: (wanted: Wanted) => Chosen | null;
}

/** A macro as a component of a key. `hash` is of `text`, the form that counts: canonical where that is safe, else exact. */
export interface MacroComponent {
  file: string;
  hash: string;
  text: string;
}

/** Everything that went into a key, by name; each explainable. Secrets are shown as a short fingerprint. */
export interface KeyComponents {
  format: number;
  node: string;
  resourceType: string;
  language: string;
  /** Canonical or exact text; "" for seeds. */
  code: string;
  config: Record<string, unknown>;
  /** By unique_id. Macros of dbt and its adapter are covered by `engine`. */
  macros: Record<string, MacroComponent>;
  vars: Record<string, unknown>;
  env: Record<string, unknown>;
  target: Record<string, unknown>;
  flags: Record<string, unknown>;
  /** Published schema and name, descriptions and tags, where the code can see them; else empty. */
  visible: Record<string, unknown>;
  engine: Record<string, unknown>;
  /** Columns and constraints of an enforced contract, in order; else null. */
  contract: unknown;
  /** Arguments and result of functions; else empty. */
  extra: Record<string, unknown>;
  /** Hash of a seed's bytes. */
  seed: string | null;
  /** `on-run-start` and `on-run-end` texts. */
  hooks: string[];
  /** Sources by id: relation and what else of the source is read. */
  sources: Record<NodeId, unknown>;
  /** Direct parents by id: their key (sources: their token's value). Ephemeral ones too. */
  parents: Record<NodeId, string>;
  /** The node's own token (files, salt), else null. */
  token: string | null;
  /** Snapshot state, else null. */
  state: string | null;
  /** Key of the version this one is incremented from, else null. */
  base: string | null;
  /** Salt of `--full-refresh`, else null. */
  forced: string | null;
}

/** What is known of a node before any token is read. */
export interface NodeFacts {
  node: NodeId;
  klass: NodeClass;
  reasons: ClassReason[];
  /** Files it reads: paths or globs as written, relative to dbt's file search path. Needs a token when not empty. */
  filePatterns: string[];
  /** Sources it reads, also those that dbt did not record (behind `{% if execute %}`). Each needs a token. */
  sources: NodeId[];
}

export interface NodeKey extends NodeFacts {
  /** 10 characters of `fullKey`: physical identity, part of the store name. */
  key: string;
  fullKey: string;
  /** Identity of the inputs. Several versions may share one (forced rebuilds, chains of increments). */
  plainKey: string;
  /** Identity of the code, config and engine, of this node and of all above it; no data. */
  logicKey: string;
  mode: "full" | "increment";
  /** True when an existing version was chosen: nothing to build. */
  existing: boolean;
  /** Keys this one was incremented from, newest first. */
  chain: string[];
  components: KeyComponents;
}

/** Identity of a test result: same key, same outcome. */
export interface TestKey {
  test: NodeId;
  key: string;
  /** False when the outcome may change though the key does not (volatile, opaque, unknown token): run it again. */
  reusable: boolean;
  klass: NodeClass;
  reasons: ClassReason[];
  components: Record<string, unknown>;
}

/** One line of `--explain`; language-free. */
export interface ExplainLine {
  component: keyof KeyComponents;
  /** Which macro, variable, parent, config field; null for the component as a whole. */
  item: string | null;
  status: "same" | "changed" | "added" | "removed";
  before: string | null;
  after: string | null;
  /** For texts: changed lines with their neighbours. */
  diff: DiffLine[];
}

export interface DiffLine {
  kind: "same" | "add" | "remove";
  text: string;
}
