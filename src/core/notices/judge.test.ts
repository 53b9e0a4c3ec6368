import { expect, test } from "vitest";
import type { Evidence, Run, TestOutcome } from "../records.ts";
import type { Condition } from "./alert.ts";
import { judgeRun, type RunFacts, unseenNames } from "./judge.ts";

const outcome = (name: string, status: TestOutcome["status"], more: Partial<TestOutcome> = {}): TestOutcome => ({
  test: `test.shop.${name}`,
  name,
  status,
  failures: status === "fail" || status === "warn" ? 2 : null,
  message: null,
  reused: false,
  file: "models/orders.yml",
  line: 12,
  holdsBack: status === "fail" ? ["model.shop.orders", "model.shop.revenue"] : [],
  executionMs: 1,
  ...more,
});
const error = (name: string, message: string) => ({
  node: `model.shop.${name}`,
  message,
  file: `models/${name}.sql`,
  line: 17,
});
const evidence = (tests: TestOutcome[], errors: Evidence["errors"] = []): Evidence => ({
  built: 1,
  reused: 1,
  tests,
  errors,
  buildMs: 0,
  verifyMs: 0,
  promoteMs: 0,
  switchMs: 0,
});
const facts = (state: Run["state"], found: Evidence | null, more: Partial<RunFacts> = {}): RunFacts => ({
  run: {
    id: 405,
    kind: "job",
    state,
    job: "daily",
    trigger: null,
    outcome: null,
    startedAt: new Date(0),
    finishedAt: new Date(60_000),
  },
  environment: "prod",
  evidence: found,
  step: null,
  serves: { release: 38, dataAsOf: null },
  lastGood: null,
  stale: [],
  looked: null,
  people: new Map([["model.shop.orders", { owner: "Aoi", tags: ["finance"] }]]),
  ...more,
});
const words = ({ kind, severity, cause, body }: Condition) =>
  `${severity} ${kind} ${cause}: ${body.names.join(" ")}${body.skipped ? ` +${body.skipped}` : ""}`;
const check = (given: RunFacts, raise: string[], settle: string[]) => {
  const judgement = judgeRun(given);
  expect(judgement.raise.map(words)).toEqual(raise);
  expect(judgement.settle).toEqual(settle);
};
const all = [
  "run_failed/prod/daily",
  "tests_failed/prod/daily",
  "tests_warned/prod/daily",
  "stale/prod",
  "outage/prod",
  "missed/daily",
];
const but = (...causes: string[]) => all.filter((cause) => !causes.includes(cause));

test("a good run ends everything of its job", () =>
  check(facts("succeeded", evidence([outcome("a", "pass")])), [], all));
test("a good run without evidence, too", () => check(facts("succeeded", null), [], all));
test("a failed model mutes what was skipped below it, and the tests that say no besides", () =>
  check(
    facts(
      "held",
      evidence(
        [outcome("u", "fail"), outcome("n", "skipped")],
        [error("orders", "boom"), error("revenue", "skipped"), error("kpi", "not run")],
      ),
    ),
    ["critical run_failed run_failed/prod/daily: orders u +2"],
    ["missed/daily", "outage/prod"],
  ));
test("fifty failures of a run are one", () => {
  const errors = Array.from({ length: 50 }, (_, i) => error(`m${i}`, "boom"));
  const [raised, ...others] = judgeRun(facts("failed", evidence([], errors))).raise;
  expect(others).toEqual([]);
  expect([raised!.body.findings.length, raised!.body.findingsTotal]).toEqual([5, 50]);
});
test("failed tests of a run that built everything are one warning, and the run did not fail", () =>
  check(
    facts("held", evidence([outcome("u", "fail"), outcome("v", "error"), outcome("p", "pass")])),
    ["warning tests_failed tests_failed/prod/daily: u v"],
    but("tests_failed/prod/daily"),
  ));
test("what dbt skipped because of a failed test is the test's", () =>
  check(
    facts("held", evidence([outcome("u", "fail")], [error("revenue", "SKIPPED because of a test")])),
    ["warning tests_failed tests_failed/prod/daily: u"],
    but("tests_failed/prod/daily"),
  ));
