// `slipway plan [env]`, and `--explain NODE`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { type PlanOptions, planRequest } from "./options.ts";

export function addPlan(program: Program, run: Runner): void {
  const command = program.sub("plan", "cli.help_plan").takes("[env]", "cli.arg_env");
  command
    .knows("--commit <ref>", "cli.opt_commit")
    .knows("--select <sel>", "cli.opt_select")
    .knows("--full-refresh <sel>", "cli.opt_full_refresh")
    .knows("--explain <node>", "cli.opt_explain")
    .knows("--all", "cli.opt_all")
    .examples([
      ["slipway plan prod", "cli.ex_plan"],
      ["slipway plan prod --explain orders", "cli.ex_plan_explain"],
      ["slipway plan prod --json", "cli.ex_json"],
    ])
    .action((environment: string | undefined, options: PlanOptions & { explain?: string }) => {
      const request = planRequest(environment, options);
      const { explain } = options;
      if (explain !== undefined)
        return run(command, {
          schema: "explain/1",
          act: (flow) => flow.explain({ ...request, node: explain }),
          screen: async () => (await import("../render/explain.ts")).renderExplain,
        });
      return run(command, {
        schema: "plan/1",
        act: (flow) => flow.plan(request),
        screen: async () => (await import("../render/plan.ts")).renderPlan,
      });
    });
}
