// Reads SQL that has Jinja in it: what is code, literal or comment, and where each Jinja tag stands. Never guesses: see `certain`.

import { blocksCapture, middleOrEnd, opensBlock } from "./blocks.ts";
import { type Chunk, isSilentComment, splitJinja, trimsOddBlanks } from "./jinja.ts";

/** Where a Jinja tag stands. `capture`: in a block whose text becomes a value (set, call, filter). */
export type TagContext = "code" | "literal" | "comment" | "capture";

export interface Piece {
  kind: "space" | "word" | "symbol" | "literal" | "name" | "comment" | "silent" | "tag" | "capture";
  text: string;
  start: number;
  /** Of comments: a Jinja tag is inside, or it is a hint for the warehouse. Kept exactly. */
  kept: boolean;
  chunk: Chunk | null;
}

export interface ScannedTag {
  chunk: Chunk;
  context: TagContext;
}

export interface Scan {
  pieces: Piece[];
  tags: ScannedTag[];
  /** False: quotes, comments or blocks could not be told apart without doubt; only the exact text is sound. */
  certain: boolean;
  /** Pieces inside capture blocks, for those who look for functions and tables. */
  inner: Piece[];
}

interface Mode {
  kind: "code" | "single" | "name" | "dollar" | "line" | "block";
  /** Where it began: two literals are not the same literal. */
  start: number;
  /** End of a dollar quote; depth of a block comment. */
  end: string;
  depth: number;
  /** Backslash escapes: E''. */
  escapes: boolean;
  jinja: boolean;
}

interface Frame {
  keyword: string;
  modeStart: number;
  capture: boolean;
}

const CODE: Mode = { kind: "code", start: -1, end: "", depth: 0, escapes: false, jinja: false };
const SPACE = /[ \t\n\r\f]+/y;
const WORD = /[\p{L}_][\p{L}\p{M}\p{N}_$]*|\d[\w.]*/uy;
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const IDENTIFIER_CHAR = /[A-Za-z0-9_$\u0080-\uffff]/;

export interface ScanOptions {
  /** `macro`: the outermost block is the macro itself; its end must leave nothing open, a line comment neither. */
  kind: "model" | "macro";
}

/** Reads a whole template. Total: what cannot be lexed comes back as one symbol with `certain: false`. */
export function scanSql(source: string, options: ScanOptions = { kind: "model" }): Scan {
  const chunks = splitJinja(source);
  if (chunks === null) return uncertainScan(source);
  return new Scanner(source, chunks, options).run();
}

function uncertainScan(source: string): Scan {
  const pieces: Piece[] = [{ kind: "symbol", text: source, start: 0, kept: false, chunk: null }];
  return { pieces, tags: [], certain: false, inner: [] };
}

class Scanner {
  private readonly pieces: Piece[] = [];
  private readonly inner: Piece[] = [];
  private readonly tags: ScannedTag[] = [];
  private readonly frames: Frame[] = [];
  private certain = true;
  private mode: Mode = CODE;
  private captureStart = -1;
  private readonly source: string;
  private readonly chunks: Chunk[];
  private readonly options: ScanOptions;

  constructor(source: string, chunks: Chunk[], options: ScanOptions) {
    this.source = source;
    this.chunks = chunks;
    this.options = options;
  }

  run(): Scan {
    for (const [i, chunk] of this.chunks.entries()) {
      if (chunk.kind === "data" && trimsOddBlanks(chunk.text, this.chunks[i - 1], this.chunks[i + 1])) this.doubt();
      if (chunk.kind === "data") this.readData(chunk, this.chunks[i + 1]);
      else this.readTag(chunk, i);
    }
    this.finish();
    return { pieces: this.pieces, tags: this.tags, certain: this.certain, inner: this.inner };
  }

  private finish(): void {
    if (this.mode.kind === "line") this.closeAt(this.source.length, "comment");
    else if (this.mode.kind !== "code") this.doubt();
    if (this.frames.length > 0) this.doubt();
  }

  private doubt(): void {
    this.certain = false;
  }

  private emit(kind: Piece["kind"], start: number, end: number, more: Partial<Piece> = {}): void {
    const piece: Piece = { kind, text: this.source.slice(start, end), start, kept: false, chunk: null, ...more };
    (this.captureStart >= 0 ? this.inner : this.pieces).push(piece);
  }

