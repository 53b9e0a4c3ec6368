import { expect, test } from "vitest";
import type { TestOutcome } from "../../core/records.ts";
import { findingLines } from "./parts.ts";

const style = { lang: "en", width: 40, colour: false, unicode: true, all: false } as const;
const check = (more: Partial<TestOutcome>, lines: string[]) =>
  expect(
    findingLines(style, {
      ...{ test: "test.shop.t", name: "unique_id", status: "fail", failures: 3, message: null, reused: false },
      ...{ file: "m.yml", line: 7, holdsBack: [], executionMs: 1 },
      ...more,
    }),
  ).toEqual(lines);

test("a finding stands on one line where it fits", () => check({}, ["  ✗ unique_id   3 rows   m.yml:7"]));
test("the place goes below where it does not", () =>
  check({ file: "models/marts.yml" }, ["  ✗ unique_id   3 rows", "    models/marts.yml:7"]));
test("a name is never cut: people type it", () =>
  check({ name: "accepted_values_orders_status__placed__shipped", status: "warn" }, [
    "  ! accepted_values_orders_status__placed__shipped",
    "    3 rows   m.yml:7",
  ]));
test("nothing known of rows leaves no gap", () => check({ failures: null }, ["  ✗ unique_id   m.yml:7"]));
test("what the warehouse said is broken into lines", () =>
  check({ failures: null, message: "Binder Error: the column\nstatus was not found in FROM" }, [
    "  ✗ unique_id",
    "    Binder Error: the column status was",
    "    not found in FROM",
    "    m.yml:7",
  ]));
