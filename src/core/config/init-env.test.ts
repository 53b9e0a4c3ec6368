import { expect, test } from "vitest";
import { parseConfig } from "./config.ts";
import { initialConfig } from "./init-config.ts";
import { declareEnv, envReads } from "./init-env.ts";

const names = (text: string) =>
  envReads([text])
    .map(({ name, hasDefault }) => `${name}${hasDefault ? "?" : ""}`)
    .join(" ");
const template = initialConfig({ projectName: "shop", targets: ["dev", "prod"], defaultTarget: "dev" });
const declared = (text: string, set: string[] = []) =>
  declareEnv(template, envReads([text]), (name) => set.includes(name));
const envOf = (config: string) => Object.keys(parseConfig(config, "slipway.yml").config.dbt.env);

test("both quotes, any blanks", () => expect(names(`{{ env_var( 'A' ) }} {{ env_var("B") }}`)).toBe("A B"));
test("a default", () => expect(names("{{ env_var('A', 'x') }}")).toBe("A?"));
test("needed once is needed", () => expect(names("{{ env_var('A', 'x') }} {{ env_var('A') }}")).toBe("A"));
test("needed first, too", () => expect(names("{{ env_var('A') }} {{ env_var('A', 'x') }}")).toBe("A"));
test("a name that is made up when it runs", () => expect(names("{{ env_var('A' ~ x) }}")).toBe(""));

test("the template's example makes room", () => {
  const config = declared("{{ env_var('START_DATE') }} {{ env_var('REGION') }}");
  expect(envOf(config)).toEqual(["REGION", "START_DATE"]);
  expect(config).not.toContain("# dbt:");
});
test("a default is left to dbt while there is no value", () => {
  const config = declared("{{ env_var('REGION', 'jp') }}");
  expect(envOf(config)).toEqual([]);
  expect(config).toContain("# Read with a default and not set now: REGION");
});
test("a default with a value is declared", () =>
  expect(envOf(declared("{{ env_var('REGION', 'jp') }}", ["REGION"]))).toEqual(["REGION"]));
test("nothing read, nothing said", () => expect(declared("select 1")).toBe(template));
test("another template", () => {
  const config = declareEnv(
    "version: 1\nenvironments:\n  dev: { target: dev }\n",
    envReads(["{{ env_var('A') }}"]),
    () => true,
  );
  expect(envOf(config)).toEqual(["A"]);
});
