import { expect, test } from "vitest";
import { AppError } from "../../lib/error.ts";
import { render } from "../../text/catalogue.ts";
import { environmentOf, jsonSchema, parseConfig } from "./config.ts";

const LEAST = "version: 1\nproject: shop\nenvironments:\n  dev: { target: dev }\n  prod: { target: prod }\n";
const parse = (text: string) => parseConfig(text, "slipway.yml").config;

function failure(text: string): AppError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("accepted");
}

/** Each problem as `line:column message (hint)`. */
const problems = (text: string): string[] =>
  failure(text).details.problems!.map(
    ({ where, message, hint }) =>
      `${where?.line}:${where?.column} ${render(message, "en")}${hint ? ` (${render(hint, "en")})` : ""}`,
  );
const check = (text: string, expected: string[]) => expect(problems(text)).toEqual(expected);
const envs = (body: string) => `version: 1\nenvironments:\n${body}`;

test("the least file is complete with defaults", () => {
  const config = parse(LEAST);
  expect(config.environments.map(({ name, confirm }) => [name, confirm])).toEqual([
    ["dev", false],
    ["prod", true],
  ]);
  expect(config.environments[1]).toEqual({
    name: "prod",
    target: "prod",
    branch: null,
    requires: [],
    confirm: true,
    publish: "view",
    onTestFailure: "hold",
    requireTests: false,
    replica: null,
    evidence: { warehouseSchema: null },
    forward: [],
    threads: null,
    env: {},
    vars: {},
    retention: { deploys: 5, refreshes: 1, days: 14, maxSizeBytes: null },
  });
  expect(config.timezone).toBe("UTC");
  expect(config.notices.repeatEveryMs).toBe(4 * 3600_000);
});

test("the full file of the reference is accepted", () => {
  const config = parse(`
version: 1
project: shop
timezone: Asia/Tokyo
lang: ja
dbt: { profiles_dir: ., python: .venv/bin/python, threads: 2, env: [API_KEY] }
environments:
  dev: { target: dev }
  staging: { target: staging, branch: main }
  prod:
    target: prod
    requires: [staging]
    confirm: true
    publish: view
    on_test_failure: publish_unaffected
    replica: data/ro.duckdb
    env: { PORT: 05432, RATIO: 1.10, FLAG: true, OTHER: { from: SOURCE }, TOKEN: { secret: token } }
    vars: { start_date: "2026-01-01", limits: [1, 2] }
    retention: { deploys: 5, refreshes: 1, days: 14, max_size: 200 GB }
jobs:
  load: { environment: prod, steps: [dbt run] }
  daily:
    environment: prod
    steps: [dbt deps, dbt seed, dbt run]
    triggers:
      - cron: "0 6 * * *"
      - after: { job: load, result: [succeeded] }
      - branch: main
    exclude:
      - weekdays: [sat, sun]
      - calendar: config/holidays_jp.ics
      - { from: 2026-12-29, to: 2027-01-03, reason: 年末年始 }
      - { cron: "0 1 * * sun", for: 4h, reason: maintenance }
    timeout: 2h
    env: { API_KEY: { secret: api_key } }
notices:
  channels:
    mail: { type: email, to: [admin@example.com] }
    team: { type: slack, webhook_url: { secret: slack_webhook } }
  routes:
    - { severity: critical, to: [mail, team] }
contacts:
  primary: { name: 田中 葵, email: admin@example.com, slack: "@aoi" }
`);
  const prod = environmentOf(config, "prod");
  expect(prod.retention.maxSizeBytes).toBe(200e9);
  expect(prod.env).toEqual({
    API_KEY: { kind: "from", name: "API_KEY" },
    PORT: { kind: "literal", value: "05432" },
    RATIO: { kind: "literal", value: "1.10" },
    FLAG: { kind: "literal", value: "true" },
    OTHER: { kind: "from", name: "SOURCE" },
    TOKEN: { kind: "secret", name: "token" },
  });
  expect(prod.threads).toBe(2);
  expect(config.jobs.daily?.overlap).toBe("merge");
});

test("anchors and merge keys", () => {
  const config = parse(
    "version: 1\nenvironments:\n  dev: &base { target: dev, threads: 3 }\n  prod: { <<: *base, target: prod }\n",
  );
  expect(config.environments[1]?.threads).toBe(3);
});

test("an unknown key is named with the nearest; the missing key it stands for is not reported besides", () =>
  check(envs("  dev: { tagret: dev }\n"), ["3:10 'tagret' is not a key of environments.dev (did you mean 'target'?)"]));
test("an unknown key with no near one lists the keys", () =>
  check("version: 1\nmodels: 1\nenvironments: { dev: { target: dev } }", [
    "2:1 'models' is not a key of slipway.yml (keys here: version, project, timezone, lang, dbt, environments, jobs, notices, contacts, upkeep)",
  ]));
