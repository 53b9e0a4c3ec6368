// Finds the line of a YAML file on which a failing test was declared: dbt's manifest names the file only. Pure.
import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

export interface DeclaredTest {
  /** Model, seed, snapshot or table of a source; of a unit test its own name. */
  subject: string;
  /** Of a table its source: two of them may have one of that name. Null: a node. */
  source?: string | null;
  column: string | null;
  /** `unique`, `dbt_utils.accepted_range`; null: a unit test. */
  test: string | null;
}

/**
 * The line, from 1, of the declaration; of the column, or of the subject, where the test itself is not found (a macro may have been
 * named through an anchor); null when the file does not name the subject or is no YAML.
 */
export function testLine(text: string, wanted: DeclaredTest): number | null {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, logLevel: "silent" });
  const line = (node: Node | null): number | null => (node?.range ? counter.linePos(node.range[0]).line : null);
  const subject = subjectOf(document.contents, wanted);
  if (!subject) return null;
  if (wanted.test === null) return line(subject);
  const column = wanted.column === null ? null : named(child(subject, "columns"), wanted.column);
  const declared = declaration(column ?? subject, wanted.test) ?? declaration(subject, wanted.test);
  return line(declared) ?? line(column) ?? line(subject);
}

function subjectOf(root: unknown, { subject, source, test }: DeclaredTest): YAMLMap | null {
  if (!isMap(root)) return null;
  if (test === null) return named(root.get("unit_tests", true), subject);
  const sources = root.get("sources", true);
  if (source) return named(child(named(sources, source) ?? root, "tables"), subject);
  const tables = items(sources).map((one) => child(one, "tables"));
  const lists = [...["models", "seeds", "snapshots"].map((key) => root.get(key, true)), ...tables];
  for (const list of lists) {
    const found = named(list, subject);
    if (found) return found;
  }
  return null;
}

function declaration(owner: YAMLMap, test: string): Node | null {
  for (const list of [child(owner, "data_tests"), child(owner, "tests")]) {
    const found = isSeq(list) ? list.items.find((item) => nameOf(item) === test) : undefined;
    if (found) return found as Node;
  }
  return null;
}

/** `- unique`, `- accepted_values: {..}` or `- {test_name: unique, name: ..}`. */
function nameOf(item: unknown): string | null {
  if (isScalar(item)) return String(item.value);
  if (!isMap(item)) return null;
  const explicit = item.get("test_name");
  const first = item.items[0];
  if (typeof explicit === "string") return explicit;
  return isPair(first) && isScalar(first.key) ? String(first.key.value) : null;
}

const child = (owner: YAMLMap, key: string): unknown => owner.get(key, true);
const items = (list: unknown): YAMLMap[] => (isSeq(list) ? (list as YAMLSeq).items.filter((item) => isMap(item)) : []);
const named = (list: unknown, name: string): YAMLMap | null =>
  items(list).find((item) => String(item.get("name")) === name) ?? null;
