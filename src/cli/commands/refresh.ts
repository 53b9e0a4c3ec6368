// `slipway refresh [env]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actOptions, actRequest, type PlanOptions, planRequest } from "./options.ts";

export function addRefresh(program: Program, run: Runner): void {
  const command = program.sub("refresh", "cli.help_refresh").takes("[env]", "cli.arg_env");
  command.knows("--select <sel>", "cli.opt_select").knows("--full-refresh <sel>", "cli.opt_full_refresh");
  actOptions(command)
    .examples([["slipway refresh prod", "cli.ex_refresh"]])
    .action((environment: string | undefined, options: PlanOptions) => {
      const { commit: _, ...request } = planRequest(environment, options);
      return run(command, {
        schema: "deploy/1",
        act: (flow) => flow.refresh({ ...request, ...actRequest(command) }),
        screen: async () => (await import("../render/deploy.ts")).renderDeploy,
      });
    });
}
