// `slipway deploy [env]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actOptions, actRequest, type PlanOptions, planRequest } from "./options.ts";

export function addDeploy(program: Program, run: Runner): void {
  const command = program.sub("deploy", "cli.help_deploy").takes("[env]", "cli.arg_env");
  command
    .knows("--commit <ref>", "cli.opt_commit")
    .knows("--select <sel>", "cli.opt_select")
    .knows("--full-refresh <sel>", "cli.opt_full_refresh");
  actOptions(command)
    .examples([
      ["slipway deploy prod", "cli.ex_deploy"],
      ["slipway deploy prod --commit v1.4 --yes", "cli.ex_deploy_commit"],
    ])
    .action((environment: string | undefined, options: PlanOptions) =>
      run(command, {
        schema: "deploy/1",
        act: (flow) => flow.deploy({ ...planRequest(environment, options), ...actRequest(command) }),
        screen: async () => (await import("../render/deploy.ts")).renderDeploy,
      }),
    );
}
