// Cuts a Jinja template into data, expressions, statements, comments and raw blocks, exactly where Jinja itself would.

export interface JinjaToken {
  kind: "name" | "string" | "number" | "op";
  /** As written; of a string with its quotes. */
  text: string;
  /** Content of a string (common escapes resolved), else the text. */
  value: string;
  /** Offset in the whole template. */
  start: number;
}

export interface Chunk {
  kind: "data" | "expr" | "stmt" | "comment" | "raw";
  /** Exactly as written, delimiters included. */
  text: string;
  /** Offset in the template. */
  start: number;
  /** `{{-` and `-}}`: white space beside it is not rendered. */
  trimLeft: boolean;
  trimRight: boolean;
  /** Of expressions and statements. */
  tokens: JinjaToken[];
}

const OPEN = /\{\{|\{%|\{#/g;
const RAW_OPEN = /\{%[-+]?\s*raw\s*(-?)%\}/y;
const RAW_CLOSE = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
const COMMENT_CLOSE = /([-+]?)#\}/g;
const TOKEN =
  /\s+|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<number>\d[\d_.]*)|(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<op>.)/suy;
const CLOSERS: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** The chunks of a template in order; their texts joined are the template. null: not lexable with certainty. */
export function splitJinja(source: string): Chunk[] | null {
  const chunks: Chunk[] = [];
  let at = 0;
  while (at < source.length) {
    OPEN.lastIndex = at;
    const open = OPEN.exec(source);
    const dataEnd = open ? open.index : source.length;
    if (dataEnd > at) chunks.push(plainChunk("data", source.slice(at, dataEnd), at));
    if (!open) break;
    const chunk = readTag(source, open.index);
    if (chunk === null) return null;
    chunks.push(chunk);
    at = chunk.start + chunk.text.length;
  }
  return chunks;
}

const plainChunk = (kind: Chunk["kind"], text: string, start: number): Chunk => ({
  kind,
  text,
  start,
  trimLeft: false,
  trimRight: false,
  tokens: [],
});

function readTag(source: string, start: number): Chunk | null {
  if (source.startsWith("{#", start)) return readUntil(source, start, start + 2, COMMENT_CLOSE, "comment");
  RAW_OPEN.lastIndex = start;
  const raw = RAW_OPEN.exec(source);
  if (raw) return readUntil(source, start, RAW_OPEN.lastIndex, RAW_CLOSE, "raw");
  return readCode(source, start, source.startsWith("{{", start) ? "expr" : "stmt");
}

function readUntil(source: string, start: number, from: number, close: RegExp, kind: "comment" | "raw"): Chunk | null {
  close.lastIndex = from;
  const end = close.exec(source);
  if (!end) return null;
  const text = source.slice(start, close.lastIndex);
  return { ...plainChunk(kind, text, start), trimLeft: text[2] === "-", trimRight: text.at(-3) === "-" };
}

/** Reads `{{ .. }}` or `{% .. %}`. As in Jinja, an end inside brackets or strings is none. */
function readCode(source: string, start: number, kind: "expr" | "stmt"): Chunk | null {
  const end = kind === "expr" ? "}}" : "%}";
  const tokens: JinjaToken[] = [];
  const open: string[] = [];
  const sign = source[start + 2];
  let at = start + (sign === "-" || sign === "+" ? 3 : 2);
  while (at < source.length) {
    const signed = source[at] === "-" || source[at] === "+" ? 1 : 0;
    if (open.length === 0 && source.startsWith(end, at + signed)) {
      const text = source.slice(start, at + signed + 2);
      return { kind, text, start, tokens, trimLeft: sign === "-", trimRight: source[at] === "-" };
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (!match) return null;
    const token = toToken(match, at);
    if (token && !keepBalance(token, open)) return null;
    if (token) tokens.push(token);
    at = TOKEN.lastIndex;
  }
  return null;
}

function toToken(match: RegExpExecArray, start: number): JinjaToken | null {
  const { name, number, string, op } = match.groups ?? {};
  const text = match[0];
  if (name !== undefined) return { kind: "name", text, value: text, start };
  if (string !== undefined) return { kind: "string", text, value: unescapeString(text.slice(1, -1)), start };
  if (number !== undefined) return { kind: "number", text, value: text, start };
  return op === undefined ? null : { kind: "op", text, value: text, start };
}

/** False for what Jinja refuses too: a closing bracket without its opening one, a lone quote. */
function keepBalance(token: JinjaToken, open: string[]): boolean {
  if (token.kind !== "op") return true;
  if (token.text === "'" || token.text === '"') return false;
  const closer = CLOSERS[token.text];
  if (closer !== undefined) open.push(closer);
  else if (")]}".includes(token.text)) return open.pop() === token.text;
  return true;
}

/** Python's escapes. What is not resolved keeps its backslash, which callers take as "not certain". */
const unescapeString = (text: string): string =>
  text.includes("\\") ? text.replace(/\\(x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|[0-7]{1,3}|.)/gis, unescapeOne) : text;

function unescapeOne(whole: string, code: string): string {
  if (code.length > 1)
    return fromCode(/^[xu]/i.test(code) ? Number.parseInt(code.slice(1), 16) : Number.parseInt(code, 8));
  if (code === "n") return "\n";
  if (code === "t") return "\t";
  return code === "'" || code === '"' ? code : whole;
}

const fromCode = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : "\\");

/**
 * A template without its Jinja comments, where leaving them out renders the same text. Comments that trim, or stand where a
 * neighbour trims, stay.
 */
export function withoutJinjaComments(source: string): string {
  const chunks = source.includes("{#") ? splitJinja(source) : null;
  if (chunks === null) return source;
  return chunks.map((chunk, i) => (isSilentComment(chunks, i) ? "" : chunk.text)).join("");
}

/** True for a Jinja comment that renders to nothing and whose absence moves no blank. */
export function isSilentComment(chunks: readonly Chunk[], at: number): boolean {
  const chunk = chunks[at];
  if (chunk?.kind !== "comment" || chunk.trimLeft || chunk.trimRight) return false;
  return !trimsToward(chunks, at, -1) && !trimsToward(chunks, at, 1);
}

/** Looks past blank data and other comments: `{{ x -}} {# c #} y` keeps a blank that `{{ x -}} y` would lose. */
function trimsToward(chunks: readonly Chunk[], at: number, step: -1 | 1): boolean {
  let i = at + step;
  while (isPassedOver(chunks[i])) i += step;
  const neighbour = chunks[i];
  return neighbour !== undefined && (step === -1 ? neighbour.trimRight : neighbour.trimLeft);
}

const isPassedOver = (chunk: Chunk | undefined): boolean =>
  (chunk?.kind === "data" && /^\s*$/.test(chunk.text)) ||
  (chunk?.kind === "comment" && !chunk.trimLeft && !chunk.trimRight);

/** Jinja trims blanks of every script; SQL knows fewer, so a line break could go where none was seen to go. */
export function trimsOddBlanks(data: string, left: Chunk | undefined, right: Chunk | undefined): boolean {
  const characters = [...data];
  const head = left?.trimRight ? characters.slice(0, characters.findIndex((one) => !isJinjaBlank(one)) >>> 0) : [];
  const tail = right?.trimLeft ? characters.slice(characters.findLastIndex((one) => !isJinjaBlank(one)) + 1) : [];
  return [...head, ...tail].some((one) => !" \t\n\r\f".includes(one));
}

/** Python's idea of white space, which has a few control characters more than JavaScript's. */
function isJinjaBlank(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return character.trim() === "" || (code >= 0x1c && code <= 0x1f) || code === 0x85;
}
