import { expect, test } from "vitest";
import { AppError } from "../../lib/error.ts";
import { render } from "../../text/catalogue.ts";
import { environmentOf, parseConfig } from "../config/config.ts";
import { commandsOf, environmentFor, handRequest, jobRequest } from "./job-request.ts";

const { config } = parseConfig(
  `version: 1
environments:
  prod: { target: prod, threads: 2, vars: { a: 1, b: 1 }, env: { X: one, Y: one }, on_test_failure: publish }
jobs:
  plain: { environment: prod, steps: [dbt run] }
  full:
    environment: prod
    steps: [dbt seed, dbt test]
    timeout: 1h30m
    threads: 8
    source_freshness: true
    full_refresh: never
    on_test_failure: hold
    require_tests: true
    vars: { b: 2 }
    env: { Y: { secret: api_key } }
`,
  "slipway.yml",
);
const prod = environmentOf(config, "prod");

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${render(error.text, "en")}`;
    throw error;
  }
  return "accepted";
}

test("a job with nothing but steps", () =>
  expect(jobRequest(config, "plain")).toEqual({ ...handRequest("prod", ["dbt run"], null), job: "plain" }));
test("a job in full", () =>
  expect(jobRequest(config, "full")).toMatchObject({
    steps: ["dbt seed", "dbt test"],
    threads: 8,
    timeoutMs: 5_400_000,
    env: { Y: { kind: "secret", name: "api_key" } },
    sourceFreshness: true,
    fullRefresh: "never",
    onTestFailure: "hold",
    requireTests: true,
  }));
test("what a trigger says otherwise", () => expect(jobRequest(config, "plain", { commit: "c1" }).commit).toBe("c1"));
test("an unknown job", () =>
  expect(refusal(() => jobRequest(config, "plian"))).toBe("not_found: there is no job 'plian' in slipway.yml"));
test("not the job of another object", () =>
  expect(refusal(() => jobRequest(config, "constructor"))).toContain("not_found"));

test("the run's own values come before the environment's", () => {
  const request = jobRequest(config, "full");
  expect(
    environmentFor(prod, request, commandsOf({ steps: ["dbt run --vars 'b: 3'"], fullRefresh: "allowed" })),
  ).toMatchObject({
    threads: 8,
    vars: { a: 1, b: 3 },
    env: { X: { kind: "literal", value: "one" }, Y: { kind: "secret", name: "api_key" } },
    onTestFailure: "hold",
    requireTests: true,
  });
});
test("the environment's where the run has none", () =>
  expect(environmentFor(prod, jobRequest(config, "plain"), [])).toEqual(prod));

test("a full refresh that the job forbids", () =>
  expect(refusal(() => commandsOf({ steps: ["dbt run -f"], fullRefresh: "never" }))).toBe(
    "invalid: 'dbt run -f': --full-refresh is not allowed here (full_refresh: never)",
  ));
test("variables that contradict each other", () =>
  expect(
    refusal(() => commandsOf({ steps: ["run --vars 'a: 1'", "test --vars 'a: 2'"], fullRefresh: "allowed" })),
  ).toBe("invalid: two commands of one run give the variable 'a' different values"));
test("the same variable twice is no contradiction", () =>
  expect(
    commandsOf({ steps: ["run --vars 'a: {x: 1}'", `test --vars '{"a": {"x": 1}}'`], fullRefresh: "allowed" }),
  ).toHaveLength(2));
