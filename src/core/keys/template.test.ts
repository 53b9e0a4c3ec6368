// The canonical text of SQL with Jinja: what must be equal, what must differ, what must stay exact.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalSql } from "./template.ts";

const canonical = (text: string, adapter = "duckdb") => canonicalSql(text, { adapter }).text;
const check = (text: string, expected: string) => expect(canonical(text)).toBe(expected);
const same = (a: string, b: string) => expect(canonical(a)).toBe(canonical(b));
const differ = (a: string, b: string) => expect(canonical(a)).not.toBe(canonical(b));
const exact = (text: string) => expect(canonicalSql(text, { adapter: "duckdb" })).toEqual({ text, sensitive: true });

describe("comments and blanks change nothing", () => {
  test("line comment", () => same("select 1 -- one\n, 2", "select 1, 2".replace("1,", "1 ,")));
  test("comment at the end without a line break", () => same("select 1 -- one", "select 1"));
  test("block comment", () => check("select 1 /* one */ , 2", "select 1 , 2"));
  test("a comment separates", () => check("select/**/1", "select 1"));
  test("nested block comment", () => check("select 1 /* a /* b */ -- c */ , 2", "select 1 , 2"));
  test("indentation, line breaks, CRLF", () => same("select\r\n\t1,\r\n  2\r\n", "select 1, 2"));
  test("quotes inside comments", () => check("select 1 -- it's\n, 2 /* \" */ , 3", "select 1 , 2 , 3"));
  test("Japanese comments", () => check("select 1 -- 税込み'価格\n, 金額 /* 円 */ from t", "select 1 , 金額 from t"));
  test("Jinja comment", () => same("select 1 {# a -- ' #}, 2", "select 1 , 2"));
  test("Jinja comment over lines", () => same("select 1{# a\n\n b #}, 2", "select 1, 2"));
  test("blanks in tags", () => same("select {{ref( 'a' )}}", "select {{   ref( 'a' ) }}"));
  test("config on its own", () => same("{{ config(materialized='view', tags=['x']) }}\nselect 1", "select 1"));
  test("carriage return ends a line comment", () => check("select 1 -- a\r, 2", "select 1 , 2"));
});

describe("content stays", () => {
  test("blanks in a literal", () => differ("select 'a  b'", "select 'a b'"));
  test("comment signs in a literal", () => check("select 'a -- b', '/* c */'  ", "select 'a -- b', '/* c */'"));
  test("doubled quotes", () => check("select 'it''s  -- ', 1 -- x", "select 'it''s  -- ', 1"));
  test("quoted names", () => check('select "a  -- b" , 1', 'select "a  -- b" , 1'));
  test("doubled double quotes", () => check('select "a""  b"   , 1', 'select "a""  b" , 1'));
  test("dollar quotes", () => check("select $$ a  -- 'b $$ ,  1", "select $$ a  -- 'b $$ , 1"));
  test("tagged dollar quotes", () => check("select $f$ $$  x $g$ $f$ -- c", "select $f$ $$  x $g$ $f$"));
  test("a dollar inside a name is no quote", () => check("select a$b$ ,  c$b$", "select a$b$ , c$b$"));
  test("escape strings", () => check("select E'a\\'  -- b' ,  1", "select E'a\\'  -- b' , 1"));
  test("case", () => differ("SELECT 1", "select 1"));
  test("strings in tags", () => differ("select {{ f('a  b') }}", "select {{ f('a b') }}"));
  test("closing signs in strings of tags", () => check("{{ f('}}  %}') }}  x", "{{ f('}}  %}') }} x"));
  test("closing signs in brackets of tags", () => check("{{ {'a': {}} }}  x", "{{ {'a': {}} }} x"));
  test("raw", () => check("select {% raw %}{{  a  }}{% endraw %}  x", "select {% raw %}{{  a  }}{% endraw %} x"));
  test("two literals on two lines are one literal", () => differ("select 'a'\n'b'", "select 'a' 'b'"));
  test("hints", () => check("select /*+ hash  (a) */  1", "select /*+ hash  (a) */ 1"));
  test("other scripts' blanks", () => differ("select 1\u3000", "select 1"));
  test("a Jinja comment pastes, a blank does not", () => differ("a{# x #}b", "a {# x #} b"));
  test("Jinja comments in literals", () => differ("select 'a{#  x #}b'", "select 'a{# x #}b'"));
});