  /** Ends the literal, name or comment under way. */
  private closeAt(end: number, kind: "literal" | "name" | "comment"): void {
    const { start, jinja } = this.mode;
    const hint = kind === "comment" && /^\/\*[+!]/.test(this.source.slice(start, start + 3));
    this.emit(kind, start, end, { kept: kind === "comment" && (jinja || hint) });
    this.mode = CODE;
  }

  private readData(chunk: Chunk, next: Chunk | undefined): void {
    const end = chunk.start + chunk.text.length;
    let at = chunk.start;
    while (at < end) at = this.mode.kind === "code" ? this.readCode(at, end) : this.readInside(at, end);
    if (next && this.endsOpen(chunk, next)) this.doubt();
  }

  /** Half a token before a tag: what the tag renders to could make a comment, an escape or a closing quote of it. */
  private endsOpen(chunk: Chunk, next: Chunk): boolean {
    const tail = next.trimLeft ? chunk.text.trimEnd() : chunk.text;
    const { kind, escapes } = this.mode;
    if (kind === "code") {
      const last = (this.captureStart >= 0 ? this.inner : this.pieces).findLast((piece) => piece.kind !== "space");
      if (next.trimLeft && last?.kind === "comment" && last.text.startsWith("--")) return true;
      return (last?.kind === "symbol" || last?.kind === "word") && /[-/]$|\$[A-Za-z0-9_\u0080-\uffff]*$/.test(tail);
    }
    if (kind === "dollar") return /\$[A-Za-z0-9_\u0080-\uffff]*$/.test(tail);
    return (kind === "block" && /[*/]$/.test(tail)) || (escapes && tail.endsWith("\\"));
  }

  /** One step in code: a space, a word, the start of a literal or comment, or a symbol. Returns where it ends. */
  private readCode(at: number, end: number): number {
    const space = matchAt(SPACE, this.source, at, end);
    if (space > at) return this.step("space", at, space);
    const two = this.source.slice(at, Math.min(at + 2, end));
    if (two === "--") return this.enter({ kind: "line" }, at, at + 2);
    if (two === "/*") return this.enter({ kind: "block", depth: 1 }, at, at + 2);
    const first = two[0] as string;
    if (first === "'") return this.enter({ kind: "single", escapes: this.hasEscapePrefix(at) }, at, at + 1);
    if (first === '"') return this.enter({ kind: "name" }, at, at + 1);
    const dollar = first === "$" ? this.dollarQuoteEnd(at, end) : at;
    if (dollar > at) return this.enter({ kind: "dollar", end: this.source.slice(at, dollar) }, at, dollar);
    const word = matchAt(WORD, this.source, at, end);
    return word > at ? this.step("word", at, word) : this.step("symbol", at, at + 1);
  }

  /** Where the opening `$tag$` ends, or `at`. Behind other scripts' blanks warehouses disagree whether one may begin. */
  private dollarQuoteEnd(at: number, end: number): number {
    const before = this.source[at - 1] ?? " ";
    if (before > "\u007f" && !/\p{L}/u.test(before)) this.doubt();
    this.doubtBehindTag(at - 1);
    return IDENTIFIER_CHAR.test(before) ? at : matchAt(DOLLAR, this.source, at, end);
  }

  private step(kind: Piece["kind"], at: number, end: number): number {
    this.emit(kind, at, end);
    return end;
  }

  private enter(mode: Partial<Mode>, start: number, next: number): number {
    this.mode = { ...CODE, ...mode, start };
    return next;
  }

  private hasEscapePrefix(at: number): boolean {
    if (!/^[eE]$/.test(this.source[at - 1] ?? "")) return false;
    const before = this.source[at - 2] ?? " ";
    this.doubtBehindTag(at - 2);
    return !IDENTIFIER_CHAR.test(before);
  }

  /** What a tag renders to may be the first half of a name, also over blanks that it trims. */
  private doubtBehindTag(at: number): void {
    let before = at;
    while (/\s/.test(this.source[before] ?? "")) before -= 1;
    if (this.source[before] === "}") this.doubt();
  }

  private readInside(at: number, end: number): number {
    if (this.mode.kind === "single") return this.readSingle(at, end);
    if (this.mode.kind === "line") return this.readLine(at, end);
    if (this.mode.kind === "block") return this.readBlock(at, end);
    const stop = this.mode.kind === "dollar" ? this.mode.end : '"';
    const found = this.source.indexOf(stop, at);
    if (found < 0 || found + stop.length > end) return end;
    if (stop === '"' && this.source[found + 1] === '"' && found + 1 < end) return found + 2;
    this.closeAt(found + stop.length, stop === '"' ? "name" : "literal");
    return found + stop.length;
  }

