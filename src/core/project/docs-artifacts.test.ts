import { expect, test } from "vitest";
import { publishedCatalog } from "./docs-artifacts.ts";

test("nodes get the names that consumers know, all else stays", () => {
  const entry = (schema: string, name: string) => ({ metadata: { schema, name, type: "VIEW" }, columns: { id: {} } });
  const catalog = {
    metadata: { generated_at: "x" },
    nodes: { "model.a.b": entry("slipway_a", "b__k7"), "model.a.other": entry("slipway_a", "other__k8") },
    sources: { "source.a.s": entry("raw", "s") },
  };
  const published = new Map([["model.a.b", { schema: "analytics", name: "b" }]]);
  expect(publishedCatalog(catalog, published)).toEqual({
    ...catalog,
    nodes: { ...catalog.nodes, "model.a.b": entry("analytics", "b") },
  });
});
