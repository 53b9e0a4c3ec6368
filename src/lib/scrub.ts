// Takes known secret values out of free text, in every form in which programs print them.

/** A shorter value would take half the words of a log along, and is no secret to anybody who guesses. */
export const SCRUBBED_LENGTH_MIN = 4;
/** Lines of a value that has several (a private key) are also looked for one by one: logs are cut at line ends. */
const LINE_LENGTH_MIN = 8;
const HIDDEN = "*****";

export type Scrub = (text: string) => string;

/**
 * A function that replaces each of `values` (as it is, percent-encoded, form-encoded, in base64 wherever it starts, as JSON and SQL write
 * it) and passwords inside addresses by `*****`. Longest first: a secret that begins like another one leaves no tail.
 */
export function makeScrubber(values: readonly string[]): Scrub {
  const forms = [...new Set(values.flatMap(formsOf))]
    .filter((form) => form.length >= SCRUBBED_LENGTH_MIN)
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const pattern = forms.length === 0 ? null : new RegExp(forms.map(escaped).join("|"), "g");
  return (text) => {
    const known = pattern === null ? text : text.replace(pattern, HIDDEN);
    return known.replace(URL_PASSWORD, `$1${HIDDEN}@`).replace(URL_TOKEN, `://${HIDDEN}@`);
  };
}

/** Every text in plain data without secrets; names of fields, numbers and fields named in `except` stay. */
export function scrubDeep(value: unknown, scrub: Scrub, except: ReadonlySet<string> = new Set()): unknown {
  if (typeof value === "string") return scrub(value);
  if (Array.isArray(value)) return value.map((item) => scrubDeep(item, scrub, except));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, except.has(key) ? item : scrubDeep(item, scrub, except)]),
  );
}

/** Of a JSON text: what is left is JSON, though a secret be digits that stand in its numbers too. */
export function scrubJson(text: string, scrub: Scrub): string {
  const hidden = scrub(text);
  return hidden === text || isJson(hidden) || !isJson(text)
    ? hidden
    : JSON.stringify(scrubDeep(JSON.parse(text), scrub));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A token in the place of the name, as Git servers take it: no person's name is that long. */
const URL_TOKEN = /:\/\/[^/\s:@"]{20,}@/g;
const URL_PASSWORD = /(:\/\/[^/\s:@"]*:)[^/\s@"]+@/g;
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

function formsOf(value: string): string[] {
  if (value.length < SCRUBBED_LENGTH_MIN) return [];
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const plain = [
    value,
    value.trim(),
    ...(lines.length > 1 ? lines.filter((line) => line.length >= LINE_LENGTH_MIN) : []),
  ];
  return plain.flatMap((text) => [
    ...[text, text.replaceAll("'", "''")].flatMap((one) => [one, jsonText(one), asciiJson(jsonText(one))]),
    jsonText(jsonText(text)),
    ...percentForms(text.toWellFormed()),
    ...["&#39;", "&#x27;"].map((quote) => htmlText(text, quote)),
    ...base64Forms(text),
  ]);
}

const jsonText = (text: string): string => JSON.stringify(text).slice(1, -1);
/** As Python writes it: every other letter by its number. */
const asciiJson = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** As browsers, forms and Python's `quote` write it, with large and small letters. */
function percentForms(text: string): string[] {
  const plain = encodeURIComponent(text);
  const all = plain.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [plain, new URLSearchParams({ v: text }).toString().slice(2), all, all.replaceAll("%2F", "/")];
  return forms.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

const htmlText = (text: string, quote: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", quote);

/** Of the base64 of any longer text that holds this one, the characters that this one alone decides: by where it starts, modulo 3. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text, "utf8");
  const shifted = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replaceAll("=", "");
    const from = shift === 0 ? 0 : shift + 1;
    const to = (bytes.length + shift) % 3 === 0 ? encoded.length : encoded.length - 1;
    return encoded.slice(from, to);
  });
  const long = shifted.filter((form) => form.length >= LINE_LENGTH_MIN);
  return long.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}