test("all problems, in the order of the file", () =>
  check("version: 2\nlang: jp\nenvironments:\n  dev: { target: 5, confirm: maybe }\n  prod: {}\n", [
    "1:10 version must be 1, not '2'",
    "2:7 lang must be en or ja, not 'jp' (did you mean 'ja'?)",
    "4:18 environments.dev.target must be a text, not '5'",
    "4:30 environments.dev.confirm must be true or false, not 'maybe'",
    "5:3 environments.prod.target is missing",
  ]));
test("a choice", () =>
  check(envs("  dev:\n    target: dev\n    on_test_failure: publsh\n"), [
    "5:22 environments.dev.on_test_failure must be hold or publish_unaffected or publish, not 'publsh' (did you mean 'publish'?)",
  ]));
test("a duplicate key", () =>
  check(envs("  dev: { target: dev }\n  dev: { target: prod }\n"), ["4:3 the key 'dev' stands here twice"]));
test("not YAML", () => expect(problems("version: [1\nx")[0]).toMatch(/^\d+:\d+ not valid YAML: /));
test("empty", () => check("# nothing\n", ["1:1 slipway.yml is empty"]));
test("a list", () => check("- a\n", ["1:1 slipway.yml must be a group of keys, not '[\"a\"]'"]));
test("no environments", () =>
  check("version: 1\nenvironments: {}\n", ["2:1 no environment is declared: at least one is needed"]));
test("environments are missing", () => check("version: 1\n", ["1:1 environments is missing"]));
test("an environment without anything", () =>
  check(envs("  dev:\n"), ["3:7 environments.dev must be a group of keys, not empty"]));
test("an unknown environment in requires", () =>
  check(envs("  staging: { target: s }\n  prod: { target: p, requires: [stagign] }\n"), [
    "4:33 environment 'stagign' is not declared (did you mean 'staging'?)",
  ]));
test("a circle of requires", () =>
  check(
    envs("  a: { target: a, requires: [c] }\n  b: { target: b, requires: [a] }\n  c: { target: c, requires: [b] }\n"),
    ["3:19 'requires' goes round in a circle: a -> c -> b -> a"],
  ));
test("an environment that requires itself", () =>
  check(envs("  a: { target: a, requires: [a] }\n"), ["3:19 'requires' goes round in a circle: a -> a"]));
test("bad names", () =>
  check(envs('  "1st": { target: a }\n  "pr od": { target: b }\n  Dev: { target: c }\n  dev: { target: d }\n'), [
    "3:3 '1st' is not a name: a letter first, then letters, digits, _ and -, 63 at most",
    "4:3 'pr od' is not a name: a letter first, then letters, digits, _ and -, 63 at most",
    "6:3 environments 'dev' and 'Dev' differ only in capitals or width",
  ]));
test("Japanese names", () => expect(parse(envs("  本番: { target: prod }\n")).environments[0].name).toBe("本番"));
test("two environments of one target publish the same names", () =>
  check(envs("  a: { target: prod }\n  b: { target: prod }\n"), [
    "4:16 b has the target 'prod' of a: both would publish the same names",
  ]));
test("one target with other variables is fine", () =>
  expect(parse(envs("  a: { target: p }\n  b: { target: p, vars: { s: b } }\n")).environments.length).toBe(2));
test("durations, sizes, zones, names of environment values", () =>
  check(
    'version: 1\ntimezone: Tokio\ndbt: { env: ["A-B"] }\nenvironments:\n  a: { target: a, retention: { max_size: 5 apples } }\nnotices: { repeat_every: often }\n',
    [
      "2:11 not a time zone: write a name such as Asia/Tokyo or UTC",
      "3:14 a name of an environment value has letters, digits and _ only",
      "5:42 not a size: write 500 MB or 200 GB",
      "6:26 not a duration: write 30m, 2h or 1d",
    ],
  ));
test("a bad name in a map of environment values", () =>
  check("version: 1\ndbt:\n  env: { A-B: x }\nenvironments: { a: { target: a } }\n", [
    "3:10 a name of an environment value has letters, digits and _ only",
  ]));
test("a mistake inside one form of a trigger", () =>
  check(
    "version: 1\nenvironments: { a: { target: a } }\njobs:\n  d:\n    environment: a\n    steps: [dbt run]\n    triggers:\n      - { crom: x }\n",
    ["8:11 'crom' is not a key of jobs.d.triggers[1] (did you mean 'cron'?)"],
  ));