describe("text that becomes a value", () => {
  test("set block", () => differ("{% set q %}a  b{% endset %}x", "{% set q %}a b{% endset %}x"));
  test("comment in a set block", () => differ("{% set q %}a /* x */{% endset %}y", "{% set q %}a {% endset %}y"));
  test("call block", () => differ("{% call f() %}a  b{% endcall %}", "{% call f() %}a b{% endcall %}"));
  test("filter block", () => differ("{% filter upper %}a  b{% endfilter %}", "{% filter upper %}a b{% endfilter %}"));
  test("set of a value is no block", () => same("{% set a = 1 %}  select  1", "{% set a = 1 %} select 1"));
  test("set with a keyword argument inside is a block", () =>
    differ("{% set q | f(a=1) %}a  b{% endset %}", "{% set q | f(a=1) %}a b{% endset %}"));
  test("around the block blanks fold", () =>
    same("x   {% set q %} a {% endset %}\n\n y", "x {% set q %} a {% endset %} y"));
});

describe("Jinja in comments stays", () => {
  test("line comment", () => check("select 1 -- {{ ref('a') }}  x\n ,  2", "select 1 -- {{ ref('a') }}  x\n , 2"));
  test("a tag that may render to several lines", () => exact("select 1 -- {{ m() }}\n ,  2"));
  test("block comment", () => check("select 1 /* {{  this }} */  , 2", "select 1 /* {{  this }} */ , 2"));
});

describe("trims", () => {
  test("signs stay", () => differ("a {{- x }}", "a {{ x }}"));
  test("a trim that joins", () => differ("a {#- x -#} b", "a b"));
  test("a trim to the left is not a trim to the right", () => differ("a {#- x #} b", "a {# x -#} b"));
  test("a comment between blank and trim keeps the blank", () => differ("a {# c #} {{- x }}", "a {{- x }}"));
  test("a Jinja comment behind a trim keeps the blank", () => differ("{{ x -}} {# c #} y", "{{ x -}} y"));
  test("a SQL comment before a trim separates", () => differ("a /* c */ {{- x }}", "a {{- x }}"));
  test("a trim over a line comment's end", () => exact("a -- c\n{{- x }}"));
  test("a trim over a kept line comment's end", () => exact("a -- {{ y }}\n{{- x }}"));
  test("a trim inside a line comment", () => exact("a -- {{ y -}}\n b"));
});

describe("never a guess", () => {
  test("unbalanced quote", () => exact("select 'a"));
  test("unbalanced block comment", () => exact("select 1 /* a"));
  test("unbalanced dollar quote", () => exact("select $$ a  b"));
  test("unbalanced Jinja", () => exact("select {{ a  "));
  test("unknown brackets", () => exact("select {{ a)  }}  b"));
  test("a quote that only one branch opens", () => exact("select {% if a %}'{% endif %}a  b{% if a %}'{% endif %}"));
  test("a comment that only one branch opens", () => exact("select 1 {% if a %}--{% endif %} x\n , 2"));
  test("a literal that branches end and begin", () => exact("select 'a{% if b %}' , '{% endif %}  c'"));
  test("a string that opens a literal", () => exact('select {{ "\'" }}a  b{{ "\'" }}'));
  test("a string that opens a literal by an escape", () => exact("select {{ '\\x27' }}a  b{{ '\\x27' }}"));
  test("a string that opens a comment", () => exact("select 1 {{ '--' }} a\n b"));
  test("half a comment before a tag", () => exact("select 1 -{# x #}- a\n b"));
  test("half a dollar quote before a tag", () => exact("select ${{ x }}$  a"));
  test("a backslash before a quote", () => exact("select 'a\\'  , 'b'"));
  test("quotes in raw", () => exact("{% raw %}'{% endraw %}  a'"));
  test("a set block that leaves a line comment open", () => exact("{% set q %}a -- b{% endset %}{{ q }}  c\n d"));
  test("a dollar quote behind another script's blank", () => exact("select 1\u3000$$ a  b $$"));
  test("a prefix that may belong to what a tag renders", () => exact("select {{ x }}E'a\\'  b'"));
  test("an escape before a tag", () => exact("select E'a\\{{ x }}'  , 'b'"));
  test("half the end of a comment before a tag", () => exact("select 1 /* *{{ this }}/  a */ b"));
  test("half the end of a dollar quote before a tag", () => exact("select $$ a ${{ x }}$  b $$"));
  test("a trim over other scripts' blanks", () => exact("a -- c\n\u3000{{- x }}"));
  test("a warehouse whose quotes are not known", () => {
    const text = "select `a  b`  -- c";
    expect(canonicalSql(text, { adapter: "bigquery" })).toEqual({ text, sensitive: true });
  });
  test("a literal with blocks inside is certain", () =>
    check("select '{% if a %}b{% else %}c{% endif %}'  , 1", "select '{% if a %}b{% else %}c{% endif %}' , 1"));
  test("balanced strings in calls are certain", () =>
    check("select {{ f(\"'a'\") }}  , 1", "select {{ f(\"'a'\") }} , 1"));
});

