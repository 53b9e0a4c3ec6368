// The generated pages are those of today's schema and commands.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { documents } from "./generate-docs.ts";

test.each(Object.entries(documents))("%s is up to date: node scripts/generate-docs.ts", (file, text) => {
  expect(readFileSync(join(import.meta.dirname, "..", file), "utf8")).toBe(text());
});
