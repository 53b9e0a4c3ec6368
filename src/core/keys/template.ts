// Canonical text of SQL with Jinja: what differs only in comments and blanks outside literals becomes equal; nothing else does.
import { type Chunk, withoutJinjaComments } from "./jinja.ts";
import { type Piece, type Scan, type ScannedTag, type ScanOptions, scanSql } from "./sql.ts";

export interface CanonicalOptions extends Partial<ScanOptions> {
  /** dbt's adapter type. Warehouses whose literals are not known here get exact texts. */
  adapter: string;
}

/** `sensitive`: comments and blanks could not be told from content with certainty, so `text` is exact. */
export interface CanonicalText {
  text: string;
  sensitive: boolean;
}

/** Warehouses whose quotes and comments `keys/sql.ts` knows: nested comments, dollar quotes, E''. */
const KNOWN_ADAPTERS = new Set(["duckdb", "postgres"]);

/**
 * The text that stands for `source` in a key. Two sources with equal text render to SQL of equal meaning.
 * - Dropped: comments of SQL without Jinja inside, Jinja comments, `{{ config(..) }}` (its values are in the key by themselves).
 * - Folded to one blank: white space outside literals. Between string literals a line break stays one: there it has a meaning.
 * - Exact: literals, quoted names, raw blocks, blocks whose text becomes a value (set, call, filter), comments with Jinja, hints.
 */
export function canonicalSql(source: string, options: CanonicalOptions): CanonicalText {
  const scan = scanSql(source, { kind: options.kind ?? "model" });
  return canonicalScan(source, scan, options);
}

/** The same for a text that is scanned already. */
export function canonicalScan(source: string, scan: Scan, options: CanonicalOptions): CanonicalText {
  const known = KNOWN_ADAPTERS.has(options.adapter) && scan.certain && scan.tags.every(isHarmless);
  const text = known ? foldPieces(scan.pieces, options.kind === "macro") : null;
  return text === null ? { text: source, sensitive: true } : { text, sensitive: false };
}

/** The exact text of a macro, less the Jinja comments that render to nothing. */
export const exactMacroText = (source: string): string => withoutJinjaComments(source);

/** Calls inside `{{ config(..) }}` that do nothing but give a value. Any other is run again when the node is built. */
const QUIET_CALLS = new Set([
  "config",
  "var",
  "env_var",
  "ref",
  "source",
  "dict",
  "list",
  "int",
  "string",
  "bool",
  "get",
]);

/** True for `{{ config(..) }}` on its own: it renders to nothing, and its values are in the manifest. */
export function isConfigTag({ kind, tokens }: Chunk): boolean {
  if (kind !== "expr" || tokens[0]?.text !== "config" || tokens[1]?.text !== "(") return false;
  const quiet = tokens.every(({ text }, i) => text !== "(" || isQuietCall(tokens[i - 1]));
  return quiet && closingIndex(tokens, 1) === tokens.length - 1;
}

const isQuietCall = (before: Chunk["tokens"][number] | undefined): boolean =>
  before === undefined || (before.kind === "op" && !")]}".includes(before.text)) || QUIET_CALLS.has(before.text);

/** Index of the bracket that closes the one at `open`, or -1. */
export function closingIndex(tokens: Chunk["tokens"], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i += 1) {
    const { kind, text } = tokens[i] as Chunk["tokens"][number];
    if (kind !== "op") continue;
    if ("([{".includes(text)) depth += 1;
    else if (")]}".includes(text)) depth -= 1;
    if (depth === 0) return i;
  }
  return -1;
}

/** In a comment nothing may stand that can render to several lines: the second one would be code. */
const QUIET_NAMES = new Set(["ref", "source", "this", "var", "env_var", "target", "config"]);

const isQuietName = ({ kind, text }: Chunk["tokens"][number], i: number, tokens: Chunk["tokens"]): boolean =>
  kind !== "name" || tokens[i - 1]?.text === "." || tokens[i + 1]?.text === "=" || QUIET_NAMES.has(text);

