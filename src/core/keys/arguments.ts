// Macros that read `from {{ argument }}`: a call that hands in a literal name reads a table that nobody tracks.
import { once, type TemplateFacts } from "./facts.ts";
import { sqlPieces } from "./findings.ts";
import type { JinjaToken } from "./jinja.ts";
import { tableUses } from "./tables.ts";

interface Argument {
  /** Before `=`; null: by position. */
  name: string | null;
  tokens: JinjaToken[];
}

/** A value handed to a parameter that stands for a table. */
export interface HandedValue {
  start: number;
  tokens: JinjaToken[];
}

/** Which parameters of which macros end up in place of a table; by the macro's name as it is called. */
export type TableParameters = ReadonlyMap<string, { parameters: string[]; wanted: ReadonlySet<string> }>;

/** Arguments between the bracket at `open` and its closing one. */
function readArguments(tokens: readonly JinjaToken[], open: number): Argument[] {
  const found: JinjaToken[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(open)) {
    const isOp = token.kind === "op";
    if (isOp && ")]}".includes(token.text)) depth -= 1;
    if (depth === 0 && isOp && ")]}".includes(token.text)) break;
    if (depth === 1 && isOp && token.text === ",") found.push([]);
    else if (depth > 0) found.at(-1)?.push(token);
    if (isOp && "([{".includes(token.text)) depth += 1;
  }
  return found.filter((one) => one.length > 0).map(toArgument);
}

function toArgument(tokens: JinjaToken[]): Argument {
  const named = tokens[0]?.kind === "name" && tokens[1]?.text === "=" && tokens[2]?.text !== "=";
  return named ? { name: tokens[0]?.text ?? "", tokens: tokens.slice(2) } : { name: null, tokens };
}

/** Names of a macro's parameters in order; [] for what is no macro. */
export const parametersOf = (template: TemplateFacts): string[] =>
  once(template, "parameters", ({ scan }) => {
    const definition = scan.tags[0]?.chunk.tokens ?? [];
    if (!["macro", "test", "data_test"].includes(definition[0]?.text ?? "") || definition[2]?.text !== "(") return [];
    return readArguments(definition, 2).map(({ name, tokens }) => name ?? tokens[0]?.text ?? "");
  });

/** Statements that give a local name its value: `set x = ..`, `for x in ..`. */
export const giversOf = (name: string, { tags }: TemplateFacts): JinjaToken[][] =>
  tags.flatMap(({ chunk: { kind, tokens } }) => {
    const gives = kind === "stmt" && ["set", "for"].includes(tokens[0]?.text ?? "");
    return gives && tokens.slice(1, 6).some(({ text }) => text === name) ? [tokens] : [];
  });

/** Parameters that stand in place of a table in the macro itself, directly or through a local name. */
const directTableParameters = (template: TemplateFacts): string[] =>
  once(template, "directTableParameters", (facts) => {
    const own = parametersOf(facts);
    if (own.length === 0) return [];
    const uses = sqlPieces(facts).flatMap((pieces) => tableUses(pieces).uses);
    const names = new Set(uses.flatMap(({ chunk }) => (chunk?.tokens ?? []).map(({ text }) => text)));
    for (const name of names) for (const giver of giversOf(name, facts)) for (const { text } of giver) names.add(text);
    return own.filter((name) => names.has(name));
  });

/** The same through macros that hand their own arguments on. `name`: as it is defined. */
export function tableParameters(macros: readonly { name: string; facts: TemplateFacts }[]): TableParameters {
  const found = new Map<string, { parameters: string[]; wanted: Set<string> }>();
  const own = macros.map(({ name, facts }) => ({ name, facts, wanted: new Set(directTableParameters(facts)) }));
  for (let grown = true; grown; ) {
    for (const { name, facts, wanted } of own)
      if (wanted.size > 0)
        for (const called of calledAs(name)) found.set(called, { parameters: parametersOf(facts), wanted });
    grown = false;
    for (const { facts, wanted } of own) {
      const before = wanted.size;
      const mine = parametersOf(facts);
      for (const { tokens } of handedTables(facts, found))
        for (const { text } of tokens) if (mine.includes(text)) wanted.add(text);
      grown ||= wanted.size > before;
    }
  }
  return found;
}

/** `default__x` is called as `x`. */
function calledAs(name: string): string[] {
  const parts = name.split("__");
  return parts.map((_, i) => parts.slice(i).join("__"));
}

/** Every value that a template hands to a parameter that stands for a table. */
export function handedTables({ tags, words }: TemplateFacts, tables: TableParameters): HandedValue[] {
  const called = [...tables.keys()].filter((name) => words.has(name));
  if (called.length === 0) return [];
  return tags.flatMap(({ chunk: { tokens } }) =>
    tokens.flatMap((token, i) => {
      const defines = ["macro", "test", "data_test"].includes(tokens[i - 1]?.text ?? "");
      const target = token.kind === "name" && !defines ? tables.get(token.text) : undefined;
      return target && tokens[i + 1]?.text === "(" ? handedValues(tokens, i, target) : [];
    }),
  );
}

function handedValues(
  tokens: readonly JinjaToken[],
  at: number,
  { parameters, wanted }: { parameters: string[]; wanted: ReadonlySet<string> },
): HandedValue[] {
  const given = readArguments(tokens, at + 1);
  return given
    .filter(({ name }, i) => wanted.has(name ?? parameters[i] ?? ""))
    .map((argument) => ({ start: tokens[at]?.start ?? 0, tokens: argument.tokens }));
}

const CONSTANTS = new Set([
  "none",
  "None",
  "true",
  "True",
  "false",
  "False",
  "not",
  "and",
  "or",
  "if",
  "else",
  "in",
  "is",
]);

/** Of a value: texts that are no argument of a call, and names that are neither called nor attributes. */
export function looseParts(tokens: readonly JinjaToken[]): { texts: JinjaToken[]; names: JinjaToken[] } {
  const texts: JinjaToken[] = [];
  const names: JinjaToken[] = [];
  const calls: boolean[] = [];
  for (const [i, token] of tokens.entries()) {
    const called = tokens[i - 1]?.kind === "name" && token.text === "(";
    if (token.kind === "op" && "([{".includes(token.text)) calls.push(called || calls.at(-1) === true);
    else if (token.kind === "op" && ")]}".includes(token.text)) calls.pop();
    if (calls.at(-1)) continue;
    if (token.kind === "string") texts.push(token);
    const plain =
      token.kind === "name" && tokens[i + 1]?.text !== "(" && tokens[i - 1]?.text !== "." && !CONSTANTS.has(token.text);
    if (plain) names.push(token);
    if (token.kind === "name" && ["var", "env_var"].includes(token.text)) texts.push(token);
  }
  return { texts, names };
}
