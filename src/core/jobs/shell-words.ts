// A line as a shell would split it into words (POSIX quoting), without a shell: nothing is expanded or run.

export interface Word {
  text: string;
  /** Where it begins in the line, from 0. */
  at: number;
}

export type WordMistake = { kind: "open_quote" | "shell"; at: number; what: string };

/** Words of a line. What only a shell could do (`;`, `|`, `&&`, `>`, `$NAME`, back-ticks) is a mistake, never a word. */
export function splitWords(line: string): { words: Word[] } | { mistake: WordMistake } {
  const words: Word[] = [];
  let word: Word | null = null;
  const add = (text: string, at: number) => {
    word ??= { text: "", at };
    word.text += text;
  };
  for (let at = 0; at < line.length; ) {
    const rest = line.slice(at);
    const piece = PIECES.find(({ pattern }) => pattern.test(rest));
    const found = piece?.pattern.exec(rest)?.[0] ?? rest[0]!;
    if (piece?.kind === "shell" || piece?.kind === "open_quote")
      return { mistake: { kind: piece.kind, at, what: found } };
    if (piece?.kind === "blank") {
      if (word) words.push(word);
      word = null;
    } else add(piece?.read?.(found) ?? found, at);
    at += found.length;
  }
  return { words: word ? [...words, word] : words };
}

interface Piece {
  kind: "blank" | "text" | "shell" | "open_quote";
  pattern: RegExp;
  read?: (found: string) => string;
}

const PIECES: Piece[] = [
  { kind: "blank", pattern: /^\s+/ },
  { kind: "text", pattern: /^'[^']*'/, read: (found) => found.slice(1, -1) },
  { kind: "shell", pattern: /^"(?:[^"\\$`]|\\[\s\S])*[$`]/ },
  {
    kind: "text",
    pattern: /^"(?:[^"\\$`]|\\[\s\S])*"/,
    read: (found) => found.slice(1, -1).replace(/\\(["\\$`\n])/g, (_, one: string) => (one === "\n" ? "" : one)),
  },
  { kind: "open_quote", pattern: /^['"]/ },
  { kind: "text", pattern: /^\\[\s\S]/, read: (found) => (found[1] === "\n" ? "" : found[1]!) },
  { kind: "shell", pattern: /^(?:&&|\|\||[;|&<>`]|\$[({]?\w*)/ },
  { kind: "text", pattern: /^[^\s'"\\;|&<>`$]+/ },
];

/** Words as one line that splits into the same words. */
export const joinWords = (words: readonly string[]): string => words.map(quoted).join(" ");

const quoted = (word: string): string =>
  /^[\w@%+=:,./~^*-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