/** False when a string inside the tag could open or close a literal or comment of the SQL around it. */
function isHarmless({ chunk, context }: ScannedTag): boolean {
  if (isConfigTag(chunk)) return true;
  if (context === "comment" && !chunk.tokens.every(isQuietName)) return false;
  const whole = chunk.kind === "expr" && !chunk.tokens.some(({ text }) => text === "|" || text === "[");
  return chunk.tokens.every(({ kind, value }) => {
    if (kind !== "string") return true;
    if (context === "comment") return !/['"$\\\n\r/*-]/.test(value);
    return whole && context !== "literal" ? isBalanced(value) : !/['"$\\]|--|\/\*|\*\//.test(value);
  });
}

/** True when the text opens no literal, quoted name or comment that it does not close, wherever it is put. */
export function isBalanced(text: string): boolean {
  if (/[$\\]|--|\/\*|\*\/|[-/]$/.test(text)) return false;
  return !/['"]/.test(text.replace(/'[^']*'|"[^"]*"/g, ""));
}

/** null: a trim reaches over a line comment, so the blanks around it decide what is comment. */
function foldPieces(pieces: readonly Piece[], keepEnds: boolean): string | null {
  let out = "";
  let last: Piece | null = null;
  let run: Piece[] = [];
  for (const piece of pieces) {
    if (isLoose(piece)) {
      run.push(piece);
      continue;
    }
    const gap = foldRun(run, last, piece, keepEnds);
    if (gap === null) return null;
    out += gap + pieceText(piece);
    last = piece;
    run = [];
  }
  return out + (foldRun(run, last, null, keepEnds) ?? "");
}

const isLoose = (piece: Piece): boolean =>
  piece.kind === "space" ||
  piece.kind === "silent" ||
  (piece.kind === "comment" && !piece.kept) ||
  isSilentConfig(piece);

const isSilentConfig = (piece: Piece): boolean =>
  piece.chunk !== null && !piece.chunk.trimLeft && !piece.chunk.trimRight && isConfigTag(piece.chunk);

function foldRun(run: readonly Piece[], left: Piece | null, right: Piece | null, keepEnds: boolean): string | null {
  const trims = Boolean(left?.chunk?.trimRight || right?.chunk?.trimLeft);
  const lineComment = run.some(isLineComment) || (left !== null && isLineComment(left));
  if (right?.chunk?.trimLeft && lineComment) return null;
  if (run.length === 0) return "";
  if (trims && run.some(({ kind }) => kind !== "space")) return run.map(({ text }) => text).join("");
  if (!run.some(({ kind }) => kind === "space" || kind === "comment")) return "";
  if ((left === null || right === null) && !keepEnds) return "";
  return mayContinueLiteral(left, right) && run.some(({ text }) => /[\n\r]/.test(text)) ? "\n" : " ";
}

const isLineComment = ({ kind, text }: Piece): boolean => kind === "comment" && text.startsWith("--");

/** `'a'` and `'b'` on two lines are one literal 'ab'; on one line they are an error. A tag may render to such a literal. */
function mayContinueLiteral(left: Piece | null, right: Piece | null): boolean {
  const [a, b] = [left, right].map((piece) => (piece?.kind === "literal" ? "literal" : isTag(piece) ? "tag" : ""));
  if (a === "tag" && b === "tag") return [left, right].every((piece) => piece?.chunk?.kind === "expr");
  return a !== "" && b !== "";
}

const isTag = (piece: Piece | null): boolean => piece?.kind === "tag" || piece?.kind === "capture";

function pieceText(piece: Piece): string {
  const { chunk } = piece;
  if (piece.kind !== "tag" || chunk === null) return piece.text;
  if (chunk.kind === "comment" || isConfigTag(chunk))
    return `{#${chunk.trimLeft ? "-" : ""} ${chunk.trimRight ? "-" : ""}#}`;
  return chunk.kind === "raw" ? piece.text : tagText(chunk);
}

/** `{{ref( 'a  b' )}}` -> `{{ ref( 'a  b' ) }}`: blanks between tokens folded, strings exact, signs kept. */
function tagText(chunk: Chunk): string {
  const [open, close] = chunk.kind === "expr" ? ["{{", "}}"] : ["{%", "%}"];
  let out = open + (/^..([-+])/.exec(chunk.text)?.[1] ?? "");
  let end = -1;
  for (const token of chunk.tokens) {
    out += end === token.start ? token.text : ` ${token.text}`;
    end = token.start + token.text.length;
  }
  return `${out} ${/([-+])..$/.exec(chunk.text)?.[1] ?? ""}${close}`;
}
