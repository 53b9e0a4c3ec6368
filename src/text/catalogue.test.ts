import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { catalogue, render, say } from "./catalogue.ts";

const folders = [
  import.meta.dirname,
  join(import.meta.dirname, "..", "cli"),
  join(import.meta.dirname, "..", "cli", "render"),
];
const sources = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") })),
);

/** Characters that some terminals draw one column wide and Japanese ones two. */
const ambiguous = (text: string): string[] =>
  [...new Set(text)].filter(
    (one) => stringWidth(one, { ambiguousIsNarrow: true }) !== stringWidth(one, { ambiguousIsNarrow: false }),
  );

test("the check finds what it looks for", () => expect(ambiguous("a…→✓あ·")).toEqual(["…", "→", "·"]));
test("no character of ambiguous width", () => {
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.map(({ file, text }) => [file, ambiguous(text)]).filter(([, found]) => found!.length > 0)).toEqual([]);
});
test("no half-width katakana, no circled digits", () => {
  expect(sources.filter(({ text }) => /[\uff61-\uff9f\u2460-\u24ff]/u.test(text)).map(({ file }) => file)).toEqual([]);
});
test("every text in both languages, under an id of its room", () => {
  for (const [id, entry] of Object.entries(catalogue)) {
    expect(id).toMatch(/^[a-z]+\.[a-z0-9_]+$/);
    expect([typeof entry.en, typeof entry.ja]).toEqual(["function", "function"]);
  }
});
test("each id stands on one page only", () => {
  const ids = sources.flatMap(({ text }) =>
    [...text.matchAll(/^ {2}"([a-z]+\.[a-z0-9_]+)":/gm)].map((found) => found[1]),
  );
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(new Set(ids)).toEqual(new Set(Object.keys(catalogue)));
});
test("a text in words", () => {
  expect(render(say("config.empty"), "ja")).toBe("slipway.yml が空です");
  expect(render({ id: "old.text", params: { a: 1 } }, "en")).toBe('old.text {"a":1}');
});
