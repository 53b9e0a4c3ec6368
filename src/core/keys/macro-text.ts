// How a template uses macros: by a computed name, or so that their exact text could matter.

import type { TemplateFacts } from "./facts.ts";
import type { JinjaToken } from "./jinja.ts";
import type { ScannedTag } from "./sql.ts";
import { closingIndex } from "./template.ts";

const MAPPING_METHODS = new Set(["items", "values", "keys", "copy", "pop", "popitem", "setdefault", "update"]);

/** `context[x]`, `dbt_utils[x]`, `adapter.dispatch(x)`: which macro that is, is only known when it runs. */
export function callsComputedNames(facts: TemplateFacts, packages: ReadonlySet<string>): boolean {
  return (
    !facts.readable ||
    facts.tags.some(({ chunk: { tokens } }) => tokens.some((_, i) => isComputedCall(tokens, i, packages)))
  );
}

function isComputedCall(tokens: readonly JinjaToken[], at: number, packages: ReadonlySet<string>): boolean {
  const { kind, text } = tokens[at] as JinjaToken;
  if (kind !== "name") return false;
  const attribute = tokens[at - 1]?.text === ".";
  if (text === "dispatch") return !isLiteralArgument(tokens, at + 1, "macro_name");
  if (text === "adapter" && !attribute) return tokens[at + 1]?.text !== ".";
  return (text === "context" || (packages.has(text) && !attribute)) && isComputedLookup(tokens, at);
}

/** What follows `context` or a package's name: only a literal name is plain; the thing itself may be handed on. */
function isComputedLookup(tokens: readonly JinjaToken[], at: number): boolean {
  const [next, after] = [tokens[at + 1], tokens[at + 2]];
  if (next?.text === "[") return !(after?.kind === "string" && tokens[at + 3]?.text === "]");
  if (next?.text !== ".") return tokens[at]?.text === "context" || next?.text !== "=";
  return after?.text === "get" ? !isLiteralArgument(tokens, at + 3) : MAPPING_METHODS.has(after?.text ?? "");
}

/** True for `("x"` that ends there: `("x")`, `("x", ..)`, or with the name of the argument. */
function isLiteralArgument(tokens: readonly JinjaToken[], open: number, name = ""): boolean {
  if (tokens[open]?.text !== "(") return false;
  const named = tokens[open + 1]?.text === name && tokens[open + 2]?.text === "=";
  const at = named ? open + 3 : open + 1;
  return tokens[at]?.kind === "string" && [",", ")"].includes(tokens[at + 1]?.text ?? "");
}

/**
 * True when a project macro is used in any way but `{{ name(..) }}` on its own in code: assigned, filtered, nested, quoted or
 * commented. `self`: the macro whose definition this is.
 */
export function bendsMacros(facts: TemplateFacts, isKnown: (name: string) => boolean, self: string | null): boolean {
  return facts.tags.some((tag, i) => bendsTag(tag, isKnown, i === 0 ? self : null));
}

function bendsTag({ chunk, context }: ScannedTag, isKnown: (name: string) => boolean, self: string | null): boolean {
  const { tokens } = chunk;
  const uses = tokens.filter((token, i) => {
    const defines = self !== null && i === 1 && token.text === self;
    return !defines && (token.kind === "name" || token.kind === "string") && isKnown(token.value);
  });
  if (uses.length === 0) return false;
  const head = tokens[1]?.text === "." ? 2 : 0;
  const alone = context === "code" && chunk.kind === "expr" && uses.length === 1 && uses[0] === tokens[head];
  return !(alone && tokens[head + 1]?.text === "(" && closingIndex(tokens, head + 1) === tokens.length - 1);
}
