// What a run of dbt commands is asked to do: from a job of slipway.yml, or from commands typed by hand. Pure.
import { AppError } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import { say } from "../../text/catalogue.ts";
import type { Config, EnvironmentConfig } from "../config/config.ts";
import { durationMs } from "../duration.ts";
import { conflictingVars, type DbtCommand, readDbtCommand } from "./dbt-command.ts";
import type { EnvWish, JobRequest } from "./jobs.ts";

/** The request of a declared job; AppError `not_found` with the nearest name. `overrides`: what a trigger or a person says otherwise. */
export function jobRequest(config: Config, name: string, overrides: Partial<JobRequest> = {}): JobRequest {
  const job = Object.hasOwn(config.jobs, name) ? config.jobs[name] : undefined;
  if (!job) throw unknownJob(config, name);
  return {
    environment: job.environment,
    job: name,
    steps: job.steps,
    commit: null,
    threads: job.threads ?? null,
    timeoutMs: job.timeout === undefined ? null : durationMs(job.timeout),
    vars: job.vars,
    env: Object.fromEntries(Object.entries(job.env).map(([key, value]) => [key, envWish(value)])),
    sourceFreshness: job.source_freshness,
    fullRefresh: job.full_refresh,
    onTestFailure: job.on_test_failure ?? null,
    requireTests: job.require_tests,
    only: null,
    ...overrides,
  };
}

/** Commands typed by hand, under the rules of the environment. */
export const handRequest = (environment: string, steps: string[], commit: string | null): JobRequest => ({
  environment,
  job: null,
  steps,
  commit,
  threads: null,
  timeoutMs: null,
  vars: {},
  env: {},
  sourceFreshness: false,
  fullRefresh: "allowed",
  onTestFailure: null,
  requireTests: false,
  only: null,
});

type EnvEntry = Config["jobs"][string]["env"][string];

function envWish(value: EnvEntry): EnvWish {
  if (typeof value !== "object") return { kind: "literal", value: String(value) };
  return "from" in value ? { kind: "from", name: value.from } : { kind: "secret", name: value.secret };
}

function unknownJob(config: Config, name: string): AppError {
  const names = Object.keys(config.jobs);
  const near = nearest(name, names);
  const hint = near ? say("config.did_you_mean", { name: near }) : say("job.jobs_are", { names });
  return new AppError("not_found", say("job.no_such_job", { name }), { hint });
}

/** The commands of a request. AppError `invalid` naming the first that is none, that is not allowed, or that contradicts another. */
export function commandsOf(request: Pick<JobRequest, "steps" | "fullRefresh">): DbtCommand[] {
  const commands = request.steps.map(readDbtCommand);
  const refused = commands.find((command) => command.fullRefresh && request.fullRefresh === "never");
  if (refused)
    throw new AppError(
      "invalid",
      say("job.bad_command", { command: refused.text, problem: say("job.full_refresh_never") }),
    );
  const variable = conflictingVars(commands);
  if (variable !== null) throw new AppError("invalid", say("job.vars_conflict", { name: variable }));
  return commands;
}

/** The environment as a run sees it: the request's own threads, values and rules come before its own. */
export function environmentFor(
  environment: EnvironmentConfig,
  request: JobRequest,
  commands: readonly DbtCommand[],
): EnvironmentConfig {
  const vars = Object.assign({}, environment.vars, request.vars, ...commands.map((command) => command.vars));
  return {
    ...environment,
    threads: request.threads ?? environment.threads,
    vars,
    env: { ...environment.env, ...request.env },
    onTestFailure: request.onTestFailure ?? environment.onTestFailure,
    requireTests: environment.requireTests || request.requireTests,
  };
}
