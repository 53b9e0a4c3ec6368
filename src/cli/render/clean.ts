// Takes everything that could steer a terminal out of a view: commit subjects, node names and messages are foreign text.
import { stripVTControlCharacters } from "node:util";

/** A copy whose texts keep their line breaks but no other control characters, and no marks that turn the direction of text. */
export function cleaned<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(walk);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
}

const SUSPICIOUS = /(?!\n)\p{Cc}|\p{Bidi_Control}/u;

function cleanText(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return stripVTControlCharacters(text)
    .replace(/\t/g, "  ")
    .replace(/(?!\n)\p{Cc}|\p{Bidi_Control}/gu, " ");
}
