import { expect, test } from "vitest";
import type { Manifest } from "../../core/project/manifest.ts";
import { AppError } from "../../lib/error.ts";
import { render, say } from "../../text/catalogue.ts";
import { withMaker } from "./own-source.ts";

const id = "source.shop.raw.orders";
const manifest = {
  nodes: {
    "seed.shop.raw_orders": { resource_type: "seed", name: "raw_orders", alias: "orders", schema: "raw", config: {} },
  },
  sources: {
    [id]: { source_name: "raw", name: "orders", identifier: "orders", schema: "raw" },
    "source.shop.raw.items": { source_name: "raw", name: "items", identifier: "items", schema: "raw" },
  },
} as unknown as Manifest;

function check(node: string, hint: RegExp): void {
  const missing = new AppError("invalid", say("postgres.source_missing", { node, name: "raw.orders" }), {
    hint: say("postgres.source_missing_hint", {}),
  });
  const told = withMaker(manifest, missing) as AppError;
  expect(told.text).toBe(missing.text);
  expect(render(told.details.hint!, "en")).toMatch(hint);
}

test("a source that a seed of the project makes", () =>
  check(
    id,
    /seed raw_orders of this project makes that table: write ref\('raw_orders'\) instead of source\('raw', 'orders'\)/,
  ));
test("a source of somebody else keeps its hint", () => check("source.shop.raw.items", /has been loaded/));
test("any other error stays as it is", () => {
  const other = new Error("no way to the host");
  expect(withMaker(manifest, other)).toBe(other);
});
