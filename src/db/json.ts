// Values on their way into jsonb. PostgreSQL refuses NUL and lone surrogates, which a dbt message may well hold.

/** A JSON text that PostgreSQL accepts. Branded, so that no column is written without passing through `json()`. */
export type Json = string & { readonly brand: "json" };

/** NUL and broken UTF-16 become the replacement character. */
export function storable(text: string): string {
  return text.includes("\u0000") ? text.replaceAll("\u0000", "\ufffd").toWellFormed() : text.toWellFormed();
}

/**
 * JSON text of a value. Dates become ISO strings and come back as strings. PostgreSQL does not keep the order of object
 * keys: where an order matters, store an array.
 */
export function json(value: unknown): Json {
  const text = JSON.stringify(value ?? null);
  return (/\\u(?:0000|d[89a-f])/i.test(text) ? JSON.stringify(cleaned(JSON.parse(text))) : text) as Json;
}

/** As `json`, but null stays SQL null. */
export function jsonOrNull(value: unknown): Json | null {
  return value === null || value === undefined ? null : json(value);
}

function cleaned(value: unknown): unknown {
  if (typeof value === "string") return storable(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), cleaned(inner)]));
}
