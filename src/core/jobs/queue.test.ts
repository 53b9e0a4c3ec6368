import { expect, test } from "vitest";
import type { JobRequest } from "./jobs.ts";
import { commitAsked, meetable, nextToStart, type QueuedRun, type Standing, takesIn } from "./queue.ts";

const request = (more: Partial<JobRequest> = {}): JobRequest => ({
  environment: "prod",
  job: "daily",
  steps: ["dbt run"],
  commit: null,
  threads: null,
  timeoutMs: null,
  vars: {},
  env: {},
  sourceFreshness: false,
  fullRefresh: "allowed",
  onTestFailure: null,
  requireTests: false,
  only: null,
  ...more,
});
const job = (id: number, name: string | null, environmentId = 1, more: Partial<JobRequest> = {}): QueuedRun => ({
  id,
  kind: "job",
  environmentId,
  job: name,
  trigger: { kind: "manual" },
  request: request(more),
});
const branch = (id: number, environmentId = 1): QueuedRun => ({
  id,
  kind: "deploy",
  environmentId,
  job: null,
  trigger: { kind: "branch", branch: "main", commit: `c${id}` },
  request: null,
});

const free: Standing = { running: [], leased: new Set(), paused: new Set() };
const starts = (waiting: QueuedRun[], standing: Partial<Standing>, expected: number | null) =>
  expect(nextToStart(waiting, { ...free, ...standing })?.id ?? null).toBe(expected);

test("the oldest starts", () => starts([job(1, "daily"), job(2, "load")], {}, 1));
test("nothing waits", () => starts([], {}, null));
test("an environment with a run lets the next environment go first", () =>
  starts([job(2, "load"), job(3, "dev", 2)], { running: [job(1, "daily")] }, 3));
test("a job that runs elsewhere waits", () =>
  starts([job(2, "daily", 2), job(3, "load", 2)], { running: [job(1, "daily", 1)] }, 3));
test("two nameless runs of different environments go together", () =>
  starts([job(2, null, 2)], { running: [job(1, "daily", 1)] }, 2));
test("a job that is called like the number of an environment is not the nameless run there", () =>
  starts([job(2, "2", 3)], { running: [job(1, null, 2)] }, 2));
test("an environment that somebody acts on is left alone", () =>
  starts([job(1, "daily"), job(2, "dev", 2)], { leased: new Set([1]) }, 2));
test("after a rollback new commits wait, jobs and people do not", () =>
  starts([branch(1), job(2, "daily")], { paused: new Set([1]) }, 2));

const taken = (waiting: QueuedRun[], { id: _, ...newcomer }: QueuedRun, expected: number | null) =>
  expect(takesIn(waiting, newcomer)?.id ?? null).toBe(expected);

test("the same request is taken in", () => taken([job(1, "load"), job(2, "daily")], job(9, "daily"), 2));
test("a newer commit is taken in", () => taken([job(1, "daily")], job(9, "daily", 1, { commit: "c2" }), 1));
test("other values wait for themselves", () =>
  taken([job(1, "daily")], job(9, "daily", 1, { vars: { day: "2026-01-01" } }), null));
test("a branch's next commit joins the one that waits", () => taken([job(1, "daily"), branch(2)], branch(9), 2));
test("another environment's branch is other work", () => taken([branch(2, 2)], branch(9), null));

const daily = { trigger: { kind: "schedule", cron: "0 6 * * *", dueAt: "2026-11-20T06:00:00Z", late: false } as const };
const pushed = { trigger: { kind: "branch", branch: "main", commit: "c9" } as const };
const meets = (newcomer: Partial<QueuedRun>, paused: number[], expected: number[]) => {
  const waiting = [job(1, "daily"), { ...job(2, "daily"), ...pushed }];
  const { id: _, ...rest } = { ...job(9, "daily"), ...newcomer };
  expect(meetable(waiting, rest, new Set(paused)).map(({ id }) => id)).toEqual(expected);
};
test("a newcomer meets all that waits", () => meets(daily, [2], [1, 2]));
test("after a rollback a schedule does not join a commit that is kept waiting, nor a commit a run that may start", () => {
  meets(daily, [1], [1]);
  meets(pushed, [1], [2]);
});

test("the commit of a request, of a branch, or none yet", () =>
  expect([job(1, "daily", 1, { commit: "c2" }), branch(3), job(1, "daily")].map(commitAsked)).toEqual([
    "c2",
    "c3",
    null,
  ]));
