// Declared jobs as a person types them: list, show, next, pause, resume, and mistakes. No dbt: nothing runs.
import { afterAll, beforeAll, expect, test } from "vitest";
import { newUser, type User } from "../harness.ts";

const config = `version: 1
project: shop
timezone: Asia/Tokyo
environments: { prod: { target: prod } }
jobs:
  daily:
    environment: prod
    steps: [dbt run]
    triggers: [{ cron: "0 6 * * *" }]
    exclude: [{ weekdays: [sat, sun] }, { calendar: config/days.txt }]
  report: { environment: prod, steps: [dbt run], triggers: [{ after: { job: daily } }] }
`;

let user: User;
beforeAll(async () => {
  user = await newUser({ kind: "duckdb", shop: false });
  user.write("dbt_project.yml", "name: shop\nprofile: shop\n");
  user.write("slipway.yml", config);
  user.write("config/days.txt", "2000-01-01 long ago\n");
  user.commit("Jobs");
});
afterAll(() => user[Symbol.asyncDispose]());

test("what comes next, on the screen and as JSON", async () => {
  const next = await user.ask(["job", "next", "daily", "--count", "30"]);
  expect(next.code).toBe(0);
  const [{ next: times, job_timezone }] = next.json.data.jobs;
  expect([next.json.schema, times.length, job_timezone]).toEqual(["job-next/1", 30, "Asia/Tokyo"]);
  const days = times.map(({ due_at, excluded }: { due_at: string; excluded: string | null }) => {
    const weekend = [6, 0].includes(new Date(new Date(due_at).getTime() + 9 * 3600_000).getUTCDay());
    return [due_at.slice(11), weekend === (excluded === "weekdays sat, sun")];
  });
  expect(days).toEqual(Array.from({ length: 30 }, () => ["21:00:00.000Z", true]));
  expect(next.json.problems.map(({ code }: { code: string }) => code)).toEqual(["calendar_ends", "no_server"]);
  const screen = await user.slipway(["job", "next", "--lang", "ja"]);
  expect(screen.stdout).toMatch(/^Asia\/Tokyo\n {2}\d{4}-\d\d-\d\d\(.\) 06:00 {3}daily {3}/);
});

test("paused and resumed, each once", async () => {
  const pause = ["job", "pause", "daily", "--reason", "棚卸し"];
  expect((await user.ask(pause)).json).toMatchObject({ code: "done", data: { paused: { reason: "棚卸し" } } });
  expect((await user.ask(pause)).json).toMatchObject({ code: "nothing_to_do", exit: 0 });
  const [daily, report] = (await user.ask(["job", "list"])).json.data.jobs;
  expect([daily.paused.reason, report.paused, report.triggers[0].kind]).toEqual(["棚卸し", null, "after"]);
  expect((await user.slipway(["job", "show", "daily"])).stdout).toContain("to go on: slipway job resume daily");
  expect((await user.ask(["job", "resume", "daily"])).json).toMatchObject({ code: "done", data: { paused: null } });
});

test("mistakes: a job that is not there, a calendar that cannot be read", async () => {
  const unknown = await user.ask(["job", "show", "dialy"]);
  expect(unknown.json).toMatchObject({ code: "not_found", exit: 2, problems: [{ hint: "did you mean 'daily'?" }] });
  user.write("config/days.txt", "1 January\n");
  const broken = await user.ask(["job", "next", "daily"]);
  expect(broken.json.problems).toMatchObject([
    {
      code: "invalid",
      message: "line 1 of config/days.txt does not begin with a date (2026-01-01 name)",
      where: { file: "slipway.yml", line: 10, column: 53 },
    },
  ]);
  const list = await user.ask(["job", "list"]);
  expect([list.code, list.json.problems[0].code, list.json.data.jobs[0].next_at]).toEqual([0, "calendar", null]);
});
