// Tables, functions and files that SQL reads by itself, outside ref() and source(). Leans to finding too much.
import type { Chunk } from "./jinja.ts";
import { type Piece, significant } from "./sql.ts";

export interface TableUse {
  /** `tag`: a Jinja expression stands for the table. `computed`: a name glued together with Jinja. */
  kind: "table" | "function" | "file" | "tag" | "computed";
  /** As written, without quotes; of functions in lower case. */
  name: string;
  start: number;
  chunk: Chunk | null;
}

export interface TableUses {
  uses: TableUse[];
  /** Names defined by `with x as (..)`, lower case. */
  ctes: Set<string>;
}

interface Level {
  /** Word before the bracket. */
  word: string;
  inFrom: boolean;
  expect: boolean;
}

/** `extract(year from x)`: this `from` names no table. */
const FROM_ARGUMENT = new Set(["extract", "trim", "substring", "overlay", "position", "ltrim", "rtrim", "btrim"]);
const END_OF_FROM = new Set([
  "where",
  "group",
  "order",
  "having",
  "limit",
  "union",
  "except",
  "intersect",
  "select",
  "window",
  "qualify",
  "set",
  "returning",
  "offset",
  "fetch",
]);
const SKIPPED = new Set(["lateral", "only", "recursive"]);
const STATEMENT_START = new Set(["table", "pivot", "unpivot", "summarize", "describe"]);
const SET_OPERATORS = new Set(["union", "all", "except", "intersect", "("]);

/** What a list of pieces (one template's, in order) reads. */
export function tableUses(all: readonly Piece[]): TableUses {
  return new TableFinder(significant(all)).run();
}

class TableFinder {
  private readonly uses: TableUse[] = [];
  private readonly ctes = new Set<string>();
  private readonly levels: Level[] = [{ word: "", inFrom: false, expect: false }];
  private readonly branches: Level[] = [];
  private readonly pieces: Piece[];

  constructor(pieces: Piece[]) {
    this.pieces = pieces;
  }

  run(): TableUses {
    for (let at = 0; at < this.pieces.length; ) at = this.step(at);
    return { uses: this.uses, ctes: this.ctes };
  }

  private get level(): Level {
    return this.levels.at(-1) as Level;
  }

  private step(at: number): number {
    const piece = this.pieces[at] as Piece;
    const text = piece.kind === "word" ? piece.text.toLowerCase() : piece.text;
    if (piece.kind === "tag" && piece.chunk?.kind === "stmt") this.branch(piece.chunk.tokens[0]?.text ?? "");
    else if (piece.kind === "symbol") this.symbol(text, at);
    else if (piece.kind === "word" && this.keyword(text, at)) return at + 1;
    else if (this.level.expect) return this.table(at);
    return at + 1;
  }

  /** Each branch of an `{% if %}` continues from where the `if` stood. */
  private branch(keyword: string): void {
    const { level } = this;
    if (keyword === "if" || keyword === "for") this.branches.push({ ...level });
    const before = this.branches.at(-1);
    if ((keyword === "else" || keyword === "elif") && before) Object.assign(level, before);
    if (keyword === "endif" || keyword === "endfor") this.branches.pop();
  }

  private symbol(text: string, at: number): void {
    const { level } = this;
    if (text === "(") {
      const before = this.pieces[at - 1];
      const word = before?.kind === "word" && !level.expect ? before.text.toLowerCase() : "";
      this.levels.push({ word, inFrom: level.expect, expect: level.expect });
      level.expect = false;
    } else if (text === ")") {
      if (this.levels.length > 1) this.levels.pop();
      this.level.expect = false;
    } else if (text === ",") level.expect = level.inFrom;
    else if (text === ";") this.levels.splice(0, this.levels.length, { word: "", inFrom: false, expect: false });
  }

