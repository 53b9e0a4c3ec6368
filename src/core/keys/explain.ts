// Why a node is rebuilt or reused: two sets of key components side by side. Data without language.
import { canonicalJson } from "../../lib/hash.ts";
import type { DiffLine, ExplainLine, KeyComponents } from "./types.ts";

/** In the order in which people look for the reason. */
const ORDER: (keyof KeyComponents)[] = [
  "code",
  "config",
  "contract",
  "macros",
  "vars",
  "env",
  "target",
  "flags",
  "visible",
  "seed",
  "sources",
  "parents",
  "token",
  "state",
  "hooks",
  "extra",
  "engine",
  "base",
  "forced",
  "language",
  "resourceType",
  "node",
  "format",
];
const BY_ITEM = new Set<keyof KeyComponents>([
  "config",
  "macros",
  "vars",
  "env",
  "target",
  "flags",
  "visible",
  "sources",
  "parents",
  "engine",
  "extra",
]);
const DIFF_LINES_MAX = 2000;
const CONTEXT_LINES = 2;

/** One line per component, and per item where a component has several. `before` null: the node has never been built. */
export function explainKey(before: KeyComponents | null, after: KeyComponents): ExplainLine[] {
  return ORDER.flatMap((component) => {
    const [was, is] = [before?.[component], after[component]];
    return BY_ITEM.has(component)
      ? explainItems(component, was, is)
      : explainValue(component, null, was, is, before !== null);
  });
}

function explainItems(component: keyof KeyComponents, was: unknown, is: unknown): ExplainLine[] {
  const [before, after] = [asRecord(was), asRecord(is)];
  const items = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return items.flatMap((item) => explainValue(component, item, before[item], after[item], item in before));
}

const asRecord = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};

function explainValue(
  component: keyof KeyComponents,
  item: string | null,
  was: unknown,
  is: unknown,
  had: boolean,
): ExplainLine[] {
  const [before, after] = [had ? shownText(was) : null, is === undefined ? null : shownText(is)];
  if (isNothing(was) && isNothing(is)) return [];
  const status = before === after ? "same" : before === null ? "added" : after === null ? "removed" : "changed";
  const diff = status === "changed" && isLong(before, after) ? diffLines(before ?? "", after ?? "") : [];
  return [{ component, item, status, before, after, diff }];
}

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

const isLong = (before: string | null, after: string | null): boolean =>
  [before, after].some((text) => (text ?? "").length > 60 || text?.includes("\n"));

/** Macros show their text, other values themselves. */
function shownText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value !== null && typeof value === "object" && "text" in value && "hash" in value) return String(value.text);
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join("\n");
  return canonicalJson(value ?? null);
}

/**
 * Lines removed and added, with two neighbours each side. Canonical texts are one long line, so these are cut at commas and
 * clauses first. Very long texts show everything as removed and added.
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [readableLines(before), readableLines(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const middle = middleDiff(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const same = (lines: string[]): DiffLine[] => lines.map((text) => ({ kind: "same", text }));
  return [
    ...same(a.slice(Math.max(0, start - CONTEXT_LINES), start)),
    ...middle,
    ...same(a.slice(a.length - end).slice(0, CONTEXT_LINES)),
  ];
}

const CLAUSE =
  / (?=(?:from|where|group by|order by|having|limit|union|left join|right join|inner join|full join|cross join|join|select|with|qualify|window|\{%)\b| ?\{%)/gi;

const readableLines = (text: string): string[] =>
  text.includes("\n") ? text.split("\n") : text.replace(CLAUSE, "\n").replace(/ ?, /g, ",\n").split("\n");

/** Longest common subsequence of lines. */
function middleDiff(a: string[], b: string[]): DiffLine[] {
  if (a.length * b.length > DIFF_LINES_MAX ** 2)
    return [
      ...a.map((text): DiffLine => ({ kind: "remove", text })),
      ...b.map((text): DiffLine => ({ kind: "add", text })),
    ];
  const lengths = lcsLengths(a, b);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: "same", text: a[i] as string });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!))
      lines.push({ kind: "remove", text: a[i++] as string });
    else lines.push({ kind: "add", text: b[j++] as string });
  }
  return lines;
}

function lcsLengths(a: string[], b: string[]): Uint32Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      rows[i]![j] = a[i] === b[j] ? rows[i + 1]![j + 1]! + 1 : Math.max(rows[i + 1]![j]!, rows[i]![j + 1]!);
  return rows;
}
