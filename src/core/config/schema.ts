// The schema of slipway.yml as it is written (snake_case). Checks, editor help and docs/configuration.md come from here.
import { z } from "zod";
import { duration, environmentName, envMap, ownSchema, size, strict, timezone } from "./fields.ts";
import { job } from "./jobs.ts";
import { channels, contacts, routes } from "./notices.ts";
import { upkeep } from "./upkeep.ts";

const testFailureRule = z.enum(["hold", "publish_unaffected", "publish"]);

const retention = strict({
  deploys: z.int().min(1).default(5).describe("releases of code that are kept"),
  refreshes: z.int().min(1).default(1).describe("releases of data only that are kept"),
  days: z.int().min(0).default(14).describe("younger releases of code are kept besides"),
  max_size: size
    .optional()
    .describe("above it the oldest go first; the live release and the one before it always stay"),
});

const evidence = strict({
  warehouse_schema: ownSchema
    .optional()
    .describe("copied after each run into this schema of the warehouse (made when missing)"),
});

const environment = strict({
  target: z.string().min(1).describe("target of the dbt profile"),
  branch: z.string().min(1).optional().describe("its new commits are deployed (by hand only when left out)"),
  requires: z.array(z.string()).default([]).describe("only releases verified in these environments"),
  confirm: z.boolean().optional().describe("ask before acts (default: true, but false for the first environment)"),
  publish: z.enum(["view", "table"]).default("view").describe("what consumers get under the published names"),
  on_test_failure: testFailureRule.default("hold").describe("what a failed test holds back"),
  require_tests: z.boolean().default(false).describe("a run without tests is refused"),
  replica: z
    .string()
    .min(1)
    .optional()
    .describe("DuckDB: file for readers, with what is published, replaced after each switch"),
  forward: z
    .array(z.string().min(1))
    .default([])
    .describe("incremental models (dbt selectors) that keep their rows when their logic changes"),
  threads: z.int().min(1).max(256).optional().describe("threads of dbt (default: those of the profile)"),
  env: envMap.default({}).describe("environment values for dbt here, besides `dbt.env`"),
  vars: z.record(z.string(), z.json()).default({}).describe("dbt variables here"),
  evidence: evidence.prefault({}).describe("what dbt did, in SQL; always in Slipway's own tables"),
  retention: retention.prefault({}).describe("which releases can be rolled back to"),
});

const dbt = strict({
  profiles_dir: z.string().min(1).optional().describe("folder of profiles.yml (default: dbt's own order)"),
  python: z
    .string()
    .min(1)
    .optional()
    .describe("Python with dbt and an adapter (default: an environment that Slipway makes and pins)"),
  threads: z.int().min(1).max(256).optional().describe("threads of dbt (default: those of the profile)"),
  env: z
    .union([z.array(environmentName), envMap])
    .default([])
    .describe("environment values that env_var() may see, as a list of names or a map; all others are hidden"),
});

const notices = strict({
  channels: channels.default({}).describe("where messages go"),
  routes: routes.default([]).describe("who gets what; every one that matches"),
  repeat_every: duration.default("4h").describe("while an alert is open"),
  escalate_after: duration.default("30m").describe("a critical alert nobody acknowledged goes to the next contact"),
});

export const configSchema = strict({
  version: z.literal(1).describe("version of this file's format"),
  project: z.string().min(1).optional().describe("name in Slipway (default: name in dbt_project.yml)"),
  timezone: timezone.default("UTC").describe("of schedules and messages"),
  lang: z.enum(["en", "ja"]).default("en").describe("language of notices"),
  dbt: dbt.prefault({}).describe("how dbt is run"),
  environments: z.record(z.string(), environment).describe("the first is the default when a command names none"),
  jobs: z.record(z.string(), job).default({}).describe("steps with triggers"),
  notices: notices.prefault({}).describe("alerts"),
  contacts: contacts.default({}).describe("people"),
  upkeep: upkeep.prefault({}).describe("what the server does to itself, and when"),
});

export type ConfigFile = z.output<typeof configSchema>;
export type EnvironmentFile = z.output<typeof environment>;

/** JSON Schema (draft 2020-12) of slipway.yml for editors: `.slipway/slipway.schema.json`. */
export function jsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
  return { ...schema, title: "slipway.yml" } as Record<string, unknown>;
}