  private readSingle(at: number, end: number): number {
    const char = this.source[at];
    if (char === "\\" && this.mode.escapes) return Math.min(at + 2, end);
    // With standard_conforming_strings off this quote would not end the literal.
    if (char === "\\" && this.source[at + 1] === "'") this.doubt();
    if (char !== "'") return at + 1;
    if (this.source[at + 1] === "'" && at + 1 < end) return at + 2;
    this.closeAt(at + 1, "literal");
    return at + 1;
  }

  private readLine(at: number, end: number): number {
    const char = this.source[at];
    if (char !== "\n" && char !== "\r") return at + 1;
    const next = char === "\r" && this.source[at + 1] === "\n" && at + 1 < end ? at + 2 : at + 1;
    this.closeAt(next, "comment");
    return next;
  }

  private readBlock(at: number, end: number): number {
    const two = this.source.slice(at, Math.min(at + 2, end));
    if (two === "/*") this.mode.depth += 1;
    else if (two !== "*/") return at + 1;
    else this.mode.depth -= 1;
    if (this.mode.depth === 0) this.closeAt(at + 2, "comment");
    return at + 2;
  }

  private readTag(chunk: Chunk, at: number): void {
    const { kind } = this.mode;
    const end = chunk.start + chunk.text.length;
    const opens = chunk.kind === "stmt" && this.followBlocks(chunk, end);
    if (chunk.kind !== "comment") this.tags.push({ chunk, context: this.context() });
    if (chunk.kind === "raw" && /['"$/*-]/.test(rawBody(chunk.text))) this.doubt();
    if (kind === "line" || kind === "block") {
      this.mode.jinja = true;
      if (chunk.trimLeft || chunk.trimRight) this.doubt();
    }
    if (kind !== "code" || opens) return;
    if (chunk.kind === "comment" && isSilentComment(this.chunks, at)) this.emit("silent", chunk.start, end);
    else this.emit("tag", chunk.start, end, { chunk });
  }

  private context(): TagContext {
    if (this.mode.kind === "line" || this.mode.kind === "block") return "comment";
    if (this.captureStart >= 0) return "capture";
    return this.mode.kind === "code" ? "code" : "literal";
  }

  /** Keeps the stack of blocks. Returns true when this tag begins or ends a capture (which is one piece as a whole). */
  private followBlocks(chunk: Chunk, end: number): boolean {
    const keyword = chunk.tokens[0]?.text ?? "";
    const ending = middleOrEnd(keyword);
    if (ending !== null) return this.closeBlock(keyword, ending, end);
    if (!opensBlock(chunk)) return false;
    const outermost = this.options.kind === "macro" && this.frames.length === 0;
    const capture = !outermost && blocksCapture(keyword) && this.captureStart < 0;
    if (blocksCapture(keyword) && this.mode.kind !== "code") this.doubt();
    this.frames.push({ keyword, modeStart: this.mode.start, capture });
    if (capture) this.captureStart = chunk.start;
    return capture;
  }

  /** A block must end in the very state it began in, in each of its branches. */
  private closeBlock(keyword: string, opener: string, end: number): boolean {
    const frame = this.frames.at(-1);
    if (!frame || frame.modeStart !== this.mode.start || (opener !== "" && frame.keyword !== opener)) this.doubt();
    if (!frame || !keyword.startsWith("end")) return false;
    this.frames.pop();
    if (!frame.capture) return false;
    const start = this.captureStart;
    this.captureStart = -1;
    this.emit("capture", start, end);
    return true;
  }
}

const rawBody = (text: string): string => text.replace(/^\{%[-+]?\s*raw\s*-?%\}|\{%[-+]?\s*endraw\s*[-+]?%\}$/g, "");

function matchAt(pattern: RegExp, source: string, at: number, end: number): number {
  pattern.lastIndex = at;
  return pattern.test(source) ? Math.min(pattern.lastIndex, end) : at;
}

/** Pieces that mean something, in order: no blanks (of any script), no comments. */
export const significant = (pieces: readonly Piece[]): Piece[] =>
  pieces.filter(({ kind, text }) => kind !== "space" && kind !== "comment" && kind !== "silent" && text.trim() !== "");
