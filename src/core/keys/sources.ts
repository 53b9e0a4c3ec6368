// Sources that a node's code names, whether dbt recorded them or not: `{% if execute %}{{ source(..) }}` is read but not recorded.
import { say } from "../../text/catalogue.ts";
import type { Manifest } from "../project/manifest.ts";
import type { NodeId } from "../project/relation.ts";
import { once, type TemplateFacts } from "./facts.ts";
import type { Finding } from "./findings.ts";
import type { JinjaToken } from "./jinja.ts";

export interface SourceCalls {
  /** `source name` and `table name` of each literal call. */
  pairs: [string, string][];
  /** Where a name is computed. */
  computed: number[];
}

/** Code behind these runs only when the node is built, after dbt has recorded what it reads. */
const RUN_ONLY = ["execute", "is_incremental", "should_full_refresh", "flags", "builtins", "context"];

/** Every `source(..)` of a template. */
export function sourceCalls({ tags }: TemplateFacts): SourceCalls {
  const calls: SourceCalls = { pairs: [], computed: [] };
  for (const { chunk } of tags)
    for (const [i, token] of chunk.tokens.entries()) {
      if (token.kind !== "name" || token.text !== "source" || !isCall(chunk.tokens, i)) continue;
      const pair = literalPair(chunk.tokens, i + 2);
      if (pair) calls.pairs.push(pair);
      else calls.computed.push(token.start);
    }
  return calls;
}

function isCall(tokens: readonly JinjaToken[], at: number): boolean {
  const owner = tokens[at - 1]?.text === "." ? tokens[at - 2]?.text : "builtins";
  return tokens[at + 1]?.text === "(" && (owner === "builtins" || owner === "context");
}

function literalPair(tokens: readonly JinjaToken[], at: number): [string, string] | null {
  const [first, comma, second, end] = tokens.slice(at, at + 4);
  const literal = first?.kind === "string" && comma?.text === "," && second?.kind === "string" && end?.text === ")";
  return literal ? [first.value, second.value] : null;
}

/** Ids of the sources that are named by literals, sorted. */
export function namedSources(templates: readonly TemplateFacts[], manifest: Manifest): NodeId[] {
  const wanted = new Set(
    templates.flatMap((facts) => once(facts, "sources", sourceCalls).pairs.map((pair) => pair.join("\0"))),
  );
  if (wanted.size === 0) return [];
  const named = Object.values(manifest.sources).filter(({ source_name, name }) =>
    wanted.has([source_name, name].join("\0")),
  );
  return named.map(({ unique_id }) => unique_id).sort();
}

/** True when code could run that dbt did not run while it recorded the node's parents. */
export const hasRunOnlyCode = (templates: readonly TemplateFacts[]): boolean =>
  templates.some(({ words }) => RUN_ONLY.some((word) => words.has(word)));

/** A computed name in a node with run-only code: nobody can say which source that will be. */
export const computedSourceFindings = (facts: TemplateFacts): Finding[] =>
  sourceCalls(facts).computed.map((start) => ({ klass: "opaque", text: say("key.opaque_computed_source"), start }));
