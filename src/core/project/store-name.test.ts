// Names in the store: short ones as people know them, long ones never the same.
import { expect, test } from "vitest";
import { snapshotCopy, snapshotRelation } from "./store-name.ts";

test("a snapshot keeps its name and its environment's where they fit", () => {
  expect(snapshotRelation("store", "product_prices", "prod").name).toBe("product_prices__snapshot_prod");
});

test("snapshots whose names begin alike have histories of their own", () => {
  const names = [
    "customer_subscription_status",
    "customer_subscription_plan",
    "顧客契約状態スナップショット",
    "顧客契約状態スナップ",
  ];
  const relations = names.flatMap((name) =>
    ["production_europe", "production_europa"].map((environment) => snapshotRelation("store", name, environment)),
  );
  const copies = relations.map((relation) => snapshotCopy(relation, 7).name);
  expect(new Set(relations.map(({ name }) => name)).size).toBe(8);
  expect(new Set(copies).size).toBe(8);
  for (const name of copies) {
    expect(name).toMatch(/__snapshot_.*__rev7$/);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  }
});
