// dbt's own command line against ours: every option that dbt has is read, ignored or refused with a reason, and takes what it takes there.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { type CommandKind, optionOf } from "../../src/core/jobs/dbt-options.ts";
import { testPython } from "../support/python.ts";

const program = `
import json, click
from dbt.cli.main import cli
found = {}
def walk(command, name):
    if isinstance(command, click.Group):
        for word, child in command.commands.items():
            walk(child, (name + " " + word).strip())
    else:
        options = [one for one in command.params if isinstance(one, click.Option)]
        found[name] = [[one.opts + one.secondary_opts, bool(one.is_flag)] for one in options]
walk(cli, "")
print(json.dumps(found))
`;
/** What is dbt's own: its version, and old names that it keeps for its settings. */
const OWN = /^(--version|-V|-v|--deprecated-.*)$/;

test("no option of dbt is unknown", async () => {
  const text = execFileSync(await testPython(), ["-I", "-c", program], { encoding: "utf8" });
  const found: Record<string, [string[], boolean][]> = JSON.parse(text);
  const kinds = Object.keys(found).filter((name) => !/^(docs serve|init|list|retry|clone|source snapshot)/.test(name));
  expect(kinds).toContain("build");
  const wrong = kinds.flatMap((kind) =>
    found[kind]!.flatMap(([names, isFlag]) =>
      names
        .filter((name) => !OWN.test(name))
        .filter((name) => {
          const option = optionOf(kind as CommandKind, name);
          return option === null || (!("refused" in option) && (option.takes === "nothing") !== isFlag);
        })
        .map((name) => `${kind} ${name}`),
    ),
  );
  expect(wrong).toEqual([]);
});
