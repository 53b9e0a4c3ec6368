// Canonical texts against Jinja itself: random templates and their canonical forms must render to SQL of equal meaning.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalSql } from "../../src/core/keys/template.ts";
import { testPython } from "../support/python.ts";
import { seed } from "../support/seed.ts";

const TEMPLATES = 40_000;
// Blanks are frequent, so that there is something to fold; two tags that render to literals side by side are left out: folding the
// line break between those turns what worked into an error, never into other data.
const parts = [
  ...[
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\t",
    "\r\n",
    "a",
    "b",
    "1",
    ",",
    "(",
    ")",
    "--",
    "-",
    "/*",
    "*/",
    "/",
    "*",
    "日本",
    "\u3000",
    "\\",
  ],
  ...[
    '"n  m"',
    '"',
    "$$",
    "$t$",
    "$",
    "E'a\\'b'",
    "e'",
    "'",
    "-- c\n",
    "-- {{ this }} d\n",
    "/* c */",
    "/* {{ this }} */",
    "/* /* n */ */",
  ],
  ...[
    "{{ x }}",
    "{{- x }}",
    "{{ x -}}",
    "{{- x -}}",
    "{{ 'a  b' }}",
    "{{ q }}",
    "{{ v }}",
    "{{ config(a=1) }}",
    "{{- config(a=1) }}",
  ],
  ...[
    "{% if c %}",
    "{% if c -%}",
    "{%- if c %}",
    "{% else %}",
    "{% endif %}",
    "{%- endif -%}",
    "{% for i in [1, 2] %}",
    "{% endfor %}",
  ],
  ...["{# c #}", "{#- c #}", "{# c -#}", "{#- c -#}", "{% set v %}", "{% endset %}", "{% raw %}", "{% endraw %}"],
  ...["{% filter upper %}", "{% endfilter %}"],
];
const template = fc.array(fc.constantFrom(...parts), { minLength: 2, maxLength: 14 }).map((some) => some.join(""));

test("canonical forms render to SQL of equal meaning", async () => {
  const pairs = fc
    .sample(template, { numRuns: TEMPLATES, seed })
    .map((raw) => ({ raw, ...canonicalSql(raw, { adapter: "postgres" }) }))
    .filter(({ sensitive }) => !sensitive)
    .map(({ raw, text }) => [raw, text]);
  const script = join(import.meta.dirname, "keys_render.py");
  const output = execFileSync(await testPython(), ["-I", script], { input: JSON.stringify(pairs), maxBuffer: 2 ** 28 });
  const { rendered, different } = JSON.parse(String(output)) as { rendered: number; different: string[][] };
  expect(different, `SLIPWAY_TEST_SEED=${seed}`).toEqual([]);
  expect(rendered).toBeGreaterThan(1000);
});
