// What of a stored sentence may leave the house: the same as of an error message, in each of its values. Pure.
import type { Text } from "../../lib/text.ts";
import { MESSAGE_LENGTH_MAX } from "./limits.ts";
import { publicMessage } from "./public-message.ts";

/** Values in which sentences carry statements. */
const STATEMENTS = new Set(["sql", "statement", "query", "compiled"]);
/** Values that come from dbt or a database as they are. */
const FOREIGN = new Set(["message", "reason", "why", "output"]);

/** The sentence with its values cut down; null stays null. */
export function publicText(text: Text | null): Text | null {
  if (text === null) return null;
  return { id: text.id, params: publicValue(text.params, "") as Text["params"] };
}

function publicValue(value: unknown, name: string): unknown {
  if (typeof value === "string") return publicWords(value, name);
  if (Array.isArray(value)) return value.map((item) => publicValue(item, name));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, publicValue(inner, key)]));
}

function publicWords(words: string, name: string): string {
  if (STATEMENTS.has(name)) return "..";
  if (FOREIGN.has(name) || words.includes("\n")) return publicMessage(words) ?? "..";
  return words.length > MESSAGE_LENGTH_MAX ? `${words.slice(0, MESSAGE_LENGTH_MAX - 2)}..` : words;
}
