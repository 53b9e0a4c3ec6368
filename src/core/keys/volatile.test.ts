// Classes of nodes: what is volatile, what is opaque, what is neither, with reasons and places.
import { describe, expect, test } from "vitest";
import { type KeyInput, type NodeFacts, nodeFacts } from "./key.ts";
import { keyInput, type ModelText, type ProjectText } from "./sample-project.ts";

const facts = (project: ProjectText, more: Partial<KeyInput> = {}) =>
  nodeFacts(keyInput(project, more)).get("model.shop.a") as NodeFacts;
const model = (a: string | ModelText, macros: Record<string, string> = {}, more: ProjectText = {}): ProjectText => ({
  models: { a },
  macros,
  sources: { "raw.t": {} },
  ...more,
});
const check = (code: string | ModelText, klass: string, macros: Record<string, string> = {}) =>
  expect({ code, klass: facts(model(code, macros)).klass }).toEqual({ code, klass });

describe("volatile", () => {
  for (const code of [
    "select now()",
    "select NOW ( )",
    "select current_timestamp",
    "select current_date as d",
    "select Current_Timestamp(6)",
    "select random()",
    "select uuid()",
    "select gen_random_uuid()",
    "select nextval('s')",
    "select current_user",
    "select current_setting('x')",
    "select pg_catalog.now()",
    "select now\n-- x\n()",
    "select age(x)",
    "select 'now'::timestamp",
    "select date ' Today '",
    "select * from {{ ref('b') }} tablesample bernoulli (10)",
    "select * from {{ ref('b') }} using sample 3",
    "select '{{ run_started_at }}'",
    "select '{{ invocation_id }}'",
    "select '{{ modules.datetime.datetime.now() }}'",
    "{% set q %}now(){% endset %}select {{ q }}",
    "select {{ 'now()' }}",
    "select {% if true %}now(){% endif %}",
    "select '\u3000' ,\u3000now()",
  ])
    test(code, () => check(code, "volatile"));
  test("a bare user on PostgreSQL; in DuckDB it is a constant", () => {
    expect(facts(model("select user", {}, { adapter: "postgres" })).klass).toBe("volatile");
    expect(facts(model("select user")).klass).toBe("pure");
  });
  test("in a macro", () => check("select {{ m() }}", "volatile", { m: "{% macro m() %}now(){% endmacro %}" }));
  test("in dbt's own macro", () =>
    check("select {{ dbt.current_timestamp() }}", "volatile", {
      "dbt.current_timestamp": "{% macro current_timestamp() %}now(){% endmacro %}",
    }));
  test("in a hook on the node itself", () =>
    check({ code: "select 1", config: { "post-hook": [{ sql: "update {{ this }} set x = now()" }] } }, "volatile"));
  test("microbatch", () => check({ code: "select 1", config: { incremental_strategy: "microbatch" } }, "volatile"));
});

