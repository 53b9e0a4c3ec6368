import { expect, test } from "vitest";
import { publicMessage } from "./public-message.ts";

const check = (message: string | null, expected: string | null) => expect(publicMessage(message)).toBe(expected);

test("a misspelt column is named", () =>
  check(
    'Binder Error: Referenced column "amout" not found in FROM clause!\nCandidate bindings: "amount"\n\nLINE 17: select amout',
    'Binder Error: Referenced column "amout" not found in FROM clause!',
  ));
test("dbt's heading goes", () =>
  check(
    'Database Error in model orders (models/orders.sql)\n  column "amout" does not exist\n  LINE 17: select amout',
    'column "amout" does not exist',
  ));
test("an undefined name of jinja stays", () =>
  check("Compilation Error in model m (m.sql)\n  'tihs' is undefined", "'tihs' is undefined"));
test("a value that PostgreSQL could not read", () => {
  check('invalid input syntax for type integer: "aoi@example.com"', "invalid input syntax for type integer: ..");
  check("invalid input syntax for type date: 13/13/1987", "invalid input syntax for type date: ..");
});
test("a value that DuckDB could not convert", () =>
  check(
    "Conversion Error: Could not convert string 'aoi@example.com' to INT32 when casting from source column mail",
    "Conversion Error: Could not convert string .. to INT32 when casting from source column mail",
  ));
test("a row that is there twice", () => {
  check(
    'duplicate key value violates unique constraint "customers_mail"\nDETAIL:  Key (mail)=(aoi@example.com) already exists.',
    "duplicate key value violates unique constraint ..",
  );
  check(
    'Constraint Error: Duplicate key "mail: aoi@example.com" violates primary key constraint.',
    "Constraint Error: Duplicate key .. violates primary key constraint.",
  );
  check(
    'null value in column "mail" violates not-null constraint DETAIL: Failing row contains (1, aoi).',
    "null value in column .. violates not-null constraint",
  );
});
test("a statement on the same line goes", () =>
  check("syntax error LINE 1: select mail from customers", "syntax error"));
test("nothing but a statement", () => check("select * from customers where mail = 'a'", null));
test("what steers a terminal goes", () => check("a\u001b[31mb", "a [31mb"));
test("long ones are cut", () => expect(publicMessage("x".repeat(500))).toHaveLength(200));
test("nothing", () => {
  check(null, null);
  check("\n", null);
});