  /** True when the word is a keyword of ours, so it names nothing. */
  private keyword(word: string, at: number): boolean {
    const { level } = this;
    if (this.pieces[at - 1]?.text === ".") return false;
    if (word === "as") this.noteCte(at);
    if (word === "from") return this.from(at);
    if (word === "join" || this.startsStatement(word, at)) Object.assign(level, { inFrom: true, expect: true });
    else if (END_OF_FROM.has(word)) Object.assign(level, { inFrom: false, expect: false });
    else if (word === "values") Object.assign(level, { inFrom: false, expect: false });
    else if (word === "with") level.expect = false;
    else return level.expect && SKIPPED.has(word);
    return true;
  }

  private from(at: number): boolean {
    const distinct = this.wordAt(at - 1) === "distinct" && ["is", "not"].includes(this.wordAt(at - 2));
    if (!distinct && !FROM_ARGUMENT.has(this.level.word)) Object.assign(this.level, { inFrom: true, expect: true });
    return true;
  }

  private startsStatement(word: string, at: number): boolean {
    const before = this.pieces[at - 1];
    const first =
      before === undefined ||
      before.kind === "tag" ||
      before.text === ";" ||
      SET_OPERATORS.has(before.text.toLowerCase());
    return first && STATEMENT_START.has(word) && this.pieces[at + 1]?.text !== "(";
  }

  private wordAt(at: number): string {
    const piece = this.pieces[at];
    return piece?.kind === "word" ? piece.text.toLowerCase() : "";
  }

  /** `x as (`, `x (a, b) as materialized (`. */
  private noteCte(at: number): void {
    let next = at + 1;
    while (["not", "materialized"].includes(this.wordAt(next))) next += 1;
    if (this.pieces[next]?.text !== "(") return;
    let before = at - 1;
    if (this.pieces[before]?.text === ")") before = this.openingOf(before) - 1;
    const name = this.pieces[before];
    if (name?.kind === "word" || name?.kind === "name") this.ctes.add(plainName(name).toLowerCase());
  }

  private openingOf(close: number): number {
    let depth = 0;
    for (let i = close; i >= 0; i -= 1) {
      if (this.pieces[i]?.text === ")") depth += 1;
      if (this.pieces[i]?.text === "(") depth -= 1;
      if (depth === 0) return i;
    }
    return 0;
  }

  /** Reads one item of a FROM list. Returns the index behind it. */
  private table(at: number): number {
    const first = this.pieces[at] as Piece;
    this.level.expect = false;
    if (first.kind === "literal") return this.note("file", unquote(first.text), first, at + 1);
    let end = at + 1;
    while (this.isGlued(end)) end += 1;
    const parts = this.pieces.slice(at, end);
    const tags = parts.filter(({ kind }) => kind === "tag" || kind === "capture").length;
    const name = parts.map(plainName).join("");
    if (tags > 0) return this.note(parts.length === 1 ? "tag" : "computed", name, first, end);
    if (this.pieces[end]?.text === "(") return this.note("function", name.toLowerCase(), first, end);
    return this.note("table", name, first, end);
  }

  /** A dot, what follows a dot, or what touches a Jinja tag without a blank. */
  private isGlued(at: number): boolean {
    const [before, piece] = [this.pieces[at - 1], this.pieces[at]];
    if (!before || !piece || piece.kind === "literal" || piece.chunk?.kind === "stmt") return false;
    if (piece.text === "." || before.text === ".") return true;
    const touches = before.start + before.text.length === piece.start;
    return touches && piece.kind !== "symbol" && [before, piece].some(({ chunk }) => chunk?.kind === "expr");
  }

  private note(kind: TableUse["kind"], name: string, piece: Piece, end: number): number {
    this.uses.push({ kind, name, start: piece.start, chunk: piece.chunk });
    return end;
  }
}

/** A name without its double quotes. */
const plainName = ({ kind, text }: Piece): string => (kind === "name" ? text.slice(1, -1).replaceAll('""', '"') : text);

/** The content of a string literal, whatever its quotes. */
export function unquote(text: string): string {
  const dollar = /^\$\w*\$/.exec(text)?.[0] ?? "";
  return dollar ? text.slice(dollar.length, -dollar.length) : text.replace(/^'|'$/g, "").replaceAll("''", "'");
}
