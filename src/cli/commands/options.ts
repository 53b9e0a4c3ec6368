// Requests made from options that several commands share.
import type { ActRequest, PlanRequest } from "../../core/flow.ts";
import type { Program } from "../program.ts";
import type { GlobalOptions } from "../screen.ts";

export interface PlanOptions {
  commit?: string;
  select?: string;
  fullRefresh?: string;
}

/** `--plan` and `--allow-irreversible`. */
export const actOptions = (command: Program): Program =>
  command.knows("--plan <id>", "cli.opt_plan").knows("--allow-irreversible", "cli.opt_irreversible");

/** What every act carries. */
export function actRequest(command: Program): ActRequest {
  const { plan, reason } = command.optsWithGlobals<GlobalOptions>();
  return { planId: plan ?? null, reason: reason ?? null };
}

export function planRequest(environment: string | undefined, options: PlanOptions): PlanRequest {
  return {
    environment: environment ?? null,
    commit: options.commit ?? null,
    select: options.select ?? null,
    fullRefresh: options.fullRefresh ?? null,
  };
}
