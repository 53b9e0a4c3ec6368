// `slipway job run NAME`
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

interface JobRunOptions {
  commit?: string;
  vars?: string;
  threads?: string;
  fullRefresh?: boolean;
  wait: boolean;
}

export function addJobRun(group: Program, run: Runner): void {
  const command = group.sub("run", "serve.help_job_run").takes("<job>", "serve.arg_job");
  command
    .knows("--commit <ref>", "job.opt_commit")
    .knows("--vars <yaml>", "serve.opt_vars")
    .knows("--threads <n>", "serve.opt_threads")
    .knows("--full-refresh", "serve.opt_full_refresh")
    .knows("--no-wait", "serve.opt_no_wait")
    .examples([
      ["slipway job run daily", "serve.ex_job_run"],
      ["slipway job run daily --vars '{start_date: 2026-01-01}'", "serve.ex_job_run_vars"],
    ])
    .action(async (job: string, options: JobRunOptions) => {
      const request = {
        job,
        commit: options.commit ?? null,
        vars: await varsOf(options.vars),
        threads: options.threads === undefined ? null : atLeastOne("--threads", options.threads),
        fullRefresh: options.fullRefresh === true,
        wait: options.wait,
        reason: actRequest(command).reason,
      };
      return run(command, {
        schema: "run/1",
        act: (ops) => ops.jobRun(request),
        screen: async () => (await import("../render/run.ts")).renderRun,
      });
    });
}

/** As dbt takes them: YAML or JSON, names with values. */
async function varsOf(text: string | undefined): Promise<Record<string, unknown>> {
  if (text === undefined) return {};
  const value = await readYaml(text);
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AppError("invalid", say("serve.bad_vars", { text }), { hint: say("serve.bad_vars_hint") });
}

/** Imported only when needed: `--help` must not wait for it. */
async function readYaml(text: string): Promise<unknown> {
  const { parse } = await import("yaml");
  try {
    return parse(text);
  } catch {
    return null;
  }
}
