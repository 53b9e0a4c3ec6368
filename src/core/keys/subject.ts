// What a node hands to the analysis: its texts, the macros dbt will look up for it, and what its kind alone says about its class.
import { say } from "../../text/catalogue.ts";
import type { ManifestFunction, ManifestNode } from "../project/manifest.ts";
import { hookTexts } from "./config.ts";
import { templateStrings } from "./facts.ts";
import type { MacroMap } from "./macros.ts";
import type { ClassInput } from "./volatile.ts";

/** Anything that gets a key. */
export type KeyedNode = ManifestNode | ManifestFunction;

/** Texts and names that a node or test is made of. */
export interface Subject {
  file: string;
  /** The node's main text. */
  code: string;
  python: boolean;
  /** Hooks, strings of the config, test arguments: rendered by dbt when it runs. */
  strings: string[];
  /** Hooks that may write to the node's own relation count for its class. */
  hooks: string[];
  /** Names of macros that dbt looks up: materialization, strategies. */
  names: string[];
  recorded: readonly string[];
}

/** A model, seed, snapshot or function. */
export function nodeSubject(node: KeyedNode, config: Record<string, unknown>, macros: MacroMap): Subject {
  const hooks = hookTexts(config);
  return {
    file: node.original_file_path,
    code: node.raw_code,
    python: node.language === "python",
    strings: [...hooks, ...templateStrings(config)],
    hooks,
    names: lookedUpNames(node, macros),
    recorded: node.depends_on.macros ?? [],
  };
}

const materializedAs = (node: KeyedNode): string =>
  String(node.config.materialized ?? (node.resource_type === "model" ? "view" : node.resource_type));

/** Names that dbt makes at run time and looks up among the macros. */
function lookedUpNames(node: KeyedNode, macros: MacroMap): string[] {
  const { incremental_strategy: incremental, strategy } = node.config;
  return [
    ...macros.materializationNames(materializedAs(node)),
    ...(typeof incremental === "string"
      ? [incremental, `get_incremental_${incremental.replaceAll("+", "_")}_sql`]
      : []),
    ...(typeof strategy === "string" ? [strategy, `snapshot_${strategy}_strategy`] : []),
  ];
}

/** Python, a materialization of the project's own, microbatch: no text needs to be read for these. */
export function givenClass(node: KeyedNode, macros: MacroMap): ClassInput["given"] {
  const name = materializedAs(node);
  const custom = macros.materializationNames(name).some((macro) => macros.isCustom(macro));
  return [
    ...(node.language === "python" ? [{ klass: "opaque" as const, text: say("key.opaque_python") }] : []),
    ...(custom ? [{ klass: "opaque" as const, text: say("key.opaque_materialization", { name }) }] : []),
    ...(node.config.incremental_strategy === "microbatch"
      ? [{ klass: "volatile" as const, text: say("key.volatile_microbatch") }]
      : []),
  ];
}

/** Fields outside the config that shape content: arguments and result of functions. */
export function extraFields(node: KeyedNode): Record<string, unknown> {
  const { arguments: args, returns } = node as ManifestFunction;
  return node.resource_type === "function" ? { arguments: args ?? [], returns: returns ?? null } : {};
}
