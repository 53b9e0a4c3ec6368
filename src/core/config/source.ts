// slipway.yml as text: reads YAML with positions, so that every problem can name its line, column and excerpt.
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";
import type { Problem, Where } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { ALIASES_MAX, CONFIG_BYTES_MAX } from "./limits.ts";

export type Path = readonly PropertyKey[];

export interface Source {
  /** The plain value; undefined when `problems` has errors. */
  value: unknown;
  problems: Problem[];
  /** Where a value (or with `key`, its key) stands. The nearest parent when it is not written there itself. */
  where(path: Path, key?: boolean): Where;
  /** The characters of a scalar as typed (`1.10` stays `1.10`), or null. */
  written(path: Path): string | null;
}

/** Reads YAML; never throws. `file` is the name people see. */
export function readSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text.slice(0, CONFIG_BYTES_MAX), {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
  });
  const at = (offset: number): Where => {
    const { line, col } = lines.linePos(offset);
    const start = lines.lineStarts[line - 1] ?? 0;
    const excerpt = text.slice(start).split(/\r?\n/, 1)[0]!.trimEnd();
    return { file, line, column: Math.max(1, col), excerpt };
  };
  const problems = syntaxProblems(document, text, at);
  const read = problems.length > 0 ? { value: undefined, problems } : plainValue(document, at, file);
  return {
    ...read,
    where: (path, key = false) => {
      const offset = offsetOf(document, path, key);
      return offset === null ? { file } : at(offset);
    },
    written: (path) => {
      const node = nodeAt(document, path);
      return isScalar(node) ? (node.source ?? String(node.value)) : null;
    },
  };
}

function syntaxProblems(document: Document, text: string, at: (offset: number) => Where): Problem[] {
  if (text.length > CONFIG_BYTES_MAX)
    return [problem("too_large", say("config.too_large", { bytes: CONFIG_BYTES_MAX }), at(0))];
  return document.errors.map((error) =>
    error.code === "DUPLICATE_KEY"
      ? problem("duplicate_key", say("config.duplicate_key", { key: wordAt(text, error.pos[0]) }), at(error.pos[0]))
      : problem("not_yaml", say("config.not_yaml", { message: error.message }), at(error.pos[0])),
  );
}

function plainValue(
  document: Document,
  at: (offset: number) => Where,
  file: string,
): Pick<Source, "value" | "problems"> {
  try {
    return { value: document.toJS({ maxAliasCount: ALIASES_MAX }), problems: [] };
  } catch (error) {
    const offset = document.contents?.range?.[0];
    const where = offset === undefined ? { file } : at(offset);
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, problems: [problem("bad_alias", say("config.bad_alias", { message }), where)] };
  }
}

export function problem(code: string, message: Problem["message"], where: Where, hint?: Problem["hint"]): Problem {
  return { code, severity: "error", message, where, ...(hint ? { hint } : {}) };
}

const wordAt = (text: string, offset: number): string => /^[^\s:]*/.exec(text.slice(offset))![0];

/** The node at a path, through aliases; undefined when it is not there. */
function nodeAt(document: Document, path: Path): Node | undefined {
  let node: unknown = document.contents;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isCollection(node)) return undefined;
    node = node.get(part, true);
  }
  return isNode(node) ? node : undefined;
}

function offsetOf(document: Document, path: Path, key: boolean): number | null {
  for (let length = path.length; length >= 0; length--) {
    const own = length === path.length;
    const found =
      (own && !key ? undefined : keyOffset(document, path.slice(0, length))) ??
      valueOffset(document, path.slice(0, length));
    if (found !== undefined) return found;
  }
  return null;
}

const valueOffset = (document: Document, path: Path): number | undefined => nodeAt(document, path)?.range?.[0];

function keyOffset(document: Document, path: Path): number | undefined {
  const parent = nodeAt(document, path.slice(0, -1));
  if (path.length === 0 || !isMap(parent)) return undefined;
  const pair = parent.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path.at(-1)),
  );
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}