test("published in spite of failed tests is said so, with the way back", () => {
  const [raised] = judgeRun(facts("succeeded", evidence([outcome("u", "fail")]))).raise;
  expect(raised!.body).toMatchObject({
    effect: "published",
    heldDatasets: 0,
    commands: ["slipway run show 405", "slipway rollback prod"],
  });
});
test("what is held is counted, owners and tags are of what fails", () => {
  const [raised] = judgeRun(facts("held", evidence([outcome("u", "fail")]))).raise;
  expect(raised).toMatchObject({
    owners: ["Aoi"],
    tags: ["finance"],
    body: { effect: "held", heldDatasets: 2, testsTotal: 1 },
  });
});
test("warnings inform", () =>
  check(
    facts("succeeded", evidence([outcome("w", "warn")])),
    ["info tests_warned tests_warned/prod/daily: w"],
    but("tests_warned/prod/daily"),
  ));
test("a run that ended without evidence says its sentence, without SQL", () => {
  const ended = {
    ...facts("failed", null).run,
    outcome: { id: "duckdb.statement", params: { message: "boom\nLINE 1: select 1", sql: "select mail" } },
  };
  const [raised] = judgeRun(facts("failed", null, { run: ended })).raise;
  expect(raised!.body.detail).toEqual({ id: "duckdb.statement", params: { message: "boom", sql: ".." } });
  expect(raised!.body.names).toEqual(["duckdb.statement"]);
});
test("an outage is one cause for all jobs", () => {
  const away = "connection to server at 10.0.0.1 failed";
  check(
    facts("failed", evidence([], [error("orders", away), error("kpi", "skipped")])),
    ["critical run_failed outage/prod: orders +1"],
    ["missed/daily"],
  );
});
test("an interrupted run failed", () =>
  check(facts("interrupted", null), ["critical run_failed run_failed/prod/daily: interrupted"], ["missed/daily"]));
test("a cancelled run says nothing", () => check(facts("cancelled", null), [], []));
test("a run whose time was over failed", () => {
  const ended = { ...facts("cancelled", null).run, outcome: { id: "job.timed_out", params: { timeoutMs: 300_000 } } };
  check(
    facts("cancelled", null, { run: ended }),
    ["critical run_failed run_failed/prod/daily: job.timed_out"],
    ["missed/daily"],
  );
});
test("what was published beside a failed model is said so", () => {
  const found = {
    ...evidence([], [error("orders", "boom"), error("kpi", "skipped")]),
    held: ["model.shop.orders", "model.shop.kpi"],
  };
  const [raised] = judgeRun(facts("succeeded", found)).raise;
  expect(raised).toMatchObject({ kind: "run_failed", body: { effect: "published", heldDatasets: 2, skipped: 1 } });
});
test("dbt commands and deployments by hand are not watched, deployments of a branch are", () => {
  const by = (trigger: Run["trigger"]) => ({ run: { ...facts("failed", null).run, job: null, trigger } });
  check(facts("failed", null, by({ kind: "manual" })), [], []);
  check(facts("failed", null, by(null)), [], []);
  const branch = by({ kind: "branch", branch: "main", commit: "c0ffee" });
  check(facts("failed", null, branch), ["critical run_failed run_failed/prod/: failed"], []);
});
test("a deployment by hand ends what automatic ones left", () => {
  const by = (kind: Run["kind"]) => ({ run: { ...facts("succeeded", null).run, kind, job: null } });
  const deployments = ["run_failed/prod/", "tests_failed/prod/", "tests_warned/prod/", "outage/prod"];
  check(facts("succeeded", null, by("deploy")), [], deployments);
  check(facts("succeeded", null, by("gc")), [], []);
  check(facts("succeeded", null, by("job")), [], []);
});
test("a run that was put back says nothing", () => check(facts("queued", null), [], []));
test("a run that never began says nothing", () => check(facts("skipped", null), [], []));
test("stale sources", () =>
  check(
    facts("succeeded", null, { stale: [{ source: "source.shop.raw.orders", name: "raw.orders", ageMs: 9, maxMs: 5 }] }),
    ["warning stale stale/prod: raw.orders"],
    but("stale/prod"),
  ));
test("a source that this run could not look at stays as stale as it was", () => {
  const stale = [{ source: "source.shop.raw.a", name: "raw.a", ageMs: 9, maxMs: 5 }];
  const [alert] = judgeRun(facts("succeeded", null, { stale })).raise;
  const after = (looked: string[] | null) => unseenNames(alert!, judgeRun(facts("succeeded", null, { looked })));
  expect([after(null), after(["raw.a", "raw.b"]), after(["raw.b"]), after([])]).toEqual([[], [], ["raw.a"], ["raw.a"]]);
  const other = judgeRun(facts("succeeded", evidence([outcome("u", "fail")]))).raise[0]!;
  expect(unseenNames(other, judgeRun(facts("succeeded", null, { looked: [] })))).toEqual([]);
});
