// A file of SQL as its statements, each with the place where it begins. Knows quotes and comments of PostgreSQL, no grammar. Pure.

export interface SqlStatement {
  text: string;
  /** Where `text` begins in the file, in characters. */
  offset: number;
}

/** Quoted texts, dollar quotes and comments (not nested), in which a semicolon ends nothing. */
const PIECES =
  /[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\p{L}\p{N}_$])\$([\p{L}_][\p{L}\p{N}_]*)?\$[\s\S]*?\$\1\$|--[^\n\r]*|\/\*[\s\S]*?\*\/|;/gu;

/** Statements that hold more than blanks and comments. A quote that is not closed is left for the server to complain about. */
export function splitStatements(sql: string): SqlStatement[] {
  const found: SqlStatement[] = [];
  let from = 0;
  const add = (to: number) => {
    const raw = sql.slice(from, to);
    const start = from + (/\S/.exec(raw)?.index ?? 0);
    if (/\S/.test(withoutComments(raw))) found.push({ text: sql.slice(start, to).trimEnd(), offset: start });
    from = to + 1;
  };
  for (const piece of sql.matchAll(PIECES)) if (piece[0] === ";") add(piece.index);
  add(sql.length);
  return found;
}

const withoutComments = (sql: string): string =>
  sql.replace(PIECES, (piece) => (piece.startsWith("--") || piece.startsWith("/*") ? " " : piece));

/** Line and column, from 1, of a character. */
export function placeIn(text: string, offset: number): { line: number; column: number; excerpt: string } {
  const before = text.slice(0, offset).split("\n");
  const line = before.length;
  return { line, column: before.at(-1)!.length + 1, excerpt: (text.split("\n")[line - 1] ?? "").trimEnd() };
}