test("environment values of a job stay as typed", () => {
  const body = `${LEAST}jobs:\n  d:\n    environment: dev\n    steps: [dbt run]\n    env: { A: 1.10, B: "x", C: { from: D }, E: true }\n`;
  expect(parse(body).jobs.d?.env).toEqual({ A: "1.10", B: "x", C: { from: "D" }, E: "true" });
});

test("every step of a job is a dbt command, checked where it stands", () => {
  const steps = (body: string) => `${LEAST}jobs:\n  d:\n    environment: dev\n${body}`;
  check(steps("    steps:\n      - dbt seed\n      - dbt rnu\n"), [
    "11:13 'rnu' is no dbt command that Slipway runs (did you mean 'run'?)",
  ]);
  check(steps('    steps: [dbt deps, "dbt run --target prod"]\n'), [
    "9:32 --target is decided by Slipway (leave it out: the environment says the target, the commit says the project)",
  ]);
  check(steps("    full_refresh: never\n    steps: [dbt run --full-refresh]\n"), [
    "10:13 --full-refresh is not allowed here (full_refresh: never)",
  ]);
  check(steps("    steps:\n      - 'dbt run --vars {a: 1}'\n"), [
    "10:29 '1}' belongs to no option (nodes are named with --select)",
  ]);
  check(steps(`    steps: ["dbt run --vars 'a: 1'", "dbt test --vars 'a: 2'"]\n`), [
    "9:5 two commands of one run give the variable 'a' different values",
  ]);
});

test("a job in an environment that is not there", () =>
  check("version: 1\nenvironments: { prod: { target: a } }\njobs:\n  d: { environment: prd, steps: [dbt run] }\n", [
    "4:21 environment 'prd' is not declared (did you mean 'prod'?)",
  ]));
test("a bomb of aliases", () => {
  const layers = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(",")}]`);
  expect(problems(`l0: &l0 [x]\n${layers.join("\n")}\n`)[0]).toMatch(/^1:1 a YAML alias cannot be resolved/);
});
test("a file that is too large", () =>
  expect(problems(`a: ${"x".repeat(1_000_001)}`)[0]).toContain("larger than 1 MB"));
test("__proto__ is an unknown key and harms nothing", () => {
  expect(problems(`__proto__: { polluted: 1 }\n${LEAST}`)[0]).toContain("'__proto__' is not a key");
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test("one problem is the error itself, with its line and excerpt", () => {
  const error = failure(envs("  dev: { target: dev, confrim: true }\n"));
  expect(error.code).toBe("invalid");
  expect(error.details.where).toEqual({
    file: "slipway.yml",
    line: 3,
    column: 23,
    excerpt: "  dev: { target: dev, confrim: true }",
  });
});

test("an unknown environment on the command line", () => {
  expect(() => environmentOf(parse(LEAST), "prdo")).toThrowError(
    expect.objectContaining({
      code: "not_found",
      details: { hint: { id: "config.did_you_mean", params: { name: "prod" } } },
    }),
  );
  expect(environmentOf(parse(LEAST), null).name).toBe("dev");
});

test("the schema for editors names every key", () => {
  const schema = jsonSchema() as { properties: Record<string, unknown>; required: string[] };
  expect(Object.keys(schema.properties)).toContain("environments");
  expect(schema.required).toEqual(["version", "environments"]);
});

test("upkeep is complete without a word, and every part of it can be said", () => {
  const { periods, ...rest } = parse(LEAST).upkeep;
  expect(Object.values(periods).map((one) => [one?.cron, one?.tasks.join(" ")])).toEqual([
    ["30 3 * * *", "logs clean gc disk"],
    ["0 4 * * sun", "optimize"],
    ["30 4 1 * *", "compact"],
  ]);
  const gigabyte = 1_000_000_000;
  const kept = { keepRunsMs: 30 * 86_400_000, keepArtifactsMs: 7 * 86_400_000 };
  expect(rest).toEqual({ ...kept, maxSizeBytes: 5 * gigabyte, warnBelowBytes: 5 * gigabyte });
  const own = `${LEAST}upkeep: { daily: off, weekly: false, monthly: { cron: "0 1 1 * *", tasks: [gc] } }\n`;
  expect(parse(own).upkeep.periods).toEqual({
    daily: null,
    weekly: null,
    monthly: { cron: "0 1 1 * *", tasks: ["gc"] },
  });
});
test("a time of upkeep that never comes", () =>
  check(`${LEAST}upkeep: { daily: "61 * * * *" }\n`, [expect.stringContaining("upkeep.daily") as unknown as string]));
test("two environments with one replica", () =>
  check(envs("  a: { target: a, replica: ./ro.duckdb }\n  b: { target: b, replica: ro.duckdb }\n"), [
    "4:28 b and a have one replica: ro.duckdb",
  ]));
