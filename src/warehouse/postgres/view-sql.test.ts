import { expect, test } from "vitest";
import type { Column } from "../../core/project/relation.ts";
import { branchedView, castsSafely, plainView } from "./view-sql.ts";

const column = (name: string, type = "integer", collation: string | null = null): Column => ({ name, type, collation });
const view = { schema: "analytics", name: "orders" };
const old = { schema: "store", name: "orders__k1" };
const next = { schema: "store", name: "orders__k2" };

test("a plain view repeats its options and quotes every name", () =>
  expect(plainView({ view, columns: [column('a"b')], options: ["security_barrier=true"] }, next)).toBe(
    `create or replace view "analytics"."orders" with ("security_barrier"='true') as select "a""b" from "store"."orders__k2"`,
  ));

const both = (columns: Column[], oldColumns = columns): string =>
  branchedView({ view, columns, options: [] }, { liveId: 7, threshold: 42, old, oldColumns, next }).replace(
    /\s+/g,
    " ",
  );

test("two sides, the condition outside of both", () =>
  expect(both([column("id")])).toBe(
    `create or replace view "analytics"."orders" as select "id" from ( select "id", false as "is_new" from "store"."orders__k1" ` +
      `union all select "id", true as "is_new" from "store"."orders__k2") u ` +
      `where "is_new" = coalesce((select "showing" >= 42 from slipway.live where id = 7), false)`,
  ));
test("a column of the mark's name", () => expect(both([column("is_new")])).toContain(`false as "is_new_"`));
test("a new column is NULL of its type and collation on the old side", () =>
  expect(both([column("id"), column("n", "text", 'pg_catalog."C"')], [column("id")])).toContain(
    `cast(null as text) collate pg_catalog."C" as "n"`,
  ));
test("a wider column is cast on the old side", () =>
  expect(both([column("id", "bigint")], [column("id")])).toContain(`cast("id" as bigint) as "id"`));
test("a column that may not fit is NULL on the old side", () =>
  expect(both([column("id", "integer")], [column("id", "text")])).toContain(`cast(null as integer) as "id"`));

test("casts that cannot fail", () => {
  const safe = (from: string, to: string): void => expect([from, to, castsSafely(from, to)]).toEqual([from, to, true]);
  const unsafe = (from: string, to: string): void =>
    expect([from, to, castsSafely(from, to)]).toEqual([from, to, false]);
  safe("integer", "bigint");
  safe("jsonb", "text");
  safe("character varying(10)", "character varying(3)");
  safe("numeric(8,2)", "numeric");
  unsafe("bigint", "integer");
  unsafe("text", "date");
  unsafe("numeric(8,2)", "numeric(4,2)");
  unsafe("double precision", "numeric");
});
