import { expect, test } from "vitest";
import { parseConfig } from "./config.ts";
import { environmentName, initialConfig } from "./init-config.ts";

const written = (targets: string[], defaultTarget = targets[0]!, projectName = "shop") =>
  initialConfig({ projectName, targets, defaultTarget });
const environments = (text: string) =>
  parseConfig(text, "slipway.yml").config.environments.map(({ name, target, confirm }) => [name, target, confirm]);

test("one environment per target, the default first, the others ask", () =>
  expect(environments(written(["prod", "dev", "ci"], "dev"))).toEqual([
    ["dev", "dev", false],
    ["prod", "prod", true],
    ["ci", "ci", true],
  ]));
test("a target that nothing can be published to is named and left out, the default never", () => {
  const facts = { projectName: "shop", targets: ["dev", "snow", "prod"], defaultTarget: "dev" };
  const text = initialConfig({ ...facts, unsupported: { snow: "snowflake", dev: "trino" } });
  expect(environments(text).map(([name]) => name)).toEqual(["dev", "prod"]);
  expect(text).toContain("# Not yet supported, so left out: target snow (snowflake)\n");
});
test("one target", () => expect(environments(written(["dev"]))).toEqual([["dev", "dev", false]]));
test("the project's name is kept, whatever YAML would make of it", () => {
  for (const name of ["shop", "yes", "1.0", "a: b # c", "売上"])
    expect(parseConfig(written(["dev"], "dev", name), "slipway.yml").config.project).toBe(name);
});
test("targets whose names are no names of environments", () =>
  expect(environments(written(["1st try", "on", "本番", "prod.eu"]))).toEqual([
    ["st-try", "1st try", false],
    ["on", "on", true],
    ["本番", "本番", true],
    ["prod-eu", "prod.eu", true],
  ]));
test("targets that differ only in capitals", () =>
  expect(environments(written(["dev", "Dev", "DEV"])).map(([name]) => name)).toEqual(["dev", "Dev-2", "DEV-3"]));
test("a target without any letter", () => expect(environmentName("--1")).toBe("default"));
test("nothing is guessed", () =>
  expect(parseConfig(written(["dev", "prod"]), "f").config.environments[1]?.requires).toEqual([]));
test("what comments show can be taken as it is", () => {
  const text = written(["dev", "staging", "prod"])
    .replace(/# (requires: \[.*?\]).*/, "$1")
    .replace(/# (branch: main).*/, "$1")
    .replace(/# (on_test_failure: publish)/, "$1")
    .replace(/# (timezone: Asia\/Tokyo).*/, "$1")
    .replace("# dbt:", "dbt:")
    .replace("#   env:", "  env:");
  const { config } = parseConfig(text, "slipway.yml");
  expect(config.environments[2]).toMatchObject({
    name: "prod",
    requires: ["dev"],
    branch: "main",
    onTestFailure: "publish",
  });
  expect(config.timezone).toBe("Asia/Tokyo");
  expect(Object.keys(config.dbt.env)).toEqual(["START_DATE"]);
});
