import { expect, test } from "vitest";
import type { EnvironmentConfig } from "../config/config.ts";
import type { Action, Plan } from "../plan/plan.ts";
import { untestedPlan } from "./support.ts";

const environment = (requireTests: boolean) => ({ name: "prod", requireTests }) as EnvironmentConfig;
const plan = (...kinds: Action["kind"][]) => ({ actions: kinds.map((kind) => ({ kind })) }) as Plan;
const check = (requireTests: boolean, kinds: Action["kind"][], expected: string[]) =>
  expect(untestedPlan(environment(requireTests), plan(...kinds)).map(({ code }) => code)).toEqual(expected);

test("without tests nothing is published where they are required", () =>
  check(true, ["build", "publish"], ["no_tests"]));
test("a test is enough, known or not", () => check(true, ["build", "test", "publish"], []));
test("nothing to publish needs no test", () => check(true, ["reuse"], []));
test("where nobody asked for them", () => check(false, ["build", "publish"], []));
