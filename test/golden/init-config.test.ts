// The slipway.yml that init writes, compared with the file beside. UPDATE_GOLDEN=1 rewrites.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { initialConfig } from "../../src/core/config/init-config.ts";

test("what init writes for three targets", () => {
  const text = initialConfig({ projectName: "shop", targets: ["dev", "staging", "prod"], defaultTarget: "dev" });
  const file = join(import.meta.dirname, "slipway.yml");
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
});