describe("opaque", () => {
  for (const code of [
    "{{ run_query('select 1') }}",
    "{% for n in graph.nodes.values() %}{% endfor %}",
    "{% if adapter.get_relation(this.database, 'a', 'b') %}{% endif %}",
    "{{ adapter.execute('x') }}",
    "{% call statement('x') %}select 1{% endcall %}",
    "select * from raw.orders",
    "select * from orders",
    "select * from {{ ref('b') }} join db.raw.orders using (id)",
    "select * from {{ ref('b') }}, raw.orders",
    'select * from "raw"."orders"',
    "select * from (select * from raw_orders)",
    "select * from {{ target.schema }}.orders",
    "select * from {{ var('table') }}",
    "select * from raw.{{ name }}",
    "select * from {{ ref('b') }}_old",
    "{% set t = 'raw.orders' %}select * from {{ t }}",
    "select * from my_function(1)",
    "select * from dblink('x', 'y')",
    "select * from query('select 1')",
    "select * from duckdb_tables()",
    "select * from information_schema.tables",
    "table orders",
    "select * from {% if x %}{{ ref('b') }}{% else %}raw.orders{% endif %}",
    "with c as (select 1) select * from c, raw.d",
    "{{ render(x) }}",
    "select {{ a",
    "select {% if execute %}{{ source('raw', t) }}{% endif %}",
    "select exists (select 1 from raw.x)",
    "select extract(year from (select max(d) from raw.x))",
    "select api from {{ api.Relation.create(schema='x') }}",
    'select * from {{ "raw.x" }}',
    '{{ "select * from raw.x" }}',
  ])
    test(code, () => check(code, "opaque"));
  test("Python", () => check({ code: "def model(): pass", more: { language: "python" } }, "opaque"));
  test("the project's own materialization", () =>
    check({ code: "select 1", config: { materialized: "odd" } }, "opaque", {
      materialization_odd_default: "{% materialization odd, default %}{% endmaterialization %}",
    }));
  test("a macro's own table", () =>
    check("select {{ m() }}", "opaque", { m: "{% macro m() %}(select max(x) from raw.t){% endmacro %}" }));
  const counting = { m: "{% macro m(r) %}(select count(*) from {{ r }}){% endmacro %}" };
  test("a literal name handed to a macro", () => check("select {{ m('raw.orders') }}", "opaque", counting));
  test("a literal name handed by keyword", () => check("select {{ m(r='raw.orders') }}", "opaque", counting));
  test("a ref handed to a macro is a parent", () => check("select {{ m(ref('b')) }}", "pure", counting));
  test("a literal name in a list", () =>
    check("select {{ m(['raw.orders', ref('b')]) }}", "opaque", {
      m: "{% macro m(rs) %}{% for r in rs %}(select 1 from {{ r }}){% endfor %}{% endmacro %}",
    }));
  test("a local name that holds a literal", () =>
    check("{% set t = 'raw.orders' %}select {{ m(t) }}", "opaque", counting));
  test("a local name that holds a ref", () => check("{% set t = ref('b') %}select {{ m(t) }}", "pure", counting));
  test("handed on by another macro", () =>
    check("select {{ n('raw.orders') }}", "opaque", { ...counting, n: "{% macro n(x) %}{{ m(x) }}{% endmacro %}" }));
  test("a ref handed on by another macro", () =>
    check("select {{ n(ref('b')) }}", "pure", { ...counting, n: "{% macro n(x) %}{{ m(x) }}{% endmacro %}" }));
  test("a local literal inside a macro", () =>
    check("select {{ m() }}", "opaque", {
      m: "{% macro m() %}{% set t = 'raw.t' %}(select 1 from {{ t }}){% endmacro %}",
    }));
  test("dispatched", () =>
    check("select {{ m('raw.orders') }}", "opaque", {
      m: "{% macro m(r) %}{{ return(adapter.dispatch('m')(r)) }}{% endmacro %}",
      default__m: "{% macro default__m(r) %}(select 1 from {{ r }}){% endmacro %}",
    }));
  test("columns of a source", () =>
    check("{% set c = adapter.get_columns_in_relation(source('raw', 't')) %}select 1", "opaque"));
  test("columns of a parent are in its key", () =>
    check("{% set c = adapter.get_columns_in_relation(ref('b')) %}select 1", "pure"));
  test("a stand-in that runs queries", () =>
    check("select 1", "opaque", {
      "dbt.create_view_as": "{% macro create_view_as() %}{% endmacro %}",
      "dbt.materialization_view_default":
        "{% materialization view, default %}{{ create_view_as() }}{% endmaterialization %}",
      create_view_as: "{% macro create_view_as() %}{{ create_view_as_2() }}{{ run_query('x') }}{% endmacro %}",
    }));
});

