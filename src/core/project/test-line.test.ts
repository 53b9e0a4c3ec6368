// Where a failing test was declared.
import { expect, test } from "vitest";
import { testLine } from "./test-line.ts";

const file = `version: 2
models:
  - name: orders
    data_tests:
      - dbt_utils.accepted_range: {column_name: amount}
    columns:
      - name: order_id
        data_tests:
          - unique
          - not_null: {severity: warn}
      - name: status
        tests:
          - test_name: accepted_values
            values: [a]
sources:
  - name: raw
    tables:
      - name: payments
        columns: [{name: id, data_tests: [not_null]}]
unit_tests:
  - name: tax is taken off
    model: orders
`;
const check = (subject: string, column: string | null, name: string | null, line: number | null, text = file) =>
  expect(testLine(text, { subject, column, test: name })).toBe(line);

test("on a column", () => check("orders", "order_id", "unique", 9));
test("with settings", () => check("orders", "order_id", "not_null", 10));
test("by test_name, under the older key", () => check("orders", "status", "accepted_values", 13));
test("on the model, of a package", () => check("orders", null, "dbt_utils.accepted_range", 5));
test("on a column of a source", () => check("payments", "id", "not_null", 19));
test("on a table of one of two sources", () => {
  const text = `sources:
  - {name: old, tables: [{name: orders, columns: [{name: id, data_tests: [unique]}]}]}
  - name: app
    tables:
      - name: orders
        columns:
          - name: id
            data_tests: [not_null]
`;
  const line = (source: string) => testLine(text, { subject: "orders", source, column: "id", test: "not_null" });
  expect([line("app"), line("old"), line("gone")]).toEqual([8, 2, null]);
});
test("a unit test", () => check("tax is taken off", null, null, 21));
test("not found: the column, then the model", () => {
  check("orders", "order_id", "elsewhere", 7);
  check("orders", "nowhere", "elsewhere", 3);
});
test("an unknown model, or no YAML: nothing", () => {
  check("nobody", null, "unique", null);
  check("orders", null, "unique", null, "{{ models: [");
});
