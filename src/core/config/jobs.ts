// Jobs of slipway.yml: steps, triggers, excluded periods and the rules of queueing, as written (snake_case).
import { z } from "zod";
import { duration, envMap, strict, timezone } from "./fields.ts";

const runResult = z.enum(["succeeded", "failed", "held", "cancelled"]);

const trigger = z
  .union([
    strict({ cron: z.string().min(1) }),
    strict({
      after: strict({ job: z.string().min(1), result: z.array(runResult).default(["succeeded"]) }),
    }),
    strict({ branch: z.string().min(1) }),
  ])
  .describe("`{ cron: .. }`, `{ after: { job: .., result: [..] } }` or `{ branch: .. }`");

const day = z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
const reason = z.string().optional();
const exclusion = z
  .union([
    strict({ weekdays: z.array(day).min(1), reason }),
    strict({ calendar: z.union([z.string().min(1), z.array(z.string()).min(1)]), reason }),
    strict({ from: z.string(), to: z.string(), reason }),
    strict({ cron: z.string().min(1), for: duration, reason }),
  ])
  .describe("`{ weekdays }`, `{ calendar }`, `{ from, to }` or `{ cron, for }`, each with a reason if wanted");

export const job = strict({
  environment: z.string().min(1).describe("where it runs"),
  steps: z.array(z.string().min(1)).min(1).describe("dbt commands; published together when they have passed"),
  triggers: z.array(trigger).default([]).describe("any of them starts it (by hand or API only when left out)"),
  timezone: timezone.optional().describe("of its triggers and excluded periods (default: the project's)"),
  exclude: z.array(exclusion).default([]).describe("when no trigger starts it"),
  missed: z
    .enum(["run_once", "skip"])
    .default("run_once")
    .describe("times at which nobody served: one late run, or none"),
  overlap: z
    .enum(["queue", "merge", "refuse"])
    .default("merge")
    .describe("started again while it waits: wait as well, be taken in, be refused (also while it runs)"),
  timeout: duration.optional(),
  threads: z.int().min(1).max(256).optional(),
  source_freshness: z.boolean().default(false).describe("check it before the steps"),
  full_refresh: z.enum(["never", "allowed", "always"]).default("allowed"),
  on_test_failure: z.enum(["hold", "publish_unaffected", "publish"]).optional().describe("default: the environment's"),
  require_tests: z.boolean().default(false).describe("a run without tests is refused"),
  vars: z.record(z.string(), z.json()).default({}),
  env: envMap.default({}),
});
