import { describe, expect, test } from "vitest";
import { placeIn, splitStatements } from "./sql-statements.ts";

const check = (sql: string, expected: string[]) => {
  const found = splitStatements(sql);
  expect(found.map((one) => one.text)).toEqual(expected);
  for (const { text, offset } of found) expect(sql.slice(offset, offset + text.length)).toBe(text);
};

describe("statements of a file", () => {
  test("one without an end", () => check("select 1", ["select 1"]));
  test("two with one", () => check("select 1;\n select 2;\n", ["select 1", "select 2"]));
  test("nothing but comments", () => check(" -- a; b\n /* c; */ ;;", []));
  test("in texts and names", () =>
    check(`select ';' , ";", 'it''s;'; select 2`, [`select ';' , ";", 'it''s;'`, "select 2"]));
  test("in dollar quotes", () => check("select $$a;b$$; select $q$;$$;$q$", ["select $$a;b$$", "select $q$;$$;$q$"]));
  test("a parameter is no dollar quote", () => check("select a$1; select b$2", ["select a$1", "select b$2"]));
  test("with escapes", () => check("select e'\\';'; select 2", ["select e'\\';'", "select 2"]));
  test("comments stay with what follows", () => check("-- why\nselect 1; -- end", ["-- why\nselect 1"]));
  test("a quote that never ends", () => check("select ';", ["select '"]));
});

test("a character's place", () => {
  expect(placeIn("select\n  注文, x", 13)).toEqual({ line: 2, column: 7, excerpt: "  注文, x" });
});
