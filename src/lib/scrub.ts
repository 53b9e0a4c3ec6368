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
    return known.replace(URL_PASSWORD, `$1${HIDDEN}@`);
  };
}

const URL_PASSWORD = /(:\/\/[^/\s:@]*:)[^/\s@]+@/g;
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
    encodeURIComponent(text.toWellFormed()),
    new URLSearchParams({ v: text }).toString().slice(2),
    ...base64Forms(text),
  ]);
}

const jsonText = (text: string): string => JSON.stringify(text).slice(1, -1);
/** As Python writes it: every other letter by its number. */
const asciiJson = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);

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