describe("pure", () => {
  for (const code of [
    "select 1 -- now()",
    "select 'now()'",
    "select $$ now() $$",
    "select /* random() */ 1",
    "select x.current_date from {{ ref('b') }} x",
    "select now from {{ ref('b') }}",
    "select random from {{ ref('b') }}",
    "with c as (select * from {{ ref('b') }}) select * from c",
    "with c(a, b) as materialized (select 1, 2), d as not materialized (select 1) select * from c join D on true",
    "with recursive c as (select 1 union all select * from c) select * from c",
    "select extract(year from day), trim(both ' ' from x), substring(x from 2 for 3) from {{ ref('b') }}",
    "select a is distinct from b, a is not distinct from c from {{ ref('b') }}",
    "select * from generate_series(1, 3)",
    "select * from unnest([1, 2])",
    "select * from (values (1), (2)) v(x)",
    "select * from {{ ref('b') }} b, lateral (select 1) c",
    "{% set t = ref('b') %}select * from {{ t }}",
    "{% for t in [ref('b'), ref('c')] %}select * from {{ t }}{% endfor %}",
    "select max(x) from {{ this }}",
    "select * from {{ source('raw', 't') }}",
    "{% if is_incremental() %}where x{% endif %}",
    "select {{ modules.re.sub('a', 'b', 'c') }}",
    "select age(x, y)",
    "select {{ adapter.quote('x') }}",
    "{{ config(tags=['now()']) }} select 1",
    "select 1 {# now() #}",
    "select 'it''s now()'",
    'select "current_date"',
    "select {{ ref('b').identifier }}",
    "from {{ ref('b') }} select 1",
    "select * from {{ ref('b') }} order by x limit 3",
    "select * exclude (a) from {{ ref('b') }} where x in (select y from {{ ref('c') }})",
    "select 時刻 from {{ ref('b') }} -- 今 now()",
  ])
    test(code, () => check(code, "pure"));
  test("a hook that writes elsewhere", () =>
    check({ code: "select 1", config: { "post-hook": [{ sql: "insert into audit values (now())" }] } }, "pure"));
  test("a CTE that a macro selects from", () =>
    check("with c as (select 1) {{ m() }}", "pure", { m: "{% macro m() %}select * from c{% endmacro %}" }));
  test("a macro nobody calls", () => check("select 1", "pure", { m: "{% macro m() %}now(){% endmacro %}" }));
  test("a variable that is a ref", () => {
    const vars = { project: { t: "{{ ref('b') }}" }, packages: {}, cli: {} };
    expect(facts(model("select * from {{ var('t') }}"), { vars }).klass).toBe("pure");
  });
});

describe("reasons and files", () => {
  test("the place is the user's line", () => {
    const { reasons } = facts(model("select\n  1,\n  now() as x"));
    expect(reasons).toEqual([
      {
        klass: "volatile",
        text: { id: "key.volatile_function", params: { name: "now" } },
        where: { file: "models/a.sql", line: 3, excerpt: "now() as x" },
      },
    ]);
  });
  test("a macro's reason names the macro's file", () =>
    expect(facts(model("{{ m() }}", { m: "{% macro m() %}now(){% endmacro %}" })).reasons[0]?.where.file).toBe(
      "macros/m.sql",
    ));
  test("opaque outweighs volatile, both are told", () =>
    expect(facts(model("select now() from raw.t"))).toMatchObject({
      klass: "opaque",
      reasons: [{ klass: "volatile" }, { klass: "opaque" }],
    }));
  const files = (code: string, expected: string[], klass = "pure") => {
    const found = facts(model(code));
    expect({ code, files: found.filePatterns, klass: found.klass }).toEqual({ code, files: expected, klass });
  };
  test("readers", () => files("select * from read_csv('data/a.csv', header = true)", ["data/a.csv"]));
  test("lists", () => files("select * from read_parquet(['b.parquet', 'a/*.parquet'])", ["a/*.parquet", "b.parquet"]));
  test("scalar use", () => files("select content from read_text('a.txt')", ["a.txt"]));
  test("a file in place of a table", () =>
    files("select * from 'a.csv' join 'it''s.parquet' using (x)", ["a.csv", "it's.parquet"]));
  test("a quoted name that is a file", () => files('select * from "a.parquet"', ["a.parquet"]));
  test("in a set block", () =>
    files("{% set q %}read_json('a.json'){% endset %}select * from {{ ref('b') }}", ["a.json"]));
  test("in a comment: none", () => files("select 1 -- from 'a.csv'", []));
  test("a computed name", () => files("select * from read_csv('{{ x }}.csv')", [], "opaque"));
  test("an expression", () => files("select * from read_csv('a' || x)", [], "opaque"));
  test("a remote file", () => files("select * from read_csv('https://example.com/a.csv')", [], "opaque"));
});
