import { expect, test } from "vitest";
import { render } from "../../text/catalogue.ts";
import { type DbtCommand, parseDbtCommand } from "./dbt-command.ts";
import { joinWords, splitWords } from "./shell-words.ts";

/** Fields of the command that are named in `expected`, or the mistake as `at: text`. */
function check(line: string, expected: Partial<DbtCommand> | string): void {
  const read = parseDbtCommand(line);
  if ("mistake" in read) expect(`${read.mistake.at}: ${render(read.mistake.text, "en")}`).toBe(expected);
  else expect(read.command).toMatchObject(expected as Partial<DbtCommand>);
}

const hintOf = (line: string): string => {
  const read = parseDbtCommand(line);
  return "mistake" in read && read.mistake.hint ? render(read.mistake.hint, "en") : "";
};

test("the classic five", () => {
  for (const kind of ["deps", "seed", "run", "test", "docs generate"] as const)
    check(`dbt ${kind}`, { kind, text: `dbt ${kind}`, select: null, exclude: null, fullRefresh: false });
});
test("the word dbt may be left out", () => check("run", { kind: "run", text: "dbt run" }));
test("blanks around and between", () => check("  dbt   run ", { kind: "run" }));
test("two words", () => check("dbt source freshness", { kind: "source freshness" }));
test("list is ls", () => check("dbt list", { kind: "ls" }));

test("criteria until the next option", () =>
  check("dbt run -s a+ tag:x --exclude b", { select: "a+ tag:x", exclude: "b" }));
test("criteria repeated and joined", () => check("dbt run --select a --select=b", { select: "a b" }));
test("old names", () => check("dbt run --models a", { select: "a" }));
test("quotes as a shell reads them", () => check(`dbt build --select 'fqn:*' "a b"`, { select: "fqn:* a b" }));
test("resource types", () =>
  check("dbt build --resource-type model seed", { resourceTypes: ["model", "seed"], excludeResourceTypes: [] }));
test("switches", () => check("dbt run -f -x --threads 8", { fullRefresh: true, failFast: true, threads: 8 }));
test("variables as YAML", () =>
  check("dbt run --vars '{day: 2026-01-01, n: 3}'", { vars: { day: "2026-01-01", n: 3 } }));
test("variables as JSON", () => check(`dbt run --vars '{"a": [1]}'`, { vars: { a: [1] } }));
test("options before the command", () => check("dbt --quiet --threads 2 run", { kind: "run", threads: 2 }));
test("as dbt reads YAML", () =>
  check("dbt run --vars '{a: yes, b: off, c: \"no\", y: n, at: 2026-01-01 06:00:00, rows: 1_000}'", {
    vars: { a: true, b: false, c: "no", y: "n", at: "2026-01-01 06:00:00", rows: 1000 },
  }));
test("of several the last one counts", () =>
  check("dbt run --vars '{a: 1}' --threads 2 --vars '{a: 2}' --threads 4", { vars: { a: 2 }, threads: 4 }));
test("failing fast before the command", () => check("dbt --fail-fast build", { failFast: true }));
test("an operation of SQL", () =>
  check("dbt run-operation --sql 'select 1'", { macro: null, rest: ["--sql", "select 1"] }));
test("docs without a catalog", () =>
  check("dbt docs generate --empty-catalog -s a", { select: "a", rest: ["--empty-catalog"] }));
test("the old name of freshness", () => check("dbt source snapshot-freshness", { kind: "source freshness" }));
test("an operation", () =>
  check("dbt run-operation grant_all --args '{role: bi}'", { macro: "grant_all", args: { role: "bi" } }));
test("what goes to dbt", () => check("dbt show --select a --limit 5", { select: "a", rest: ["--limit", "5"] }));
test("a value with a dash", () =>
  check("dbt show --inline 'select 1' --limit -1", { rest: ["--inline", "select 1", "--limit", "-1"] }));
test("what changes nothing is left out", () =>
  check("dbt run --no-use-colors --log-level debug -s a", { select: "a", rest: [] }));

test("nothing", () => check("dbt", "3: a dbt command is missing"));
test("an unknown command", () => check("dbt bild", "4: 'bild' is no dbt command that Slipway runs"));
test("with a suggestion", () => expect(hintOf("dbt bild")).toBe("did you mean 'build'?"));
for (const [line, words] of [
  ["dbt retry", "slipway run retry"],
  ["dbt clone", "without a copy"],
  ["dbt init x", "slipway init"],
  ["dbt docs serve", "run's folder"],
] as const)
  test(`${line} has something in its stead`, () => expect(hintOf(line)).toContain(words));
test("half a command", () => expect(hintOf("dbt docs")).toBe("did you mean 'docs generate'?"));
test("an unknown option", () => check("dbt run --selct a", "8: dbt run has no option --selct"));
test("an option of another command", () => check("dbt seed --limit 5", "9: dbt seed has no option --limit"));
test("the option's suggestion", () => expect(hintOf("dbt run --selct a")).toBe("did you mean '--select'?"));
test("no value", () => check("dbt run --select", "8: --select needs a value"));
test("a stray word", () => check("dbt run orders", "8: 'orders' belongs to no option"));
test("no macro", () => check("dbt run-operation", "17: run-operation needs the name of a macro"));
test("threads", () => check("dbt run --threads many", "18: --threads is a number from 1 to 256, not 'many'"));
test("variables that are none", () => check("dbt run --vars [1]", "8: --vars is not a YAML or JSON mapping"));
test("an open quote", () => check("dbt run -s 'a", "11: a quote is not closed"));

for (const option of [
  "--target prod",
  "--profiles-dir .",
  "--state x",
  "--defer",
  "--empty",
  "--target-path x",
  "--selector x",
])
  test(`${option} is Slipway's`, () => {
    check(`dbt run ${option}`, `8: ${option.split(" ")[0]} is decided by Slipway`);
    expect(hintOf(`dbt run ${option}`)).not.toBe("");
  });

for (const [line, what] of [
  ["dbt run && dbt test", "&&"],
  ["dbt run; dbt test", ";"],
  ["dbt run | tee log", "|"],
  ["dbt run > log", ">"],
  ["dbt run --vars $VARS", "$VARS"],
  [`dbt run --vars "{a: $A}"`, `"{a: $`],
] as const)
  test(`${line} is for a shell`, () => check(line, `${line.indexOf(what)}: '${what}' means something to a shell only`));

test("words split as they were joined", () => {
  for (const words of [["a"], ["a b", "it's", ""], ["$x", "`y`", "a;b"], ["日本", "{a: 1}"]])
    expect(splitWords(joinWords(words))).toMatchObject({ words: words.map((text) => ({ text })) });
});
