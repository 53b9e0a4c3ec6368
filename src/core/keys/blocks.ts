// Which Jinja statements open, divide and close blocks, and which blocks turn their text into a value.
import type { Chunk } from "./jinja.ts";

const CAPTURES = new Set(["set", "call", "filter", "macro", "materialization", "test", "data_test", "snapshot"]);
const TRANSPARENT = new Set(["if", "for", "with", "block", "autoescape", "docs"]);
const MIDDLES = new Set(["elif", "else"]);

/** True for `set x` without `=`, and for every other statement that waits for its `end..`. */
export function opensBlock(chunk: Chunk): boolean {
  const keyword = chunk.tokens[0]?.text ?? "";
  if (keyword === "set") return !chunk.tokens.some((token, i) => token.text === "=" && depthAt(chunk, i) === 0);
  return CAPTURES.has(keyword) || TRANSPARENT.has(keyword);
}

/** Text inside is used as a value (also in literals), so it must stay exactly as it is. */
export const blocksCapture = (keyword: string): boolean => CAPTURES.has(keyword);

/** null: neither. "": `elif` and `else`, which any block may hold. Else the keyword of the block that ends here. */
export function middleOrEnd(keyword: string): string | null {
  if (MIDDLES.has(keyword)) return "";
  return keyword.startsWith("end") && keyword.length > 3 ? keyword.slice(3) : null;
}

function depthAt(chunk: Chunk, index: number): number {
  let depth = 0;
  for (const token of chunk.tokens.slice(0, index)) {
    if (token.kind !== "op") continue;
    if ("([{".includes(token.text)) depth += 1;
    else if (")]}".includes(token.text)) depth -= 1;
  }
  return depth;
}
