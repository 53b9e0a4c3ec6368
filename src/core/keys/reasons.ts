// Why a node is built: the differences between two sets of key components, put into a few words, the most telling first. Pure.
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { REASON_NAMES_MAX } from "../limits.ts";
import type { NodeId } from "../project/relation.ts";
import { shortName } from "../project/store-name.ts";
import type { ClassReason, ExplainLine, KeyComponents } from "./types.ts";

export interface ReasonFacts {
  /** Key format of the new key. */
  format: number;
  /** Why the node is volatile or opaque; [] for a pure one. */
  volatile: ClassReason[];
}

type Reader = (lines: ExplainLine[], facts: ReasonFacts) => Text[];

const inputs =
  (prefix: string): Reader =>
  (lines) => [say("plan.reason_inputs", { names: names(lines, (item) => `${prefix}${item}`) })];

/** Every component of a key, in the order in which people want to hear of them. A new component does not compile without an entry. */
const READERS: Record<keyof KeyComponents, Reader> = {
  forced: (lines) => (lines.some((line) => line.after !== null) ? [say("plan.reason_forced")] : []),
  format: (_, { format }) => [say("plan.reason_format", { format })],
  resourceType: () => [say("plan.reason_config")],
  language: () => [say("plan.reason_code")],
  code: () => [say("plan.reason_code")],
  seed: () => [say("plan.reason_seed")],
  contract: () => [say("plan.reason_columns")],
  config: (lines) =>
    lines.some((line) => line.item)
      ? [say("plan.reason_config_of", { names: names(lines) })]
      : [say("plan.reason_config")],
  macros: (lines) => [say("plan.reason_macros", { names: names(lines, shortName) })],
  vars: inputs("var "),
  env: inputs("env "),
  target: inputs("target."),
  flags: inputs("flag "),
  visible: inputs(""),
  extra: () => [say("plan.reason_config")],
  hooks: () => [say("plan.reason_hooks")],
  engine: () => [say("plan.reason_engine")],
  sources: (lines) => [say("plan.reason_inputs", { names: names(lines, sourceName) })],
  token: (_, { volatile }) => [volatile[0]?.text ?? say("plan.reason_files")],
  state: () => [say("plan.reason_state")],
  parents: (lines) => {
    const [data, nodes] = [lines.filter(isSourceLine), lines.filter((line) => !isSourceLine(line))];
    if (data.length > 0) return [say("plan.reason_tokens", { names: names(data, sourceName) })];
    return nodes.length > 0 ? [say("plan.reason_parents", { names: names(nodes, shortName) })] : [];
  },
  base: () => [say("plan.reason_base")],
  node: () => [say("plan.reason_new")],
};

/** Said only where nothing else is: what is above changed, so this did. */
const FOLLOWS: ReadonlySet<keyof KeyComponents> = new Set(["parents", "base"]);

/**
 * The differences as reasons. Parents are named only when nothing more telling is there (new data of a source always counts); an
 * increment's base only when even no parent changed. [] when nothing differs.
 */
export function reasonsOf(lines: readonly ExplainLine[], facts: ReasonFacts): Text[] {
  const changed = lines.filter((line) => line.status !== "same");
  const own: Text[] = [];
  const following: Text[] = [];
  for (const component of Object.keys(READERS) as (keyof KeyComponents)[]) {
    const here = changed.filter((line) => line.component === component);
    if (here.length === 0) continue;
    const data = component === "parents" && here.some(isSourceLine);
    (FOLLOWS.has(component) && !data ? following : own).push(...READERS[component](here, facts));
  }
  return own.length > 0 ? own : following.slice(0, 1);
}

/** True when something of the node's own changed, not only what it is built from. */
export const hasOwnChange = (lines: readonly ExplainLine[]): boolean =>
  lines.some(
    (line) =>
      line.status !== "same" && (!FOLLOWS.has(line.component) || (line.component === "parents" && isSourceLine(line))),
  );

const isSourceLine = (line: ExplainLine): boolean =>
  line.component === "parents" && (line.item ?? "").startsWith("source.");

/** `source.shop.raw.payments` -> `raw.payments`. */
export const sourceName = (id: NodeId): string => id.split(".").slice(2).join(".") || id;

/** At most REASON_NAMES_MAX of them, then `..`. */
function names(lines: ExplainLine[], show: (item: string) => string = (item) => item): string[] {
  const all = lines.flatMap((line) => (line.item === null ? [] : [show(line.item)]));
  return firstNames(all);
}

export const firstNames = (all: string[]): string[] =>
  all.length > REASON_NAMES_MAX ? [...all.slice(0, REASON_NAMES_MAX), ".."] : all;