describe("macros", () => {
  const macro = (text: string) => canonicalSql(text, { adapter: "duckdb", kind: "macro" });
  test("comments and blanks inside fold", () =>
    expect(macro("{% macro a(x) %}\n  {{ x }} -- c\n + 1\n{% endmacro %}").text).toBe(
      "{% macro a(x) %} {{ x }} + 1 {% endmacro %}",
    ));
  test("blanks at the ends are kept apart from none", () =>
    expect(macro("{% macro a() %} x {% endmacro %}").text).not.toBe(macro("{% macro a() %}x{% endmacro %}").text));
  test("an open line comment at the end swallows the caller", () =>
    expect(macro("{% macro a() %} x -- c{% endmacro %}").sensitive).toBe(true));
  test("an open quote", () => expect(macro("{% macro a() %}'{% endmacro %}").sensitive).toBe(true));
  test("half a comment at the end", () => expect(macro("{% macro a() %}-{% endmacro %}").sensitive).toBe(true));
  test("inner set blocks stay", () =>
    expect(macro("{% macro a() %}{% set q %}a  b{% endset %}{% endmacro %}").text).toContain("a  b"));
});

const part = fc.constantFrom(
  " ",
  "\n",
  "\r\n",
  "\t",
  "a",
  "1",
  ",",
  "(",
  ")",
  "'",
  "''",
  "'x  y'",
  '"',
  '"n  m"',
  "--",
  "-",
  "/*",
  "*/",
  "/",
  "*",
  "$$",
  "$t$",
  "$",
  "E'",
  "\\",
  "{{ x }}",
  "{{- x }}",
  "{{ x -}}",
  "{{ 'a  b' }}",
  "{% if a %}",
  "{% else %}",
  "{% endif %}",
  "{# c #}",
  "{#- c -#}",
  "{% set q %}",
  "{% endset %}",
  "{% raw %}",
  "{% endraw %}",
  "-- c\n",
  "/* c */",
  "日本",
  "\u3000",
  "{{",
  "}}",
);
const template = fc.array(part, { maxLength: 14 }).map((parts) => parts.join(""));

describe("properties", () => {
  test("total and idempotent", () =>
    fc.assert(
      fc.property(template, (text) => {
        const once = canonicalSql(text, { adapter: "postgres" });
        expect(canonicalSql(text, { adapter: "postgres" })).toEqual(once);
        expect(canonical(once.text, "postgres")).toBe(once.text);
      }),
      { numRuns: 3000 },
    ));
  test("longer blanks between words change nothing, in literals they do", () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[ab ]*$/), fc.stringMatching(/^[ \n\t]+$/), (text, blanks) => {
        same(`select 1 ${blanks} , '${text}'`, `select 1 , '${text}'`);
        differ(`select '${text}x${blanks}y'`, `select '${text}x${blanks} y'`);
      }),
    ));
});
