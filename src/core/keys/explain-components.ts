// Build keys as people read them: the stored components of two keys joined into a few named groups, with what changed in each. Pure.
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { REASON_NAMES_MAX } from "../limits.ts";
import type { NodeId } from "../project/relation.ts";
import { shortName } from "../project/store-name.ts";
import type { KeyComponentView } from "../views/plan.ts";
import { firstNames, sourceName } from "./reasons.ts";
import type { Token } from "./token.ts";
import type { ExplainLine, KeyComponents } from "./types.ts";

/** Where a changed part stands in the user's files; lines count from 1. */
export interface Place {
  file: string | null;
  line: number | null;
}

export interface ExplainFacts {
  before: KeyComponents | null;
  after: KeyComponents;
  /** All differences between them; [] when there is no earlier key. */
  lines: readonly ExplainLine[];
  tokens: Record<NodeId, Token>;
  /** For a changed parent: nodes above whose own change it follows. */
  causes: ReadonlyMap<NodeId, NodeId[]>;
  place: (line: ExplainLine) => Place;
}

interface Group {
  name: string;
  components: (keyof KeyComponents)[];
  /** Shown though there is nothing in it: people look for it. */
  always?: boolean;
  /** Only some items of its components. */
  items?: (item: string) => boolean;
}

const isSource = (id: string): boolean => id.startsWith("source.");

/** Every component is in a group; `parents` holds sources as well, which people look for by themselves. */
const GROUPS: Group[] = [
  { name: "code", components: ["code", "language", "resourceType", "node"], always: true },
  { name: "seed", components: ["seed"] },
  { name: "macros", components: ["macros"], always: true },
  { name: "config", components: ["config", "contract", "visible", "extra"], always: true },
  { name: "vars", components: ["vars"], always: true },
  { name: "env", components: ["env"], always: true },
  { name: "target", components: ["target", "flags"] },
  { name: "engine", components: ["engine", "format"], always: true },
  { name: "hooks", components: ["hooks"] },
  { name: "parents", components: ["parents", "base", "state"], always: true, items: (item) => !isSource(item) },
  { name: "sources", components: ["sources", "parents"], items: isSource },
  { name: "files", components: ["token"] },
  { name: "forced", components: ["forced"] },
];

/** The groups in a fixed order; those that are empty on both sides are left out, except the ones everybody looks for. */
export function explainComponents(facts: ExplainFacts): KeyComponentView[] {
  return GROUPS.flatMap((group) => {
    const [before, after] = [facts.before && groupValue(facts.before, group), groupValue(facts.after, group)];
    if (!group.always && !before && !after) return [];
    const lines = facts.lines.filter((line) => inGroup(line, group) && line.status !== "same");
    return [
      {
        name: group.name,
        state: stateOf(facts, before, after, lines),
        summary: summaryOf(group, facts, lines),
        value: after ?? before,
        changes: lines.map((line) => changeOf(line, shortName(facts.after.node), facts.place(line))),
      },
    ];
  });
}

function inGroup(line: ExplainLine, group: Group): boolean {
  if (!group.components.includes(line.component)) return false;
  return !group.items || line.component !== "parents" || line.item === null || group.items(line.item);
}

function stateOf(
  facts: ExplainFacts,
  before: string | null,
  after: string | null,
  lines: ExplainLine[],
): KeyComponentView["state"] {
  if (facts.before === null) return "new";
  if (lines.length === 0) return "same";
  if (!before && after) return "new";
  return before && !after ? "removed" : "changed";
}

/** The whole value as text: code as it is, everything else one `name: value` per line. Null when empty. */
function groupValue(components: KeyComponents, group: Group): string | null {
  const parts = group.components.flatMap((name) => {
    if (name === "node" || name === "resourceType" || name === "language") return [];
    return valueText(name, components[name], group);
  });
  return parts.length === 0 ? null : parts.join("\n");
}

function valueText(name: keyof KeyComponents, value: unknown, group: Group): string[] {
  if (value === null || value === undefined || value === "") return [];
  if (name === "macros")
    return Object.entries(value as KeyComponents["macros"]).map(
      ([id, macro]) => `${id} (${macro.file}): ${macro.hash.slice(0, 10)}`,
    );
  if (typeof value === "string") return name === "code" ? [value] : [`${name}: ${value}`];
  if (Array.isArray(value)) return value.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
  if (typeof value !== "object") return [`${name}: ${String(value)}`];
  return Object.entries(value)
    .filter(([item]) => name !== "parents" || !group.items || group.items(item))
    .map(([item, inner]) => `${item}: ${typeof inner === "string" ? inner : JSON.stringify(inner)}`);
}

/** Null where the changes themselves say it: what, where and how. */
function summaryOf(group: Group, facts: ExplainFacts, lines: ExplainLine[]): Text | null {
  if (group.name === "sources") return sourcesSummary(facts);
  if (group.name === "forced") return say("plan.reason_forced");
  const items = lines.flatMap((line) => (line.item === null ? [] : [itemName(line)]));
  if (items.length === 0) return null;
  const names = firstNames(items).join(", ");
  if (group.name !== "parents") return items.length > REASON_NAMES_MAX ? say("views.names", { names }) : null;
  const roots = new Set(lines.flatMap((line) => facts.causes.get(line.item ?? "") ?? []).map(shortName));
  for (const item of items) roots.delete(item);
  return roots.size === 0
    ? say("views.names", { names })
    : say("views.because", { names, causes: firstNames([...roots].sort()).join(", ") });
}

/** What stands for the data of each source: `raw.payments, last row 2026-11-20 05:58`. */
function sourcesSummary({ after, tokens }: ExplainFacts): Text | null {
  const details = Object.keys(after.parents)
    .filter(isSource)
    .map((id) => [sourceName(id), tokens[id]?.detail ?? ""].filter(Boolean).join(", "));
  return details.length === 0 ? null : say("views.names", { names: firstNames(details).join("; ") });
}

function changeOf(line: ExplainLine, node: string, place: Place): KeyComponentView["changes"][number] {
  // Keys of parents and values of tokens say nothing to people.
  if (line.component === "parents" || line.component === "base") return { what: itemName(line), ...place, diff: [] };
  const marks = { same: " ", add: "+", remove: "-" } as const;
  const whole = [
    ...(line.before === null ? [] : [{ mark: "-" as const, text: line.before }]),
    ...(line.after === null ? [] : [{ mark: "+" as const, text: line.after }]),
  ];
  return {
    what: line.component === "code" ? node : itemName(line),
    ...place,
    diff: line.diff.length > 0 ? line.diff.map(({ kind, text }) => ({ mark: marks[kind], text })) : whole,
  };
}

function itemName(line: ExplainLine): string {
  if (line.item === null) return line.component;
  if (isSource(line.item)) return sourceName(line.item);
  return line.component === "macros" || line.component === "parents" ? shortName(line.item) : line.item;
}
